"""Lines to files as a clinic exports them: Excel workbooks, CSV with BOM and CR/LF.

Imports nothing of the importer. Cells keep their kind in Excel: text, number, date,
time, 24:00. As text they read as in ``docs/sources.md``: ISO dates, shortest numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from reimport_demo.clinic.model import EXCEL_MOST_ROWS, Cell, Line

MADE = datetime(2026, 1, 1)  # xlsx knows no time zones

_FORMATS: dict[type, str] = {
    datetime: "d/mm/yyyy h:mm:ss AM/PM",
    date: "d/mm/yyyy",
    time: "h:mm:ss AM/PM",
    timedelta: "[h]:mm:ss",
}


def as_text(cell: Cell) -> str:
    """The cell as an importer that reads text sees it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return str(cell)


def cell_values(line: Line, headers: Sequence[str]) -> list[Cell]:
    """The cells of *line* in the order of *headers*; a missing one is ""."""
    return [line.cells.get(header, "") for header in headers]


def write_excel(path: Path, headers: Sequence[str], lines: Iterable[Line]) -> None:
    """Write one sheet, named as the file; rows stream, memory does not grow."""
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    workbook.set_properties({"created": MADE})  # else the clock is in every file
    sheet = workbook.add_worksheet(path.stem)
    formats = {kind: _format(workbook, text) for kind, text in _FORMATS.items()}
    sheet.set_column(0, len(headers) - 1, 18)
    sheet.freeze_panes(1, 0)
    bold = workbook.add_format({"bold": True})
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, bold)
    places = {header: column for column, header in enumerate(headers)}
    for row, line in enumerate(lines, start=1):
        for header in sorted(line.cells, key=places.__getitem__):
            cell = line.cells[header]
            if cell != "":
                _write_cell(sheet, row, places[header], cell, formats)
    workbook.close()


def _format(workbook: Workbook, text: str) -> Format:
    return workbook.add_format({"num_format": text})


def _write_cell(
    sheet: Worksheet, row: int, column: int, cell: Cell, formats: dict[type, Format]
) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_datetime(row, column, cell, formats[type(cell)])


def write_csv(path: Path, headers: Sequence[str], lines: Iterable[Line]) -> None:
    """Write UTF-8 with a byte order mark, CR/LF line ends, quotes where needed."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        for line in lines:
            writer.writerow([as_text(cell) for cell in cell_values(line, headers)])


def export_path(folder: Path, file: str, rows: int, *, excel: bool = True) -> Path:
    """Where a table goes: image metadata, and what no sheet can hold, into a CSV."""
    fits = rows + rows // 100 < EXCEL_MOST_ROWS
    ending = "xlsx" if excel and fits and file != "Images" else "csv"
    return folder / f"{file}.{ending}"


def write_export(path: Path, headers: Sequence[str], lines: Iterable[Line]) -> None:
    """Write an export file of the kind that its name says."""
    write = write_csv if path.suffix == ".csv" else write_excel
    write(path, headers, lines)
