"""A record as a person compares it by eye: the source at the left, the database right.

Pure values, and how each is drawn: whoever knows the seed draws the same rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

RowName = TypeVar("RowName", int, str)
"""What names a row: its number in the export, or its key."""


class Drawn(StrEnum):
    """Why a record is in a pack."""

    PANEL = "panel"
    RANDOM = "random"
    RISK = "risk"


class Likeness(StrEnum):
    """What one line of a card shows of its two sides."""

    SAME = "same"
    CONVERTED = "converted"
    DEFAULT = "default"
    KEPT = "kept from people"
    EXPLAINED = "explained by a note"
    EDITED = "edited since"
    BESIDE = "kept beside"
    LEFT_OUT = "left out"
    BACKEND = "of the backend"
    UNCHECKED = "could not compare"
    DIFFERS = "differs"


class Risk(StrEnum):
    """What makes a record one that is likelier wrong than others."""

    MERGED = "merged"
    DOUBTED = "doubted"
    UNSURE = "unsure link"
    LONGEST = "longest"
    EARLIEST = "earliest"
    LATEST = "latest"
    MOST_NAMED = "most named"


@dataclass(frozen=True, slots=True)
class Pick:
    """
    A row that was picked by risk.

    Attributes:
        what: the note, the column or the field that it is about.
        figure: how long, how early or how many, as text.
    """

    row: int
    risk: Risk
    what: str = ""
    figure: str = ""


@dataclass(frozen=True, slots=True)
class CardLine:
    """
    A field on both sides.

    Attributes:
        columns: headers of the source; said: their texts, as exported.
        field: of the backend; held: its value as it is read now.
        rule: the conversion, the note or the reason that explains it; "" for none.
        named, pointed: of a link, what the source names, and what the database points
            at, each in words that a person knows it by.
    """

    columns: str
    said: str
    field: str
    held: str
    likeness: Likeness
    rule: str = ""
    named: str = ""
    pointed: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """
    The document or the picture of a record.

    Attributes:
        bucket, key: where the database says that it lies.
        page: its file in the pack; picture: a small one of it; "" for none.
        told: its size and kind, or why it is not here.
        missing: the object is not there, or cannot be read.
    """

    bucket: str
    key: str
    page: str = ""
    picture: str = ""
    told: str = ""
    missing: bool = False


@dataclass(frozen=True, slots=True)
class RecordCard:
    """
    One record.

    Attributes:
        row: its number in the export; key: its FileMaker key.
        drawn: why it is here; picks: what makes it risky; replaced: of the panel, the
            key of the record that is gone and whose place it takes.
        by_account: no column is its key: the run's own account lined it up.
        doubt: what is odd about how it was found; "" for nothing.
        lines: its fields; none where the database has no such record.
        blank: fields that are blank on both sides.
        source_digest, target_digest: of all that stands on each side.
    """

    table: str
    row: int
    key: str
    drawn: tuple[Drawn, ...]
    picks: tuple[Pick, ...]
    by_account: bool
    doubt: str
    lines: tuple[CardLine, ...]
    blank: tuple[str, ...]
    source_digest: str
    target_digest: str
    replaced: str = ""
    file: StoredFile | None = field(default=None)

    def line_id(self, run_id: str) -> str:
        """What names it in a sheet: 16 hex digits, others once a side has changed."""
        parts = (run_id, self.table, str(self.row), self.source_digest)
        return digest(*parts, self.target_digest)[:16]

    @property
    def differing(self) -> int:
        """Lines that nothing explains."""
        return sum(line.likeness is Likeness.DIFFERS for line in self.lines)


def digest(*texts: str) -> str:
    """sha256 (hex) over *texts*, each with its length."""
    told = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        told.update(f"{len(data)}:".encode() + data)
    return told.hexdigest()


def ranked(seed: str, table: str, rows: Iterable[RowName]) -> list[RowName]:
    """
    *rows* in the order in which *seed* draws them.

    By sha256 of the text ``SEED/TABLE/ROW`` in UTF-8, in hex, the least first: anybody
    can draw the same with ``sha256sum`` and ``sort``. See ``docs/signoff.md``.
    """
    named = [
        (hashlib.sha256(f"{seed}/{table}/{row}".encode()).hexdigest(), row)
        for row in rows
    ]
    return [row for _, row in sorted(named)]
