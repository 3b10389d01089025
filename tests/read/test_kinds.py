"""What kind of export a file is, by its content, whatever its ending says."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_lib.errors import SourceError
from reimport_lib.read.exports import kinds
from reimport_lib.read.exports.kinds import ExportFormat

from .written import delimited, fmpxml, raw_xlsx, xlsx

CONTACTS = [["id", "nameFirst"], ["A1", "Ann"]]


def test_the_kind_is_told_by_content(tmp_path: Path) -> None:
    xlsx(tmp_path / "a.csv", CONTACTS)
    delimited(tmp_path / "b.xlsx", CONTACTS)
    fmpxml(tmp_path / "c.tab", ["id"], [["1"]], charset="utf-16")

    assert [
        kinds.kind_of(tmp_path / name) for name in ("a.csv", "b.xlsx", "c.tab")
    ] == [
        ExportFormat.EXCEL,
        ExportFormat.DELIMITED,
        ExportFormat.FMPXML,
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"%PDF-1.4", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "encrypted Excel workbook"),
        (b'{"response": {}}', "is JSON"),
        (b"{\\rtf1 text}", "text \\(RTF\\)"),
        (b"<!DOCTYPE html><html><meta><br></html>", "is a web page"),
        (b"\xef\xbb\xbf \n<HTML><table></table>", "is a web page"),
        (b"<meta charset=utf-8><table>", "is a web page"),
        (b"PAR1" + bytes(range(32)) * 9, "neither text nor a kind of file"),
        (b"\0" * 5_000 + b"id,name\n", "neither text nor a kind of file"),
        (b"PK\x03\x04nothing", "damaged"),
    ],
)
def test_what_is_no_export_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=told):
        kinds.read(path)


@pytest.mark.parametrize(
    ("name", "told"), [("a.xlsx", "is no workbook"), ("a.xml", "is no FMPXMLRESULT")]
)
def test_text_of_one_column_is_no_table_of_another_kind(
    tmp_path: Path, name: str, told: str
) -> None:
    (tmp_path / name).write_bytes(b"PKgarbage")

    with pytest.raises(SourceError, match=f"{name}: {told}"):
        kinds.read(tmp_path / name)


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, Path("/dev/null"), tmp_path / "none.csv"):
        with pytest.raises(SourceError, match=r"not a regular file|cannot be read"):
            kinds.read(path)


def test_a_control_character_in_a_name_does_not_reach_a_terminal(
    tmp_path: Path,
) -> None:
    path = raw_xlsx(
        tmp_path / "A.xlsx",
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a_x001B_[31mb</t></is>'
        "</c></row></sheetData>",
    )

    assert kinds.read(path).data.column_names == ["a [31mb"]
    with pytest.raises(SourceError, match="holds control characters"):
        kinds.read(delimited(tmp_path / "A.csv", [["id", "a\x1b[31mb"], ["1", "2"]]))
