"""An import that writes is over, undo and all, within the hours set for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reimport_lib.config import load_settings
from reimport_lib.errors import Refused
from reimport_lib.execute import runner
from reimport_lib.phases import all_phases, timing
from reimport_lib.record import events, forecast, runs
from reimport_lib.record.events import DurationForecast
from reimport_lib.record.forecast import Forecast, Span
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.show import forecast_words

HERE = "Europe/Berlin"
MINUTE = 60.0


def opened(folder: Path, window: str, mode: Mode = Mode.FULL) -> Run:
    words = {"REIMPORT_RUNS": str(folder), "REIMPORT_TIME_ZONE": HERE}
    settings = load_settings({**words, "REIMPORT_WINDOW": window})
    phases = tuple((phase.number, phase.name) for phase in all_phases())
    return runs.create(settings, mode, phases=phases)


def taking(whole: float | None, undo: float | None = None) -> Forecast:
    """So many minutes at most, and half of them as a rule."""
    spans = [None if m is None else Span(m * 30, m * 60) for m in (whole, undo)]
    return Forecast({}, *spans, 4, of_other=False, off=0.25, kept=(3, 4))


def at(clock: str) -> datetime:
    moment = datetime.fromisoformat(f"2026-03-02T{clock}")
    return moment.replace(tzinfo=ZoneInfo(HERE))


@pytest.mark.parametrize(
    ("clock", "found", "says"),
    [
        ("21:59", taking(1), "It is 21:59, and imports write from 22:00 to 05:00 only"),
        ("04:31", taking(20, 10), "The latest moment to begin was 04:30"),
        ("04:50", taking(20), "The latest moment to begin was 04:40"),
        ("05:00", taking(None), "from 22:00 to 05:00 only"),
    ],
)
def test_what_would_not_be_over_in_time_does_not_begin(
    tmp_path: Path, clock: str, found: Forecast, says: str
) -> None:
    run = opened(tmp_path, "22:00-05:00")

    with pytest.raises(Refused) as refused:
        timing.require_hours(run, found, at(clock))

    assert says in refused.value.message
    assert refused.value.hint.startswith("from 2026-03-02 22:00 on:")
    assert refused.value.hint.endswith(f"reimport run --resume {run.run_id}")
    assert refused.value.id in ("R483", "R484")


@pytest.mark.parametrize(
    ("clock", "window", "mode"),
    [
        ("04:30", "22:00-05:00", Mode.FULL),
        ("12:00", "", Mode.FULL),
        ("12:00", "22:00-05:00", Mode.REHEARSAL),
    ],
)
def test_what_is_over_in_time_or_writes_nothing_begins(
    tmp_path: Path, clock: str, window: str, mode: Mode
) -> None:
    timing.require_hours(opened(tmp_path, window, mode), taking(20, 10), at(clock))


def test_a_run_that_may_not_begin_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = opened(tmp_path, "22:00-05:00")
    noon = at("12:00")
    monkeypatch.setattr(timing, "now", lambda: noon)

    with pytest.raises(Refused, match="imports write from 22:00"):
        runner.execute(run)

    assert run.status is Status.OPEN


def test_what_was_expected_is_kept_once_where_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = opened(tmp_path, "")
    monkeypatch.setattr(forecast, "of_run", lambda _: taking(20, 10))

    timing.begin(run)
    assert events.forecast(run.folder) == DurationForecast(600.0, 1200.0, 4)

    run.begin_phase("validation")
    monkeypatch.setattr(forecast, "of_run", lambda _: taking(2))
    timing.begin(run)  # it goes on: what was said of all of it stays
    assert events.forecast(run.folder) == DurationForecast(600.0, 1200.0, 4)


def test_sentences_say_how_long_and_until_when_it_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing, "now", lambda: at("23:00"))
    run = opened(tmp_path, "22:00-05:00")
    found = taking(20, 10)

    assert [*forecast_words.lines(found, timing.latest_to_stop(run, found))] == [
        "Expected: about 10 min 00 s, no longer than 20 min 00 s in nine of ten, by 4"
        " runs before it.",
        "Undoing it: about 5 min 00 s, no longer than 10 min 00 s in nine of ten.",
        "Until 04:50 it can be stopped and undone in time.",
        "Of 4 forecasts before 3 held; in the middle they were off by 25%.",
    ]
    (unknown, *_) = forecast_words.lines(taking(None))
    assert unknown.startswith("How long it will take nobody knows")
    assert forecast_words.left(-1) == "later than expected"
