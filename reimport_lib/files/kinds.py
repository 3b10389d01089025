"""What a file is, by its first bytes. Pure.

The endings are those that ``plan.stored_objects`` knows a type for.
"""

from __future__ import annotations

import re

HEAD_BYTES = 8_192
UNKNOWN = "bin"

_HEADS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"BM", "bmp"),
    (b"{\\rtf", "rtf"),
)
_BRANDS: tuple[tuple[bytes, str], ...] = (
    (b"avif", "avif"),
    (b"heic", "heic"),
    (b"heix", "heic"),
    (b"mif1", "heif"),
    (b"msf1", "heif"),
    (b"qt  ", "mov"),
)
_IN_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"word/", "docx"),
    (b"xl/", "xlsx"),
    (b"ppt/", "pptx"),
    (b"application/vnd.oasis.opendocument.text", "odt"),
)
_IN_OLE = ("doc", "xls", "ppt", "msg")
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_TOLD = frozenset(
    ("docx", "gif", "jpeg", "jpg", "odt", "pdf", "png", "pptx", "rtf", "xlsx", "zip")
)
"""Endings that only content gives: what has none of their marks is none of them."""

_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})$")


def ending_of(head: bytes, name: str) -> str:
    """
    The ending that fits a file's content; its *name* decides only where content cannot.

    Args:
        head: its first ``HEAD_BYTES``.
        name: what the server calls it; "" for nothing.

    Returns:
        Lower case, without a dot; ``bin`` for what nothing tells.
    """
    found = _ENDING.search(name)
    called = found[1].lower() if found else ""
    for start, ending in _HEADS:
        if head.startswith(start) and (ending != "bmp" or b"\x00" in head[:26]):
            return ending
    if head[4:8] == b"ftyp":
        return dict(_BRANDS).get(head[8:12], "mp4")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(_ZIP):
        return next((ending for mark, ending in _IN_ZIP if mark in head), "zip")
    if head.startswith(_OLE):
        return called if called in _IN_OLE else "doc"
    if b"%PDF-" in head[:1024]:  # what stands before it is allowed
        return "pdf"
    return _of_text(head, "" if called in _TOLD else called)


def _of_text(head: bytes, called: str) -> str:
    if b"\x00" in head:
        return called or UNKNOWN
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if b"<svg" in start:
        return "svg"
    if start.startswith(b"<?xml"):
        return "xml"
    return called or "txt"
