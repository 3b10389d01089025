"""What 02_delete asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from reimport_lib.phases import delete
from reimport_lib.phases.questions.shared import PhaseNotebook, left_by
from reimport_lib.plan.delete import DELETED, KEPT, DeletionPlan
from reimport_lib.show import charts
from reimport_lib.show.deletion_words import finding
from reimport_lib.show.drawing import Chart
from reimport_lib.show.html import Grid, Stack
from reimport_lib.show.plans import applied_table, deletions_stack
from reimport_lib.show.results import gates_table
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
        tables = {
            plan.table: (plan.counts[DELETED], plan.counts[KEPT])
            for plan in self._plans
            if len(plan.rows)
        }
        kept: Counter[str] = Counter()
        for plan in self._plans:
            kept.update(plan.reasons)
        gone = sum(deleted for deleted, _ in tables.values())
        told = finding(gone, kept, clean_slate=self.run.clean_slate)
        return (charts.deletion_bars(tables, told),) if tables else ()

    def approve(self) -> Grid:
        """May we proceed? Stops at a gate, and at a plan that nobody reviewed."""
        return gates_table(delete.require(self.run, self._plans))

    def apply(self) -> Grid:
        """Delete what was approved."""
        self.approve()
        self._applied = delete.apply(self.run, self._plans)
        return applied_table(self._applied)

    def prove(self) -> Stack:
        """Did it land?"""
        left_by("apply", self._applied)
        return self.judge(delete.reconcile(self.run, self._plans))

    @cached_property
    def _plans(self) -> tuple[DeletionPlan, ...]:
        return delete.plan(self.run)
