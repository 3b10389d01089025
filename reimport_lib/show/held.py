"""What a database holds: its backup, what its ledger accounts for, imported records.

Imports previews, words and html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from reimport_lib.counting import verb
from reimport_lib.show.figured import figure
from reimport_lib.show.html import Grid, Sentence, Stack
from reimport_lib.show.masking import Masking
from reimport_lib.show.previews import sample_table
from reimport_lib.show.words import count, noun, sentence_case, several, size

if TYPE_CHECKING:
    from reimport_lib.backup.backup import Backup
    from reimport_lib.backup.digests import DatabaseDigest
    from reimport_lib.prove.evidence import Evidence


def backup_table(
    made: Backup, held: DatabaseDigest, *, taken_over: bool = False
) -> Grid:
    """
    Table by table: rows in the backup, and in what it was compared with.

    Args:
        held: by the restored copy; where a full run took the backup over, by the real
            database now, as the rehearsal that restored it is not asked again.
    """
    how, other = "restored and compared", "restored rows"
    if taken_over:
        how += f" by {made.folder.parent.name}; now compared with the real database"
        other = "rows now"
    tables = sorted(made.digest.tables.items())
    empty = sum(not table.rows for _, table in tables)
    return Grid(
        f"{made.file}, {size(made.bytes)}, {made.server}: {how}; "
        f"{several(empty, 'further table')} {verb(empty, 'is', 'are')} empty",
        ("table", "rows", other, "digest"),
        [
            (
                name,
                count(table.rows),
                count(held.tables[name].rows) if name in held.tables else "",
                "equal" if held.tables.get(name) == table else "different",
            )
            for name, table in tables
            if table.rows
        ],
        right=("rows", other),
    )


def accounts(evidence: Evidence) -> Grid:
    """Phase by phase: the run that imported it, and the rows its ledger speaks of."""
    own = {evidence.run.run_id: "this one"}
    told: list[tuple[str, str, str]] = [
        (
            phase,
            own.get(account.run_id, account.run_id),
            figure(
                sum(sum(counts.values()) for counts in account.counts.values()),
                *("phases", phase, "rows"),
                run="" if account.run_id in own else account.run_id,
            ),
        )
        for phase, account in evidence.accounts.items()
    ]
    told += [(phase, gap.actual, "") for phase, gap in evidence.gaps.items()]
    rows = "rows with an outcome"
    caption = "What the ledger of this database says was done"
    return Grid(caption, ("phase", "run", rows), told, right=(rows,))


def records(held: Mapping[str, pd.DataFrame], mask: Masking) -> Stack:
    """The first imported records of each table as the database has them, masked."""
    if not held:
        return Stack([Sentence("The database holds no imported record yet.")])
    return Stack(
        [
            sample_table(
                frame,
                mask,
                table=table,
                rows=len(frame),
                caption=f"{sentence_case(noun(table))} in the database: the first "
                f"{several(len(frame), 'record')} by key",
            )
            for table, frame in held.items()
        ]
    )
