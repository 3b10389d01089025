"""How far a sheet reaches: what its XML, read by a parser, says as well."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl.utils import column_index_from_string, get_column_letter

from reimport_lib.read.exports.extent import measure_sheet

NAMESPACE = "http://schemas.example"
CELLS = (
    '<{p}c {r}s="1"><{p}v>12</{p}v></{p}c>',
    '<{p}c s="1" {r}t="s"><{p}v>3</{p}v></{p}c>',
    "<{p}c\n{r}/>",
    '<{p}c {r}t="e"><{p}v>#N/A</{p}v></{p}c>',
    "<{p}c {r}t = 'e'><{p}v>#N/A</{p}v></{p}c>",
    '<{p}c {r}t="inlineStr"><{p}is><{p}t>a &lt;c: b</{p}t></{p}is></{p}c>',
    "<{p}c {r}><{p}f>1+1</{p}f><{p}v>2</{p}v></{p}c>",
    "<{p}c {r}><{p}f>1+1</{p}f></{p}c>",
)
USUAL = CELLS[:2]
PLACES = ('r="{0}" ', "r='{0}' ", 'r = "{0}" ')


@dataclass(frozen=True)
class Told:
    """What a parser finds in a sheet; rows and columns only where all are placed."""

    cells: int
    formulas: int
    unsolved: int
    errors: int
    values: bool
    rows: int
    columns: int


@st.composite
def sheets(draw: st.DrawFn, cells: tuple[str, ...], places: tuple[str, ...]) -> str:
    prefix = draw(st.sampled_from(["", "x:"])) if cells is CELLS else ""
    rows = []
    numbers = st.integers(1, 200) | st.integers(99_990, 1_048_576)
    columns = st.integers(1, 30) | st.integers(600, 16_384)
    for number in sorted(draw(st.sets(numbers, max_size=5))):
        written = "".join(
            draw(st.sampled_from(cells)).format(
                p=prefix,
                r=draw(st.sampled_from(places)).format(
                    f"{get_column_letter(column)}{number}"
                ),
            )
            for column in sorted(draw(st.sets(columns, max_size=5)))
        )
        place = draw(st.sampled_from(places)).format(number)
        rows.append(f"<{prefix}row {place}>{written}</{prefix}row>")
    head = f"<{prefix}cols><{prefix}col min='1'/></{prefix}cols>"
    return (
        f'<{prefix}worksheet xmlns="{NAMESPACE}" xmlns:x="{NAMESPACE}">{head}'
        f"<{prefix}sheetData>{''.join(rows)}</{prefix}sheetData>"
        f"<{prefix}ignoredErrors/></{prefix}worksheet>"
    )


@settings(max_examples=50)
@given(sheet=sheets(CELLS, PLACES), size=st.integers(1, 400))
def test_cells_are_found_as_a_parser_finds_them(sheet: str, size: int) -> None:
    assert measured(sheet, size) == parsed(sheet)


@settings(max_examples=50)
@given(sheet=sheets(USUAL, PLACES[:2]), size=st.integers(1, 400))
def test_usual_cells_are_found_as_a_parser_finds_them(sheet: str, size: int) -> None:
    assert measured(sheet, size) == parsed(sheet)


@settings(max_examples=50)
@given(sheet=sheets(CELLS, (*PLACES, "")), size=st.integers(1, 400))
def test_a_sheet_is_never_told_too_small(sheet: str, size: int) -> None:
    found, expected = measured(sheet, size), parsed(sheet)

    assert found.cells == expected.cells
    assert found.rows >= expected.rows
    assert found.columns >= expected.columns


def measured(sheet: str, size: int) -> Told:
    content = sheet.encode()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    extent = measure_sheet(pieces, closely=True)
    return Told(**{name: getattr(extent, name) for name in Told.__dataclass_fields__})


def parsed(sheet: str) -> Told:
    """Rows and cells without a place follow the one before them."""
    space = f"{{{NAMESPACE}}}"
    root = etree.fromstring(sheet)
    cells = list(root.iter(f"{space}c"))
    formulas = [cell for cell in cells if cell.find(f"{space}f") is not None]
    row_number, last_row, last_column = 0, 0, 0
    for row in root.iter(f"{space}row"):
        row_number = int(row.get("r", row_number + 1))
        last_row, column = max(last_row, row_number), 0
        for cell in row:
            letters = cell.get("r", "").rstrip("0123456789")
            column = column_index_from_string(letters) if letters else column + 1
            last_column = max(last_column, column)
    return Told(
        cells=len(cells),
        formulas=len(formulas),
        unsolved=sum(cell.find(f"{space}v") is None for cell in formulas),
        errors=sum(cell.get("t") == "e" for cell in cells),
        values=any(True for _ in root.iter(f"{space}v", f"{space}is")),
        rows=last_row,
        columns=last_column,
    )
