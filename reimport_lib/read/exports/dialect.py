"""How a delimited text file is written: delimiter, quotes and its first record.

Imports only errors.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reimport_lib.errors import SourceError

DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_RECORDS = 50


@dataclass(frozen=True, slots=True)
class Dialect:
    """Attributes:
    delimiter: one character.
    quoted: fields may stand in double quotes; else a quote is a character like any
        other (FileMaker's tab-separated text).
    first: the first record that is not blank.
    skipped: blank records before it.
    """

    delimiter: str
    quoted: bool
    first: tuple[str, ...]
    skipped: int = 0

    @property
    def csv_options(self) -> dict[str, Any]:
        """For ``csv.reader``: strict, so that a broken quote is an error."""
        if self.quoted:
            return {"delimiter": self.delimiter, "quotechar": '"', "strict": True}
        return {"delimiter": self.delimiter, "quoting": csv.QUOTE_NONE, "strict": True}


def sniff(head: str, *, name: str, whole: bool) -> Dialect:
    """
    The dialect of the text that begins with *head*.

    The delimiter is the one that gives the most even records of more than one field.

    Args:
        whole: *head* is all there is; else its last record may be cut short.

    Raises:
        SourceError: no record holds anything, or the first one has no end.
    """
    best: tuple[float, int, Dialect] | None = None
    for delimiter in DELIMITERS:
        quoted = delimiter != "\t" or _tabs_are_quoted(head)
        records = list(_records(head, delimiter, quoted=quoted, whole=whole))
        filled = [record for record in records if any(map(str.strip, record))]
        if not filled:
            continue
        first = filled[0]
        even = sum(len(record) == len(first) for record in filled) / len(filled)
        rank = (even if len(first) > 1 else 0.0, len(first))
        dialect = Dialect(delimiter, quoted, tuple(first), records.index(first))
        if best is None or rank > best[:2]:
            best = (*rank, dialect)
    if best is None and not whole:
        raise SourceError(
            f"{name}: its first record has no end within {len(head):,} characters: "
            "it is no table, or its line ends or quotes are broken.",
            hint="export the table again",
            id="R133",
        )
    if best is None and head.strip():
        raise SourceError(
            f"{name}: its first record cannot be read: its quotes are broken, or its "
            "fields are not parted by comma, semicolon, tab or bar.",
            hint="export the table again",
            id="R134",
        )
    if best is None:
        raise SourceError(
            f"{name}: holds no records.", hint="export the table again", id="R135"
        )
    return best[2]


def _records(
    head: str, delimiter: str, *, quoted: bool, whole: bool
) -> Iterator[list[str]]:
    """The first records of *head*, as far as they can be read this way."""
    options = Dialect(delimiter, quoted, ()).csv_options
    reader = csv.reader(io.StringIO(head, newline=""), **options)
    held: list[str] | None = None
    try:
        for count, record in enumerate(reader):
            if held is not None:
                yield held
            held = record
            if count == _RECORDS:
                return
    except csv.Error:
        if held is not None:
            yield held
        return
    if held is not None and (whole or reader.line_num == 1):
        yield held


def _tabs_are_quoted(head: str) -> bool:
    """Every filled field of the first line stands in quotes: not FileMaker's own."""
    line = head.lstrip("\r\n").replace("\r", "\n").split("\n", 1)[0]
    fields = [field for field in line.split("\t") if field]
    return bool(fields) and all(
        len(field) > 1 and field[0] == field[-1] == '"' for field in fields
    )
