"""The bytes of an XML file, repaired on the way to the parser.

FileMaker writes control characters that XML 1.0 does not allow: the vertical tab of a
return inside a field, the group separator between repetitions. The parser would refuse
them, or drop them when told to recover. Imports nothing of this package.
"""

from __future__ import annotations

import codecs
import re
from typing import IO

_ILLEGAL = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
_TO_NEWLINE = bytes.maketrans(b"\x0b\x1d", b"\n\n")
_DROPPED = bytes(byte for byte in _ILLEGAL if byte not in b"\x0b\x1d")
_REFERENCE = re.compile(rb"&#(?:0*(\d{1,2})|[xX]0*([0-9A-Fa-f]{1,2}));")
_OPEN_REFERENCE = re.compile(rb"&#?[0-9A-Za-z]{0,12}\Z")
_STARTS = (  # the longer ones first: UTF-32 begins as UTF-16 does
    *((b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be")),
    *((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be")),
    *((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")),
    *((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")),
)


class RepairedStream:
    """
    A readable stream of UTF-8 or ASCII-compatible bytes without illegal characters.

    Attributes:
        repaired: control characters that became a line end.
        dropped: control characters that were left out.
        encoding: ``utf-8`` where the stream was recoded; None: as the file declares.
    """

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._held = b""
        self._decoder: codecs.IncrementalDecoder | None = None
        self.encoding: str | None = None
        self.repaired = 0
        self.dropped = 0
        self._first = raw.read(4)
        told = (pair for pair in _STARTS if self._first.startswith(pair[0]))
        if start := next(told, None):
            mark, codec = start
            self._decoder = codecs.getincrementaldecoder(codec)("strict")
            self.encoding = "utf-8"
            self._first = self._first.removeprefix(b"" if b"<" in mark else mark)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none only at the end of the file."""
        while True:
            piece = self._raw.read(size)
            last = not piece
            if self._first:
                piece, self._first = self._first + piece, b""
            if self._decoder:
                piece = self._decoder.decode(piece, final=last).encode()
            piece = self._held + self._without_illegal(piece)
            self._held = b""
            if not last:
                piece = self._without_open_reference(piece)
            if b"&#" in piece:
                piece = _REFERENCE.sub(self._reference, piece)
            if piece or last:
                return piece

    def _without_open_reference(self, piece: bytes) -> bytes:
        """Hold back a character reference that the end of the piece cuts in two."""
        held = _OPEN_REFERENCE.search(piece, max(0, len(piece) - 16))
        if not held:
            return piece
        self._held = piece[held.start() :]
        return piece[: held.start()]

    def _without_illegal(self, piece: bytes) -> bytes:
        legal_bytes = len(piece.translate(None, _ILLEGAL))
        if legal_bytes == len(piece):
            return piece
        kept = piece.translate(_TO_NEWLINE, _DROPPED)
        self.dropped += len(piece) - len(kept)
        self.repaired += len(kept) - legal_bytes
        return kept

    def _reference(self, found: re.Match[bytes]) -> bytes:
        decimal, hexadecimal = found.groups()
        code = int(decimal) if decimal else int(hexadecimal, 16)
        if code >= 0x20 or code in b"\t\n\r":
            return found.group()
        if code in (0x0B, 0x1D):
            self.repaired += 1
            return b"&#10;"
        self.dropped += 1
        return b""
