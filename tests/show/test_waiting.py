"""What waits for a decision after a run, what stays applied, and whose clock it has."""

from __future__ import annotations

import pytest

from reimport_lib.show import waiting
from reimport_lib.show.run_words import written
from reimport_lib.show.verdict import facts_of_writing, verdict
from tests.show.examples import run

BACK = "the backup: reimport restore 20261122T101500Z-full."


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (0, "The import was interrupted before its first phase."),
        (2, "The import was interrupted between two phases."),
        (9, "The import was interrupted after its last phase."),
    ],
)
def test_a_run_that_no_phase_interrupted_says_where_it_stood(
    done: int, said: str
) -> None:
    manifest = run("full")
    manifest["status"] = "interrupted"
    for number, phase in enumerate(manifest["phases"]):
        phase["status"] = "succeeded" if number < done else "pending"

    assert verdict(manifest).lead == said


@pytest.mark.parametrize("status", ["failed", "refused", "interrupted"])
def test_what_phases_before_the_one_that_stopped_wrote_stays(status: str) -> None:
    said = written(facts_of_writing(run("full", status, "appointments")))

    assert said.startswith("Written to the real database: deletions, patients. It was ")
    assert BACK in said


@pytest.mark.parametrize(
    ("mode", "status", "phase"),
    [
        ("full", "succeeded", ""),
        ("full", "failed", "delete"),
        ("full", "rolled-back", ""),
        ("rehearsal", "failed", "appointments"),
    ],
)
def test_nothing_is_to_be_taken_back_where_nothing_stays_by_accident(
    mode: str, status: str, phase: str
) -> None:
    assert BACK not in written(facts_of_writing(run(mode, status, phase)))


def test_rows_that_people_changed_are_told_and_are_not_told_as_left_out() -> None:
    manifest = run("full")
    tables = {n: t for p in manifest["phases"] for n, t in p["tables"].items()}
    tables["patients"]["reasons"] = {"duplicate_key": 11, "local_edit": 3}

    said = verdict(manifest).sentences

    assert waiting.waits(manifest) in said
    assert waiting.waits(manifest).startswith("3 rows wait for a decision, since peo")
    assert waiting.waits(manifest).endswith(
        ": patients 3. They stay as they are there."
    )
    before = next(s for s in verdict(run("full")).sentences if "cannot come in" in s)
    after = next(s for s in said if "cannot come in" in s)
    assert _first_number(before) - _first_number(after) == 3


def test_a_run_without_edits_says_nothing_of_decisions() -> None:
    assert waiting.waits(run("full")) == ""


def test_a_plan_that_was_refused_has_nothing_waiting() -> None:
    manifest = run("full", "refused", "patients")
    (phase,) = (p for p in manifest["phases"] if p["name"] == "patients")
    phase["tables"]["patients"]["reasons"] = {"local_edit": 1}

    assert waiting.waiting(manifest) == {}


def test_one_row_that_people_changed_is_told_as_one() -> None:
    manifest = run("full")
    tables = {n: t for p in manifest["phases"] for n, t in p["tables"].items()}
    tables["patients"]["reasons"] = {"local_edit": 1}

    assert waiting.waits(manifest) == (
        "1 row waits for a decision, since people changed it in the backend: "
        "patients 1. It stays as it is there."
    )


def test_a_clock_that_another_run_fixed_is_told_with_it() -> None:
    manifest = {"as_of": "2026-11-22T18:08:00+00:00"}

    assert waiting.clock(manifest) == "2026-11-22 18:08:00 UTC"
    assert waiting.clock({**manifest, "as_of_from": "R-1"}) == (
        "2026-11-22 18:08:00 UTC, fixed by R-1, which froze the same source"
    )
    assert waiting.clock({"as_of": ""}) == ""


def _first_number(sentence: str) -> int:
    return int(sentence.split()[0].replace(",", ""))
