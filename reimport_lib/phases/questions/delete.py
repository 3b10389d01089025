"""What 02_delete asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from reimport_lib.phases import delete
from reimport_lib.phases.questions.shared import PhaseNotebook, left_by
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.show import results, views
from reimport_lib.show.differences import deletions_stack
from reimport_lib.show.drawing import Chart
from reimport_lib.show.html import Grid, Stack
from reimport_lib.write.apply import Applied


@dataclass(eq=False, repr=False)
class DeleteNotebook(PhaseNotebook):
    """Phase 2."""

    _applied: Applied | None = field(init=False, default=None)

    def plan(self) -> Stack:
        """What does FileMaker no longer have?"""
        slate = self.run.clean_slate
        return deletions_stack(self._plans, self.mask, self.rows, clean_slate=slate)

    def plan_charts(self) -> tuple[Chart, ...]:
        """How much goes, and how much stays?"""
        return views.deletion_charts(self._plans, clean_slate=self.run.clean_slate)

    def approve(self) -> Grid:
        """May we proceed? Stops at a gate, and at a plan that nobody reviewed."""
        return results.gates_table(delete.require(self.run, self._plans))

    def apply(self) -> Grid:
        """Delete what was approved."""
        self.approve()
        self._applied = delete.apply(self.run, self._plans)
        return views.applied_table(self._applied)

    def prove(self) -> Stack:
        """Did it land?"""
        left_by("apply", self._applied)
        return self.judge(delete.reconcile(self.run, self._plans))

    def finish(self) -> None:
        """Close the phase; raises ValidationFailed."""
        delete.finish(self.run, left_by("prove", self.checks))

    @cached_property
    def _plans(self) -> tuple[DeletionPlan, ...]:
        return delete.plan(self.run)
