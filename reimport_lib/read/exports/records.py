"""The records of delimited text by ``csv.reader``: strict, and bounded as they come.

A quote that is never closed, or a line without end, would be held in memory as one
record. Imports errors, charsets, dialect and limits.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from reimport_lib.errors import SourceError
from reimport_lib.read import limits
from reimport_lib.read.exports.charsets import Charset
from reimport_lib.read.exports.dialect import Dialect

_BATCH_ROWS = 5_000
_TOO_LONG = "a field or a record is longer than the limit"


def text(path: Path, charset: Charset) -> io.TextIOWrapper:
    """The file as text after its byte order mark, line ends untouched."""
    raw = path.open("rb")
    raw.seek(charset.bom_bytes)
    return io.TextIOWrapper(raw, encoding=charset.codec, newline="")


def batches(
    path: Path, charset: Charset, dialect: Dialect
) -> Iterator[list[list[str]]]:
    """
    All records, blank ones as ``[]``, some thousand at a time.

    Raises:
        SourceError: a quote is broken, bytes do not fit, or a field, a line or a
            record is longer than the limits; the line is named.
    """
    reader, unread, before = None, 0, csv.field_size_limit(limits.FIELD_CHARS)

    def lines(stream: io.TextIOWrapper) -> Iterator[str]:
        nonlocal unread
        while line := stream.readline(limits.FIELD_CHARS + 1):
            unread += len(line)
            if len(line) > limits.FIELD_CHARS or unread > limits.BATCH_CHARS:
                raise _broken(path, reader.line_num + 1 if reader else 1, _TOO_LONG)
            yield line

    try:
        with text(path, charset) as stream:
            reader = csv.reader(lines(stream), **dialect.csv_options)
            while records := list(islice(reader, _BATCH_ROWS)):
                unread = 0
                yield records
    except csv.Error as error:
        line = reader.line_num if reader else 0
        raise _broken(path, line, _said(error)) from None
    except UnicodeError:
        raise SourceError(
            f"{path.name}: some bytes do not fit {charset.name}.",
            hint="export the table again, as UTF-8",
            id="R157",
        ) from None
    finally:
        csv.field_size_limit(before)


def _broken(path: Path, line: int, why: str) -> SourceError:
    return SourceError(
        f"{path.name}: broken at line {line:,} ({why}).",
        hint="export the table again: the file may be damaged or cut short",
        id="R158",
    )


def _said(error: csv.Error) -> str:
    """Python's words, without a value: its messages hold none but the delimiter."""
    said = str(error)
    if "end of data" in said:
        return "a quote has no end"
    if "expected after" in said:
        return "text after a closing quote"
    if "field limit" in said:
        return _TOO_LONG
    return "it cannot be read as delimited text"
