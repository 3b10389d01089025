"""FMPXMLRESULT: FileMaker's XML export, which says its date order, types and count.

Read as a stream by lxml: no entities, no network, no DTD, no huge text nodes. Text
dates stay text; the order they are in is declared. Several values of one column
(repetitions, or related records) become lines of one cell, trailing empty ones fall
away. Imports no Django.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from lxml import etree

from reimport_lib.checks import Check, Verdict, equal
from reimport_lib.errors import SourceError
from reimport_lib.read import headers, limits
from reimport_lib.read.escapes import without_escapes
from reimport_lib.read.exports.fmpprolog import (
    HARDENED,
    NAMESPACE,
    Prolog,
    XmlElement,
    read_prolog,
)
from reimport_lib.read.exports.xmlstream import RepairedStream
from reimport_lib.read.reading import TEXT, Reading, assemble

_ROW, _COL, _DATA = (f"{NAMESPACE}{tag}" for tag in ("ROW", "COL", "DATA"))
_CHUNK_ROWS = 5_000
_PIECE = 64 * 1024

_ENCODING_ERRORS = frozenset(
    {
        etree.ErrorTypes.ERR_INVALID_ENCODING,
        etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
        etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
    }
)
_HOLD_MORE = etree.XPath("boolean(*/*/*[2] or */*/*/*)")
"""Among these rows, some column holds more than one value, or markup in one."""


def read(path: Path) -> Reading:
    """
    The rows of the FMPXMLRESULT at *path*, as they are, in order; the first is 1.

    ``FOUND`` against the rows present is a check of the certificate, which is then
    broken; it is not raised here.

    Raises:
        SourceError: not well-formed, cut short, of another kind, with entities, with
            an error code of FileMaker's, uneven, or beyond a limit. All of the file is
            refused; the place is named.
    """
    with path.open("rb") as raw:
        stream = RepairedStream(raw)
        try:
            prolog = read_prolog(path.name, stream)
            names = headers.columns(prolog.names, name=path.name)
            arrays = _columns(path.name, stream, prolog)
        except etree.XMLSyntaxError as error:
            raise _broken(path.name, error) from None
        except (UnicodeError, LookupError):
            raise _unencoded(path.name) from None
    found = len(arrays[0])
    data, rows, blank = assemble(names, arrays, first_row=1, name=path.name)
    return Reading(
        data,
        rows,
        blank,
        way="fmpxml",
        charset=prolog.encoding,
        declared_order=prolog.order,
        checks=tuple(_checks(prolog, found, stream)),
    )


def _columns(
    name: str, stream: RepairedStream, prolog: Prolog
) -> list[pa.ChunkedArray]:
    """All values, one array per column, built some thousand rows at a time."""
    width = len(prolog.names)
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    held: list[str] = []
    count = 0
    for parent, rows in _batches(name, stream, prolog):
        together = rows[-1].getparent() is parent
        plain = together and not (prolog.has_doctype or _HOLD_MORE(parent))
        for row in rows:
            count += 1
            values = [data.text or "" for data in row.iter(_DATA)] if plain else []
            if len(values) != width or len(row) != width:
                values = _texts(row, width, place=f"{name}: row {count:,}")
            held += values
            row.clear()
        limits.check_cells(name, rows=count, columns=width)
        if len(held) >= _CHUNK_ROWS * width:
            _keep(held, chunks)
    _keep(held, chunks)
    return [without_escapes(pa.chunked_array(chunk, TEXT)) for chunk in chunks]


def _batches(
    name: str, stream: RepairedStream, prolog: Prolog
) -> Iterator[tuple[XmlElement, list[XmlElement]]]:
    """Every complete row, as many at a time as one piece of the file ends, and the
    element that holds them."""
    events = etree.XMLPullParser(
        events=("end",), tag=_ROW, encoding=stream.encoding, **HARDENED
    )
    piece = prolog.read_so_far
    unread_bytes = 0
    while piece:
        events.feed(piece)
        unread_bytes += len(piece)
        if unread_bytes > limits.ROW_BYTES:
            raise _endless(name)
        if rows := [row for _, row in events.read_events()]:
            unread_bytes = 0
            parent: Any = rows[0].getparent()
            yield parent, rows
            # They would stay: memory must not grow with the file.
            del parent[: len(rows)]
            rows.clear()
        piece = stream.read(_PIECE)
    events.close()


def _keep(held: list[str], chunks: list[list[pa.Array]]) -> None:
    """Move the values *held*, which lie row after row, into the columns' *chunks*."""
    width = len(chunks)
    for place, chunk in enumerate(chunks):
        chunk.append(pa.array(held[place::width], TEXT))
    held.clear()


