"""What lies in the synthetic bucket: tiny files with the right first bytes.

Pure.
"""

from __future__ import annotations

import zlib

_HEADS = {
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01",
    "pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    "heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
}
_NEVER_WRITTEN = "tif"
"""The ending of scans that broke off: not a byte of them was stored."""

_MISLEADING = 40
"""One in so many images is a PDF or PNG under the name of a JPEG."""


def content_of(key: str) -> bytes:
    """
    The bytes stored under *key*: under 200, always the same, kind as the name says.

    A few ``.jpg`` hold a PDF or a PNG instead, as FileMaker's containers do. A key that
    ends in "/" is the empty marker of a folder, one that ends in ".tif" a scan that
    broke off.
    """
    ending = key.rpartition(".")[2].lower()
    if key.endswith("/") or ending == _NEVER_WRITTEN:
        return b""
    mark = zlib.crc32(key.encode())
    kind = {"jpeg": "jpg"}.get(ending, ending)
    if kind == "jpg" and mark % _MISLEADING == 0:
        kind = "pdf" if mark % 3 else "png"
    return _HEADS.get(kind, b"?") + key.encode()[-(mark % 60 + 8) :]
