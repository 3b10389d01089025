"""Sheets that somebody has filled in, line by line, as text: a worklist, marks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from reimport_lib.counting import several
from reimport_lib.errors import UsageError
from reimport_lib.read import limits
from reimport_lib.show import worklist

_WORKBOOKS = (".xlsx", ".xlsm")
UNREADABLE = (OSError, UnicodeDecodeError, csv.Error, CalamineError)
"""What reading such a file may raise."""

NEEDED = ("line", "run", "table", "row", *worklist.FILLED_IN)


@dataclass(frozen=True, slots=True)
class FilledLine:
    """A line of a file: where it stands, and its cells by column."""

    place: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip().removeprefix("'")


@dataclass(frozen=True, slots=True)
class FilledGrid:
    """
    One table of a file.

    Attributes:
        what: what a line of it is called, before its number.
        rows: of texts, the heads first.
    """

    what: str
    rows: Sequence[Sequence[str]]

    def lacks(self, needed: Iterable[str]) -> list[str]:
        """Those of the *needed* columns that it does not have."""
        heads = self._heads()
        return [name for name in needed if name not in heads]

    def lines(self) -> Iterator[FilledLine]:
        heads = self._heads()
        for number, row in enumerate(self.rows[1:], start=2):
            cells = dict(zip(heads, row, strict=False))
            yield FilledLine(f"{self.what} {number}", cells)

    def _heads(self) -> list[str]:
        return [h.strip().casefold() for h in self.rows[0]] if self.rows else []


def is_worklist(path: Path) -> bool:
    """Whether the file at *path* is a worklist, by its ending or its first line."""
    if path.suffix.casefold() in _WORKBOOKS:
        return True
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return "line" in next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def lines(path: Path) -> Iterator[FilledLine]:
    """
    The lines of a worklist.

    Raises:
        UsageError: the file cannot be read, or lacks a column.
    """
    try:
        found = list(grids(path))
    except UNREADABLE:
        raise UsageError(
            f"{path} cannot be read as a worklist.",
            hint="give the worklist.xlsx or worklist.csv of a run, saved as such",
            id="R399",
        ) from None
    if not found:
        raise UsageError(
            f"{path} has no sheet of a worklist.",
            hint="give the worklist.xlsx of a run, or a copy of it",
            id="R400",
        )
    for grid in found:
        if missing := grid.lacks(NEEDED):
            raise UsageError(
                f"{path}: {several(len(missing), 'column')} missing, such as"
                f" {missing[0]}.",
                hint="give the worklist as it was written, with its last columns"
                " filled in",
                id="R401",
            )
        yield from grid.lines()


def grids(path: Path) -> Iterator[FilledGrid]:
    """
    The sheets of a workbook whose heads have the word *line*, or all of a CSV file.

    Raises:
        OSError, UnicodeDecodeError, csv.Error, CalamineError: it cannot be read.
    """
    if path.suffix.casefold() not in _WORKBOOKS:
        text = path.read_text(encoding="utf-8-sig")
        yield FilledGrid("line", list(csv.reader(io.StringIO(text))))
        return
    limits.check_file(path)
    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        grid = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if grid and "line" in grid[0]:
            cells = [[_text(cell) for cell in row] for row in grid]
            yield FilledGrid(f"sheet {name}, line", cells)


def _text(cell: object) -> str:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
