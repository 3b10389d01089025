"""How long a run will take is told by those before it, and how good that was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reimport_lib.config import load_settings
from reimport_lib.record import events, forecast, runs
from reimport_lib.record.events import DurationForecast
from reimport_lib.record.forecast import Forecast, Span, expected
from reimport_lib.record.status import Mode, Status

PHASES = ("validation", "backup", "patients")


def manifest(
    seconds: float = 0.0,
    *each: float,
    mode: str = "full",
    status: str = "succeeded",
    **more: Any,
) -> Any:
    """A run whose phases took *each*, and that took *seconds* in all."""
    names = zip(PHASES, each or (1.0, 2.0, 3.0), strict=False)
    return {
        "run_id": "x",
        "mode": mode,
        "status": status,
        "database": "clinic",
        "seconds": seconds,
        "phases": [{"name": name, "seconds": took} for name, took in names],
        **more,
    }


def of(*before: Any, mode: str = "full") -> Forecast:
    past = [each if isinstance(each, tuple) else (each, None) for each in before]
    run = manifest(mode=mode)
    for entry in run["phases"]:
        entry["status"] = Status.PENDING
    return expected(run, past)


def test_nothing_is_expected_before_the_first_run() -> None:
    found = of()

    assert (found.whole, found.undo, found.phases, found.runs) == (None, None, {}, 0)
    assert (found.event, found.off, found.kept) == (None, None, (0, 0))


def test_half_took_no_longer_than_is_likely_and_nine_of_ten_than_is_long() -> None:
    found = of(*(manifest(float(took), took, 1, 1) for took in range(1, 12)))

    assert found.runs == 10  # the newest: 2 to 11 seconds
    assert found.whole == Span(6.5, 10)
    assert found.phases["validation"] == Span(6.5, 10)
    assert found.phases["backup"] == Span(1, 1)
    assert found.event == DurationForecast(6.5, 10, 10)


def test_phases_are_added_where_no_run_before_had_just_these() -> None:
    more = manifest(99.0)
    more["phases"] += [{"name": "images", "seconds": 5.0}]
    one = manifest(99.0, 1.0, 2.0)

    assert of(more).whole == Span(6.0, 6.0)
    assert of(one).whole is None  # nobody knows how long patients take
    assert of(one).phases == {"validation": Span(1.0, 1.0), "backup": Span(2.0, 2.0)}


@pytest.mark.parametrize(
    "other",
    [
        {"status": "failed"},
        {"status": "interrupted"},
        {"database": "another"},
        {"phases": []},
        {"phases": [{"name": "validation", "seconds": 1, "attempts": [{}]}]},
    ],
    ids=lambda other: next(iter(other)),
)
def test_what_was_stopped_or_went_elsewhere_says_nothing(other: Any) -> None:
    assert of({**manifest(50.0), **other}).runs == 0


def test_the_other_mode_counts_where_this_one_was_never_run() -> None:
    rehearsed = manifest(9.0, mode="rehearsal")
    found = of(rehearsed)
    assert (found.whole, found.of_other) == (Span(9.0, 9.0), True)

    found = of(rehearsed, manifest(6.0))
    assert (found.whole, found.of_other) == (Span(6.0, 6.0), False)


def test_an_undo_is_expected_by_rehearsals_that_undid_themselves_and_by_undos() -> None:
    found = of(
        manifest(9.0, mode="rehearsal", undo_proof={"seconds": 4.0}),
        manifest(6.0, mode="undo", phases=[]),
        manifest(90.0, mode="undo", phases=[], status="interrupted"),
    )

    assert found.undo == Span(5.0, 6.0)


def test_how_good_forecasts_were_is_told_with_the_next() -> None:
    said = DurationForecast(8.0, 9.0, 3)
    found = of((manifest(10.0), said), (manifest(8.0), said), manifest(3.0))

    assert found.off == pytest.approx(0.1)  # 20 % and 0 %
    assert found.kept == (1, 2)


def test_of_a_run_that_goes_on_only_what_is_left_is_expected() -> None:
    run = manifest(status="interrupted")
    for entry, status in zip(
        run["phases"],
        (Status.SUCCEEDED, Status.INTERRUPTED, Status.PENDING),
        strict=True,
    ):
        entry["status"] = status

    assert expected(run, [(manifest(99.0), None)]).whole == Span(5.0, 5.0)


def test_it_is_kept_among_the_events_of_the_run(tmp_path: Path) -> None:
    settings = load_settings({"REIMPORT_RUNS": str(tmp_path)})
    run = runs.create(settings, Mode.REHEARSAL, phases=((0, "validation"),))
    assert events.forecast(run.folder) is None
    assert forecast.of_run(run).whole is None

    for likely in (1.0, 2.0):
        run.tell(DurationForecast(likely, 3.0, 4))
    with (run.folder / events.EVENTS).open("a") as file:
        file.write('{"event": "duration_forecast", "likely"')

    assert events.forecast(run.folder) == DurationForecast(2.0, 3.0, 4)
