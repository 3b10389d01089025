"""Delimited text: separators, quotes and line ends of every origin, never a shift."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.checks import Verdict
from reimport_lib.errors import SourceError
from reimport_lib.read.exports import charsets, delimited

from .written import bounded, column
from .written import delimited as write

ROWS = [["id", "name"], ["1", "Ann"], ["2", "Zoë"]]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize(
    ("delimiter", "named"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")]
)
def test_every_delimiter_and_line_end_is_told_by_itself(
    tmp_path: Path, end: str, delimiter: str, named: str
) -> None:
    path = write(tmp_path / "A.csv", ROWS, delimiter=delimiter, end=end)

    found = delimited.read(path)

    assert (found.delimiter, found.data.num_rows) == (named, 2)
    assert column(found, "name") == ["Ann", "Zoë"]
    assert found.rows.to_pylist() == [2, 3]


@pytest.mark.parametrize(
    ("charset", "named"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with BOM"),
        ("utf-16", "UTF-16 with BOM"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
        ("mac_roman", "Mac Roman"),
    ],
)
def test_every_charset_gives_the_same_rows(
    tmp_path: Path, charset: str, named: str
) -> None:
    names = [
        *("Zoë Müller", "D\u2019Arcy \u2013 José Núñez", "Begoña Ibáñez", "Søren Kjær"),
        *("François Lefèvre", "João Simões", "Jürgen Größer", "Hélène Côté"),
    ]
    rows = [["id", "name"], *([str(row), name] for row, name in enumerate(names))]

    found = delimited.read(write(tmp_path / "A.csv", rows, charset=charset))

    assert found.charset == named
    assert found.data.column_names == ["id", "name"]
    assert column(found, "name") == names


def test_a_charset_that_nothing_tells_is_refused_unless_set(tmp_path: Path) -> None:
    path = tmp_path / "A.csv"
    path.write_bytes(b"id,name\r\n1,\xa9\r\n")

    with pytest.raises(SourceError, match="character set cannot be told"):
        delimited.read(path)
    assert column(delimited.read(path, charset="cp1252"), "name") == ["©"]


def test_damaged_utf8_is_not_taken_for_an_older_charset(tmp_path: Path) -> None:
    path = tmp_path / "A.csv"
    path.write_bytes("id,name\r\n1,Zoë Müller ñ é".encode() + b" \xe9\r\n")

    with pytest.raises(SourceError, match="mixes UTF-8"):
        delimited.read(path)


def test_a_charset_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "A.csv", ROWS, charset="cp1252")

    with pytest.raises(SourceError, match="does not fit"):
        delimited.read(path, charset="ascii")


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_charset_set_for_another_file_does_not_spoil_one_that_says_its_own(
    tmp_path: Path, charset: str
) -> None:
    path = write(tmp_path / "A.csv", ROWS, charset=charset)

    found = delimited.read(path, charset="windows-1250")

    assert column(found, "name") == ["Ann", "Zoë"]


def test_the_charset_and_its_evidence_are_in_the_certificate(tmp_path: Path) -> None:
    rows = [["id", "name"], ["1", "José García"], ["2", "Núñez"], ["3", "Peña Muñoz"]]
    path = write(tmp_path / "A.csv", rows, charset="cp1252")

    (check,) = delimited.read(path).checks

    assert check.verdict is Verdict.PASS
    assert check.actual.startswith("Windows-1252 (3 of 3 telling letters fit")
    assert check.actual.endswith("better than Windows-1250; confidence 99%)")


def test_vertical_tabs_stay_and_repetitions_become_lines(tmp_path: Path) -> None:
    rows = [["id", "note", "phones"], ["1", "one\x0btwo", "a\x1d\x1dc\x1d\x1d"]]

    found = delimited.read(write(tmp_path / "A.tab", rows, delimiter="\t", end="\r"))

    assert column(found, "note") == ["one\x0btwo"]
    assert column(found, "phones") == ["a\n\nc"]


def test_quotes_in_tab_separated_text_are_characters(tmp_path: Path) -> None:
    rows = [["id", "size"], ["1", '"5" bolt'], ["2", '"']]
    path = write(tmp_path / "A.tab", rows, delimiter="\t", end="\r", quoted=False)

    assert column(delimited.read(path), "size") == ['"5" bolt', '"']


def test_tab_separated_text_of_other_programs_may_be_quoted(tmp_path: Path) -> None:
    path = tmp_path / "A.txt"
    path.write_text('"id"\t"note"\n"1"\t"a\nb ""c"""\n', newline="")

    assert column(delimited.read(path), "note") == ['a\nb "c"']


def test_a_merge_file_has_a_bare_header_and_quoted_rows(tmp_path: Path) -> None:
    path = tmp_path / "A.mer"
    path.write_bytes(b'id,name\r"1","O""Brien"\r"2",""\r')

    assert column(delimited.read(path), "name") == ['O"Brien', ""]


