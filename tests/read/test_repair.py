"""Cells that a workbook's reader would refuse, lose or change come in as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_lib.read.exports import excel

from .written import column, raw_xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMATS = ("General", "yyyy-mm-dd", "h:mm:ss", "[h]:mm:ss", "yyyy-mm-dd h:mm")
PLAIN, DAY, CLOCK, HOURS, MOMENT = range(5)


def read(folder: Path, *cells: str, since: int = 1900, strings: str = "") -> list[str]:
    """The texts of a column of these cells, each an element ``c``."""
    lines = "".join(
        f'<row r="{row}"><c r="A{row}"{cell[2:]}<c r="B{row}"><v>1</v></c></row>'
        for row, cell in enumerate(cells, start=2)
    )
    head = "".join(
        f'<c r="{name.upper()}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for name in "ab"
    )
    sheet = f'<sheetData><row r="1">{head}</row>{lines}</sheetData>'
    path = raw_xlsx(folder / "A.xlsx", sheet, members=_parts(since, strings))
    return column(excel.read(path), "a")


def number(value: object, style: int = PLAIN, *, formula: str = "") -> str:
    return f'<c s="{style}">{formula}<v>{value}</v></c>'


def text(content: str) -> str:
    return f'<c t="inlineStr"><is><t>{content}</t></is></c>'


@pytest.mark.parametrize(
    ("numeral", "found"),
    [
        ("9007199254740993", "9007199254740993"),
        ("-9007199254740993", "-9007199254740993"),
        ("+9007199254740993", "9007199254740993"),
        ("0009007199254740993", "9007199254740993"),
        ("176290000000000000000001", "176290000000000000000001"),
        ("999999999999999", "999999999999999"),
        ("9007199254740993.000", "9007199254740993.0"),
        ("1.7629E+23", "1.7629e+23"),
        ("1.5E15", "1.5e+15"),
        ("1.5E14", "150000000000000"),
        ("0.27708333333333335", "0.27708333333333335"),
        ("-0.5", "-0.5"),
        ("-1.5E3", "-1500"),
        ("60", "60"),
        ("7.0", "7"),
    ],
)
def test_a_number_keeps_the_digits_that_the_file_has(
    tmp_path: Path, numeral: str, found: str
) -> None:
    cells = [
        number(numeral),
        number(numeral, formula="<f>A1*1</f>"),
        number(numeral, formula='<f t="shared" si="0"/>'),
        f"<c t='n'><v>{numeral}</v></c>",
    ]

    assert read(tmp_path, *cells) == [found] * 4


def test_a_long_number_is_found_among_short_ones_whatever_stands_before(
    tmp_path: Path,
) -> None:
    cells = [number(n) for n in range(2_000)]
    cells[1_700] = '<c><v xml:space="preserve">9007199254740993</v></c>'

    assert read(tmp_path, *cells)[1_699:1_702] == ["1699", "9007199254740993", "1701"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        # what a double is, or is shown as: the next number would have been written so
        (["9007199254740992"], ["9.007199254740992e+15"]),
        (["9007199254740994", "12"], ["9.007199254740994e+15", "12"]),
        (["18446744073709552000"], ["1.8446744073709552e+19"]),
        (["18446744073709551616"], ["1.8446744073709552e+19"]),
        (["12345678901234500000"] * 2, ["1.23456789012345e+19"] * 2),
        # fifteen digits and zeros
        (
            ["1234567890123450", "1234567890123460"],
            ["1.23456789012345e+15", "1.23456789012346e+15"],
        ),
        # one that no such program could have written speaks for the others
        (["9007199254740992", "9007199254740993"], None),
        (["1234567890123450", "1234567890123451"], None),
        (["1234567890123450", "9007199254740993"], None),
        (["1234567890123450"], None),
    ],
)
def test_a_long_number_that_may_have_been_rounded_is_no_whole_one(
    tmp_path: Path, written: list[str], found: list[str] | None
) -> None:
    assert read(tmp_path, *map(number, written)) == (found or written)


def test_rounded_numbers_are_warned_about_with_their_count(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>900719925474099{row}</v></c></row>'
        for row in (2, 4, 6)
    )
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
    path = raw_xlsx(tmp_path / "A.xlsx", f"<sheetData>{head}{rows}</sheetData>")

    (check,) = excel.read(path).checks

    assert (check.name, check.actual[:3]) == ("long numbers", "3 o")


@pytest.mark.parametrize(
    "name",
    [
        *("#N/A", "#REF!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA"),
        *("#BLOCKED!", "#BUSY!", "#CONNECT!", "#UNKNOWN!", "#PYTHON!", "#EXTERNAL!"),
        *("#never heard of", "", "-1", "9007199254740993"),
    ],
)
def test_every_error_is_a_blank_and_its_neighbours_stay(
    tmp_path: Path, name: str
) -> None:
    cells = [
        text("before"),
        f'<c t="e"><v>{name}</v></c>',
        f"<c s='0' t = 'e' cm='1'><f>SORT(B1)</f><v>{name}</v></c>",
        '<c t="e"/>',
        text("behind"),
    ]

    assert read(tmp_path, *cells) == ["before", "", "", "", "behind"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("a_x000D_b", "a\nb"),
        ("a_x000D_\nb", "a\nb"),
        ("a_x000B_b", "a\nb"),
        ("a_x001D__x001D_b_x001D_", "a\n\nb"),
        ("raw\x0bvt\x1dgs", "raw\nvt\ngs"),
        ("a_x005F_x000D_b", "a_x000D_b"),
        ("_x005F_xD83D_x", "_xD83D_x"),
        ("_xD83D__xDE00_", "\U0001f600"),
        ("_xd83d__xde00__xD83D__xDE01_", "\U0001f600\U0001f601"),
        ("_xD83D_ and _xDE00_", "\ufffd and \ufffd"),
        ("_x00e9_", "\xe9"),
        ("_X000D_ _x00_ _xZZZZ_", "_X000D_ _x00_ _xZZZZ_"),
    ],
)
def test_escapes_and_separators_become_what_they_stand_for(
    tmp_path: Path, written: str, found: str
) -> None:
    inline = read(tmp_path, text(written))
    shared = read(
        tmp_path, '<c t="s"><v>0</v></c>', strings=f"<si><t>{written}</t></si>"
    )

    assert inline == shared == [found]


def test_rich_text_is_whole_and_its_pronunciation_no_part_of_it(tmp_path: Path) -> None:
    rich = (
        '<r><t>Kin</t></r><r><rPr><b/></rPr><t>der</t></r><rPh sb="0" eb="1">'
        "<t>READING</t></rPh>"
    )

    assert read(tmp_path, f'<c t="inlineStr"><is>{rich}</is></c>') == ["Kinder"]
    shared = read(tmp_path, '<c t="s"><v>0</v></c>', strings=f"<si>{rich}</si>")
    assert shared == ["Kinder"]


@pytest.mark.parametrize(
    ("since", "style", "serials", "found"),
    [
        (1900, DAY, (0, 1, 59), ["1900-01-00", "1900-01-01", "1900-02-28"]),
        (1900, DAY, (59, 60, 61), ["1900-02-28", "1900-02-29", "1900-03-01"]),
        (1900, MOMENT, (60.25, 59.25), ["1900-02-29 06:00:00", "1900-02-28 06:00:00"]),
        (1900, PLAIN, (59, 60, 60.25), ["59", "60", "60.25"]),
        (1904, DAY, (0, 1, 60), ["1904-01-01", "1904-01-02", "1904-03-01"]),
        (1900, CLOCK, (0, 0.5, 1), ["00:00:00", "12:00:00", "1 day, 0:00:00"]),
        (1904, CLOCK, (0, 0.5, 1), ["00:00:00", "12:00:00", "1 day, 0:00:00"]),
        (
            1900,
            HOURS,
            (0.5, 1, 1.0625),
            ["12:00:00", "1 day, 0:00:00", "1 day, 1:30:00"],
        ),
        (1900, CLOCK, (-0.5, 0.5), ["-0.5", "12:00:00"]),
        (1904, DAY, (-1, 1), ["-1", "1904-01-02"]),
        (1900, HOURS, (-0.5, 3e9, 0.5), ["-0.5", "3000000000", "12:00:00"]),
        (1900, DAY, (2958465, 2958466), ["9999-12-31", "2958466"]),
    ],
)
def test_serials_at_the_ends_of_the_calendar(
    tmp_path: Path, since: int, style: int, serials: tuple[float, ...], found: list[str]
) -> None:
    cells = [number(serial, style) for serial in serials]

    assert read(tmp_path, *cells, since=since) == found


def test_a_birthday_on_28_february_1900_is_one(tmp_path: Path) -> None:
    assert read(tmp_path, text("1900-02-28"), number(59, DAY)) == ["1900-02-28"] * 2


def _parts(since: int, strings: str) -> dict[str, str]:
    """The parts of a workbook with all of the formats."""
    formats = "".join(
        f'<numFmt numFmtId="{place}" formatCode="{code}"/>'
        for place, code in enumerate(FORMATS, start=164)
    )
    styles = "".join(
        f'<xf numFmtId="{place}"/>' for place in range(164, 164 + len(FORMATS))
    )
    parts = {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml"}
    found = {
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts>'
        f"<cellXfs>{styles}</cellXfs></styleSheet>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f'<workbookPr date1904="{int(since == 1904)}"/><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    }
    if strings:
        parts["sharedStrings"] = "sharedStrings.xml"
        found["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    relations = "".join(
        f'<Relationship Id="rId{place}" Target="{target}" Type="{OFFICE}/{kind}"/>'
        for place, (kind, target) in enumerate(parts.items(), start=1)
    )
    found["xl/_rels/workbook.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{relations}</Relationships>'
    )
    return found
