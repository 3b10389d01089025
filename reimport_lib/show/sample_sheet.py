"""The cards of a sign-off pack as lines of a sheet, to be filled in.

A workbook where the package that writes one is installed, and the same as CSV.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING

from reimport_lib.plain import visible
from reimport_lib.record.samples import FOLDER, PackCard
from reimport_lib.show.words import noun, sentence_case
from reimport_lib.show.worklist import LONGEST, harmless

if TYPE_CHECKING:
    from xlsxwriter import Workbook

COLUMNS = ("line", "run", "table", "filemaker_id", "row", "drawn", "why", "page")
FILLED_IN = ("mark", "by", "remark")
WORDS = {
    "ok": "the database has what FileMaker has",
    "not ok": "it does not; say in remark what is wrong",
    "open": "what was said before is withdrawn",
}
_WIDTHS = (8, 8, 17, 38, 8, 16, 60, 26, 11, 18, 50)
_HEAD = {"bold": True, "bg_color": "#1F3A4D", "font_color": "#FFFFFF", "valign": "top"}
_TEXT = {"num_format": "@", "text_wrap": True, "valign": "top"}
_FILL = {**_TEXT, "bg_color": "#FFF8DC", "border": 1, "border_color": "#D9CFA8"}


def line(card: PackCard, run_id: str) -> tuple[str, ...]:
    """The cells of ``COLUMNS``."""
    page = f"{Path(FOLDER).name}/{card.page}"
    cells = (
        *(card.line, run_id, card.table, card.key, str(card.row)),
        *(card.drawn, card.why, page),
    )
    return tuple(visible(cell)[:LONGEST] for cell in cells)


def as_csv(cards: Sequence[PackCard], run_id: str) -> str:
    """The sheet as CSV; what a spreadsheet would take for a formula has a mark."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *FILLED_IN))
    blank = [""] * len(FILLED_IN)
    for card in cards:
        writer.writerow([*map(harmless, line(card, run_id)), *blank])
    return buffer.getvalue()


def write_workbook(
    stream: IO[bytes], cards: Sequence[PackCard], *, run_id: str, made: datetime
) -> None:
    """A sheet for each table, and one to begin with."""
    import xlsxwriter

    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": made.replace(tzinfo=None)})
        _start(book, run_id)
        for table, some in groupby(cards, key=lambda card: card.table):
            _sheet(book, table, list(some), run_id)


def _start(book: Workbook, run_id: str) -> None:
    sheet = book.add_worksheet("Read me")
    text = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 110)
    sheet.hide_gridlines(2)
    strong = book.add_format({"bold": True, "font_size": 14})
    sheet.write_string(0, 0, f"Sign-off pack of {run_id}", strong)
    told = (
        "Private: this file holds persons' data. It is not for reports or mails.",
        "Each line is a card of signoff/index.html: open it there and compare.",
        *(f"mark {word}: {means}" for word, means in WORDS.items()),
        "Fill in the three columns at the right, and leave the others as they are.",
        "Then read it back: reimport sample read signoff.xlsx",
    )
    for at, words in enumerate(told, start=2):
        sheet.write_string(at, 0, words, text)


def _sheet(book: Workbook, table: str, cards: Sequence[PackCard], run_id: str) -> None:
    sheet = book.add_worksheet(sentence_case(noun(table))[:31])
    head, text = book.add_format(_HEAD), book.add_format(_TEXT)
    fill = book.add_format(_FILL)
    columns = (*COLUMNS, *FILLED_IN)
    for place, (name, width) in enumerate(zip(columns, _WIDTHS, strict=True)):
        shape = fill if name in FILLED_IN else text
        hidden = {"level": 1, "hidden": True} if name in ("line", "run") else {}
        sheet.set_column(place, place, width, shape, hidden)
        sheet.write_string(0, place, name, head)
    mark = columns.index("mark")
    sheet.data_validation(
        *(1, mark, len(cards), mark),
        {
            "validate": "list",
            "source": list(WORDS),
            "error_title": "No such mark",
            "error_message": f"One of: {', '.join(WORDS)}",
        },
    )
    sheet.freeze_panes(1, columns.index("row") + 1)
    sheet.autofilter(0, 0, len(cards), len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for at, card in enumerate(cards, start=1):
        for place, cell in enumerate(line(card, run_id)):
            if cell:
                sheet.write_string(at, place, cell, text)
        for place in range(len(COLUMNS), len(columns)):
            sheet.write_blank(at, place, None, fill)
