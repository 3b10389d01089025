"""What a FileMaker file is made of: fields, records, tables, layouts.

Pure. Values are Python's own; how they look on the wire is decided in ``forms``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from threading import RLock
from typing import Any


class Kind(StrEnum):
    """The type of a field, in the words of the layout metadata."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timeStamp"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in a container field: the key of the object that holds its bytes."""

    key: str


Value = str | int | float | date | datetime | time | timedelta | Stored
"""One value; "" is empty. A field of another kind may hold text that does not fit."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table.

    Attributes:
        name: as on a layout; a related field is ``Occurrence::Name``.
        entered: filled by FileMaker when a record is made or changed.
        calculated: read only.
        everywhere: a global field, one value for the whole file.
        repetitions: 1, or how many values a record holds of it.
    """

    name: str
    kind: Kind = Kind.TEXT
    entered: bool = False
    calculated: bool = False
    everywhere: bool = False
    repetitions: int = 1

    @property
    def column(self) -> str:
        """Its name where there are no layouts."""
        return self.name.rpartition("::")[2]


@dataclass(slots=True)
class Record:
    """One record; a field that is not in ``values`` is empty.

    Attributes:
        number: FileMaker's record id, unique in its table and never used again.
        edits: how often it was changed (the modification count).
        values: field name -> value; of a repeating field a tuple of them.
    """

    number: int
    edits: int
    values: dict[str, Value | tuple[Value, ...]]

    def value(self, name: str, repetition: int = 1) -> Value:
        """The value of a field, "" where there is none."""
        held = self.values.get(name, "")
        if isinstance(held, tuple):
            return held[repetition - 1] if repetition <= len(held) else ""
        return held if repetition == 1 else ""


class Table:
    """A table that is read when it is first asked for, and can be edited while served.

    Attributes:
        name: of the base table.
        fields: name -> field.
        key: the field that holds FileMaker's own identifier of a record; "" for none.
    """

    def __init__(
        self,
        name: str,
        fields: Iterable[Field],
        *,
        key: str,
        read: Callable[[], list[Record]],
    ) -> None:
        self.name = name
        self.fields = {each.name: each for each in fields}
        self.key = key
        self._read = read
        self._lock = RLock()
        self._records: list[Record] | None = None
        self._indexes: dict[str, dict[str, list[Record]]] = {}
        self._ranks: dict[str, dict[int, int]] = {}

    def records(self) -> list[Record]:
        """All records in the order of their creation; a list of the caller's own."""
        with self._lock:
            return list(self._loaded())

    def numbered(self, number: int) -> Record | None:
        """The record with that record id."""
        found = self.holding("", str(number))
        return found[0] if found else None

    def holding(self, name: str, text: str) -> list[Record]:
        """Records whose field *name* holds *text*, without regard to upper case."""
        with self._lock:
            if name not in self._indexes:
                self._indexes[name] = self._index(name)
            return list(self._indexes[name].get(text.casefold(), ()))

    def order(self, name: str, key: Callable[[Record], Any]) -> Callable[[Record], int]:
        """
        What sorts records as *key* does, in a tenth of the time.

        The ranks of all records are kept under *name* until the table changes; a
        record that was deleted meanwhile comes first.
        """
        with self._lock:
            if name not in self._ranks:
                keys = {record.number: key(record) for record in self._loaded()}
                places = {
                    each: place for place, each in enumerate(sorted(keys.values()))
                }
                self._ranks[name] = {n: places[each] for n, each in keys.items()}
            ranks = self._ranks[name]
        return lambda record: ranks.get(record.number, -1)

    @cached_property
    def has_unique_key(self) -> bool:
        """Whether every record has a key of its own."""
        keys = [str(record.value(self.key)) for record in self.records()]
        return bool(self.key) and "" not in keys and len(set(keys)) == len(keys)

    def insert(self, record: Record, *, before: Record | None = None) -> None:
        """Add a record, at the end or before another one."""
        with self._lock:
            held = self._loaded()
            held.insert(len(held) if before is None else held.index(before), record)
            self._forget()

    def delete(self, record: Record) -> None:
        with self._lock:
            self._loaded().remove(record)
            self._forget()

    def change(self, record: Record) -> None:
        """Count an edit of *record* that leaves its values as they were."""
        with self._lock:
            record.edits += 1
            self._forget()

    def _forget(self) -> None:
        self._indexes.clear()
        self._ranks.clear()

    def _loaded(self) -> list[Record]:
        if self._records is None:
            self._records = self._read()
        return self._records

    def _index(self, name: str) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for record in self._loaded():
            text = str(record.value(name)) if name else str(record.number)
            found.setdefault(text.casefold(), []).append(record)
        return found


@dataclass(frozen=True, slots=True)
class Portal:
    """Related records on a layout.

    Attributes:
        name: the object's name; "" where it has none: then it goes by its table.
        table: the related table, found by its field ``related`` equal to the key.
        fields: those shown, without the name of the table before them.
    """

    name: str
    table: Table
    related: str
    fields: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.name or self.table.name


@dataclass(frozen=True, slots=True)
class Layout:
    """What of a table can be seen under a name: a layout, or a table occurrence.

    Attributes:
        folder: the layout folder it lies in, "" for none.
    """

    name: str
    table: Table
    fields: tuple[Field, ...]
    portals: tuple[Portal, ...] = ()
    folder: str = ""

    def named(self, name: str) -> Field | None:
        """The field of that name, in either spelling."""
        return next((f for f in self.fields if name in (f.name, f.column)), None)


@dataclass(frozen=True, slots=True)
class Database:
    """A hosted file.

    Attributes:
        layouts: what the Data API serves.
        occurrences: what OData serves.
        unreachable: occurrences that are listed, yet not found when asked for.
        content: the bytes of a stored object.
    """

    name: str
    layouts: dict[str, Layout]
    occurrences: dict[str, Layout]
    content: Callable[[str], bytes]
    unreachable: tuple[str, ...] = field(default=())

    @property
    def tables(self) -> dict[str, Table]:
        shown = (*self.layouts.values(), *self.occurrences.values())
        return {layout.table.name: layout.table for layout in shown}
