"""Text that is damaged, has no end or says two things: refused, never half read."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.errors import SourceError
from reimport_lib.read.exports import delimited, kinds

from .written import bounded, column

TABLE = b'"id","name"\r\n"1","a"\r\n'


def write(folder: Path, content: bytes, *, name: str = "A.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("tail", "told"),
    [
        (b"," * 2_000, "line 3 .a field or a record is longer than the limit"),
        (b"x" * 2_000, "line 3 .a field or a record is longer than the limit"),
        (b'"' + b'\n",' * 2_000, r"line [\d,]+ .a field or a record is longer than"),
        (b"\n" * 1_400, "reaches over [0-9,]+ rows and 2 columns; the limit is"),
        (b'"' * 2_001, "a quote has no end|a field or a record is longer than"),
    ],
)
def test_what_has_no_end_is_refused_while_it_is_read(
    tmp_path: Path, tail: bytes, told: str
) -> None:
    path = write(tmp_path, TABLE + tail)
    bounds = bounded(FIELD_CHARS=1_000, BATCH_CHARS=1_500, CELLS=2_000)

    with bounds, pytest.raises(SourceError, match=told):
        delimited.read(path)


def test_more_lines_than_cells_are_allowed_are_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, b"id,name\r\n" + b"1,a\r\n" * 600)

    with (
        bounded(CELLS=1_200),
        pytest.raises(SourceError, match="over 601 rows and 2 columns; the limit is"),
    ):
        delimited.read(path)
    with bounded(CELLS=1_202):
        assert delimited.read(path).data.num_rows == 600


def test_a_joined_file_may_have_several_byte_order_marks(tmp_path: Path) -> None:
    for charset, mark in (("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe")):
        path = write(tmp_path, mark * 2 + TABLE.decode().encode(charset))

        reading = kinds.read(path)

        assert (reading.data.column_names, column(reading, "id")) == (
            ["id", "name"],
            ["1"],
        )


def test_half_a_pair_of_utf_16_is_damage_and_no_other_character_set(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, TABLE.replace(b"a", b"a\xed\xa0\x80"))

    with pytest.raises(SourceError, match=r"or is damaged .2 of 2 places"):
        kinds.read(path)


def test_japanese_text_is_not_taken_for_mac_roman(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE.replace(b"a", "\u5c71\u7530".encode("cp932")))

    with pytest.raises(SourceError, match="the character set cannot be told"):
        kinds.read(path)


@pytest.mark.parametrize("named", ["name\nid", "ID\nname", "id\nother\nname"])
def test_names_given_for_a_file_that_has_a_header_must_be_the_same(
    tmp_path: Path, named: str
) -> None:
    path = write(tmp_path, b"id\tname\r1\ta\r", name="A.tab")
    path.with_name("A.tab.columns.txt").write_text(named)

    with pytest.raises(SourceError, match=r"holds column names .2 of [23].*columns"):
        kinds.read(path)


def test_a_first_record_that_cannot_be_read_is_not_called_empty(tmp_path: Path) -> None:
    path = write(tmp_path, TABLE.replace(b",", b"^"))

    with pytest.raises(SourceError, match="its first record cannot be read"):
        kinds.read(path)


def test_columns_that_were_not_all_seen_are_not_counted(tmp_path: Path) -> None:
    path = write(tmp_path, ",".join(f"c{n}" for n in range(70_000)).encode())

    with pytest.raises(SourceError, match="has more than 2,000 fields, the limit"):
        kinds.read(path)


def test_a_title_above_the_table_is_asked_about(tmp_path: Path) -> None:
    path = write(tmp_path, b"Contacts\r\n" + TABLE)

    with pytest.raises(SourceError, match=r"row 2 has 2, row 3 has 2.*is .* a title"):
        kinds.read(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id,name\n1,a\n", []),
        (b'id,name\n1,"a"', []),
        (b"id,name\n1,a", [("last record", Verdict.WARN)]),
        ("id,name\n1,\u00e9\n".encode("utf-16"), []),
        ("id,name\n1,\u00e9".encode("utf-16"), [("last record", Verdict.WARN)]),
    ],
)
def test_a_last_record_without_a_line_end_may_be_cut_short(
    tmp_path: Path, content: bytes, told: list[tuple[str, Verdict]]
) -> None:
    checks = kinds.read(write(tmp_path, content)).checks

    assert [(c.name, c.verdict) for c in checks if c.name != "character set"] == told
