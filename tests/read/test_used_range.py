"""What a sheet reaches over and shows: its XML, read by a parser, says the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl.utils import column_index_from_string, get_column_letter

from reimport_lib.read.exports.used_range import measure_sheet, measure_strings

from .written import in_pieces

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
    '<{p}c {r}><{p}f t="shared" si="0"/><{p}v>2</{p}v></{p}c>',
    '<{p}c {r}><{p}f t="shared" si="0"/></{p}c>',
)
USUAL = CELLS[:2]
STRINGS = np.arange(1_000, 1_020, dtype=np.int64)
SHEETS = st.lists(
    st.sampled_from(["0", "7", "12", "019", "-1.5", "3.25", "9" * 20, "1 ", "a", ""])
).map(lambda cells: "".join(f'<c r="A1"><v>{n}</v></c>' for n in cells).encode())
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
def test_a_cell_without_a_place_follows_the_one_before_it(
    sheet: str, size: int
) -> None:
    assert measured(sheet, size) == parsed(sheet)


@pytest.mark.parametrize("text", ["<!-- {} -->", "<![CDATA[{}]]>", "<?x {} ?>", "{}"])
def test_what_only_looks_like_a_cell_is_none(text: str) -> None:
    inside = 'a r="ZZ7" {}'.format("" if text == "{}" else '<c r="ZZ9999999">')
    sheet = f'<row r="1"><c r="A1"><is><t>{text.format(inside)}</t></is></c></row>'

    found = measure_sheet(in_pieces(f"<sheetData>{sheet}</sheetData>".encode(), 9))

    assert (found.cells, found.rows, found.columns) == (1, 1, 1)


@given(
    numbers=st.lists(st.integers(0, 10**9) | st.integers(0, 19)),
    size=st.integers(1, 90),
)
def test_text_is_counted_once_wherever_a_piece_ends(
    numbers: list[int], size: int
) -> None:
    sheet = b"".join(b'<c r="A1" t="s"><v>%d</v></c>' % number for number in numbers)

    found = measure_sheet(in_pieces(sheet, size), STRINGS)

    assert found.cells == len(numbers)
    assert found.text_bytes == sum(
        int(STRINGS[number]) for number in numbers if number < len(STRINGS)
    )


@given(sheet=SHEETS, size=st.integers(1, 90))
def test_every_value_counts_as_the_text_that_it_may_show(
    sheet: bytes, size: int
) -> None:
    found = measure_sheet(in_pieces(sheet, size), STRINGS)

    values = re.findall(rb"<v>([^<]*)</v>", sheet)
    shown = [
        int(value) if re.fullmatch(rb"[0-9]{1,18}", value) else 0 for value in values
    ]
    assert found.text_bytes == sum(int(STRINGS[n]) for n in shown if n < len(STRINGS))


@pytest.mark.parametrize(
    "number", ["12<!-- -->", "1<?x?>2", "&#49;2", "<![CDATA[12]]>"]
)
@pytest.mark.parametrize("first", [10, 30])
def test_a_number_in_an_unusual_spelling_counts_as_the_longer_of_two(
    number: str, first: int
) -> None:
    strings = np.full(13, 20, np.int64)
    strings[0] = first
    sheet = f'<r><!-- --><c r="A1" t="s"><v>{number}</v></c></r>'.encode()

    assert measure_sheet(in_pieces(sheet, 7), strings).text_bytes == max(first, 20)


@pytest.mark.parametrize("size", [1, 3, 7, 1_000])
def test_a_shared_string_reaches_to_the_next_one(size: int) -> None:
    held = b"<sst><si><t>four</t></si><si/><si \n><t>a</t></si></sst>"

    assert measure_strings(in_pieces(held, size))[0].tolist() == [20, 5, 25]


@pytest.mark.parametrize("size", [1, 3, 7, 1_000])
def test_shared_strings_in_an_unusual_spelling_are_counted_by_their_text(
    size: int,
) -> None:
    held = (
        '<x:sst xmlns:x="a"><!-- <si> --><x:si><x:t>f\u00f6ur</x:t></x:si><x:si/>'
        "<x:si><x:r><x:t>a</x:t></x:r><x:r><x:t>b</x:t></x:r></x:si></x:sst>"
    ).encode()

    least = measure_strings(in_pieces(held, size))[0] - [5, 0, 2]

    assert len(least) == 3
    assert (least >= 0).all()


def measured(sheet: str, size: int) -> Told:
    found = measure_sheet(in_pieces(sheet.encode(), size))
    return Told(**{name: getattr(found, name) for name in Told.__dataclass_fields__})


def parsed(sheet: str) -> Told:
    """Rows and cells without a place follow the one before them."""
    space = f"{{{NAMESPACE}}}"
    root = etree.fromstring(sheet)
    cells = list(root.iter(f"{space}c"))
    formulas = [cell for cell in cells if cell.find(f"{space}f") is not None]
    row_number, last_row, last_column = 0, 0, 0
    for row in root.iter(f"{space}row"):
        row_number = int(row.get("r", row_number + 1))
        column = 0
        for cell in row:
            letters = (reference := cell.get("r", "")).rstrip("0123456789")
            row_number = max(row_number, int(reference.removeprefix(letters) or 0))
            last_row = max(last_row, row_number)
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
