"""What the synthetic clinic is made of: cells, lines and what is expected, people.

Pure; imports nothing of the importer. The words are those of ``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

Cell = str | int | float | date | datetime | time | timedelta
CellValue = str | bool | int | None

EXCEL_MOST_ROWS = 1_048_576
DOCUMENTS_PREFIX = "filemaker-docs/"
IMAGES_PREFIX = "filemaker-images/"


@dataclass(slots=True)
class Line:
    """One record of an export and what an import must make of it.

    Attributes:
        cells: header -> cell; a header that is not there is an empty cell.
        key: canonical FileMaker key in upper case, "" where the row has none.
        outcome: of a first import into an empty database; "" for a blank row.
        reason, notes: codes, as in the outcomes file.
        values: what the created row holds, in the words of the answer key.
        objects: keys of the stored objects that belong to this record.
        row: place in the stream from 0, blank rows not counted.
        defect: name of what was planted in it, "" for nothing.
    """

    cells: dict[str, Cell]
    key: str = ""
    outcome: str = "created"
    reason: str = ""
    notes: tuple[str, ...] = ()
    values: dict[str, CellValue] = field(default_factory=dict)
    objects: tuple[str, ...] = ()
    row: int = 0
    defect: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.outcome

    def note(self, code: str) -> None:
        """Add a note; notes are sorted, each once."""
        self.notes = tuple(sorted({*self.notes, code}))

    def reject(self, reason: str) -> None:
        self.end("rejected", reason)

    def skip(self, reason: str) -> None:
        self.end("skipped", reason)

    def end(self, outcome: str, reason: str) -> None:
        """Leave the row out: it then has neither notes nor values."""
        self.outcome, self.reason = outcome, reason
        self.notes, self.values = (), {}


@dataclass(frozen=True, slots=True)
class Person:
    """An imported patient, as other tables refer to it.

    Attributes:
        key: canonical FileMaker key, upper case.
        clinic: the patient's clinic key, "" for none.
        dob: as imported; None where it is blank or unreadable.
    """

    key: str
    first_name: str
    last_name: str
    clinic: str
    dob: date | None

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Roster:
    """Who can own a row: imported patients, and keys of patients that stay outside."""

    people: tuple[Person, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of a table: of rows that come in, and of rows that stay outside."""

    imported: tuple[str, ...]
    left_out: tuple[str, ...]


def keys_of(lines: Iterable[Line]) -> Keys:
    """Of a table with the answer key of its *lines*."""
    imported, left_out = list[str](), list[str]()
    for line in lines:
        if line.outcome == "created":
            imported.append(line.key)
        elif line.key and line.reason != "duplicate_row":
            left_out.append(line.key)
    return Keys(tuple(imported), tuple(dict.fromkeys(left_out)))


@dataclass(frozen=True, slots=True)
class Place:
    """A clinic or calendar: FileMaker key and name."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows each table has at *scale*; 1.0 is the size of the real system."""

    scale: float = 1.0

    def of(self, rows_at_full_size: int, *, least: int = 1) -> int:
        return max(least, round(rows_at_full_size * self.scale))

    def rows_of(self, table: str) -> int:
        """Rows of *table*; a small one keeps enough for all of its defects."""
        return self.of(FULL_ROWS[table], least=LEAST_ROWS.get(table, 1))


@dataclass(frozen=True, slots=True)
class Export:
    """One export: file stem, columns, and ``lines()``: a fresh stream of its lines."""

    table: str
    file: str
    headers: tuple[str, ...]
    lines: Callable[[], Iterator[Line]]


FULL_ROWS = {
    "patients": 2_845,
    "companies": 92,
    "referrers": 234,
    "patient_referrers": 1_720,
    "referrer_companies": 72,
    "contact_details": 10_697,
    "appointments": 15_149,
    "notes": 11_408,
    "sms": 5_352,
    "sms_replies": 1_035,
    "documents": 11_274,
    "images": 6_664,
}
"""Rows of each source table at the size of the real system."""
LEAST_ROWS = {
    "companies": 40,
    "referrers": 60,
    "patient_referrers": 80,
    "referrer_companies": 64,
}
"""Of tables that are small at any size."""

EVENTS_WITHOUT_PATIENT = 5_312
EVENTS_AT_UNKNOWN_CALENDARS = 1_492
NOTES_WITHOUT_TEXT = 193
DOCUMENTS_WITH_OBJECT = 10_190
IMAGE_OBJECTS = 6_490
