"""Excel workbooks (.xlsx): the first sheet with data, its first row the header.

Read by python-calamine, which takes the cells themselves, never the declared
dimension. Imports no Django.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from reimport_lib.checks import Check, Verdict
from reimport_lib.counting import several
from reimport_lib.errors import SourceError
from reimport_lib.read import cells, headers
from reimport_lib.read.exports import repair, workbook
from reimport_lib.read.exports.repair import Repaired
from reimport_lib.read.reading import Reading, assemble
from reimport_lib.tables import registry

CELL_CHARS = 32_767
"""What a cell of Excel holds at most: text of exactly this length was cut."""

Cells = Sequence[Sequence[object]]
"""Row by row, as the reader gives them."""

_LAST_OF_FEBRUARY = "1900-02-28"


def read(path: Path) -> Reading:
    """
    The rows of the first sheet that holds any, every cell as text.

    The first row with a value is the header, record 1; blank rows after it count as
    records without being rows.

    Raises:
        SourceError: the workbook is damaged, encrypted, too large or has no sheet
            with data; a column name occurs twice.
    """
    facts = workbook.measure(path)
    repaired = repair.repair(path, facts.sheets) if facts.needs_repair else None
    sheet, rows = _first_with_data(path, facts, repaired)
    _refuse_merged_header(path.name, sheet, height=len(rows))
    first = cells.array(rows[0], date_system=facts.date_system).to_pylist()
    place = f"{path.name}, sheet {sheet.name!r}"
    if headers.looks_like_data(first):
        raise SourceError(
            f"{place}: its first row looks like data, not like column names.",
            hint="export with the field names in the first row",
            id="R136",
        )
    names = headers.columns(first, name=place)
    arrays = _arrays(rows, names, date_system=facts.date_system)
    arrays = _with_leap_day(path, facts, arrays, names)
    data, numbers, blank = assemble(names, arrays, first_row=2, name=path.name)
    return Reading(
        data,
        numbers,
        blank,
        way="excel",
        date_system=facts.date_system,
        checks=tuple(_checks(sheet, facts, arrays, repaired)),
    )


def _first_with_data(
    path: Path, facts: workbook.WorkbookFacts, repaired: Repaired | None
) -> tuple[CalamineSheet, Cells]:
    try:
        try:
            found = _open_first(repaired.workbook if repaired else path)
        except OverflowError:  # a duration of more days than there are
            found = _open_first(repair.repair(path, facts.sheets).workbook)
    except PasswordError:
        raise SourceError(
            f"{path.name}: is protected by a password.",
            hint="save it without a password",
            id="R137",
        ) from None
    except (CalamineError, OSError, ValueError, OverflowError):
        raise SourceError(
            f"{path.name}: the workbook cannot be read; it may be damaged.",
            hint="export the table again",
            id="R138",
        ) from None
    if found is None:
        raise SourceError(
            f"{path.name}: no sheet holds any data.",
            hint="export the table again",
            id="R139",
        )
    return found


def _open_first(
    workbook: Path | BytesIO,
) -> tuple[CalamineSheet, Cells] | None:
    with CalamineWorkbook.from_object(workbook) as book:
        for place in _places(book):
            sheet = book.get_sheet_by_index(place)
            rows = _from_header(sheet.to_python())
            if rows:
                return sheet, rows
    return None


def _with_leap_day(
    path: Path,
    facts: workbook.WorkbookFacts,
    arrays: list[pa.Array],
    names: Sequence[str],
) -> list[pa.Array]:
    """
    *arrays* with serial 60 as 29 February 1900, which Excel shows and no calendar has.

    The reader takes it for the 28th, as it takes 59. Where one is seen, the sheet is
    read once more with 60 as 61: what moves was no 28th.
    """
    seen = [pc.starts_with(array, _LAST_OF_FEBRUARY) for array in arrays]
    if facts.date_system != 1900 or not any(pc.any(each).as_py() for each in seen):
        return arrays
    later = _open_first(repair.repair(path, facts.sheets, move_leap_day=True).workbook)
    moved = _arrays(later[1], names, date_system=1900) if later else arrays
    return [
        pc.if_else(
            pc.and_(is_seen, pc.not_equal(array, other)),
            pc.replace_substring(array, "-28", "-29", max_replacements=1),
            array,
        )
        for array, other, is_seen in zip(arrays, moved, seen, strict=True)
    ]


def _places(book: CalamineWorkbook) -> list[int]:
    """Of the worksheets, those that are to be seen first."""
    places = {
        place: found.visible != SheetVisibleEnum.Visible
        for place, found in enumerate(book.sheets_metadata)
        if found.typ == SheetTypeEnum.WorkSheet
    }
    return sorted(places, key=lambda place: places[place])


def _from_header(rows: Cells) -> Cells:
    """From the first row with a value on; a sheet's formatting alone is no data."""
    for place, row in enumerate(rows):
        if any(cell != "" and not _is_blank(cell) for cell in row):
            return rows[place:]
    return []


