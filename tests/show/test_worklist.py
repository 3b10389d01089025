"""A worklist's cells are text, whatever a person typed; no sheet is too long."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from reimport_lib.plan.codes import Kept, Note, Outcome, Reason, ToDo
from reimport_lib.record.findings import WorkItem
from reimport_lib.show import workbook, worklist
from reimport_lib.show.words import sentence_case
from tests.show.examples import run

AT = datetime(2027, 1, 2, tzinfo=UTC)
ODD = {
    "=1+1": "=1+1",
    "+61491570006": "+61491570006",
    "-2": "-2",
    "@SUM(A1)": "@SUM(A1)",
    "000412": "000412",
    "1.5E+15": "1.5E+15",
    "https://example.org/x": "https://example.org/x",
    "a\x00b\x1b[31m": "a␀b␛[31m",
    "_x0041_": "_x0041_",
    "long " * 8_000: ("long " * 8_000)[: worklist.LONGEST],
    "two\nlines": "two\nlines",
}


def finding(**fields: object) -> WorkItem:
    return WorkItem(
        **{
            "table": "patients",
            "row": 2,
            "outcome": "created",
            "code": "bad_date",
            "key": "k",
            **fields,
        }  # type: ignore[arg-type]
    )


def written(path: Path, found: list[WorkItem], rows: int = workbook.ROWS) -> Path:
    counted = worklist.counts(found, run())
    with path.open("wb") as stream:
        workbook.write(
            *(stream, found, counted),
            **{"run_id": "R", "made": AT, "beside": path.parent, "rows": rows},
        )
    return path


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each odd text as a key, and as what a cell holds."""
    found = [finding(filemaker_id=text, holds=text, key=text) for text in ODD]
    return written(tmp_path_factory.mktemp("odd") / "worklist.xlsx", found)


def column(sheet: Worksheet, name: str) -> list[openpyxl.cell.Cell]:
    at = [cell.value for cell in sheet[1]].index(name)
    return [row[at] for row in sheet.iter_rows(min_row=2)]  # type: ignore[misc]


def test_each_cell_is_the_text_that_was_typed(odd: Path) -> None:
    """As two readers have it; nothing is a formula, a number or a link."""
    sheet = openpyxl.load_workbook(odd)[sentence_case(ToDo.FIX)]
    read = CalamineWorkbook.from_path(str(odd)).get_sheet_by_index(1).to_python()

    for name in ("filemaker_id", "holds"):
        cells = column(sheet, name)
        # openpyxl leaves escapes in texts of a cell's own as they are
        values = [str(cell.value).replace("_x005F_", "_") for cell in cells]
        assert values == list(ODD.values())
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
        assert not any(cell.hyperlink for cell in cells)
        at = read[0].index(name)
        assert [row[at] for row in read[1:]] == list(ODD.values())


def test_the_sheet_is_laid_out_to_be_worked_with(odd: Path) -> None:
    sheet = openpyxl.load_workbook(odd)[sentence_case(ToDo.FIX)]
    (listed, _) = sheet.data_validations.dataValidation
    last = len(ODD) + 1

    assert sheet.freeze_panes == "F2"
    assert sheet.auto_filter.ref == f"A1:R{last}"
    assert str(listed.sqref) == f"O2:O{last}"
    assert listed.formula1 == '"expected,fix,ask"'
    assert sheet.column_dimensions["A"].hidden
    assert sheet.column_dimensions["L"].width > 40
    assert column(sheet, "decision")[0].value is None


def test_a_sheet_that_is_full_goes_on_in_another(tmp_path: Path) -> None:
    found = [finding(row=row, key=str(row)) for row in range(2, 9)]
    book = openpyxl.load_workbook(written(tmp_path / "w.xlsx", found, rows=4))
    name = sentence_case(ToDo.FIX)

    assert book.sheetnames == [workbook.START, *(f"{name} ({n})" for n in (1, 2, 3))]
    rows = [
        cell.value for sheet in book.worksheets[1:] for cell in column(sheet, "row")
    ]
    assert rows == [str(row) for row in range(2, 9)]
    assert {path.name for path in tmp_path.iterdir()} == {"w.xlsx"}


def test_no_cell_of_the_sheet_is_a_formula() -> None:
    """An apostrophe stands before what a spreadsheet would take for one."""
    found = [finding(filemaker_id=text, holds=text) for text in ODD]
    lines = list(csv.DictReader(io.StringIO(worklist.as_csv(found, "R"))))

    for line, text in zip(lines, ODD.values(), strict=True):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line.values())
        assert line["holds"].removeprefix("'") == text


def test_a_reason_and_a_note_of_one_word_say_their_own() -> None:
    """Both are texts, and equal ones; what is said of each is made once."""
    rejected = finding(code=Reason.BAD_DATE.value, outcome=Outcome.REJECTED.value)
    doubted = finding(code=Note.BAD_DATE.value)
    at = worklist.COLUMNS.index("reason")

    found = [worklist.line(each, "R")[at] for each in (rejected, doubted, rejected)]

    sentences = [Reason.BAD_DATE.sentence, Note.BAD_DATE.sentence]
    assert found == [*sentences, sentences[0]]
    assert sentences[0] != sentences[1]


@pytest.mark.parametrize("code", [*Reason, *Note, *Kept], ids=lambda code: code.name)
def test_each_code_says_what_is_to_be_done(code: Reason | Note | Kept) -> None:
    nothing = code.remedy.startswith("Nothing to do")

    assert code.sentence.endswith(".")
    assert code.remedy.endswith(".")
    assert nothing == (code.action in (ToDo.NOTHING, ToDo.EXPECTED)) or (
        code.action is ToDo.EXPECTED
    )
    assert ("reimport decisions" in code.remedy) <= (
        code.action in (ToDo.DECIDE, ToDo.NOTHING)
    )
    assert (code.action is ToDo.FIX) <= ("FileMaker" in code.remedy)
