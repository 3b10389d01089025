"""Small exports, written by code: what a FileMaker person might hand over."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from reimport_lib.config import Settings, load_settings
from reimport_lib.read import limits
from reimport_lib.read.reading import Reading
from reimport_lib.tables import registry

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
NAMESPACE = "http://www.filemaker.com/fmpxmlresult"

Rows = Sequence[Sequence[Any]]


@contextmanager
def bounded(**most: int) -> Iterator[None]:
    """Those limits for a source, until the end of the block."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in most.items():
            patch.setattr(limits, name, value)
        yield


def xlsx(path: Path, rows: Rows, *, since: int = 1900, formats: str = "") -> Path:
    """A workbook of one sheet; *formats* is a number format for every cell."""
    book = Workbook(write_only=False)
    book.epoch = CALENDAR_MAC_1904 if since == 1904 else CALENDAR_WINDOWS_1900
    sheet = book.create_sheet("Export", 0)
    for row in rows:
        sheet.append(list(row))
    if formats:
        for line in sheet.iter_rows(min_row=2):
            for cell in line:
                cell.number_format = formats
    book.save(path)
    return path


def raw_xlsx(
    path: Path, sheet: str, *, members: Mapping[str, str] | None = None
) -> Path:
    """A workbook whose sheet is this XML, word for word."""
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            'ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": (
            '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
            'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
            f'main">{sheet}</worksheet>'
        ),
        **(members or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def delimited(
    path: Path,
    rows: Rows,
    *,
    delimiter: str = ",",
    end: str = "\r\n",
    charset: str = "utf-8",
    quoted: bool = True,
) -> Path:
    with path.open("w", newline="", encoding=charset) as stream:
        if quoted:
            csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(rows)
        else:
            stream.writelines(delimiter.join(row) + end for row in rows)
    return path


def fmpxml(
    path: Path,
    names: Sequence[str],
    rows: Iterable[Sequence[str | Sequence[str]]],
    *,
    found: int | None = None,
    dates: str = "D/m/yyyy",
    doctype: str = "",
    error: int = 0,
    charset: str = "utf-8",
) -> Path:
    """An FMPXMLRESULT; a value that is a list becomes several DATA."""
    lines = [list(row) for row in rows]
    count = len(lines) if found is None else found
    fields = "".join(
        f'<FIELD EMPTYOK="YES" MAXREPEAT="1" NAME={quoteattr(name)} TYPE="TEXT"/>'
        for name in names
    )
    body = "".join(
        f'<ROW MODID="0" RECORDID="{place}">{"".join(map(_column, line))}</ROW>'
        for place, line in enumerate(lines)
    )
    text = (
        f'<?xml version="1.0" encoding="{charset}" ?>{doctype}'
        f'<FMPXMLRESULT xmlns="{NAMESPACE}"><ERRORCODE>{error}</ERRORCODE>'
        '<PRODUCT BUILD="1" NAME="FileMaker" VERSION="19"/>'
        f'<DATABASE DATEFORMAT="{dates}" LAYOUT="" NAME="c" RECORDS="{len(lines)}" '
        f'TIMEFORMAT="k:mm:ss "/><METADATA>{fields}</METADATA>'
        f'<RESULTSET FOUND="{count}">{body}</RESULTSET></FMPXMLRESULT>'
    )
    path.write_text(text, encoding=charset, newline="")
    return path


def in_pieces(content: bytes, size: int) -> Callable[[], IO[bytes]]:
    """Opens *content* as a stream that gives at most *size* bytes at a time."""

    class Slow(io.BytesIO):
        def read(self, asked: int | None = -1, /) -> bytes:
            return super().read(size)

    return lambda: Slow(content)


def settings(folder: Path | str, **others: str) -> Settings:
    """Settings for a folder of exports; only Contacts is needed unless said."""
    optional = " ".join(
        t.name for t in registry.source_tables() if t.name != "patients"
    )
    return load_settings(
        {
            "REIMPORT_SOURCE": str(folder),
            "REIMPORT_OPTIONAL_TABLES": optional,
            **others,
        }
    )


def column(reading: Reading, name: str) -> list[str]:
    found: list[str] = reading.data.column(name).to_pylist()
    return found


def _column(value: str | Sequence[str]) -> str:
    values = [value] if isinstance(value, str) else value
    return f"<COL>{''.join(f'<DATA>{escape(one)}</DATA>' for one in values)}</COL>"


def _relation(kind: str, target: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="rId1" Target="{target}" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        f'{kind}"/></Relationships>'
    )
