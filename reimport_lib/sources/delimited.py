"""Delimited text: .csv, .tab and .mer as FileMaker and others write them.

Two ways give the same rows: pyarrow for UTF-8 whose quotes are proven regular, and
``csv.reader``, strict, for everything else and for naming the row that is wrong. A
vertical tab stays in its field; the group separators between repetitions become line
ends, trailing empty repetitions fall away. Imports no Django.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from reimport_lib.checks import Check, Verdict
from reimport_lib.errors import SourceError
from reimport_lib.sources import charsets, headers, quotes
from reimport_lib.sources.charsets import Charset
from reimport_lib.sources.dialect import NAMES, Dialect, sniff
from reimport_lib.sources.limits import LIMITS, Limits, check_cells
from reimport_lib.sources.reading import TEXT, Reading, assemble

_CHUNK_ROWS = 20_000
_HEAD_CHARS = 256 * 1024
_BLOCK_BYTES = 4 * 1024 * 1024
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
    limits: Limits = LIMITS,
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
    names, has_header = _names(source, columns, limits)
    arrays = _fast(source) or _careful(source, limits)
    check_cells(path.name, rows=len(arrays[0]), columns=len(arrays), limits=limits)
    skipped = source.dialect.skipped
    start = skipped + 1 if has_header else 0
    arrays = [array.slice(start) for array in arrays]
    if _holds(path, _SEPARATOR):
        arrays = [_repetitions(array) for array in arrays]
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
        checks=(_charset_check(decided),),
    )


def _dialect(path: Path, charset: Charset) -> Dialect:
    with _text(path, charset) as stream:
        head = stream.read(_HEAD_CHARS)
        whole = not stream.read(1)
    return sniff(head, name=path.name, whole=whole)


def _text(path: Path, charset: Charset) -> io.TextIOWrapper:
    """The file as text, line ends untouched."""
    raw = path.open("rb")
    raw.seek(charset.bom_bytes)
    return io.TextIOWrapper(raw, encoding=charset.codec, newline="")


def _names(
    source: _Source, columns: Sequence[str], limits: Limits
) -> tuple[tuple[str, ...], bool]:
    """The column names, and whether the first record is the header."""
    name, first = source.path.name, source.dialect.first
    headers.refuse_other_content(first, name=name)
    if columns:
        named = headers.columns(columns, name=f"names given for {name}", limits=limits)
        if [headers.clean(cell) for cell in first] == list(named):
            return named, True
        if len(named) != len(first):
            raise SourceError(
                f"{name}: its first record has {len(first)} fields, and {len(named)} "
                "columns are named for it.",
                hint=f"name every column, in order, in {name}.columns.txt",
            )
        return named, False
    if headers.looks_like_data(first):
        raise SourceError(
            f"{name}: its first record looks like data, not like column names.",
            hint=f"export with field names, or name the columns, one a line, in "
            f"{name}.columns.txt",
        )
    return headers.columns(first, name=name, limits=limits), True


def _fast(source: _Source) -> list[pa.ChunkedArray]:
    """All columns, if the file is regular UTF-8; else nothing."""
    dialect = source.dialect
    if source.charset.codec != "utf-8" or source.width < 2:
        return []
    if dialect.quoted and not quotes.are_regular(source.path, dialect.delimiter):
        return []
    names = [f"f{place}" for place in range(source.width)]
    try:
        table = pacsv.read_csv(
            source.path,
            read_options=pacsv.ReadOptions(column_names=names, block_size=_BLOCK_BYTES),
            parse_options=pacsv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char='"' if dialect.quoted else False,
                double_quote=True,
                newlines_in_values=dialect.quoted,
                ignore_empty_lines=False,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, TEXT),
                null_values=[],
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowException:
        return []  # blank lines, uneven records: the careful way tells which
    return list(table.columns)


def _careful(source: _Source, limits: Limits) -> list[pa.ChunkedArray]:
    """All columns by ``csv.reader``; every record must have as many fields."""
    width = source.width
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    uneven: list[tuple[int, int]] = []
    count = 0
    for records in _batches(source, limits):
        count += len(records)
        check_cells(source.path.name, rows=count, columns=width, limits=limits)
        for place, record in enumerate(records):
            if len(record) == width:
                continue
            if len(record) > 1 or (record and record[0].strip()):
                uneven.append((count - len(records) + place, len(record)))
            records[place] = [""] * width
        if len(uneven) > _CHUNK_ROWS:
            break
        for chunk, column in zip(chunks, zip(*records, strict=True), strict=True):
            chunk.append(pa.array(column, TEXT))
    if uneven:
        raise _ragged(source, uneven)
    return [pa.chunked_array(chunk, TEXT) for chunk in chunks]


def _batches(source: _Source, limits: Limits) -> Iterator[list[list[str]]]:
    before = csv.field_size_limit(limits.field_chars)
    reader = None
    try:
        with _text(source.path, source.charset) as stream:
            reader = csv.reader(stream, **source.dialect.csv_options)
            while records := list(islice(reader, _CHUNK_ROWS)):
                yield records
    except csv.Error as error:
        line = reader.line_num if reader else 0
        raise SourceError(
            f"{source.path.name}: broken at line {line:,} ({_said(error)}).",
            hint="the file is damaged or was cut short: export the table again",
        ) from None
    except UnicodeError:
        raise SourceError(
            f"{source.path.name}: some bytes do not fit {source.charset.name}.",
            hint="export the table again, as UTF-8",
        ) from None
    finally:
        csv.field_size_limit(before)


def _said(error: csv.Error) -> str:
    """Python's words, without a value: its messages hold none but the delimiter."""
    text = str(error)
    if "end of data" in text:
        return "a quote has no end"
    if "expected after" in text:
        return "text after a closing quote"
    if "field limit" in text:
        return "a field is longer than the limit"
    return "it cannot be read as delimited text"


def _ragged(source: _Source, uneven: list[tuple[int, int]]) -> SourceError:
    first = 1 if source.dialect.skipped == 0 else 1 - source.dialect.skipped
    shown = ", ".join(
        f"row {first + place:,} has {fields}" for place, fields in uneven[:_SHOWN_ROWS]
    )
    more = "" if len(uneven) <= _SHOWN_ROWS else ", ..."
    return SourceError(
        f"{source.path.name}: {len(uneven):,} record(s) do not have the "
        f"{source.width} fields of the first one: {shown}{more}.",
        hint="nothing was read, so nothing is shifted: mend the export and run again",
    )


def _holds(path: Path, character: str) -> bool:
    """Whether the byte of an ASCII *character* is anywhere in the file."""
    with path.open("rb") as stream:
        while piece := stream.read(_BLOCK_BYTES):
            if character.encode() in piece:
                return True
    return False


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
    )
