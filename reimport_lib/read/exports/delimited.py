"""Delimited text: .csv, .tab and .mer as FileMaker and others write them.

Read by ``csv.reader``, strict, which names the line that is wrong: pyarrow would take
half the time (0.3 against 0.8 s of 150,000 rows), and needs quotes to be regular. A
vertical tab stays in its field; the group separators between repetitions become line
ends, trailing empty repetitions fall away. Imports no Django.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from reimport_lib.checks import Check, Verdict
from reimport_lib.counting import several
from reimport_lib.errors import SourceError
from reimport_lib.read import headers, limits
from reimport_lib.read.escapes import without_escapes
from reimport_lib.read.exports import charsets, records
from reimport_lib.read.exports.charsets import Charset
from reimport_lib.read.exports.dialect import NAMES, Dialect, sniff
from reimport_lib.read.reading import TEXT, Reading, assemble

_MOST_UNEVEN = 20_000
_HEAD_CHARS = 256 * 1024
_SEPARATOR = "\x1d"
_SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class _Source:
    """A text file whose character set and dialect are known."""

    path: Path
    charset: Charset
    dialect: Dialect

    @property
    def width(self) -> int:
        return len(self.dialect.first)


def read(
    path: Path,
    *,
    columns: Sequence[str] = (),
    charset: str = "",
) -> Reading:
    """
    The records of the text file at *path*.

    Args:
        columns: names for a file without a header; a first record that repeats them
            is a header all the same.
        charset: of the file, where evidence does not tell it.

    Raises:
        SourceError: a record has more or fewer fields than the first (the rows are
            named), a quote has no end, the character set cannot be told, the first
            record looks like data and no names are given, or a limit is passed.
    """
    decided = charsets.decide(path, asked=charset)
    source = _Source(path, decided, _dialect(path, decided))
    names, has_header = _names(source, columns)
    arrays = _arrays(source)
    start = source.dialect.skipped + 1 if has_header else 0
    arrays = [_repetitions(without_escapes(array.slice(start))) for array in arrays]
    data, rows, blank = assemble(
        names,
        arrays,
        first_row=2 if has_header else 1,
        name=path.name,
    )
    return Reading(
        data,
        rows,
        blank,
        way="delimited",
        charset=decided.name,
        delimiter=NAMES[source.dialect.delimiter],
        checks=(_charset_check(decided), *_end_checks(path, decided)),
    )


def _dialect(path: Path, charset: Charset) -> Dialect:
    with records.text(path, charset) as stream:
        head = stream.read(_HEAD_CHARS)
        whole = not stream.read(1)
    return sniff(head, name=path.name, whole=whole)


def _names(source: _Source, columns: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """The column names, and whether the first record is the header."""
    name, first = source.path.name, source.dialect.first
    headers.refuse_other_content(first, name=name)
    if len(first) > limits.COLUMNS:  # of which only a part may have been looked at
        raise SourceError(
            f"{name}: its first record has more than {limits.COLUMNS:,} fields, "
            "the limit.",
            hint="is this the right file? export only the columns that are needed",
            id="R128",
        )
    if columns:
        named = headers.columns(columns, name=f"names given for {name}")
        own = [headers.clean(cell) for cell in first]
        if own == list(named):
            return named, True
        _refuse_other_header(name, own, named)
        if len(named) != len(first):
            raise SourceError(
                f"{name}: its first record has {len(first)} fields, and {len(named)} "
                "columns are named for it.",
                hint=f"name every column, in order, in {name}.columns.txt or in "
                "REIMPORT_COLUMNS",
                id="R129",
            )
        return named, False
    if headers.looks_like_data(first):
        raise SourceError(
            f"{name}: its first record looks like data, not like column names.",
            hint=f"export with field names, or name the columns, one a line, in "
            f"{name}.columns.txt, or in REIMPORT_COLUMNS",
            id="R130",
        )
    return headers.columns(first, name=name), True


def _refuse_other_header(name: str, own: list[str], named: Sequence[str]) -> None:
    """A first record that names columns, but not as the names given do."""
    known = {column.casefold() for column in named}
    repeated = sum(cell.casefold() in known for cell in own)
    if 2 * repeated > len(named):
        raise SourceError(
            f"{name}: its first record holds column names ({repeated} of "
            f"{len(named)}), but not those named for it in this order.",
            hint=f"remove {name}.columns.txt, or its names from REIMPORT_COLUMNS: the "
            "file names its columns itself",
            id="R131",
        )


def _arrays(source: _Source) -> list[pa.ChunkedArray]:
    """All columns; every record must have as many fields as the first."""
    width = source.width
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    uneven: list[tuple[int, int]] = []
    count = 0
    for batch in records.batches(source.path, source.charset, source.dialect):
        count += len(batch)
        limits.check_cells(source.path.name, rows=count, columns=width)
        for place, record in enumerate(batch):
            if len(record) == width:
                continue
            if len(record) > 1 or (record and record[0].strip()):
                uneven.append((count - len(batch) + place, len(record)))
            batch[place] = [""] * width
        if len(uneven) > _MOST_UNEVEN:
            break
        for chunk, column in zip(chunks, zip(*batch, strict=True), strict=True):
            chunk.append(pa.array(column, TEXT))
    if uneven:
        raise _ragged(source, uneven)
    return [pa.chunked_array(chunk, TEXT) for chunk in chunks]


def _ragged(source: _Source, uneven: list[tuple[int, int]]) -> SourceError:
    first = 1 if source.dialect.skipped == 0 else 1 - source.dialect.skipped
    shown = ", ".join(
        f"row {first + place:,} has {fields}" for place, fields in uneven[:_SHOWN_ROWS]
    )
    more = "" if len(uneven) <= _SHOWN_ROWS else ", ..."
    hint = "nothing was read, so nothing is shifted: mend the export and run again"
    if source.width == 1:
        hint = "is the first one a title? column names must stand in the first record"
    return SourceError(
        f"{source.path.name}: {several(len(uneven), 'record')} without the "
        f"{several(source.width, 'field')} of the first one: {shown}{more}.",
        hint=hint,
        id="R132",
    )


def _repetitions(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """One line per repetition of a field, without the empty ones at its end."""
    trimmed = pc.utf8_rtrim(array, _SEPARATOR)
    return pc.replace_substring(trimmed, _SEPARATOR, "\n")


def _charset_check(charset: Charset) -> Check:
    sure = charset.confidence >= 0.95
    return Check(
        "character set",
        "told by the file",
        f"{charset.name} ({charset.evidence}; confidence {charset.confidence:.0%})",
        Verdict.PASS if sure else Verdict.WARN,
        "" if sure else "compare some accented names with FileMaker",
        id="C066",
    )


def _end_checks(path: Path, charset: Charset) -> tuple[Check, ...]:
    """A last field without quotes and without a line end may be only a part of it."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4))
        end = stream.read().decode(charset.codec, "replace")
    if end.endswith(("\r", "\n", '"')):
        return ()
    return (
        Check(
            "last record",
            "ends with a line end",
            "ends without one: it may have been cut short",
            Verdict.WARN,
            "compare the last record with FileMaker",
            id="C067",
        ),
    )
