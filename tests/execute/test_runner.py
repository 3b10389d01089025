"""How a run ended is what its phases say, whatever could not be written then."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reimport_lib.config import load_settings
from reimport_lib.errors import ReimportError
from reimport_lib.execute import report, runner
from reimport_lib.phases import named
from reimport_lib.private_files import unwritable
from reimport_lib.record import runs
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Mode, Status

FULL = OSError(28, "No space left on device")


def no_room(run: Run, _: object) -> None:
    raise unwritable(run.folder / REPORT, FULL)


def succeed(run: Run, *_: object) -> list[object]:
    run.begin_phase("validation")
    run.end_phase("validation", Status.SUCCEEDED)
    return []


def test_a_page_without_room_does_not_make_a_run_that_succeeded_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings({"REIMPORT_RUNS": str(tmp_path)})
    phases = ((named("validation").number, "validation"),)
    run = runs.create(settings, Mode.REHEARSAL, phases=phases)
    monkeypatch.setattr(runner, "_execute_phases", succeed)
    monkeypatch.setattr(report, "write", no_room)
    told: list[ReimportError] = []

    status = runner.execute(run, complain=told.append)

    assert status is Status.SUCCEEDED
    assert run.status is Status.SUCCEEDED
    assert [error.id for error in told] == ["R119"]


def test_no_page_that_is_made_keeps_messages_waiting_while_phases_are_at_work() -> None:
    before = sys.getswitchinterval()

    with runner._switching_often():
        assert sys.getswitchinterval() < before / 5

    assert sys.getswitchinterval() == before
