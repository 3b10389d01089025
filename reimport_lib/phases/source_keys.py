"""The keys that the snapshot holds, and those of which no row comes in today.

What was imported and is in neither goes; what is in the second stays, or goes as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set

from reimport_lib.phases import frozen, planning
from reimport_lib.plan.context import Known
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.delete import Keys
from reimport_lib.plan.stage import Staged
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.write import read
from reimport_lib.write.bind import DEFAULT


def source_keys(
    run: Run, snapshot: Snapshot, staged: Callable[[str], Staged] | None = None
) -> tuple[Keys, Keys]:
    """
    Table -> the keys its snapshot holds, and those of which no row comes in today.

    Both name every table that the snapshot has. Deciding takes as long as the data
    phases do, so a table is looked at only where an earlier import left rows in it.

    Args:
        staged: gives the typed frame of a table, where the caller has it.
    """
    held = imported(snapshot)
    keys: dict[str, frozenset[str]] = dict.fromkeys(_deletable(snapshot), frozenset())
    out = dict(keys)
    for found, decided in _decide(run, snapshot, held, staged) if held else ():
        table = decided.table
        keys[table] = frozenset(key for key in found if key)
        out[table] = keys[table] - frozenset(decided.values["filemaker_id"])
    return keys, out


def imported(snapshot: Snapshot, *, alias: str = DEFAULT) -> frozenset[str]:
    """Tables of *snapshot* in which an earlier import left rows."""
    return frozenset(t for t in _deletable(snapshot) if read.imported(t, alias=alias))


def decided(snapshot: Snapshot, held: Set[str]) -> list[str]:
    """The tables to stage where those of *held* are to be decided, in order."""
    return [
        table
        for table in registry.sources()
        if snapshot.has(table)
        # what others are linked to is always decided
        and (
            table in registry.linked()
            or not held.isdisjoint({table, *registry.made_of(table)})
        )
    ]


def _deletable(snapshot: Snapshot) -> list[str]:
    return [
        table.name
        for table in registry.all_tables()
        if table.model and snapshot.has(table.snapshot_name)
    ]


def _decide(
    run: Run,
    snapshot: Snapshot,
    held: Set[str],
    staged_of: Callable[[str], Staged] | None,
) -> Iterator[tuple[Iterable[str], Decided]]:
    """The tables of *held* as their own phases will decide them, with their keys."""
    known: Known = frozen.known_to(run, snapshot)
    for table in decided(snapshot, held):
        context = frozen.context_of(run, snapshot, known)
        staged = staged_of(table) if staged_of else frozen.staged(run, snapshot, table)
        found, made = planning.decide_table(run, snapshot, staged, context)
        yield staged.frame["key"], found
        if table in registry.linked():
            if run.clean_slate:  # then those that do not come in will be gone
                known = known.with_rows(table, {})
            plan = planning.plan_table(run, snapshot, found)
            known = planning.with_planned(known, plan, found)
        for rows, _ in made:
            yield registry.made(rows.table).keys(staged), rows
