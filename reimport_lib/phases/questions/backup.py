"""What 01_backup asks."""

from __future__ import annotations

from dataclasses import dataclass, field

from reimport_lib.phases import backup
from reimport_lib.phases.questions.shared import PhaseNotebook, left_by
from reimport_lib.show import held
from reimport_lib.show.html import Grid, Stack


@dataclass(eq=False, repr=False)
class BackupNotebook(PhaseNotebook):
    """Phase 1."""

    _proven: backup.Proven | None = field(init=False, default=None)

    def back_up(self) -> Grid:
        """Can we go back?"""
        self._proven = made = backup.back_up(self.run)
        return held.backup_table(made.backup, made.restored, taken_over=made.reused)

    def held(self) -> Stack:
        """What does it hold?"""
        return held.records(backup.held(self.run, self.rows), self.mask)

    def prove(self) -> Stack:
        """Did it prove itself?"""
        proven = left_by("back_up", self._proven)
        return self.judge(backup.checks(self.run, proven))
