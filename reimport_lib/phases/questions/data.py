"""What the notebooks of the data phases ask, 03 to 07."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from reimport_lib import workers
from reimport_lib.phases import data, frozen, unlinked, validation
from reimport_lib.phases.planning import Plans, Stageds
from reimport_lib.phases.questions.shared import PhaseNotebook, left_by
from reimport_lib.phases.settled import settled
from reimport_lib.plan.decide import Link
from reimport_lib.plan.made import spellings
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.show import charts, plans, previews
from reimport_lib.show.drawing import Chart
from reimport_lib.show.explorer import Explorer, explore
from reimport_lib.show.html import Grid, Sentence, Stack
from reimport_lib.show.merged import merged_table
from reimport_lib.show.results import gates_table, link_floors
from reimport_lib.tables import registry
from reimport_lib.write.apply import Applied


@dataclass(eq=False, repr=False)
class DataNotebook(PhaseNotebook):
    """Phases 3 to 7."""

    _applied: Applied | None = field(init=False, default=None)

    def source(self) -> Stack:
        """What did FileMaker give us?"""
        return previews.source_table(self._snapshot.manifest, self._own.tables)

    def mapping(self) -> Stack:
        """Does it fit?"""
        described = validation.mappings_of(self._snapshot, self._own.tables)
        return Stack([previews.mapping_table(*each) for each in described.items()])

    def samples(self) -> Stack:
        """What does it look like, read?"""
        return previews.samples(self._frames, self.mask, self.rows)

    def links(self) -> Stack:
        """Who does each row belong to, and who was taken for one?"""
        links = [plans.links_table(plan) for plan in self._plans if plan.links]
        limits = data.gates_of(self.run)
        why = unlinked.sentences(self.run, self._plans, limits)
        causes = [Sentence(f"Look at {each}.") for each in why]
        return Stack([*links, *causes, *self._matches()])

    def link_charts(self) -> tuple[Chart, ...]:
        """How much of each link is found, and where is its floor?"""
        limits = data.gates_of(self.run)
        asked = [
            (plan.table, plan.links, link_floors(plan.table, limits))
            for plan in self._plans
            if plan.links
        ]
        return tuple(workers.each(_link_chart, asked, here=_link_chart))

    def plan(self) -> Stack:
        """What will change?"""
        return Stack([plans.outcomes_stack(plan) for plan in self._plans])

    def plan_charts(self) -> tuple[Chart, ...]:
        """How many rows end in each outcome?"""
        return self._outcome_charts(applied=False)

    def differences(self) -> Stack:
        """What will updates change, field by field?"""
        return Stack(
            [plans.changes_table(plan, self.mask, self.rows) for plan in self._plans]
        )

    def conflicts(self) -> Stack:
        """What did FileMaker and people both change, and whose is it?"""
        return Stack(
            [
                merged_table(plan.table, settled(self.run, plan), self.mask)
                for plan in self._plans
            ]
        )

    def rejected(self) -> Stack:
        """What is rejected or skipped, and why?"""
        return Stack([plans.reasons_table(plan, self.mask) for plan in self._plans])

    def notes(self) -> Stack:
        """Which values were changed or doubted on the way in?"""
        return Stack([plans.notes_table(plan) for plan in self._plans])

    def explorer(self) -> Explorer:
        """Which rows are they?"""
        return explore(self._plans, self.mask, rows=self.rows, frames=self._frames)

    def control(self) -> object:
        """The same to choose from, where there is a kernel."""
        return self.explorer().control()

    def approve(self) -> Grid:
        """May we proceed? Stops at a gate, and at a plan that nobody reviewed."""
        return gates_table(self._own.require(self.run, self._plans))

    def apply(self) -> tuple[Chart, ...]:
        """Write what was approved, in one transaction."""
        self.approve()
        self._applied = self._own.apply(self.run, self._plans)
        return self._outcome_charts(applied=True)

    def prove(self) -> Stack:
        """Did it land?"""
        left_by("apply", self._applied)
        return self.judge(self._own.reconcile(self.run, self._plans))

    @property
    def _own(self) -> data.DataPhase:
        return data.DataPhase(self.name)

    @property
    def _snapshot(self) -> Snapshot:
        return frozen.snapshot_of(self.run)

    @cached_property
    def _staged(self) -> Stageds:
        return self._own.stage(self.run)

    @property
    def _frames(self) -> dict[str, pd.DataFrame]:
        return {table: staged.frame for table, staged in self._staged.items()}

    @cached_property
    def _plans(self) -> Plans:
        return self._own.plan(self.run, self._staged)

    def _matches(self) -> Iterator[Stack]:
        """Which spellings were taken for one, of rows that spelled names make."""
        by_table = {plan.table: plan for plan in self._plans}
        for name, plan in by_table.items():
            how = registry.named(name).made
            if how and how.spelled:
                found = spellings(plan, by_table[how.of], self._staged[how.of])
                if len(found):
                    yield previews.matches_stack(name, found, self.mask)

    def _outcome_charts(self, *, applied: bool) -> tuple[Chart, ...]:
        asked = [(plan.table, plan.counts, applied) for plan in self._plans]
        return tuple(workers.each(_outcome_chart, asked, here=_outcome_chart))


def _link_chart(of: tuple[str, Sequence[Link], Mapping[str, float]]) -> Chart:
    return charts.match_rates(*of)


def _outcome_chart(of: tuple[str, Mapping[str, int], bool]) -> Chart:
    table, counts, applied = of
    return charts.outcome_bar(table, counts, applied=applied)
