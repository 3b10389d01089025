"""How much of each run can still be undone, by what the ledger holds.

A figure for many runs at once: rows that later runs touched count as changed. What
people have changed since only the plan of an undo tells.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connections

from reimport_lib.tables import registry
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.touched import BESIDE

_WRITTEN = ("created", "updated", "deleted")
# the ledger's own order: a clock may have been set back
_IMAGES = """
    WITH runs AS (
        SELECT run_id, ROW_NUMBER() OVER (ORDER BY started_at, run_id) AS place
          FROM {runs}
    ), images AS (
        SELECT runs.run_id, runs.place,
               MAX(runs.place) OVER (PARTITION BY held.model, held.object_pk) AS latest
          FROM {kept} held JOIN runs ON runs.run_id = held.run_id
         WHERE held.model <> %s
    )
    SELECT run_id, COUNT(*), SUM(CASE WHEN place < latest THEN 1 ELSE 0 END)
      FROM images GROUP BY run_id
"""


@dataclass(frozen=True, slots=True)
class Remaining:
    """
    What the ledger holds of a run.

    Attributes:
        written: rows that its phases created, updated and deleted.
        held: rows of which it has an image.
        later: those of them that later runs touched.
    """

    written: int = 0
    held: int = 0
    later: int = 0

    @property
    def rows(self) -> int:
        """That go back, if no person has changed them since."""
        return self.held - self.later


def of_all(*, alias: str = DEFAULT) -> dict[str, Remaining]:
    """Run id -> what the ledger holds of it, of every run that it knows."""
    runs, phases, befores = (
        apps.get_model("ledger", name)
        for name in ("LedgerRun", "LedgerPhase", "BeforeImage")
    )
    written = dict.fromkeys(
        runs._base_manager.using(alias).values_list("run_id", flat=True), 0
    )
    models = {table.name for table in registry.all_tables() if table.model}
    told = phases._base_manager.using(alias).values_list("run_id", "counts")
    for run_id, counts in told:
        written[run_id] += sum(
            outcomes.get(name, 0)
            for table, outcomes in counts.items()
            if table in models
            for name in _WRITTEN
        )
    statement = _IMAGES.format(runs=runs._meta.db_table, kept=befores._meta.db_table)
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, [BESIDE])
        held = {run_id: figures for run_id, *figures in cursor.fetchall()}
    return {
        run_id: Remaining(rows, *map(int, held.get(run_id, (0, 0))))
        for run_id, rows in written.items()
    }
