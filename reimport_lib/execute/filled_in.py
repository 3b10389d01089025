"""A worklist that somebody has filled in, line by line, as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from reimport_lib.counting import several
from reimport_lib.errors import UsageError
from reimport_lib.read import limits
from reimport_lib.show import worklist

NEEDED = ("line", "run", "table", "row", *worklist.FILLED_IN)


@dataclass(frozen=True, slots=True)
class FilledLine:
    """A line of a file: where it stands, and its cells by column."""

    place: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip().removeprefix("'")


def is_worklist(path: Path) -> bool:
    """Whether the file at *path* is a worklist, by its ending or its first line."""
    if path.suffix.casefold() in (".xlsx", ".xlsm"):
        return True
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return "line" in next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def lines(path: Path) -> Iterator[FilledLine]:
    """
    Raises:
        UsageError: the file cannot be read, or lacks a column.
    """
    try:
        if path.suffix.casefold() in (".xlsx", ".xlsm"):
            yield from _of_workbook(path)
        else:
            text = path.read_text(encoding="utf-8-sig")
            yield from _of_grid(path, "line", list(csv.reader(io.StringIO(text))))
    except (OSError, UnicodeDecodeError, csv.Error, CalamineError):
        raise UsageError(
            f"{path} cannot be read as a worklist.",
            hint="give the worklist.xlsx or worklist.csv of a run, saved as such",
            id="R399",
        ) from None


def _of_workbook(path: Path) -> Iterator[FilledLine]:
    limits.check_file(path)
    book = CalamineWorkbook.from_path(str(path))
    grids = {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }
    sheets = {name: grid for name, grid in grids.items() if grid and "line" in grid[0]}
    if not sheets:
        raise UsageError(
            f"{path} has no sheet of a worklist.",
            hint="give the worklist.xlsx of a run, or a copy of it",
            id="R400",
        )
    for name, grid in sheets.items():
        cells = [[_text(cell) for cell in row] for row in grid]
        yield from _of_grid(path, f"sheet {name}, line", cells)


def _of_grid(
    path: Path, what: str, grid: Sequence[Sequence[str]]
) -> Iterator[FilledLine]:
    heads = [head.strip().casefold() for head in grid[0]] if grid else []
    if missing := [name for name in NEEDED if name not in heads]:
        raise UsageError(
            f"{path}: {several(len(missing), 'column')} missing, such as {missing[0]}.",
            hint="give the worklist as it was written, with its last columns filled in",
            id="R401",
        )
    for number, row in enumerate(grid[1:], start=2):
        cells = dict(zip(heads, row, strict=False))
        yield FilledLine(f"{what} {number}", cells)


def _text(cell: object) -> str:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