def _texts(row: XmlElement, width: int, *, place: str) -> list[str]:
    """The values of any row: several of one column become its lines."""
    columns = [child for child in row if child.tag == _COL]
    if len(columns) != width:
        raise SourceError(
            f"{place} has {len(columns)} columns, and {width} are described.",
            hint="export the table again: the file may be damaged",
            id="R147",
        )
    return [_lines(column, place) for column in columns]


def _lines(column: XmlElement, place: str) -> str:
    values = [data for data in column if data.tag == _DATA]
    if any(len(data) for data in values):
        raise SourceError(
            f"{place} holds markup or an entity inside a value.",
            hint="export the table again: the file may be damaged",
            id="R148",
        )
    if any(text and not text.isspace() for text in column.xpath("text()")):
        raise SourceError(
            f"{place} holds text outside of its values.",
            hint="export as XML with the FMPXMLRESULT grammar, or as .xlsx",
            id="R149",
        )
    return "\n".join(data.text or "" for data in values).rstrip("\n")


def _checks(prolog: Prolog, rows: int, stream: RepairedStream) -> Iterator[Check]:
    if prolog.found is None:
        yield Check(
            "FOUND",
            "the rows that were exported",
            "the file does not say",
            Verdict.COULD_NOT_CHECK,
            "compare the rows with the record count FileMaker shows",
            id="C075",
        )
    else:
        yield equal(
            "FOUND",
            expected=prolog.found,
            actual=rows,
            hint="the file is not whole: export the table again",
            id="C075",
        )
    if prolog.records is not None and prolog.records != rows:
        yield Check(
            "all records exported",
            f"{prolog.records:,}",
            f"{rows:,}",
            Verdict.WARN,
            "in FileMaker, choose Show All Records before exporting",
            id="C076",
        )
    if not prolog.order:
        yield Check(
            "date order",
            "declared by the file",
            "not declared",
            Verdict.WARN,
            "REIMPORT_DATE_ORDER decides how its dates are read",
            id="C077",
        )
    if stream.repaired or stream.dropped:
        yield Check(
            "control characters",
            "0",
            f"{stream.repaired:,} became line ends, {stream.dropped:,} dropped",
            Verdict.WARN,
            "returns inside fields; XML has no other way to hold them",
            id="C078",
        )


def _endless(name: str) -> SourceError:
    return SourceError(
        f"{name}: more than {limits.ROW_BYTES:,} bytes without the end of a row; "
        "nothing of it was read.",
        hint="one row may be too long, or the file damaged: export the table as .csv",
        id="R150",
    )


def _unencoded(name: str) -> SourceError:
    return SourceError(
        f"{name}: its bytes do not fit the encoding it declares.",
        hint="export the table again",
        id="R151",
    )


def _broken(name: str, error: etree.XMLSyntaxError) -> SourceError:
    line, column = error.position
    if error.code in _ENCODING_ERRORS:
        return _unencoded(name)
    if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return SourceError(
            f"{name}: is nested too deep or has a value of more than 10,000,000 bytes "
            f"(line {line or 0:,}, column {column or 0:,}); nothing of it was read.",
            hint="export the table without that field, or as .csv",
            id="R152",
        )
    return SourceError(
        f"{name}: is not whole or not well-formed (line {line or 0:,}, column "
        f"{column or 0:,}); nothing of it was read.",
        hint="export the table again",
        id="R153",
    )
