"""A file's ending is what its bytes say, whatever it is called."""

from __future__ import annotations

import io
import zipfile

import pytest

from reimport_lib.files.kinds import ending_of
from reimport_lib.plan.stored_objects import MIME_TYPES


def zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("head", "name", "ending"),
    [
        (b"%PDF-1.4", "a.jpg", "pdf"),
        (b"\xff\xd8\xff\xe0", "a", "jpg"),
        (b"\x89PNG\r\n\x1a\n", "a.jpg", "png"),
        (b"GIF89a", "", "gif"),
        (b"II*\x00\x08", "", "tif"),
        (b"\x00\x00\x00\x18ftypheic", "", "heic"),
        (b"\x00\x00\x00\x18ftypisom", "", "mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "", "mov"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "", "webp"),
        (b"BMW is a car", "a.txt", "txt"),
        (b"BM\x36\x00\x00\x00\x00\x00", "", "bmp"),
        (zipped("word/document.xml"), "", "docx"),
        (zipped("xl/workbook.xml"), "", "xlsx"),
        (zipped("a.txt"), "letter.docx", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.msg", "msg"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.exe", "doc"),
        (b"{\\rtf1", "", "rtf"),
        (b"<!DOCTYPE html><html>", "", "html"),
        (b"<?xml version='1.0'?><svg>", "", "svg"),
        (b"Dear doctor", "", "txt"),
        (b"a,b\n1,2", "table.CSV", "csv"),
        (b"\x00\x01\x02", "", "bin"),
        (b"\x00\x01\x02", "scan.pdf", "bin"),
        (b"File not found", "scan.pdf", "txt"),
        (b"File not found", "photo.jpg", "txt"),
        (b"\r\nfrom a scanner\n%PDF-1.3", "a.txt", "pdf"),
        (b"\x00\x01\x02", "scan.dcm", "dcm"),
    ],
)
def test_the_ending_of_a_file(head: bytes, name: str, ending: str) -> None:
    assert ending_of(head, name) == ending


def test_what_is_told_by_content_has_a_media_type() -> None:
    told = {"pdf", "jpg", "png", "gif", "tif", "bmp", "heic", "mp4", "mov", "webp"}

    assert told <= MIME_TYPES.keys()
