"""How far people have looked at the samples of a run, and what that makes of it.

Imports facts and words; figures alone. A sample that nobody asked for says nothing; one
that was drawn is never taken for looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Literal

from reimport_lib.counting import verb
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.sample_figures import SampleFigures
from reimport_lib.record.status import Status
from reimport_lib.show.figured import Figured, figure, fraction, joined, tell
from reimport_lib.show.html import Element, Grid, Sentence
from reimport_lib.show.words import noun, sentence_case

_Counted = Literal[
    "lot", "size", "allowed", "wrong", "looked_at", "not_ok", "others_not_ok"
]


class SampleState(StrEnum):
    """What became of the sample of one table."""

    FAILED = "did not pass"
    UNFINISHED = "not looked at to its end"
    PASSED = "passed"


def state(each: SampleFigures) -> SampleState:
    """By the cards that were drawn at random alone."""
    if each["not_ok"] > each["allowed"]:
        return SampleState.FAILED
    if each["looked_at"] < each["size"]:
        return SampleState.UNFINISHED
    return SampleState.PASSED


def needs_person(manifest: Manifest) -> bool:
    """A sample did not pass, or a card beside it is not ok: somebody has to decide."""
    return any(
        state(each) is SampleState.FAILED or each["others_not_ok"]
        for each in manifest.get("samples", [])
    )


def is_open(manifest: Manifest) -> bool:
    """A sample was drawn and is not looked at to its end."""
    found = manifest.get("samples", [])
    return any(state(each) is SampleState.UNFINISHED for each in found)


def figures(each: SampleFigures) -> Figured:
    """``149 of 149 looked at, 1 not ok (above the 0 allowed)``."""
    told = tell(
        "{} of {} looked at, {} not ok",
        *(_figure(each, name) for name in ("looked_at", "size", "not_ok")),
    )
    over = each["not_ok"] > each["allowed"]
    form = " (above the {} allowed)" if over else " ({} allowed)"
    told = told + tell(form, _figure(each, "allowed"))
    if each["others_not_ok"]:
        beside = _figure(each, "others_not_ok")
        told = told + tell("; of the panel and by risk {} not ok", beside)
    return told


def sentences(manifest: Manifest) -> Iterator[str]:
    """What did not pass first, then what is not done, then what passed."""
    found = manifest.get("samples", [])
    drawn = [each["table"] for each in found]
    for each in found:
        if state(each) is SampleState.FAILED:
            name = _name(each, drawn)
            yield tell("Sample of {} did not pass: {}.", name, figures(each))
    for each in found:
        if state(each) is not SampleState.FAILED and each["others_not_ok"]:
            yield tell("Sample of {}: {}.", _name(each, drawn), figures(each))
    left = [
        tell(
            "{} {} of {}",
            *(_name(each, drawn), _figure(each, "looked_at"), _figure(each, "size")),
        )
        for each in found
        if state(each) is SampleState.UNFINISHED
    ]
    if left:
        form = "Samples that are not looked at to their end prove nothing yet: {}."
        yield tell(form, joined(", ", left))
    passed = [
        tell(
            "{} ({}; it speaks against {} or more of {} wrong)",
            *(_name(each, drawn), figures(each)),
            *(_figure(each, "wrong"), _figure(each, "lot")),
        )
        for each in found
        if state(each) is SampleState.PASSED and not each["others_not_ok"]
    ]
    if passed:
        said = verb(len(passed), "Sample", "Samples")
        yield tell("{} that passed: {}.", said, joined(", ", passed))


def _figure(each: SampleFigures, name: _Counted, run: str = "") -> Figured:
    """One of its counts, as ``notes.sample.SEED.149.looked_at``."""
    return figure(each[name], *_place(each), name, run=run)


def _place(each: SampleFigures) -> tuple[str, ...]:
    return each["table"], "sample", each["seed"], str(each["size"])


def _name(each: SampleFigures, drawn: Sequence[str]) -> str:
    """The table; where it was drawn more than once, by which seed."""
    if drawn.count(each["table"]) < 2:
        return noun(each["table"])
    form = "{} (seed {}, {} rows)"
    return tell(form, noun(each["table"]), each["seed"], _figure(each, "size"))


def in_short(manifest: Manifest) -> str:
    """A few words for a table of runs; "" where nothing was drawn."""
    found = manifest.get("samples", [])
    if not found:
        return ""
    failed = [each for each in found if state(each) is SampleState.FAILED]
    if failed:
        tables = dict.fromkeys(noun(each["table"]) for each in failed)
        return f"✗ did not pass: {', '.join(tables)}"
    if needs_person(manifest):
        return "! not ok beside the sample"
    if is_open(manifest):
        run = manifest["run_id"]
        done = sum(each["looked_at"] for each in found)
        size = sum(each["size"] for each in found)
        return tell(
            "! {} of {} looked at",
            figure(done, "all", "sample", "looked_at", run=run),
            figure(size, "all", "sample", "size", run=run),
        )
    return "✓ passed"


def step(manifest: Manifest) -> str:
    """What somebody has to do before anything else; "" where nothing."""
    if manifest["status"] != Status.SUCCEEDED:
        return ""
    if needs_person(manifest):
        return (
            "somebody has to decide: cards of the sign-off pack are not ok. Mend what"
            " is wrong in FileMaker or here, then rehearse and sample again"
        )
    if is_open(manifest):
        return "look at the sign-off pack to its end, private/signoff/index.html"
    return ""


def report(manifests: Sequence[Manifest]) -> list[Element]:
    """What people found in the samples of *manifests*, the newest run first."""
    rows = [
        (
            manifest["run_id"],
            sentence_case(noun(each["table"])),
            _figure(each, "lot", run),
            tell(
                "{} of {}",
                *(_figure(each, "looked_at", run), _figure(each, "size", run)),
            ),
            _figure(each, "not_ok", run),
            _figure(each, "allowed", run),
            _figure(each, "others_not_ok", run) if each["others_not_ok"] else "",
            _result(each, run),
        )
        for manifest in reversed(manifests)
        for run in (manifest["run_id"],)
        for each in manifest.get("samples", [])
    ]
    if not rows:
        return []
    heads = ("run", "table", "came in", "looked at", "not ok", "allowed")
    beside = "not ok beside it"
    grid = Grid.of_filled(
        "Drawn at random, and compared by eye",
        (*heads, beside, "what became of it"),
        rows,
        right=(*heads[2:], beside),
        whole=("run",),
    )
    said = Sentence(
        "As it was known when this report was written. Marks that came later are told"
        " by reimport show RUN, and by index.html in the folder of the runs."
    )
    return [grid, said]


def _result(each: SampleFigures, run: str) -> str:
    found = state(each)
    if found is not SampleState.PASSED:
        return found.value
    form = "passed: with {} wrong or more it would have in less than {} of cases"
    return tell(
        form,
        _figure(each, "wrong", run),
        fraction(each["risk"], *_place(each), "risk", run=run),
    )