def test_without_a_header_the_columns_are_named_and_rows_count_from_one(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "A.tab", [["7", "x"], ["8", "y"]], delimiter="\t")

    found = delimited.read(path, columns=["id", "kind"])

    assert (found.data.column_names, found.rows.to_pylist()) == (["id", "kind"], [1, 2])


def test_named_columns_do_not_turn_a_header_into_a_row(tmp_path: Path) -> None:
    path = write(tmp_path / "A.csv", ROWS)

    assert delimited.read(path, columns=["id", "name"]).rows.to_pylist() == [2, 3]


def test_the_wrong_number_of_named_columns_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "A.tab", [["7", "x"]], delimiter="\t")

    with pytest.raises(SourceError, match="2 fields, and 3 columns are named"):
        delimited.read(path, columns=["a", "b", "c"])


@pytest.mark.parametrize(
    "first",
    [["7", "x"], ["x", "1/07/2013"], ["81B0149C-1B72-4E63-9EE4-62E4856FDD5C", "x"]],
)
def test_a_first_record_that_is_data_is_not_taken_for_names(
    tmp_path: Path, first: list[str]
) -> None:
    path = write(tmp_path / "A.csv", [first, ["8", "y"]])

    with pytest.raises(SourceError, match=r"looks like data.*A\.csv\.columns\.txt"):
        delimited.read(path)


@pytest.mark.parametrize("quoted", [True, False])
def test_uneven_records_are_refused_by_row_and_nothing_is_shifted(
    tmp_path: Path, quoted: bool
) -> None:
    rows = [["a", "b"], ["1", "2"], ["1", "2", "3"], ["1", "2"], ["x"]]
    path = write(tmp_path / "A.csv", rows, quoted=quoted)

    with pytest.raises(SourceError, match=r"2 record.*row 3 has 3, row 5 has 1"):
        delimited.read(path)


def test_blank_lines_are_blank_rows(tmp_path: Path) -> None:
    path = tmp_path / "A.csv"
    path.write_text("a,b\n1,2\n\n  \n,\n3,4\n")

    found = delimited.read(path)

    assert (found.rows.to_pylist(), found.blank_rows) == ([2, 6], 3)


def test_blank_lines_before_the_header_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "A.csv"
    path.write_text("\n\na,b\n1,2\n")

    found = delimited.read(path)

    assert (found.data.column_names, found.rows.to_pylist()) == (["a", "b"], [2])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('a,b\n1,"2', "line 2.*no end"),
        ('a,b\n1,"2"x\n', "line 2.*after a closing quote"),
        ("\n\r\n", "holds no records"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "A.csv"
    path.write_text(text, newline="")

    with pytest.raises(SourceError, match=told):
        delimited.read(path)


def test_no_value_is_quoted_in_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "A.csv", [["a", "b"], ["Secretname", "x", "y"]])

    with pytest.raises(SourceError) as caught:
        delimited.read(path)

    assert "Secretname" not in str(caught.value)


def test_nul_and_long_notes_come_through(tmp_path: Path) -> None:
    path = write(tmp_path / "A.csv", [["a", "b"], ["x\0y", "n" * 300_000]])

    found = delimited.read(path)

    assert (column(found, "a"), len(column(found, "b")[0])) == (["x\0y"], 300_000)


def test_limits_bound_columns_cells_and_fields(tmp_path: Path) -> None:
    path = write(tmp_path / "A.csv", [["a", "b"], ["1", "2"], ["3", "4" * 99]])

    for bounds in (bounded(COLUMNS=1), bounded(CELLS=5), bounded(FIELD_CHARS=50)):
        # An odd quote sends the file the careful way, which counts characters.
        path.write_text(path.read_text() + '5,6"\n')
        with bounds, pytest.raises(SourceError, match="the limit"):
            delimited.read(path)
        path.write_text(path.read_text().removesuffix('5,6"\n'))


CELLS = st.text(alphabet='a,;"\r\n\t\x0bé0 ', max_size=6)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    quoting: Literal[0, 1],
) -> None:
    path = tmp_path_factory.mktemp("csv") / "A.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, quoting=quoting)
        writer.writerows([["x", "y", "z"], *rows])
    source = delimited._Source(
        path, charsets.decide(path), delimited._dialect(path, charsets.decide(path))
    )

    arrays = delimited._arrays(source)

    assert [array.to_pylist() for array in arrays] == [
        list(values) for values in zip(["x", "y", "z"], *rows, strict=True)
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\0" * 5_000, "it is no text file"),
        (b"\x09\x08\x10\0\0\x06\x05\0" + b"\0" * 99, "it is no text file"),
        (b"sep=;\r\nid;note\r\n1;2\r\n", r"begins with a line for Excel \(sep=\)"),
        (b"x" * 3_000_000, "its first record has no end within 262,144 characters"),
        (b"id," + b'"' + b"x" * 3_000_000 + b"\n1,2\n", "broken|has no end"),
    ],
    ids=["NULs", "old Excel", "line for Excel", "no line ends", "open quote"],
)
def test_what_is_no_table_of_text_is_told(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "A.csv"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=told):
        delimited.read(path)
