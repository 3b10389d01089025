"""What people found in samples, in the words of verdict, report and list of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reimport_lib.show import cover, history, next_steps, sampled
from reimport_lib.show.verdict import lead, verdict
from tests.show.examples import run


def with_samples(manifest: Any, *found: Any) -> Any:
    return {**manifest, "samples": list(found)}


def figures(looked_at: int, not_ok: int = 0, **other: Any) -> dict[str, Any]:
    known = {"table": "notes", "seed": "a1", "lot": 9_000, "size": 149, "allowed": 0}
    proves = {"wrong": 181, "risk": 0.05, "at": ""}
    beside = {"others": 12, "others_looked_at": 0, "others_not_ok": 0}
    told = {"looked_at": looked_at, "not_ok": not_ok}
    return {**known, **proves, **beside, **told, **other}


def test_a_run_without_a_sample_is_as_it_was() -> None:
    for manifest in (run(), run("full")):
        same = verdict(manifest)

        assert verdict(with_samples(manifest)) == same
        assert same.tone == "good"
        assert "ample" not in " ".join(same.sentences)


@pytest.mark.parametrize(
    ("found", "sentence", "short"),
    [
        (
            figures(149, 1),
            "Sample of notes did not pass: 149 of 149 looked at, 1 not ok (above the 0"
            " allowed).",
            "✗ did not pass: notes",
        ),
        (
            figures(3),
            "Samples that are not looked at to their end prove nothing yet: notes 3 of"
            " 149.",
            "! 3 of 149 looked at",
        ),
        (
            figures(149, others_looked_at=2, others_not_ok=2),
            "Sample of notes: 149 of 149 looked at, 0 not ok (0 allowed); of the panel"
            " and by risk 2 not ok.",
            "! not ok beside the sample",
        ),
    ],
)
def test_what_is_not_right_or_not_done_is_never_green(
    found: Any, sentence: str, short: str
) -> None:
    manifest = with_samples(run("full"), found)

    told = verdict(manifest)

    assert sentence in told.sentences
    assert told.tone == "warn"
    assert sampled.in_short(manifest) == short
    assert next_steps.after(manifest).first


def test_a_sample_that_failed_asks_for_a_person_first() -> None:
    manifest = with_samples(run(), figures(149, 1), figures(3, table="sms"))

    assert "people found wrong records in it by eye" in lead(manifest)
    assert verdict(manifest).sentences.index(
        "Sample of notes did not pass: 149 of 149 looked at, 1 not ok (above the 0"
        " allowed)."
    ) < [
        s.startswith("Samples that are not") for s in verdict(manifest).sentences
    ].index(True)
    step = next_steps.after(manifest)
    assert step.first.startswith("somebody has to decide")
    assert step.command.startswith("reimport run --full --reviewed")


def test_a_sample_that_passed_says_so_and_stays_green() -> None:
    manifest = with_samples(run("full"), figures(149), figures(9, size=9, table="sms"))

    assert verdict(manifest).tone == "good"
    assert sampled.in_short(manifest) == "✓ passed"
    assert any(
        "notes (149 of 149 looked at, 0 not ok (0 allowed); it speaks against 181 or"
        " more of 9,000 wrong)" in said
        for said in verdict(manifest).sentences
    )


def test_one_drawn_anew_does_not_hide_one_that_failed() -> None:
    manifest = with_samples(run("full"), figures(149, 1), figures(149, seed="b2"))

    told = " ".join(sampled.sentences(manifest))

    assert sampled.needs_person(manifest)
    assert "Sample of notes (seed a1, 149 rows) did not pass" in told
    assert "notes (seed b2, 149 rows)" in told


def test_report_and_list_of_runs_tell_it(tmp_path: Path) -> None:
    failed = with_samples(run("full"), figures(149, 1))

    page = cover.render(run(), tmp_path, [failed])
    listed = history.render([failed, run()], tmp_path, [])

    assert "What people found by eye" in page
    assert failed["run_id"] in page
    assert "did not pass" in page
    assert "reimport show RUN" in page
    assert "did not pass: notes" in listed
    assert "What people found by eye" not in cover.render(run(), tmp_path)