def _refuse_merged_header(name: str, sheet: CalamineSheet, *, height: int) -> None:
    """A title over the table, or names that span columns: not one name per column."""
    last_row, _ = sheet.end or (0, 0)
    header_row = last_row - height + 1
    for (top, _left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if top <= header_row <= bottom:
            raise SourceError(
                f"{name}, sheet {sheet.name!r}: the header row holds merged cells, so "
                "a column has no name of its own.",
                hint="remove titles above the table; one name per column",
                id="R140",
            )


def _is_blank(cell: object) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _arrays(rows: Cells, names: Sequence[str], *, date_system: int) -> list[pa.Array]:
    """One array per column, header row left out."""
    (across,) = set(map(len, rows))
    values = list(chain.from_iterable(rows[1:]))
    clocks = registry.clocks()
    columns = (
        cells.parts_of_days(values[place::across])
        if name in clocks
        else values[place::across]
        for place, name in enumerate(names)
    )
    return [
        cells.with_lines(cells.array(column, date_system=date_system))
        for column in columns
    ]


def _checks(
    sheet: CalamineSheet,
    facts: workbook.WorkbookFacts,
    arrays: list[pa.Array],
    repaired: Repaired | None,
) -> Iterator[Check]:
    """What a workbook may have lost without saying so, each with its count."""
    cut = sum(_cut(array) for array in arrays)
    merged = len(sheet.merged_cell_ranges or ())
    doubtful = repaired.doubtful if repaired else 0
    if facts.sheets_with_data > 1:
        yield Check(
            "sheets with data",
            "1",
            f"{facts.sheets_with_data} (read: {sheet.name!r})",
            Verdict.WARN,
            "keep one sheet per file",
            id="C068",
        )
    if cut > 0:
        yield Check(
            "text cut by Excel",
            "0 cells",
            f"{several(cut, 'cell')} of exactly {CELL_CHARS:,} characters",
            Verdict.WARN,
            "export this table as XML or CSV: they hold long text",
            id="C069",
        )
    if merged > 0:
        yield Check(
            "merged cells",
            "0",
            f"{several(merged, 'range')}; only the first cell of each has a value",
            Verdict.WARN,
            "take the file as FileMaker wrote it",
            id="C070",
        )
    if facts.formulas > 0:
        yield Check(
            "formulas",
            "0 cells",
            f"{several(facts.formulas, 'cell')}; the stored result is read",
            Verdict.WARN,
            "take the file as FileMaker wrote it",
            id="C071",
        )
    if facts.errors > 0:
        yield Check(
            "error cells",
            "0",
            f"{several(facts.errors, 'cell')} like #N/A, read as blank",
            Verdict.WARN,
            "find them in the workbook: what they should hold is not in the file",
            id="C072",
        )
    if doubtful > 0:
        yield Check(
            "long numbers",
            "every digit",
            f"{doubtful:,} of 16 digits or more; a program has rounded them",
            Verdict.WARN,
            "export them as text, or the table as .csv, out of FileMaker",
            id="C073",
        )
    if facts.unsolved > 0:
        yield Check(
            "formulas without a result",
            "0",
            f"{several(facts.unsolved, 'cell')}; what is shown is not in the file",
            # With several sheets it may be another one that has them.
            Verdict.FAIL if facts.sheets_with_data <= 1 else Verdict.WARN,
            "open the workbook in Excel and save it, or export it again",
            id="C074",
        )


def _cut(array: pa.Array) -> int:
    """Cells that are exactly as long as a cell can be."""
    if (pc.max(pc.binary_length(array)).as_py() or 0) < CELL_CHARS:
        return 0
    return int(pc.sum(pc.equal(pc.utf8_length(array), CELL_CHARS)).as_py())
