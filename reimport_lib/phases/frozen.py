"""The frozen source of a run, and what the row rules may know beside it.

Staging needs nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path

from reimport_lib.plan.cells import texts
from reimport_lib.plan.context import Context, Known, Person
from reimport_lib.plan.stage import Staged, snapshot_keys, stage
from reimport_lib.read.snapshot import Snapshot, open_snapshot
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.write import read


def snapshot_of(run: Run) -> Snapshot:
    """The frozen source of *run*, proven against its digests once per process."""
    return _proven(run.snapshot_folder)


@lru_cache(maxsize=1)
def _proven(folder: Path) -> Snapshot:
    return open_snapshot(folder)


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
    )


def staged(run: Run, snapshot: Snapshot, table: str) -> Staged:
    """The typed frame of *table*, by what *snapshot* and the settings say alone."""
    return stage(
        registry.sources()[table], snapshot.table(table), context_of(run, snapshot)
    )


def known_to(run: Run, snapshot: Snapshot) -> Known:
    """What rows of *snapshot* can be linked to in the run's database, as it is now."""
    known = read.known(source_patients(run, snapshot))
    return replace(known, in_source=partial(_people, run, snapshot))


def _people(run: Run, snapshot: Snapshot) -> dict[str, Person]:
    """Canonical key -> every patient of *snapshot* as it has them."""
    if not snapshot.has("patients"):
        return {}
    context = context_of(run, snapshot)
    patients = registry.named("patients")
    frame = stage(patients, snapshot.table("patients"), context).frame
    names = (texts(frame[name]) for name in ("first_name", "last_name"))
    return {
        key: Person(*person)
        for key, *person in zip(frame["key"], *names, frame["dob"], strict=True)
    }


def source_patients(run: Run, snapshot: Snapshot) -> frozenset[str]:
    """Canonical keys of every patient row of *snapshot*."""
    if not snapshot.has("patients"):
        return frozenset()
    context = context_of(run, snapshot)
    return snapshot_keys(
        registry.named("patients"), snapshot.table("patients"), context
    )
