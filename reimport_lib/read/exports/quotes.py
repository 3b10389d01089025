"""Whether the quotes of a delimited file are regular, so that every reader agrees.

Imports nothing of this package.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

_QUOTE = ord('"')
_PIECE = 4 * 1024 * 1024


def are_regular(path: Path, delimiter: str) -> bool:
    """
    Every quote opens a field, closes one, or is one of a pair inside a field.

    Counted from the start, the odd quotes open: a delimiter, a line end or the quote
    before them. The even ones close: one of these follows. A file in which that holds
    to the end has no stray quote and no open field.
    """
    edge = np.zeros(256, dtype=bool)
    edge[[_QUOTE, ord(delimiter), ord("\r"), ord("\n")]] = True
    seen = 0
    for codes in _pieces(path):
        places = np.flatnonzero(codes[1:-1] == _QUOTE) + 1
        opening = places[seen % 2 :: 2]
        closing = places[1 - seen % 2 :: 2]
        if not (edge[codes[opening - 1]].all() and edge[codes[closing + 1]].all()):
            return False
        seen += len(places)
    return seen % 2 == 0


def _pieces(path: Path) -> Iterator[np.ndarray]:
    """
    The bytes of the file after its byte order mark, a piece at a time.

    Each piece has one byte more on both sides: its neighbours, or a line end.
    """
    with path.open("rb") as stream:
        start = 3 if stream.read(3) == b"\xef\xbb\xbf" else 0
        stream.seek(start)
        before, piece = b"\n", stream.read(_PIECE)
        while piece:
            following = stream.read(_PIECE)
            framed = before + piece + (following[:1] or b"\n")
            yield np.frombuffer(framed, dtype=np.uint8)
            before, piece = piece[-1:], following
