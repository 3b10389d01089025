"""FMPXMLRESULT: everything it declares is used, nothing of it is half read."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.errors import SourceError
from reimport_lib.read.exports import fmpxml
from reimport_lib.read.exports.fmpprolog import date_order

from .written import bounded, column
from .written import fmpxml as write

NAMES = ["id", "note"]


def test_rows_count_from_one_and_columns_are_in_their_order(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", NAMES, [["1", "x"], ["2", ""]])

    found = fmpxml.read(path)

    assert found.data.to_pydict() == {"id": ["1", "2"], "note": ["x", ""]}
    assert (found.rows.to_pylist(), found.way) == ([1, 2], "fmpxml")


@pytest.mark.parametrize(
    ("pattern", "order"),
    [
        ("M/d/yyyy", "MDY"),
        ("D/m/yyyy", "DMY"),
        ("D.m.yyyy", "DMY"),
        ("Yyyy/m/d", "YMD"),
        ("MM/dd/yyyy", "MDY"),
        ("", ""),
        ("yyyy", ""),
    ],
)
def test_the_date_format_declares_the_order(pattern: str, order: str) -> None:
    assert date_order(pattern) == order


def test_dates_stay_text_and_their_order_is_declared(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", ["dob"], [["3.2.1980"]], dates="D.m.yyyy")

    found = fmpxml.read(path)

    assert (column(found, "dob"), found.declared_order) == (["3.2.1980"], "DMY")


def test_an_undeclared_order_is_warned_about(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", NAMES, [["1", "x"]], dates="")

    assert [check.name for check in fmpxml.read(path).checks] == ["FOUND", "date order"]


def test_repetitions_become_lines_without_the_empty_ones_at_the_end(
    tmp_path: Path,
) -> None:
    rows = [["1", ["a", "", "c", ""]], ["2", []], ["3", ["", ""]]]

    found = fmpxml.read(write(tmp_path / "A.xml", NAMES, rows))

    assert column(found, "note") == ["a\n\nc", "", ""]


def test_two_values_in_one_column_never_fill_an_empty_one(tmp_path: Path) -> None:
    rows = [[["1", "2"], []]]

    found = fmpxml.read(write(tmp_path / "A.xml", NAMES, rows))

    assert found.data.to_pydict() == {"id": ["1\n2"], "note": [""]}


def test_a_value_inside_a_value_never_fills_an_empty_column(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", NAMES, [[["1"], []]])
    path.write_text(path.read_text().replace("1</DATA>", "1<DATA>2</DATA></DATA>"))

    with pytest.raises(SourceError, match="row 1 holds markup"):
        fmpxml.read(path)


def test_text_beside_the_values_is_refused_not_lost(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", NAMES, [["1", "a"]])
    path.write_text(path.read_text().replace("<DATA>a</DATA>", "a"))

    with pytest.raises(SourceError, match="row 1 holds text outside of its values"):
        fmpxml.read(path)


def test_rows_of_a_second_result_are_looked_at_like_the_first(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", NAMES, [["1", "a"], [["2", "b"], []]])
    text = path.read_text()
    second = text.rindex("<ROW ")
    path.write_text(f"{text[:second]}</RESULTSET><RESULTSET>{text[second:]}")

    found = fmpxml.read(path)

    assert found.data.to_pydict() == {"id": ["1", "2\nb"], "note": ["a", ""]}


def test_more_fields_than_a_prolog_may_hold_are_told(tmp_path: Path) -> None:
    names = [f"field {place}" for place in range(2_000)]
    path = write(tmp_path / "A.xml", names, [["x"] * 2_000])

    with (
        bounded(HEADER_BYTES=8_192),
        pytest.raises(SourceError, match=r"1\d\d fields are described so far"),
    ):
        fmpxml.read(path)


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "windows-1252"])
def test_every_encoding_gives_the_same_rows(tmp_path: Path, charset: str) -> None:
    path = write(tmp_path / "A.xml", NAMES, [["1", "Zoë ñ"]], charset=charset)

    assert column(fmpxml.read(path), "note") == ["Zoë ñ"]


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_control_characters_become_line_ends_and_are_counted(
    tmp_path: Path, charset: str
) -> None:
    path = write(tmp_path / "A.xml", NAMES, [["1", "a\x0bb\x01"]], charset=charset)
    text = path.read_text(encoding=charset).replace("a\x0b", "a\x0b&#11;&#x1D;&#2;")
    path.write_text(text, encoding=charset, newline="")

    found = fmpxml.read(path)

    assert column(found, "note") == ["a\n\n\nb"]
    told = {check.name: check.actual for check in found.checks}
    assert told["control characters"] == "3 became line ends, 2 dropped"


def test_a_reference_cut_by_the_end_of_a_piece_is_repaired(tmp_path: Path) -> None:
    rows = [["1", "x" * pad + "\x0b" + "y" * 40_000] for pad in range(40)]
    path = write(tmp_path / "A.xml", NAMES, rows)
    path.write_text(path.read_text().replace("\x0b", "&#11;"), newline="")

    found = fmpxml.read(path)

    assert column(found, "note") == [row[1].replace("\x0b", "\n") for row in rows]


def test_a_count_that_does_not_hold_fails_the_certificate(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", NAMES, [["1", "x"]], found=26)

    (check,) = fmpxml.read(path).checks

    assert (check.name, check.expected, check.actual) == ("FOUND", "26", "1")
    assert check.verdict is Verdict.FAIL


def test_an_empty_result_has_its_columns(tmp_path: Path) -> None:
    found = fmpxml.read(write(tmp_path / "A.xml", NAMES, []))

    assert (found.data.column_names, found.data.num_rows) == (NAMES, 0)


DOCTYPE = '<!DOCTYPE FMPXMLRESULT PUBLIC "-//X//X" "http://127.0.0.1:9/x.dtd"{}>'


def test_a_doctype_is_accepted_and_nothing_is_fetched(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", NAMES, [["1", "x"]], doctype=DOCTYPE.format(""))

    assert column(fmpxml.read(path), "note") == ["x"]


@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1:9/x">',
    ],
)
def test_a_file_with_entities_of_its_own_is_refused(
    tmp_path: Path, entity: str
) -> None:
    doctype = DOCTYPE.format(f" [{entity}]")
    path = write(tmp_path / "A.xml", NAMES, [["1", "x"]], doctype=doctype)

    with pytest.raises(SourceError, match="declares entities"):
        fmpxml.read(path)


def test_an_undeclared_entity_is_refused_and_loses_no_text(tmp_path: Path) -> None:
    for doctype in ("", DOCTYPE.format("")):
        path = write(tmp_path / "A.xml", NAMES, [["1", "a@b"]], doctype=doctype)
        path.write_text(path.read_text().replace("@", "&eacute;"))

        with pytest.raises(SourceError, match=r"not well-formed|an entity inside"):
            fmpxml.read(path)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused_as_a_whole(tmp_path: Path, kept: float) -> None:
    path = write(tmp_path / "A.xml", NAMES, [[str(n), "x"] for n in range(300)])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])

    with pytest.raises(SourceError, match=r"not whole|no FMPXMLRESULT"):
        fmpxml.read(path)


def test_a_row_with_a_column_too_few_is_refused_by_its_number(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", NAMES, [["1", "x"], ["2"]])

    with pytest.raises(SourceError, match="row 2 has 1 columns, and 2"):
        fmpxml.read(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<html><body/></html>", "web page"),
        ('<x:fmresultset xmlns:x="y"/>', "web publishing"),
        ("<a/>", "another kind of XML"),
        ("<a", "not well-formed"),
    ],
)
def test_other_xml_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "A.xml"
    path.write_text(text)

    with pytest.raises(SourceError, match=told):
        fmpxml.read(path)


def test_an_error_of_filemaker_is_no_data(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", NAMES, [], error=401)

    with pytest.raises(SourceError, match="code 401"):
        fmpxml.read(path)


def test_depth_and_cells_are_bounded(tmp_path: Path) -> None:
    deep = write(tmp_path / "A.xml", NAMES, [["1", "DEEP"]])
    deep.write_text(deep.read_text().replace("DEEP", "<a>" * 999 + "</a>" * 999))
    long = write(tmp_path / "B.xml", NAMES, [["1", "x"]] * 5_000)

    with pytest.raises(SourceError, match="nested too deep"):
        fmpxml.read(deep)
    with (
        bounded(CELLS=9_999),
        pytest.raises(SourceError, match="the limit is 9,999 cells"),
    ):
        fmpxml.read(long)


def test_memory_does_not_grow_with_the_markup(tmp_path: Path) -> None:
    """4 MB of XML around 200 kB of values: the rows must not stay in a tree."""
    names = [f"f{place}" for place in range(20)]
    path = write(tmp_path / "A.xml", names, ([[""] * 20] for _ in range(0)))
    text = path.read_text().replace('FOUND="0"', 'FOUND="10000"')
    row = f"<ROW MODID='0' RECORDID='1'>{'<COL><DATA>x</DATA></COL>' * 20}</ROW>"
    path.write_text(text.replace("</RESULTSET>", row * 10_000 + "</RESULTSET>"))

    tracemalloc.start()
    found = fmpxml.read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found.data.num_rows == 10_000
    assert peak < 5_000_000


@pytest.mark.parametrize("found", ["9" * 5_000, "many", ""])
def test_a_count_that_is_none_cannot_be_checked(tmp_path: Path, found: str) -> None:
    path = write(tmp_path / "A.xml", ["id"], [["1"]])
    text = path.read_text().replace('FOUND="1"', f'FOUND="{found}"')
    path.write_text(text)

    told = {check.name: check.verdict for check in fmpxml.read(path).checks}

    assert told["FOUND"] is Verdict.COULD_NOT_CHECK


def test_a_row_without_an_end_is_refused_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", ["id"], [["x"] * 50_000])

    with (
        bounded(ROW_BYTES=100_000),
        pytest.raises(SourceError, match="100,000 bytes without the end of a row"),
    ):
        fmpxml.read(path)


@pytest.mark.parametrize("declared", ["klingon", "us-ascii"])
def test_an_encoding_that_is_not_the_one_declared_is_named_as_the_cause(
    tmp_path: Path, declared: str
) -> None:
    path = write(tmp_path / "A.xml", ["id"], [["Zo\u00eb"]])
    content = path.read_bytes().replace(b'"utf-8"', f'"{declared}"'.encode())
    path.write_bytes(content)

    with pytest.raises(SourceError, match="do not fit the encoding it declares"):
        fmpxml.read(path)


def test_utf_32_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "A.xml", ["id"], [["\U0001f600"]], charset="utf-32")

    assert column(fmpxml.read(path), "id") == ["\U0001f600"]
