"""Invented appointments as export files of every kind, of any number of rows.

The workbook is written by hand: at 500,000 rows a library takes minutes for it. It has
what FileMaker's has: shared strings, dates and times as styled numbers.
"""

from __future__ import annotations

import csv
import io
import random
import uuid
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook

HEADER = (
    "id",
    "id_Contact",
    "idCal",
    "Type",
    "startDate",
    "startTime",
    "endDate",
    "endTime",
    "Status",
    "notes",
    "allDay",
    "recid",
)
NAMESPACE = "http://www.filemaker.com/fmpxmlresult"

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_EPOCH = date(1899, 12, 30)
# As openpyxl numbers the styles of a workbook with a date, then a time.
_DATE_STYLE, _TIME_STYLE = 1, 2


def rows(count: int) -> Iterator[list[Any]]:
    """Invented appointments; the same for the same count."""
    chance = random.Random(count)
    for number in range(count):
        day = date(2015, 1, 1) + timedelta(days=chance.randrange(3000))
        begin = time_of_day(chance.randrange(8, 18), chance.choice((0, 15, 30, 45)))
        yield [
            str(uuid.UUID(int=chance.getrandbits(128))).upper(),
            str(uuid.UUID(int=chance.getrandbits(128))).upper(),
            str(chance.randrange(10)),
            "Review",
            day,
            begin,
            day,
            begin,
            chance.choice(("completed", "cancelled", "")),
            " ".join(["words"] * chance.randrange(2, 30)),
            chance.choice((0, 1)),
            number,
        ]


def write_xlsx(path: Path, count: int) -> None:
    """All parts but the sheet and its strings are those of a workbook of one row."""
    strings: dict[str, int] = {}
    replaced = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")
    with (
        zipfile.ZipFile(io.BytesIO(_one_row())) as given,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
    ):
        for part in given.namelist():
            if part not in replaced:
                made.writestr(part, given.read(part))
        with made.open(replaced[0], "w") as stream:
            for piece in _sheet(count, strings):
                stream.write(piece.encode())
        with made.open(replaced[1], "w") as stream:
            stream.write(f'{_XML}<sst xmlns="{_MAIN}">'.encode())
            for text in strings:
                stream.write(f"<si><t>{escape(text)}</t></si>".encode())
            stream.write(b"</sst>")


def write_csv(path: Path, count: int) -> None:
    _write_quoted(path, count, delimiter=",")


def write_mer(path: Path, count: int) -> None:
    _write_quoted(path, count, delimiter=";")


def write_tab(path: Path, count: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        stream.write("\t".join(HEADER) + "\r")
        for row in rows(count):
            stream.write("\t".join(map(str, row)) + "\r")


def write_xml(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(
            f'<?xml version="1.0" encoding="UTF-8" ?><FMPXMLRESULT xmlns="{NAMESPACE}">'
            '<ERRORCODE>0</ERRORCODE><PRODUCT BUILD="1" NAME="FileMaker" VERSION="1"/>'
            f'<DATABASE DATEFORMAT="yyyy/m/d" LAYOUT="" NAME="c" RECORDS="{count}" '
            'TIMEFORMAT="k:mm:ss "/><METADATA>'
        )
        for name in HEADER:
            stream.write(
                f'<FIELD EMPTYOK="YES" MAXREPEAT="1" NAME="{name}" TYPE="TEXT"/>'
            )
        stream.write(f'</METADATA><RESULTSET FOUND="{count}">')
        for number, row in enumerate(rows(count)):
            cells = "".join(f"<COL><DATA>{escape(str(c))}</DATA></COL>" for c in row)
            stream.write(f'<ROW MODID="0" RECORDID="{number}">{cells}</ROW>')
        stream.write("</RESULTSET></FMPXMLRESULT>")


def _write_quoted(path: Path, count: int, *, delimiter: str) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(
            stream, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r"
        )
        writer.writerow(HEADER)
        writer.writerows(rows(count))


def _one_row() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Appointments"
    sheet.append([date(2020, 1, 1), time_of_day(9), "text"])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _sheet(count: int, strings: dict[str, int]) -> Iterator[str]:
    """A row at a time; every text gets its number in *strings*."""
    letters = [chr(ord("A") + place) for place in range(len(HEADER))]
    yield f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'
    yield _row(1, letters, HEADER, strings)
    for number, cells in enumerate(rows(count), start=2):
        yield _row(number, letters, cells, strings)
    yield "</sheetData></worksheet>"


def _row(number: int, letters: list[str], cells: Any, strings: dict[str, int]) -> str:
    written = "".join(
        _cell(f"{letter}{number}", cell, strings)
        for letter, cell in zip(letters, cells, strict=True)
        if cell != ""
    )
    return f'<row r="{number}">{written}</row>'


def _cell(place: str, cell: object, strings: dict[str, int]) -> str:
    match cell:
        case str():
            found = strings.setdefault(cell, len(strings))
            return f'<c r="{place}" t="s"><v>{found}</v></c>'
        case date():
            serial = (cell - _EPOCH).days
            return f'<c r="{place}" s="{_DATE_STYLE}"><v>{serial}</v></c>'
        case time_of_day():
            part = (cell.hour * 60 + cell.minute) / 1440
            return f'<c r="{place}" s="{_TIME_STYLE}"><v>{part!r}</v></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'
