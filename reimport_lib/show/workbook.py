"""A worklist as a workbook: a sheet to begin with, and one for each action.

Every cell is text, so that no key loses its zeros and nothing is taken for a formula.
Written by xlsxwriter, the extra ``worklist``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from reimport_lib.plan.codes import ToDo
from reimport_lib.record.findings import WorkItem
from reimport_lib.record.manifest import Worklist
from reimport_lib.show import worklist
from reimport_lib.show.words import noun, sentence_case

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

ROWS = 1_048_576
"""Of one sheet, its head among them: Excel has no more."""
START = "Read me"
WIDTHS = {
    **{"line": 8, "run": 8, "table": 17, "filemaker_id": 38, "row": 8, "outcome": 11},
    **{"code": 19, "reason": 42, "what_to_do": 42, "columns": 22, "holds": 34},
    **{"find_by": 42, "twins": 14, "known": 34},
    **{"decision": 13, "until": 13, "by": 18, "remark": 36},
}
_HEAD = {"bold": True, "bg_color": "#1F3A4D", "font_color": "#FFFFFF", "valign": "top"}
_TEXT = {"num_format": "@", "text_wrap": True, "valign": "top"}
_FILL = {**_TEXT, "bg_color": "#FFF8DC", "border": 1, "border_color": "#D9CFA8"}

_WHAT_TO_DO = (
    "Each line is one row of FileMaker and one thing to be said of it. The sheets are"
    " named by what is to be done.",
    "Look a record up in FileMaker by its filemaker_id, or by find_by.",
    "Fill in the four columns at the right: decision, by (your name), remark, and until"
    " where it holds up to a day (YYYY-MM-DD). Leave the others as they are.",
)


def is_there() -> bool:
    """Whether the package that writes workbooks is installed."""
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        return False
    return bool(xlsxwriter)


def write(
    stream: IO[bytes],
    found: Sequence[WorkItem],
    counted: Worklist,
    *,
    run_id: str,
    made: datetime,
    beside: Path,
    rows: int = ROWS,
) -> None:
    """
    Write the workbook of *found*, in the order of ``worklist.in_order``.

    Args:
        made: when, as the file says it.
        beside: the folder for what is written on the way.
        rows: of one sheet at most; more go on in another.
    """
    import xlsxwriter

    with tempfile.TemporaryDirectory(dir=beside, prefix=".") as folder:
        options = {"constant_memory": True, "tmpdir": folder, "use_zip64": True}
        with xlsxwriter.Workbook(stream, options) as book:
            book.set_properties({"created": made.replace(tzinfo=None)})
            _start(book, found, counted, run_id)
            by_action = groupby(found, key=lambda each: worklist.told(each).action)
            for action, lines in by_action:
                _sheets(book, sentence_case(action), list(lines), run_id, rows)


def _start(
    book: Workbook, found: Sequence[WorkItem], counted: Worklist, run_id: str
) -> None:
    """What to do, and how much there is of it."""
    sheet = book.add_worksheet(START)
    text = book.add_format({"text_wrap": True, "valign": "top"})
    strong, head = (
        book.add_format({"bold": True, "font_size": 14}),
        book.add_format(_HEAD),
    )
    number = book.add_format({"num_format": "#,##0", "valign": "top"})
    for column, width in enumerate((24, 24, 26, 12, 16, 24)):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, f"Worklist of {run_id}", strong)
    steps = (
        "Private: this file holds persons' data. It is not for reports or mails.",
        *_WHAT_TO_DO,
        *(f"decision {word}: {means}" for word, means in worklist.WORDS.items()),
        *(
            f"On the sheet {sentence_case(ToDo.DECIDE)}, {word}: {means}"
            for word, means in worklist.OF_BOTH_SIDES.items()
        ),
        *(
            f"Where twins are named, {word}: {means}"
            for word, means in worklist.OF_TWINS.items()
            if word not in worklist.WORDS
        ),
        "Then read it back: reimport decisions worklist.xlsx",
    )
    at = 2
    for step in steps:
        sheet.merge_range(at, 0, at, 5, "", text)
        sheet.write_string(at, 0, step, text)
        sheet.set_row(at, 15 * (1 + len(step) // 120))
        at += 1
    at = _grid(
        sheet,
        at + 1,
        ("what is to be done", "lines", "of these known", "", "", ""),
        [
            (sentence_case(action), n["lines"], n["known"])
            for action, n in counted["actions"].items()
        ],
        (head, text, number),
    )
    left_out = f"{counted['without_doubt']:,} rows more are left out without doubt."
    sheet.write_string(at, 0, left_out)
    heads = ("what is to be done", "rows of", "code", "lines", "of these known")
    _grid(
        sheet,
        at + 2,
        (*heads, "decided, counts no more"),
        [
            (sentence_case(action), noun(table), code, *figures)
            for (action, table, code), figures in worklist.by_code(found).items()
        ],
        (head, text, number),
    )


def _grid(
    sheet: Worksheet,
    at: int,
    heads: Sequence[str],
    rows: Sequence[Sequence[str | int]],
    formats: tuple[Any, Any, Any],
) -> int:
    """Write a table at the row *at*; the row below it."""
    head, text, number = formats
    for column, name in enumerate(heads):
        if name:
            sheet.write_string(at, column, name, head)
    for row in rows:
        at += 1
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(at, column, cell, number)
            else:
                sheet.write_string(at, column, cell, text)
    return at + 1


def _sheets(
    book: Workbook, action: str, found: Sequence[WorkItem], run_id: str, rows: int
) -> None:
    """One sheet of *found*, or as many as it takes."""
    room = rows - 1
    for part, first in enumerate(range(0, len(found), room), start=1):
        name = action if len(found) <= room else f"{action} ({part})"
        _sheet(book, name, found[first : first + room], run_id)


def _sheet(book: Workbook, name: str, found: Sequence[WorkItem], run_id: str) -> None:
    sheet = book.add_worksheet(name)
    head, text = book.add_format(_HEAD), book.add_format(_TEXT)
    fill = book.add_format(_FILL)
    columns = (*worklist.COLUMNS, *worklist.FILLED_IN)
    for place, column in enumerate(columns):
        is_filled = column in worklist.FILLED_IN
        options = {"level": 1, "hidden": True} if column in ("line", "run") else {}
        shape = fill if is_filled else text
        # a cell that is not written has the format of its column
        sheet.set_column(place, place, WIDTHS[column], shape, options)
        sheet.write_string(0, place, column, head)
    sheet.freeze_panes(1, columns.index("row") + 1)
    sheet.autofilter(0, 0, len(found), len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    decision, until = columns.index("decision"), columns.index("until")
    at = 1
    for words, lines in groupby(found, key=worklist.words):
        last = at + len(list(lines)) - 1
        sheet.data_validation(at, decision, last, decision, _one_of(words))
        at = last + 1
    sheet.data_validation(
        *(1, until, len(found), until),
        {
            "validate": "any",
            "input_title": "until",
            "input_message": f"The last day, such as {date(2027, 1, 31)}",
        },
    )
    for at, each in enumerate(found, start=1):
        for place, cell in enumerate(worklist.line(each, run_id)):
            if cell:
                sheet.write_string(at, place, cell, text)


def _one_of(words: Mapping[str, str]) -> dict[str, Any]:
    """A cell in which one of *words* can be chosen."""
    return {
        "validate": "list",
        "source": list(words),
        "input_title": "decision",
        "input_message": "\n".join(f"{w}: {m}" for w, m in words.items())[:255],
        "error_title": "No such decision",
        "error_message": f"One of: {', '.join(words)}",
    }
