"""The synthetic clinic as FileMaker itself exports it, in every format but Excel.

FileMaker writes dates and times as an Australian system shows them, numbers below one
without their zero, returns inside a field as a vertical tab (in XML as a line feed).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from reimport_demo.clinic.build import Clinic
from reimport_demo.clinic.model import Cell
from reimport_demo.clinic.workbook import cell_values

from . import written

Rows = list[list[str]]
Write = Callable[[Path, Rows], Path]


def shown(cell: Cell) -> str:
    """*cell* as FileMaker shows it in Australia."""
    if isinstance(cell, datetime):
        return f"{shown(cell.date())} {shown(cell.time())}"
    if isinstance(cell, date):
        return f"{cell.day}/{cell.month:02d}/{cell.year}"
    if isinstance(cell, time):
        half = "PM" if cell.hour >= 12 else "AM"
        return f"{cell.hour % 12 or 12}:{cell.minute:02d}:{cell.second:02d} {half}"
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(cell, float):
        return f"{cell:.10f}".strip("0").removesuffix(".") or "0"
    return str(cell)


def write_exports(clinic: Clinic, folder: Path, write: Write) -> Path:
    """The tables of *clinic* and the listing of its files, in *folder*."""
    folder.mkdir(parents=True)
    shutil.copy(clinic.listing, folder)
    shutil.copy(clinic.exports / "clinics.json", folder)
    for table in clinic.tables():
        lines = (cell_values(line, table.headers) for line in table.lines())
        rows = [list(table.headers), *(list(map(shown, cells)) for cells in lines)]
        write(folder / table.file, rows)
    return folder


def csv(path: Path, rows: Rows) -> Path:
    return written.delimited(path.with_suffix(".csv"), rows)


def tab(path: Path, rows: Rows) -> Path:
    """Tabs, no quotes, the Mac's line ends, and no header: as FileMaker does it."""
    rows = [
        [cell.replace("\t", " ").replace("\n", "\v") for cell in row] for row in rows
    ]
    return written.delimited(
        path.with_suffix(".tab"), rows, delimiter="\t", end="\r", quoted=False
    )


def mer(path: Path, rows: Rows) -> Path:
    """Merge: every value in quotes, the header first."""
    quoted = [
        ['"' + cell.replace('"', '""').replace("\n", "\v") + '"' for cell in row]
        for row in rows
    ]
    return written.delimited(path.with_suffix(".mer"), quoted, end="\r", quoted=False)


def xml(path: Path, rows: Rows) -> Path:
    """FMPXMLRESULT, which says the order of its dates; images are exported US style."""
    names, *lines = rows
    lines = [[cell.replace("\v", "\n") for cell in line] for line in lines]
    dates = "M/d/yyyy" if path.name == "Images" else "D/m/yyyy"
    return written.fmpxml(path.with_suffix(".xml"), names, lines, dates=dates)


WAYS: dict[str, Write] = {"csv": csv, "tab": tab, "mer": mer, "xml": xml}
