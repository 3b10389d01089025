"""What the row rules may know: the clock, the settings, and what there is to link to.

Pure data; imports only config. ``write.read`` fills Known from the database, and the
phases fill the rest from the snapshot; nothing else enters a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from reimport_lib.config import RowSettings
from reimport_lib.plan.capacity import Capacities, Capacity

V = TypeVar("V")


class WhenAsked(Mapping[str, V]):
    """Name -> what *read* gives of it, read where somebody first asks for it."""

    def __init__(self, names: Iterable[str], read: Callable[[str], V]) -> None:
        self._names = dict.fromkeys(names)
        self._read = read
        self._found: dict[str, V] = {}

    def __getitem__(self, name: str) -> V:
        if name not in self._found:
            if name not in self._names:
                raise KeyError(name)
            self._found[name] = self._read(name)
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"WhenAsked({', '.join(self._names)})"

    @property
    def asked(self) -> frozenset[str]:
        """Names that somebody has asked for."""
        return frozenset(self._found)


@dataclass(frozen=True, slots=True)
class Held:
    """
    A row that others may name, as the target or the source has it.

    Attributes:
        pk: its identity in the target; None where only the source was asked.
        values: the fields of it that rules ask for (``Table.remembered``).
    """

    pk: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Directory:
    """A list that must be there before an import (clinics, clinicians, ...).

    Attributes:
        by_key: canonical FileMaker key -> primary key in the target.
        by_name: case-folded name, code or abbreviation -> primary key.

    An empty directory means that nobody has loaded one: links to it are then "could
    not check" and give no note per row.
    """

    by_key: Mapping[str, Any] = field(default_factory=dict)
    by_name: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_key or self.by_name)


@dataclass(frozen=True, slots=True)
class Known:
    """What rows can be linked to.

    Attributes:
        in_snapshot: table -> canonical keys of every row in the snapshot, also of those
            that were not imported.
        imported: table -> canonical key -> the imported row in the target.
        in_source: gives, of a table, canonical key -> the row as the source has it;
            asked only where a row contradicts what the target has, which people may
            change.
        directories: lookup -> its entries.
    """

    in_snapshot: Mapping[str, frozenset[str]] = field(default_factory=dict)
    imported: Mapping[str, Mapping[str, Held]] = field(default_factory=dict)
    in_source: Callable[[str], Mapping[str, Held]] = lambda _table: {}
    directories: Mapping[str, Directory] = field(default_factory=dict)

    @property
    def asked(self) -> frozenset[str]:
        """Tables of which somebody has asked for the imported rows."""
        found = self.imported
        return found.asked if isinstance(found, WhenAsked) else frozenset(found)

    def rows(self, table: str) -> Mapping[str, Held]:
        """The imported rows of *table* by canonical key."""
        return self.imported.get(table, {})

    def holds(self, table: str) -> bool:
        """Rows of *table* are in the source or were imported: others are unknown."""
        return table in self.in_snapshot or bool(self.rows(table))

    def keys(self, table: str) -> Collection[str]:
        """Canonical keys of *table*: of its export, else of what was imported."""
        exported = self.in_snapshot.get(table)
        return self.rows(table).keys() if exported is None else exported

    def directory(self, name: str) -> Directory:
        """The entries of the lookup *name*; none where nobody has loaded any."""
        return self.directories.get(name, Directory())

    def with_rows(self, table: str, rows: Mapping[str, Held]) -> Known:
        """Knowing exactly *rows* of *table*."""
        before, names = self.imported, {*self.imported, table}
        imported = WhenAsked(names, lambda n: rows if n == table else before[n])
        return replace(self, imported=imported)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything beside the frame itself that a table's rules may read.

    Attributes:
        as_of: the run's clock, aware UTC; the only time there is.
        settings: what the environment decides about rows.
        known: what rows can be linked to.
        declared_order: table -> order of text dates that the source itself declares
            (FMPXMLRESULT, Data API, image metadata); absent: only our setting.
        capacities: what the fields of the backend can hold; absent: anything.
    """

    as_of: datetime
    settings: RowSettings
    known: Known = field(default_factory=Known)
    declared_order: Mapping[str, str] = field(default_factory=dict)
    capacities: Capacities = field(default_factory=dict)

    def capacity(self, table: str) -> Mapping[str, Capacity]:
        """Managed column of *table* -> what the backend's field can hold."""
        return self.capacities.get(table, {})
