"""A run's phases as plain functions in this process, and the seconds of their steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from reimport_lib.phases import Phase, named, recording
from reimport_lib.phases.binding import bind_run
from reimport_lib.phases.data import DataPhase
from reimport_lib.record.run import Run
from reimport_lib.write import bind

WHOLE = "whole"

Clock = Callable[[], float]
Result = TypeVar("Result")


def by_functions(
    run: Run, clock: Clock = time.perf_counter
) -> dict[str, dict[str, float]]:
    """Execute *run* in this process; phase -> step, or WHOLE, -> seconds by *clock*."""
    bind_run(run)
    found = {name: _phase(run, named(name), _Watch(clock)) for name in run.phases}
    bind.close()
    return found


class _Watch:
    """Seconds of the steps of one phase."""

    def __init__(self, clock: Clock) -> None:
        self.seconds: dict[str, float] = {}
        self._clock = clock

    def timed(self, step: str, work: Callable[[], Result]) -> Result:
        started = self._clock()
        result = work()
        self.seconds[step] = self._clock() - started
        return result


def _phase(run: Run, phase: Phase, watch: _Watch) -> dict[str, float]:
    watch.timed(WHOLE, lambda: _executed(run, phase, watch))
    return watch.seconds


def _executed(run: Run, phase: Phase, watch: _Watch) -> None:
    if phase.tables:
        _data_phase(run, phase.module, watch)
    else:
        phase.module.execute(run)


def _data_phase(run: Run, phase: DataPhase, watch: _Watch) -> None:
    recording.begin(run, phase.name)
    staged = watch.timed("stage", lambda: phase.stage(run))
    plans = watch.timed("plan", lambda: phase.plan(run, staged))
    phase.require(run, plans)
    watch.timed("apply", lambda: phase.apply(run, plans))
    recording.finish(run, phase.name, phase.reconcile(run, plans))
