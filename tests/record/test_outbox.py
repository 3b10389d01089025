"""What is to be told of a run stands in the record that it tells of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from reimport_lib import channels
from reimport_lib.config import Settings, load_settings
from reimport_lib.record import evidence, runs
from reimport_lib.record.evidence import changed_record
from reimport_lib.record.manifest import Attempt
from reimport_lib.record.outbox import Message, Occasion
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Return, Status

PHASES = ((0, "validation"), (3, "patients"))
A_NAME = "Ottilie Quandt"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"REIMPORT_RUNS": str(tmp_path)})


def opened(settings: Settings, mode: Mode = Mode.FULL) -> Run:
    return runs.create(settings, mode, phases=PHASES)


def told(run: Run) -> list[Message]:
    return run.manifest().get("messages", [])


def occasions(run: Run) -> list[tuple[str, str, int]]:
    return [(m["occasion"], m["phase"], m["number"]) for m in told(run)]


def counts(**more: Any) -> Mapping[str, Any]:
    outcomes = "source_rows blank_rows created updated unchanged skipped rejected"
    none = dict.fromkeys(f"{outcomes} deleted kept".split(), 0)
    return {**none, "reasons": {}, "notes": {}, **more}


def plan(run: Run, **tables: Mapping[str, Any]) -> None:
    run.record_plans("patients", tables=tables, digests={"patients": "d"})  # type: ignore[arg-type]


def test_a_full_run_is_told_of_from_its_start_to_its_end(settings: Settings) -> None:
    run = opened(settings)
    run.begin()
    run.begin_phase("validation")
    run.end_phase("validation", Status.SUCCEEDED)
    run.begin_phase("patients")
    plan(run, patients=counts(created=7, rejected=2), contact_details=counts(created=5))
    evidence.seal_value(run.folder, "something", {"of": "it"})
    run.end_phase("patients", Status.SUCCEEDED)
    run.end(Status.SUCCEEDED, seconds=1)

    assert occasions(run) == [
        ("start", "", 1),
        ("phase-done", "validation", 1),
        ("phase-done", "patients", 1),
        ("finished", "", 1),
    ]
    start, validated, patients, finished = told(run)
    assert not validated["has_written"]
    assert patients["has_written"]
    assert patients["counts"] == finished["counts"] == {"created": 12, "rejected": 2}
    assert (start["done"], finished["done"], finished["phases"]) == (0, 2, 2)
    assert len(finished["digest"]) == 64
    assert start["digest"] == ""


def test_a_rehearsal_that_succeeds_waits_for_approval(settings: Settings) -> None:
    run = opened(settings, Mode.REHEARSAL)
    run.begin()
    for _, name in PHASES:
        run.begin_phase(name)
        run.end_phase(name, Status.SUCCEEDED)
    run.end(Status.SUCCEEDED, seconds=1)

    assert occasions(run)[-1] == ("approval", "", 1)


def test_rows_that_wait_for_a_decision_are_told_with_their_phase(
    settings: Settings,
) -> None:
    run = opened(settings)
    run.begin_phase("patients")
    waiting = counts(notes={"conflict": 6, "kept_local": 9}, rejected=3)
    plan(run, patients={**waiting, "reasons": {"deleted_by_people": 2, "no_key": 1}})
    run.end_phase("patients", Status.SUCCEEDED)

    assert ("conflict", "patients", 1) in occasions(run)
    assert told(run)[-1]["counts"] == {"conflict": 8}


def test_each_failure_is_a_message_of_its_own_and_says_no_word_of_the_error(
    settings: Settings,
) -> None:
    run = opened(settings)
    for number in (1, 2):
        run.begin_phase("validation")
        error = f"{A_NAME} was not expected"
        run.end_phase("validation", Status.FAILED, error=error)
        run.end(Status.FAILED, seconds=1, error=error)
        run.keep_attempt("validation", attempt(number, error))

    assert [o for o in occasions(run) if o[0] != "phase-done"] == [
        ("start", "", 1),
        ("failure", "validation", 1),
        ("start", "", 2),
        ("failure", "validation", 2),
    ]
    assert A_NAME not in json.dumps(told(run))


def test_a_run_that_was_killed_and_goes_on_has_started_again(
    settings: Settings,
) -> None:
    run = opened(settings)
    run.begin_phase("validation")
    run.begin()
    run.keep_attempt("validation", attempt(1, ""))
    run.begin_phase("validation")

    assert occasions(run) == [("start", "", 1), ("start", "", 2)]


def attempt(number: int, error: str) -> Attempt:
    return {
        **dict.fromkeys(("started_at", "ended_at", "notebook", "page"), ""),  # type: ignore[typeddict-item]
        "number": number,
        "status": Status.FAILED,
        "error": error,
        "seconds": 0.0,
        "notebook_sha256": "",
    }


def test_a_run_that_goes_back_or_cannot_is_told_of(settings: Settings) -> None:
    undoing = runs.create(settings, Mode.UNDO, phases=())
    undoing.begin()
    undoing.end(Status.SUCCEEDED, seconds=1)
    assert occasions(undoing) == [("start", "", 1), ("undone", "", 1)]

    run = opened(settings)
    run.begin_phase("patients")
    run.end_phase("patients", Status.FAILED)
    run.end(Status.FAILED, seconds=1, goes_back=True)
    run.go_back(Return.STAYS, why=A_NAME)
    assert occasions(run)[1:] == [("failure", "patients", 1), ("failure", "", 1)]
    run.take_back(to="then", backup="")
    assert occasions(run)[-1] == ("undone", "", 1)
    assert A_NAME not in json.dumps(told(run))


def test_what_is_not_written_is_not_told(settings: Settings) -> None:
    run = opened(settings)
    run.begin()
    with suppress(ZeroDivisionError), changed_record(run.folder, settings.runs) as it:
        it["status"] = Status.SUCCEEDED
        raise ZeroDivisionError

    assert occasions(run) == [("start", "", 1)]


def test_every_occasion_but_the_test_can_be_asked_for() -> None:
    assert {*channels.OCCASIONS} == {*map(str, Occasion)} - {"test"}
    assert {*channels.OCCASIONS} > channels.OF_DEAD_MAN
