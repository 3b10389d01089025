"""What is said of a run is so in every state that it can be in."""

from __future__ import annotations

from typing import Any

import pytest

from reimport_lib.record.status import Status
from reimport_lib.show import run_facts
from reimport_lib.show.verdict import (
    checked,
    lead,
    rows,
    stopped,
    verdict,
    waits,
    written,
)
from tests.show.examples import check, counts, run

BACK = "restore 20261122T101500Z-full all, with what was saved since the backup."
WENT: dict[str, Any] = {"at": "", "by": "20261122T103000Z-undo", "why": ""}
NOTES = "notes: too many are rejected. Hint: look at them"


def tables(manifest: Any) -> dict[str, Any]:
    return {n: t for p in manifest["phases"] for n, t in p["tables"].items()}


def with_checks(manifest: Any, *verdicts: str) -> Any:
    for phase in manifest["phases"]:
        phase["checks"] = []
    manifest["phases"][0]["checks"] = [check("a check", each) for each in verdicts]
    return manifest


def of_patients(**found: int) -> Any:
    """A full run whose only rows of the source are patients: *found* by outcome."""
    manifest = run("full")
    for phase in manifest["phases"]:
        is_data = phase["name"] == "patients"
        phase["tables"] = {"patients": counts(0, **found)} if is_data else {}
    return manifest


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (
            with_checks(run(), "pass", "pass"),
            "The rehearsal succeeded: all 2 checks hold.",
        ),
        (
            with_checks(run("full"), "pass", "warn", "could-not-check"),
            "The import succeeded: 1 of 3 checks holds; 1 asks for a look;"
            " 1 could not be made.",
        ),
        (run("full", "refused", "notes"), "The import was refused in phase notes."),
        (run("full", "failed", "notes"), "The import failed in phase notes."),
        (
            run("full", "validation-failed", "notes"),
            "The import ended in phase notes: checks of it do not hold.",
        ),
        (run("full", "running", "notes"), "The import has not ended."),
        (run("full", "open"), "The import has not started."),
        (run("full", "rolled-back"), "The import was taken back."),
    ],
)
def test_the_first_sentence_says_how_the_run_ended(
    manifest: Any, sentence: str
) -> None:
    assert lead(manifest) == sentence


@pytest.mark.parametrize("status", list(Status))
def test_no_state_is_said_to_have_written_nothing_or_all(status: str) -> None:
    """A phase before may have written; the one it ended in may have too."""
    told = lead(run("full", status, "notes"))

    assert "wrote nothing" not in told
    assert "rolled back" not in told
    assert "is done" not in told


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

    assert lead(manifest) == said


def test_checks_are_counted_once() -> None:
    assert checked(run()) == ""
    assert checked(with_checks(run("full", "refused", "notes"), "pass", "fail")) == (
        "1 of 2 checks holds; 1 does not hold."
    )
    assert checked(with_checks(run("full", "refused", "notes"))) == ""


def test_why_a_run_stopped_is_told_of_runs_that_did() -> None:
    assert list(stopped(run("full", "refused", "notes", NOTES))) == [
        "Why: notes: too many are rejected.",
        "3 later phases did not run.",
        "Done before that: validation, backup, delete, patients, appointments.",
    ]
    for status in ("open", "running", "succeeded", "rolled-back"):
        assert not list(stopped(run("full", status, "notes", NOTES)))


def test_rows_are_in_the_database_that_the_run_wrote_to() -> None:
    manifest = of_patients(created=9, unchanged=1, skipped=2, rejected=1)

    assert list(rows(manifest)) == [
        "10 of 13 source rows (76.92%) are in the backend: 9 created, 1 unchanged.",
        "1 cannot come in and 2 were left out by rule: the reasons and their counts"
        " stand below, every row in outcomes/.",
    ]
    assert "are in the copy" in next(rows({**manifest, "mode": "rehearsal"}))


def test_one_row_is_one_and_of_no_row_nothing_is_said() -> None:
    assert list(rows(of_patients(created=1))) == [
        "1 of 1 source row (100%) is in the backend: 1 created."
    ]
    assert not list(rows(of_patients()))


def test_rows_whose_checks_fail_are_there_by_the_plans_alone() -> None:
    failed = run("full", "validation-failed", "validation-post")

    assert "which the checks do not bear out" in next(rows(failed))
    assert "by the plans" not in next(rows(run("full")))


def test_what_does_not_come_in_is_counted_here_and_listed_in_the_files() -> None:
    """The page shows three numbers of each reason: it never says that it lists all."""
    _, skipped = rows(of_patients(created=1, skipped=1))
    _, rejected = rows(of_patients(created=1, rejected=2))

    assert skipped.startswith("1 was left out by rule: the reasons")
    assert rejected.startswith("2 cannot come in:")


