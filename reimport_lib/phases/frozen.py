"""The frozen source of a run, and what the row rules may know beside it.

Staging needs nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np

from reimport_lib.plan.context import Context, Held, Known, WhenAsked
from reimport_lib.plan.stage import Staged, snapshot_keys, stage, stage_keys
from reimport_lib.read.snapshot import Snapshot, open_snapshot
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.write import read
from reimport_lib.write.capacities import capacities


def snapshot_of(run: Run) -> Snapshot:
    """The frozen source of *run*; a table is proven when it is read."""
    return open_snapshot(run.snapshot_folder)


def context_of(run: Run, snapshot: Snapshot, known: Known | None = None) -> Context:
    """What the row rules may know in *run*: its clock, its settings, *known*."""
    return Context(
        as_of=datetime.fromisoformat(run.manifest()["as_of"]),
        settings=run.settings.rows,
        known=known or Known(),
        declared_order={
            name: table.declared_order
            for name, table in snapshot.manifest.tables.items()
            if table.declared_order
        },
        capacities=capacities(),
    )


def staged(run: Run, snapshot: Snapshot, table: str) -> Staged:
    """The typed frame of *table*, by what *snapshot* and the settings say alone."""
    return stage(
        registry.sources()[table], snapshot.table(table), context_of(run, snapshot)
    )


def rows_of(run: Run, snapshot: Snapshot, table: str, keys: Collection[str]) -> Staged:
    """The same of those rows alone whose canonical key is one of *keys*."""
    declared = registry.sources()[table]
    context, texts = context_of(run, snapshot), snapshot.table(table)
    if declared.key is not None:
        texts = texts[np.isin(stage_keys(declared, texts, context), list(keys))]
    return stage(declared, texts, context)


def known_to(run: Run, snapshot: Snapshot) -> Known:
    """What rows of *snapshot* can be linked to in the run's database, as it is now."""
    context = context_of(run, snapshot)

    def keys_of(name: str) -> frozenset[str]:
        return snapshot_keys(registry.named(name), snapshot.table(name), context)

    keys = WhenAsked(filter(snapshot.has, registry.owners()), keys_of)
    return replace(read.known(keys), in_source=partial(_in_source, run, snapshot))


def _in_source(run: Run, snapshot: Snapshot, name: str) -> dict[str, Held]:
    """Canonical key -> every row of the table *name* as *snapshot* has it."""
    if not snapshot.has(name):
        return {}
    table = registry.named(name)
    frame = stage(table, snapshot.table(name), context_of(run, snapshot)).frame
    columns = [column for column in table.remembered if column in frame]
    rows = zip(frame["key"], *(frame[column] for column in columns), strict=True)
    return {
        key: Held(values=dict(zip(columns, values, strict=True)))
        for key, *values in rows
    }
