"""What 00_validation asks."""

from __future__ import annotations

from dataclasses import dataclass, field

from reimport_lib.phases import validation
from reimport_lib.phases.questions.shared import PhaseNotebook, left_by
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.show import views
from reimport_lib.show.drawing import Chart
from reimport_lib.show.html import Stack
from reimport_lib.show.results import Card


@dataclass(eq=False, repr=False)
class ValidationNotebook(PhaseNotebook):
    """Phase 0."""

    _frozen: Snapshot | None = field(init=False, default=None)

    def freeze(self) -> Card:
        """Read the source once; the run, and what it was made from."""
        self._frozen = validation.freeze(self.run)
        return self.card()

    def source(self) -> Stack:
        """What did FileMaker give us?"""
        return views.sources(self._snapshot, self._tables)

    def fill_charts(self) -> tuple[Chart, ...]:
        """How many rows fill each column?"""
        return views.fill_charts(self._snapshot, self._tables)

    def mapping(self) -> Stack:
        """Does it fit?"""
        described = validation.mappings_of(self._snapshot, self._tables)
        return views.mappings(described, folded=True)

    def samples(self) -> Stack:
        """What does it look like?"""
        return views.raw_samples(self._snapshot, self.mask, rows=self.rows)

    def check(self) -> Stack:
        """May we proceed?"""
        return self.judge(validation.checks(self.run, self._snapshot))

    def finish(self) -> None:
        """Close the phase; it refuses the run where a check failed."""
        validation.finish(self.run, left_by("check", self.checks))

    @property
    def _snapshot(self) -> Snapshot:
        return left_by("freeze", self._frozen)

    @property
    def _tables(self) -> tuple[str, ...]:
        return validation.tables_of(self._snapshot)
