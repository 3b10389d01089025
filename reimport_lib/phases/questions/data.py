"""What the notebooks of the data phases ask, 03 to 07."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from reimport_lib.phases import data, frozen, validation
from reimport_lib.phases.questions.shared import PhaseNotebook, left_by
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.show import results, views
from reimport_lib.show.drawing import Chart
from reimport_lib.show.explorer import Explorer
from reimport_lib.show.html import Grid, Stack
from reimport_lib.write.apply import Applied


@dataclass(eq=False, repr=False)
class DataNotebook(PhaseNotebook):
    """Phases 3 to 7."""

    _applied: Applied | None = field(init=False, default=None)

    def source(self) -> Stack:
        """What did FileMaker give us?"""
        return views.sources(self._snapshot, self._own.tables)

    def mapping(self) -> Stack:
        """Does it fit?"""
        described = validation.mappings_of(self._snapshot, self._own.tables)
        return views.mappings(described)

    def samples(self) -> Stack:
        """What does it look like, read?"""
        return views.samples(self._staged, self.mask, rows=self.rows)

    def links(self) -> Stack:
        """Who does each row belong to, and who was taken for one?"""
        matches = views.matches(self._plans, self._staged, self.mask)
        return Stack((*views.links(self._plans).parts, *matches.parts))

    def link_charts(self) -> tuple[Chart, ...]:
        """How much of each link is found, and where is its floor?"""
        return views.link_charts(self._plans, data.gates_of(self.run))

    def plan(self) -> Stack:
        """What will change?"""
        return views.equations(self._plans)

    def plan_charts(self) -> tuple[Chart, ...]:
        """How many rows end in each outcome?"""
        return views.outcome_charts(self._plans)

    def differences(self) -> Stack:
        """What will updates change, field by field?"""
        return views.changes(self._plans, self.mask, rows=self.rows)

    def rejected(self) -> Stack:
        """What is rejected or skipped, and why?"""
        return views.reasons(self._plans, self.mask)

    def notes(self) -> Stack:
        """Which values were changed or doubted on the way in?"""
        return views.notes(self._plans)

    def explorer(self) -> Explorer:
        """Which rows are they?"""
        return views.explorer(self._plans, self._staged, self.mask, rows=self.rows)

    def control(self) -> Any:
        """The same to choose from, where there is a kernel."""
        return views.control(self.explorer())

    def approve(self) -> Grid:
        """May we proceed? Stops at a gate, and at a plan that nobody reviewed."""
        return results.gates_table(self._own.require(self.run, self._plans))

    def apply(self) -> tuple[Chart, ...]:
        """Write what was approved, in one transaction."""
        self.approve()
        self._applied = self._own.apply(self.run, self._plans)
        return views.outcome_charts(self._plans, applied=True)

    def prove(self) -> Stack:
        """Did it land?"""
        left_by("apply", self._applied)
        return self.judge(self._own.reconcile(self.run, self._plans))

    def finish(self) -> None:
        """Close the phase; raises ValidationFailed."""
        self._own.finish(self.run, left_by("prove", self.checks))

    @property
    def _own(self) -> data.DataPhase:
        return data.DataPhase(self.name)

    @property
    def _snapshot(self) -> Snapshot:
        return frozen.snapshot_of(self.run)

    @cached_property
    def _staged(self) -> data.Stageds:
        return self._own.stage(self.run)

    @cached_property
    def _plans(self) -> data.Plans:
        return self._own.plan(self.run, self._staged)
