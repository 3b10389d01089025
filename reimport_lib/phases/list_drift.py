"""What people did to the lists that rows name since a rehearsal, and whether it counts.

An entry that is made, renamed or deleted matters where a name or key of the source is
then found otherwise; all else is people's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from reimport_lib.phases import frozen
from reimport_lib.plan.cells import texts
from reimport_lib.plan.match import look_up
from reimport_lib.private_files import write_json
from reimport_lib.record import evidence
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.tables.links import LinkTo
from reimport_lib.write import bind
from reimport_lib.write.list_entries import ListEntries, NamedEntry, list_entries
from reimport_lib.write.managed_rows import COLUMNS

FILE = "lists.json"


@dataclass(frozen=True, slots=True)
class ListDrift:
    """
    Attributes:
        entries: that people made, changed or deleted, as ``ManagedDigest.drift`` has
            rows.
        found_otherwise: list -> what the source calls its entries and is found
            otherwise, or no longer, or only now.
    """

    entries: pd.DataFrame
    found_otherwise: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def matters(self) -> pd.DataFrame:
        """The entries of lists in which something is found otherwise."""
        return self.entries[self.entries["table"].isin([*self.found_otherwise])]


def record(run: Run) -> None:
    """Keep the lists of the fresh copy, for the full run."""
    path = run.backup_folder / FILE
    write_json(path, list_entries(bind.DEFAULT).lists)
    evidence.seal_file(run.folder, path)


def since(rehearsal: Run) -> ListDrift:
    """What people did to the lists of the real database since *rehearsal* saw them."""
    return between(seen_by(rehearsal), list_entries(bind.REAL), [rehearsal])


def seen_by(rehearsal: Run) -> ListEntries:
    """The lists as *rehearsal* found them; none, where it kept none."""
    path = rehearsal.backup_folder / FILE
    try:
        return ListEntries(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ListEntries({})


def between(then: ListEntries, now: ListEntries, snapshots: Iterable[Run]) -> ListDrift:
    """
    What happened between the two, and what of it the source meets.

    Args:
        snapshots: runs whose frozen source is asked; read only where an entry moved.
    """
    entries = _moved(then, now)
    moved = frozenset(entries["table"])
    found: dict[str, set[str]] = {}
    for run in snapshots if moved else ():
        for name, said in _said(run, moved):
            before, after = _meanings(then, name, said), _meanings(now, name, said)
            is_other = [one != other for one, other in zip(before, after, strict=True)]
            if any(is_other):
                found.setdefault(name, set()).update(said[is_other])
    return ListDrift(entries, {name: frozenset(of) for name, of in found.items()})


def links(table: Table) -> Iterator[LinkTo]:
    """The links of *table* that name entries of lists."""
    yield from (link for link in table.links if link.to in registry.lookups())


def _moved(then: ListEntries, now: ListEntries) -> pd.DataFrame:
    found = [
        (name, pk, *_change(before.get(pk), after.get(pk)))
        for name, before in then.lists.items()
        if (after := now.lists.get(name)) is not None
        for pk in sorted(before.keys() | after.keys())
        if before.get(pk) != after.get(pk)
    ]
    return pd.DataFrame(found, columns=list(COLUMNS), dtype=object)


def _change(then: NamedEntry | None, now: NamedEntry | None) -> tuple[str, str]:
    """(created, changed or deleted; the fields of one that was changed)."""
    if then is None or now is None:
        return ("created" if then is None else "deleted"), ""
    return "changed", ";".join(field for field in now if then.get(field) != now[field])


def _meanings(entries: ListEntries, name: str, said: pd.Series[str]) -> list[object]:
    """What is found for each text, and whether it is unknown where nothing is."""
    found = look_up(entries.directory(name), said)
    return [*zip(found.pks, found.unknown, strict=True)]


def _said(run: Run, lists: frozenset[str]) -> Iterator[tuple[str, pd.Series[str]]]:
    """(list, distinct texts by which rows name its entries), of those *lists*."""
    snapshot = frozen.snapshot_of(run)
    for name, table in registry.sources().items():
        wanted = [link for link in links(table) if link.to in lists]
        if not wanted or not snapshot.has(name):
            continue
        frame = frozen.staged(run, snapshot, name).frame
        for link in wanted:
            for column in link.columns:
                said = texts(frame[column]).drop_duplicates()
                yield link.to, said[said != ""]
