"""What 00_validation asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from reimport_lib import workers
from reimport_lib.phases import validation
from reimport_lib.phases.questions.shared import PhaseNotebook, left_by
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.show import charts, previews
from reimport_lib.show.drawing import Chart
from reimport_lib.show.html import Stack
from reimport_lib.show.results import Card


@dataclass(eq=False, repr=False)
class ValidationNotebook(PhaseNotebook):
    """Phase 0."""

    proof: ClassVar = "check"

    _frozen: Snapshot | None = field(init=False, default=None)

    def freeze(self) -> Card:
        """Read the source once; the run, and what it was made from."""
        self._frozen = validation.freeze(self.run)
        return self.card()

    def source(self) -> Stack:
        """What did FileMaker give us?"""
        return previews.source_table(self._snapshot.manifest, self._tables)

    def fill_charts(self) -> tuple[Chart, ...]:
        """How many rows fill each column?"""
        found = self._snapshot.manifest.tables
        asked = [(name, found[name].filled, found[name].rows) for name in self._tables]
        return tuple(workers.each(_fill_chart, asked, here=_fill_chart))

    def mapping(self) -> Stack:
        """Does it fit?"""
        described = validation.mappings_of(self._snapshot, self._tables)
        return Stack([previews.mapping_fold(*each) for each in described.items()])

    def samples(self) -> Stack:
        """What does it look like?"""
        frames = {
            name: self._snapshot.table(name) for name in self._snapshot.manifest.tables
        }
        return previews.samples(frames, self.mask, self.rows)

    def check(self) -> Stack:
        """May we proceed?"""
        return self.judge(validation.checks(self.run, self._snapshot))

    @property
    def _snapshot(self) -> Snapshot:
        return left_by("freeze", self._frozen)

    @property
    def _tables(self) -> tuple[str, ...]:
        return validation.tables_of(self._snapshot)


def _fill_chart(of: tuple[str, Mapping[str, int], int]) -> Chart:
    return charts.fill_rates(*of)
