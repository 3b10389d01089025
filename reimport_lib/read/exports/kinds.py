"""What a file is, told by its content: its name may lie.

Imports errors, limits, reading and the readers of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from reimport_lib.errors import SourceError
from reimport_lib.read import limits
from reimport_lib.read.exports import charsets, delimited, excel, files, fmpxml
from reimport_lib.read.reading import Reading

_HEAD_BYTES = 4096
_FEW_CONTROL, _MOST_CONTROL = 8, 0.05
_CONTROL = bytes(
    code for code in range(32) if code not in b"\t\n\v\f\r\x1c\x1d\x1e\x1f"
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_STRANGERS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or an encrypted Excel workbook"),
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a rar archive"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\0\x01\0\0\0\x02\0\x01\0\x05\0\x02\0\x02\xc0HBAM7", "a FileMaker file itself"),
)


class ExportFormat(StrEnum):
    """The kinds of export file there are readers for."""

    EXCEL = "excel"
    DELIMITED = "delimited"
    FMPXML = "fmpxml"


_WEB = (b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<body", b"<style")
_KIND_NAMES = {".xlsx": "workbook", ".xlsm": "workbook", ".xml": "FMPXMLRESULT"}


def kind_of(path: Path) -> ExportFormat:
    """
    The kind of the file at *path*, by its first bytes.

    Raises:
        SourceError: no reader takes it; the message says what it is, where known.
    """
    limits.check_file(path)
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head.startswith(b"PK\x03\x04"):
        return ExportFormat.EXCEL
    for magic, what in _STRANGERS:
        if head.startswith(magic):
            raise _stranger(path, what)
    start = _start(head)
    if start.startswith(b"{\\rtf"):
        raise _stranger(path, "a word processor's text (RTF)")
    if start[:14].lower().startswith(_WEB):
        raise _stranger(path, "a web page")
    if start[:1] in (b"{", b"["):
        raise SourceError(
            f"{path.name}: is JSON, the answer of a server, not an export.",
            hint="set REIMPORT_SOURCE to data-api or odata to read from the server",
            id="R154",
        )
    if start[:1] == b"<" and (start[1:2] in (b"?", b"!") or start[1:2].isalpha()):
        return ExportFormat.FMPXML
    if _is_binary(head):
        raise _stranger(path, "neither text nor a kind of file that is known")
    return ExportFormat.DELIMITED


def read(
    path: Path,
    *,
    columns: Sequence[str] = (),
    charset: str = "",
) -> Reading:
    """
    The table in the file at *path*, whatever its ending says.

    Args:
        columns, charset: what a person said of it, since text may not say it itself.

    Raises:
        SourceError: no reader takes it, or the one that does refuses it.
    """
    match kind_of(path):
        case ExportFormat.EXCEL:
            return excel.read(path)
        case ExportFormat.FMPXML:
            return fmpxml.read(path)
        case ExportFormat.DELIMITED:
            named = columns or files.column_names(path)
            reading = delimited.read(path, columns=named, charset=charset)
            _require_columns(path, reading)
            return reading


def _require_columns(path: Path, reading: Reading) -> None:
    """Text of one column under the name of another kind is a damaged file of that."""
    kind = _KIND_NAMES.get(path.suffix.lower())
    if kind and reading.data.num_columns < 2:
        raise SourceError(
            f"{path.name}: is no {kind}: its content is text of one column.",
            hint=f"export the table again; {path.name} is damaged or something else",
            id="R155",
        )


def _stranger(path: Path, what: str) -> SourceError:
    return SourceError(
        f"{path.name}: is {what}, not an export.",
        hint="export the table as .xlsx, .csv, .tab, .mer or FMPXMLRESULT .xml",
        id="R156",
    )


def _is_binary(head: bytes) -> bool:
    """More control characters than text has, NULs of UTF-16 and UTF-32 left aside."""
    if head.startswith(_BOMS) or charsets.utf16_by_nuls(head):
        return False
    found = len(head) - len(head.translate(None, _CONTROL))
    return found > max(_FEW_CONTROL, _MOST_CONTROL * len(head))


def _start(head: bytes) -> bytes:
    """The first characters, in any of the encodings of XML and JSON."""
    for bom in _BOMS:
        head = head.removeprefix(bom)
    return head.replace(b"\0", b"").lstrip()
