"""The import that waits for its hour, as people are told of it before."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reimport_lib.config import load_settings
from reimport_lib.record import clock, forecast, planned, runs
from reimport_lib.record.forecast import Forecast, Span
from reimport_lib.record.planned import PlannedImport, next_import
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status

HERE = "Europe/Berlin"
NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo(HERE))
TEN = NOON.replace(hour=22)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (clock, runs):
        monkeypatch.setattr(module, "now", lambda: NOON)


def opened(folder: Path, window: str = "", mode: Mode = Mode.FULL) -> Run:
    words = {"REIMPORT_RUNS": str(folder), "REIMPORT_TIME_ZONE": HERE}
    settings = load_settings({**words, "REIMPORT_WINDOW": window})
    return runs.create(settings, mode, phases=((0, "validation"),))


def test_it_begins_when_the_scheduler_was_told_or_when_the_hours_begin(
    tmp_path: Path,
) -> None:
    run = opened(tmp_path)
    assert next_import(run.settings, NOON) is None

    planned.keep(run, TEN)
    assert next_import(run.settings, NOON) == PlannedImport(run.run_id, TEN, None)
    assert next_import(run.settings, TEN + timedelta(minutes=29)) is not None
    assert next_import(run.settings, TEN + timedelta(minutes=30)) is None

    later = opened(tmp_path, "23:00-05:00")  # nobody told a scheduler of this one
    found = next_import(later.settings, NOON)
    assert found == PlannedImport(later.run_id, TEN.replace(hour=23), None)
    week = NOON + timedelta(days=7)
    assert next_import(later.settings, week) is None  # nobody began it


def test_until_when_is_told_by_the_runs_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taking(_: Any) -> Forecast:
        whole = Span(300.0, 17 * 60.0)
        return Forecast({}, whole, None, 4, of_other=False, off=None, kept=(0, 0))

    monkeypatch.setattr(forecast, "of_run", taking)
    run = opened(tmp_path, "22:00-05:00")

    found = next_import(run.settings, NOON)
    assert found == PlannedImport(run.run_id, TEN, TEN.replace(minute=20))


def test_what_has_begun_or_only_rehearses_is_not_waited_for(tmp_path: Path) -> None:
    opened(tmp_path, "22:00-05:00", Mode.REHEARSAL)
    run = opened(tmp_path, "22:00-05:00")
    assert next_import(run.settings, NOON) is not None

    run.begin()
    run.end(Status.INTERRUPTED, seconds=1.0)
    assert next_import(run.settings, NOON) is None


@pytest.mark.parametrize("text", ["{", '{"run": "x"}', '{"run": 1, "at": "22:00"}'])
def test_a_note_that_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    run = opened(tmp_path)
    (tmp_path / planned.FILE).write_text(text)

    assert next_import(run.settings, NOON) is None
