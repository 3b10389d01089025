"""What a workbook holds is found out before its reader makes room for it."""

from __future__ import annotations

import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest

from reimport_lib.errors import SourceError
from reimport_lib.read.exports import excel

from .written import bounded, column, raw_xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def strings(*values: str) -> dict[str, str]:
    held = "".join(f"<si><t>{value}</t></si>" for value in values)
    return {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{held}</sst>'}


def numbered(*numbers: int) -> str:
    """One row for each: cells that name a shared string by its number."""
    rows = "".join(f'<row><c t="s"><v>{number}</v></c></row>' for number in numbers)
    return f"<sheetData>{rows}</sheetData>"


def test_one_text_for_many_cells_is_counted_for_each(tmp_path: Path) -> None:
    path = raw_xlsx(
        tmp_path / "A.xlsx",
        numbered(0, *[1] * 2_000),
        members=strings("id", "x" * 10_000),
    )

    with (
        bounded(SHEET_TEXT_BYTES=5_000_000),
        pytest.raises(SourceError, match=r"2,001 cells hold 20,\d{3},\d{3} bytes of"),
    ):
        excel.read(path)


def test_a_long_text_that_few_cells_show_is_read(tmp_path: Path) -> None:
    path = raw_xlsx(
        tmp_path / "A.xlsx",
        numbered(0, 1, *[2] * 2_000),
        members=strings("id", "x" * 10_000, "y"),
    )

    with bounded(SHEET_TEXT_BYTES=5_000_000):
        reading = excel.read(path)

    assert column(reading, "id") == ["x" * 10_000, *["y"] * 2_000]


@pytest.mark.parametrize(
    "number", ["x", "+1", "1.0", "12345678x", "1 ", " 1", "&#49;", "1<!-- -->", ""]
)
def test_a_cell_that_names_no_string_counts_as_the_first(
    tmp_path: Path, number: str
) -> None:
    cell = f'<row><c t="s"><v>{number}</v></c></row>'
    path = raw_xlsx(
        tmp_path / "A.xlsx",
        f"<sheetData>{cell * 600}</sheetData>",
        members=strings("x" * 10_000, "y"),
    )

    with (
        bounded(SHEET_TEXT_BYTES=5_000_000),
        pytest.raises(SourceError, match="600 cells hold 6,"),
    ):
        excel.read(path)


def test_text_in_the_cells_themselves_is_limited_as_well(tmp_path: Path) -> None:
    cell = f'<row><c t="inlineStr"><is><t>{"x" * 10_000}</t></is></c></row>'
    path = raw_xlsx(tmp_path / "A.xlsx", f"<sheetData>{cell * 600}</sheetData>")

    with (
        bounded(SHEET_TEXT_BYTES=5_000_000),
        pytest.raises(SourceError, match="600 cells hold 6,"),
    ):
        excel.read(path)


def test_many_columns_count_with_the_rows_that_are_there(tmp_path: Path) -> None:
    names = "".join(
        f'<c t="inlineStr"><is><t>h{place}</t></is></c>' for place in range(1_000)
    )
    far = '<c r="A300"><v>1</v></c><c r="ALL300"><v>1</v></c>'
    path = raw_xlsx(
        tmp_path / "A.xlsx",
        f'<sheetData><row r="1">{names}</row><row r="300">{far}</row></sheetData>',
    )

    reading = excel.read(path)

    assert (reading.data.num_columns, column(reading, "h999")) == (1_000, ["1"])
    with (
        bounded(SHEET_CELLS=299_999),
        pytest.raises(SourceError, match="reaches over 300 rows"),
    ):
        excel.read(path)


@pytest.mark.parametrize("part", ["media/a.xml", "styles.xml", "a.bin", "a.rels"])
def test_a_sheet_is_measured_wherever_the_workbook_says_it_lies(
    tmp_path: Path, part: str
) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = raw_xlsx(
        tmp_path / "A.xlsx",
        "<sheetData/>",
        members={
            f"xl/{part}": f'<worksheet xmlns="{MAIN}"><sheetData>{far}</sheetData>'
            "</worksheet>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
            f'<Relationship Id="rId1" Target="{part}" Type="{OFFICE}/worksheet"/>'
            "</Relationships>",
        },
    )

    with pytest.raises(SourceError, match="16,384 columns"):
        excel.read(path)


def test_a_part_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "A.xlsx", numbered(0), members=strings("id"))
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("xl/worksheets/SHEET1.xml", "<worksheet/>")

    with pytest.raises(SourceError, match="1 of its parts are there twice"):
        excel.read(path)


def test_a_workbook_part_without_end_is_refused(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "A.xlsx", numbered(0), members=strings("id"))

    with bounded(PART_BYTES=100), pytest.raises(SourceError, match="damaged"):
        excel.read(path)


def test_a_workbook_part_that_lies_about_its_size_costs_no_memory(
    tmp_path: Path,
) -> None:
    part = "xl/workbook.xml"
    path = raw_xlsx(tmp_path / "A.xlsx", numbered(0), members={part: " " * 100_000_000})
    content = path.read_bytes()
    listed = content.rindex(part.encode() + b"PK") - 46  # its entry in the directory
    path.write_bytes(content[: listed + 24] + b"\x05\0\0\0" + content[listed + 28 :])

    tracemalloc.start()
    with pytest.raises(SourceError, match="damaged"):
        excel.read(path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 50_000_000


def test_a_part_packed_in_a_way_that_nobody_can_unpack_is_damaged(
    tmp_path: Path,
) -> None:
    path = raw_xlsx(tmp_path / "A.xlsx", numbered(0), members=strings("id"))
    packed = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        found = packed.find(mark)
        while found >= 0:
            packed[found + place : found + place + 2] = b"\x61\x00"  # method 97
            found = packed.find(mark, found + 4)
    path.write_bytes(packed)
    with (
        zipfile.ZipFile(path) as archive,
        pytest.raises(RuntimeError, match="not supported"),
    ):
        archive.read("xl/workbook.xml")

    with pytest.raises(SourceError, match="damaged"):
        excel.read(path)
