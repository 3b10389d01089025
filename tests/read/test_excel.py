"""Workbooks: every kind of cell as unambiguous text, and nothing lost unseen."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from reimport_lib.checks import Verdict
from reimport_lib.errors import SourceError
from reimport_lib.read.exports import excel
from reimport_lib.read.exports.used_range import measure_sheet

from .written import bounded, column, raw_xlsx, xlsx


def one(folder: Path, cell: Any, *, since: int = 1900, formats: str = "") -> str:
    """The text that one cell becomes."""
    path = xlsx(folder / "A.xlsx", [["a"], [cell]], since=since, formats=formats)
    return column(excel.read(path), "a")[0]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("as it is ", "as it is "),
        (101.0, "101"),
        (101, "101"),
        (0.277, "0.277"),
        (0.0000001, "0.0000001"),
        (-3.5, "-3.5"),
        (123456789012345, "123456789012345"),
        (1e20, "1e+20"),
        (True, "1"),
        (False, "0"),
        (date(2013, 7, 1), "2013-07-01"),
        (datetime(2013, 7, 1, 14, 20), "2013-07-01 14:20:00"),
        (time(14, 20), "14:20:00"),
        (timedelta(hours=9, minutes=30), "09:30:00"),
        (timedelta(days=1), "1 day, 0:00:00"),
    ],
)
def test_a_cell_becomes_the_text_of_its_kind(
    tmp_path: Path, cell: Any, text: str
) -> None:
    assert one(tmp_path, cell) == text


def test_a_time_that_rounding_touched_is_taken_to_the_second(tmp_path: Path) -> None:
    assert one(tmp_path, 0.604165995, formats="h:mm:ss") == "14:30:00"


@pytest.mark.parametrize("since", [1900, 1904])
def test_24_00_with_a_time_format_is_one_day(tmp_path: Path, since: int) -> None:
    path = xlsx(
        tmp_path / "A.xlsx", [["t"], [0.5], [1.0]], since=since, formats="h:mm:ss"
    )

    assert column(excel.read(path), "t") == ["12:00:00", "1 day, 0:00:00"]


def test_a_birthday_on_the_first_day_of_the_epoch_stays_a_date(tmp_path: Path) -> None:
    assert one(tmp_path, 1.0, formats="yyyy-mm-dd") == "1900-01-01"


@pytest.mark.parametrize("since", [1900, 1904])
def test_both_date_systems_give_the_same_day(tmp_path: Path, since: int) -> None:
    path = xlsx(tmp_path / "A.xlsx", [["d"], [date(2013, 7, 1)]], since=since)

    found = excel.read(path)

    assert (column(found, "d"), found.date_system) == (["2013-07-01"], since)


def test_blank_rows_are_counted_and_leave_their_numbers_free(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "A.xlsx", [["a", "b"], ["1", ""], ["", " \xa0"], ["3", ""]])

    found = excel.read(path)

    assert (found.rows.to_pylist(), found.blank_rows) == ([2, 4], 1)


def test_a_lying_dimension_hides_no_rows(tmp_path: Path) -> None:
    cells = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for row, text in ((1, "a"), (2, "x"), (3, "y"))
    )
    path = raw_xlsx(
        tmp_path / "A.xlsx", f'<dimension ref="A1"/><sheetData>{cells}</sheetData>'
    )

    assert column(excel.read(path), "a") == ["x", "y"]


def test_the_first_sheet_with_data_is_read_and_a_second_one_is_named(
    tmp_path: Path,
) -> None:
    book = Workbook()
    for name, cell in (("first", "a"), ("second", "b")):
        book.create_sheet(name).append([cell])
    book.save(tmp_path / "A.xlsx")

    found = excel.read(tmp_path / "A.xlsx")

    assert found.data.column_names == ["a"]
    assert [check.name for check in found.checks] == ["sheets with data"]


def test_text_as_long_as_a_cell_can_be_is_warned_about(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "A.xlsx", [["a"], ["x" * 32_767], ["x" * 32_766]])

    (check,) = excel.read(path).checks

    assert (check.name, check.actual[:8]) == ("text cut by Excel", "1 cell o")


def test_merged_data_cells_are_warned_about_and_a_merged_header_is_refused(
    tmp_path: Path,
) -> None:
    book = Workbook()
    sheet = book.create_sheet("Export", 0)
    for row in (["a", "b"], ["1", "2"], ["3", "4"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "data.xlsx")
    sheet.merge_cells("A1:B1")
    book.save(tmp_path / "header.xlsx")

    assert [c.name for c in excel.read(tmp_path / "data.xlsx").checks] == [
        "merged cells"
    ]
    with pytest.raises(SourceError, match="header row holds merged cells"):
        excel.read(tmp_path / "header.xlsx")


def test_an_error_cell_is_blank(tmp_path: Path) -> None:
    sheet = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#REF!</v></c></row>'
    )
    path = raw_xlsx(tmp_path / "A.xlsx", f"<sheetData>{sheet}</sheetData>")

    found = excel.read(path)

    assert column(found, "b") == [""]
    assert [(c.name, c.verdict) for c in found.checks] == [
        ("error cells", Verdict.WARN)
    ]


@pytest.mark.parametrize(
    ("formula", "unsolved"),
    [
        ("<f>1+1</f>", True),
        ("<f>1+1</f><v/>", True),
        ("<f>1+1</f><v></v>", True),
        ("<f>1+1</f><v>2</v>", False),
        ('" t="str"><f>1+1</f><v></v>', False),
    ],
)
def test_a_formula_without_its_result_fails_the_certificate(
    tmp_path: Path, formula: str, unsolved: bool
) -> None:
    typed = formula if formula.startswith('"') else f'">{formula}'
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        f'<row r="2"><c r="A2{typed}</c></row><row r="3"><c r="A3"><v>1</v></c></row>'
    )
    path = raw_xlsx(tmp_path / "A.xlsx", f"<sheetData>{cells}</sheetData>")

    found = {check.name: check for check in excel.read(path).checks}

    assert found["formulas"].actual.startswith("1 cell;")
    assert ("formulas without a result" in found) is unsolved
    if unsolved:
        assert found["formulas without a result"].verdict is Verdict.FAIL


def test_a_sheet_to_be_seen_comes_before_a_hidden_one(tmp_path: Path) -> None:
    book = Workbook()
    for name, cell in (("first", "hidden"), ("second", "seen")):
        book.create_sheet(name).append([cell])
    book["first"].sheet_state = "hidden"
    book.save(tmp_path / "A.xlsx")

    assert excel.read(tmp_path / "A.xlsx").data.column_names == ["seen"]


@pytest.mark.parametrize(
    "cell", [date(2020, 1, 1), 17, "5F0A0E4A-9E9C-4C1B-8B5E-0123456789AB"]
)
def test_a_first_row_of_data_is_not_taken_for_names(tmp_path: Path, cell: Any) -> None:
    path = xlsx(tmp_path / "A.xlsx", [["Ann", cell], ["Bob", "x"]])

    with pytest.raises(SourceError, match="first row looks like data") as refused:
        excel.read(path)

    assert "Ann" not in str(refused.value)


@pytest.mark.parametrize(
    "reference",
    [
        'r="XFD1048576"',
        "r='XFD1048576'",
        'r = "ZZ1048576"',
        'r="ZZ999999"',
        'r="zz999999"',
        'r="ZZ0000000000999999"',
        f's="{"0" * 70_000}" r="ZZ999999"',
    ],
)
def test_a_cell_far_outside_the_table_is_refused_before_it_costs_memory(
    tmp_path: Path, reference: str
) -> None:
    sheet = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        f"<row><c {reference}><v>1</v></c></row>"
    )
    path = raw_xlsx(tmp_path / "A.xlsx", f"<sheetData>{sheet}</sheetData>")

    with pytest.raises(SourceError, match="the limit is"):
        excel.read(path)


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_cells_that_do_not_say_where_they_are_are_counted(
    tmp_path: Path, prefix: str
) -> None:
    c, row = f"{prefix}c", f"{prefix}row"
    value = f"<{c}><{prefix}v>1</{prefix}v></{c}>"
    wide = f"<{row}>{f'<{c}/>' * 4_000}{value}</{row}>"
    sheet = (
        f'<{prefix}sheetData xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/'
        f'2006/main">{wide}{f"<{row}/>" * 30_000}<{row}>{value}</{row}>'
        f"</{prefix}sheetData>"
    )

    with pytest.raises(SourceError, match="4,001 columns; the limit is"):
        excel.read(raw_xlsx(tmp_path / "A.xlsx", sheet))


def test_a_sheet_without_references_is_read(tmp_path: Path) -> None:
    row = "<row><c><v>1</v></c><c><v>2</v></c></row>"
    head = (
        '<row><c t="inlineStr"><is><t>a</t></is></c>'
        '<c t="inlineStr"><is><t>b</t></is></c></row>'
    )
    path = raw_xlsx(tmp_path / "A.xlsx", f"<sheetData>{head}{row * 3}</sheetData>")

    assert column(excel.read(path), "b") == ["2", "2", "2"]


def test_a_sheet_that_lies_elsewhere_in_the_workbook_is_measured_as_well(
    tmp_path: Path,
) -> None:
    path = raw_xlsx(
        tmp_path / "A.xlsx",
        "<sheetData/>",
        members={
            "xl/other/far.xml": '<worksheet><row><c r="ZZ999999"/></row></worksheet>'
        },
    )

    with pytest.raises(SourceError, match="the limit is"):
        excel.read(path)


def test_other_attributes_are_no_references(tmp_path: Path) -> None:
    cells = "".join(
        f'<row spans="1:2" r="{row}"><c t="inlineStr" r="A{row}"><is><t>a r="ZZ" </t>'
        "</is></c></row>"
        for row in range(1, 300)
    )
    sheet = (
        '<sheetPr xmlns:r="http://schemas.example" filter="ABCDEFGHIJKLMNOPQ"/>'
        f"<sheetData>{cells}</sheetData>"
    )
    path = raw_xlsx(tmp_path / "A.xlsx", sheet)

    found = measure_sheet(partial(ZipFile(path).open, "xl/worksheets/sheet1.xml"))

    assert (found.rows, found.columns, found.formulas) == (299, 1, 0)
    assert excel.read(path).data.num_rows == 298


def test_every_formula_is_counted(tmp_path: Path) -> None:
    cells = "".join(
        f'<row r="{row}"><c r="A{row}"><f>1+1</f><v>2</v></c></row>'
        for row in range(2, 40_000)
    )
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
    path = raw_xlsx(tmp_path / "A.xlsx", f"<sheetData>{head}{cells}</sheetData>")

    (check,) = excel.read(path).checks

    assert (check.name, check.actual[:7]) == ("formulas", "39,998 ")


def test_a_wide_and_long_sheet_within_the_limits_is_read(tmp_path: Path) -> None:
    names = [f"column_{place}" for place in range(80)]
    path = xlsx(tmp_path / "A.xlsx", [names, *[["x"] * 80] * 3])

    found = excel.read(path)

    assert (found.data.num_columns, found.data.num_rows) == (80, 3)


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = raw_xlsx(
        tmp_path / "A.xlsx", "<sheetData/>", members={"xl/theme.xml": "0" * 2_000_000}
    )

    with (
        bounded(RATIO_FROM_BYTES=1_000_000, RATIO=50),
        pytest.raises(SourceError, match="that unpack to"),
    ):
        excel.read(path)


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "A.xlsx", f"<sheetData>{' ' * 9000}</sheetData>")
    content = path.read_bytes()
    place = content.rindex(b"PK\x01\x02")
    # The uncompressed size of the last member, in the central directory.
    lying = content[: place + 24] + b"\x05\0\0\0" + content[place + 28 :]
    path.write_bytes(lying)

    with pytest.raises(SourceError, match="damaged"):
        excel.read(path)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_workbook_cut_short_is_refused(tmp_path: Path, kept: float) -> None:
    path = xlsx(tmp_path / "A.xlsx", [["a"], *[[str(n)] for n in range(500)]])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])

    with pytest.raises(SourceError, match=r"A\.xlsx: the workbook cannot be read"):
        excel.read(path)


def test_a_workbook_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no sheet holds any data"):
        excel.read(xlsx(tmp_path / "A.xlsx", []))


def test_a_column_without_a_name_keeps_its_place_and_an_empty_one_goes(
    tmp_path: Path,
) -> None:
    rows = [["a", None, "c", None], ["1", "2", "3", None]]

    found = excel.read(xlsx(tmp_path / "A.xlsx", rows))

    assert found.data.column_names == ["a", "column 2", "c"]


def test_a_title_above_the_table_is_no_header(tmp_path: Path) -> None:
    rows = [["All contacts"], ["id", "name", "dob"], ["1", "x", "y"]]

    with pytest.raises(SourceError, match="names 1 of 3 columns"):
        excel.read(xlsx(tmp_path / "A.xlsx", rows))


def test_a_repeated_column_is_refused_with_both_places(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "A.xlsx", [["id", "x", "Contacts::id "], ["1", "2", "3"]])

    with pytest.raises(SourceError, match=r"'id' \(columns 1, 3\)"):
        excel.read(path)
