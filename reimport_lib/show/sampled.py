"""How far people have looked at the samples of a run, and what that makes of it.

Imports facts and words; figures alone. A sample that nobody asked for says nothing; one
that was drawn is never taken for looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from reimport_lib.counting import verb
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.sample_figures import SampleFigures
from reimport_lib.record.status import Status
from reimport_lib.show.html import Element, Grid, Sentence
from reimport_lib.show.words import count, noun, percent_of_rate, sentence_case


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


def figures(each: SampleFigures) -> str:
    """``149 of 149 looked at, 1 not ok (above the 0 allowed)``."""
    told = (
        f"{count(each['looked_at'])} of {count(each['size'])} looked at,"
        f" {count(each['not_ok'])} not ok"
    )
    allowed = count(each["allowed"])
    over = each["not_ok"] > each["allowed"]
    told += f" (above the {allowed} allowed)" if over else f" ({allowed} allowed)"
    if each["others_not_ok"]:
        told += f"; of the panel and by risk {count(each['others_not_ok'])} not ok"
    return told


def sentences(manifest: Manifest) -> Iterator[str]:
    """What did not pass first, then what is not done, then what passed."""
    found = manifest.get("samples", [])
    drawn = [each["table"] for each in found]
    for each in found:
        if state(each) is SampleState.FAILED:
            yield f"Sample of {_name(each, drawn)} did not pass: {figures(each)}."
    for each in found:
        if state(each) is not SampleState.FAILED and each["others_not_ok"]:
            yield f"Sample of {_name(each, drawn)}: {figures(each)}."
    left = [each for each in found if state(each) is SampleState.UNFINISHED]
    if left:
        told = ", ".join(
            f"{_name(each, drawn)} {count(each['looked_at'])} of {count(each['size'])}"
            for each in left
        )
        yield f"Samples that are not looked at to their end prove nothing yet: {told}."
    passed = [
        each
        for each in found
        if state(each) is SampleState.PASSED and not each["others_not_ok"]
    ]
    if passed:
        told = ", ".join(
            f"{_name(each, drawn)} ({figures(each)}; it speaks against"
            f" {count(each['wrong'])} or more of {count(each['lot'])} wrong)"
            for each in passed
        )
        yield f"{verb(len(passed), 'Sample', 'Samples')} that passed: {told}."


def _name(each: SampleFigures, drawn: Sequence[str]) -> str:
    """The table; where it was drawn more than once, by which seed."""
    again = drawn.count(each["table"]) > 1
    seed = f" (seed {each['seed']}, {count(each['size'])} rows)" if again else ""
    return f"{noun(each['table'])}{seed}"


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
        done = sum(each["looked_at"] for each in found)
        return f"! {count(done)} of {count(sum(e['size'] for e in found))} looked at"
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
            count(each["lot"]),
            f"{count(each['looked_at'])} of {count(each['size'])}",
            count(each["not_ok"]),
            count(each["allowed"]),
            count(each["others_not_ok"]) if each["others_not_ok"] else "",
            _result(each),
        )
        for manifest in reversed(manifests)
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


def _result(each: SampleFigures) -> str:
    found = state(each)
    if found is not SampleState.PASSED:
        return found.value
    risk = percent_of_rate(each["risk"])
    return (
        f"passed: with {count(each['wrong'])} wrong or more it would have in less than"
        f" {risk} of cases"
    )