@pytest.mark.parametrize("status", ["failed", "refused"])
def test_what_phases_before_the_one_that_stopped_wrote_stays(status: str) -> None:
    said = written(run("full", status, "appointments"))

    assert said.startswith("Written to the real database: deletions, patients. It was ")
    assert BACK in said


@pytest.mark.parametrize(
    ("went", "keep", "status", "sentence"),
    [
        (
            "undone",
            False,
            "failed",
            "undone by itself, row by row, by 20261122T103",
        ),
        ("restored", False, "refused", "its backup was put back by itself"),
        ("begun", False, "failed", "cut off: reimport run --resume 20261122T101500Z-"),
        ("stays", False, "failed", "by itself (2 rows were edited), so it stays: rei"),
        ("", True, "failed", "as it was opened with --keep: reimport undo 202611"),
        ("", False, "interrupted", "It was interrupted, which undoes nothing: that st"),
    ],
)
def test_one_sentence_says_what_became_of_what_was_written(
    went: str, keep: bool, status: str, sentence: str
) -> None:
    manifest = run("full", status, "appointments")
    manifest["parameters"]["keep"] = keep
    if went:
        why = "2 rows were edited." if went == "stays" else ""
        manifest["going_back"] = {**WENT, "state": went, "why": why}

    assert sentence in written(manifest)
    has_gone = went in ("undone", "restored")
    assert ("Written to the real database" in written(manifest)) is not has_gone
    assert bool(list(rows(manifest))) is not has_gone


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
    assert BACK not in written(run(mode, status, phase))


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (run(), "All of it happened on a copy: the real database was only read."),
        (
            run("rehearsal", "refused", "delete"),
            "No record of the copy was changed; the real database was only read.",
        ),
        (
            run("rehearsal", "failed", "validation"),
            "No copy was ready to write to; the real database was not written to.",
        ),
        (
            run("full", "refused", "delete"),
            "No record of the real database was created, updated or deleted.",
        ),
        (
            run("full"),
            "Written to the real database: deletions, patients, appointments, notes,"
            " documents, images. The backup from before that is in this run folder.",
        ),
        (
            run("full", "failed", "delete"),
            "Whether delete was written before it stopped is in the ledger: resuming"
            " finds out. The backup from before that is in this run folder.",
        ),
        (
            run("full", "rolled-back"),
            "The real database was put back to what it held before this run.",
        ),
    ],
)
def test_what_was_written_is_said_of_the_database_it_went_to(
    manifest: Any, sentence: str
) -> None:
    assert written(manifest) == sentence


def test_rows_that_people_changed_are_told_and_are_not_told_as_left_out() -> None:
    manifest = run("full")
    reasons = {"duplicate_key": 11, "local_edit": 3}
    tables(manifest)["patients"]["reasons"] = reasons

    said = verdict(manifest).sentences

    assert waits(manifest) in said
    assert waits(manifest).startswith("3 rows wait for a decision, since people cha")
    assert waits(manifest).endswith(": patients 3. They stay as they are there.")
    before = next(s for s in verdict(run("full")).sentences if "cannot come in" in s)
    after = next(s for s in said if "cannot come in" in s)
    assert _first_number(before) - _first_number(after) == 3


def test_a_run_without_edits_says_nothing_of_decisions() -> None:
    assert waits(run("full")) == ""


def test_a_plan_that_was_refused_has_nothing_waiting() -> None:
    manifest = run("full", "refused", "patients")
    tables(manifest)["patients"]["reasons"] = {"local_edit": 1}

    assert run_facts.waiting(manifest) == {}


def test_one_row_that_people_changed_is_told_as_one() -> None:
    manifest = run("full")
    tables(manifest)["patients"]["reasons"] = {"local_edit": 1}

    assert waits(manifest) == (
        "1 row waits for a decision, since people changed it in the backend: "
        "patients 1. It stays as it is there."
    )


def test_a_clock_that_another_run_fixed_is_told_with_it() -> None:
    manifest: Any = {"as_of": "2026-11-22T18:08:00+00:00"}

    assert run_facts.clock(manifest) == "22 Nov 2026, 18:08 (UTC)"
    assert run_facts.clock({**manifest, "as_of_from": "R-1"}) == (
        "22 Nov 2026, 18:08 (UTC), fixed by R-1, which froze the same source"
    )
    assert run_facts.clock({**manifest, "as_of": ""}) == ""


def _first_number(sentence: str) -> int:
    return int(sentence.split()[0].replace(",", ""))
