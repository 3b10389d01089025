"""Whether the quotes of a delimited file are regular, so that every reader agrees.

Imports nothing of this package.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

_QUOTE = ord('"')
_PIECE = 16 * 1024 * 1024


def are_regular(path: Path, delimiter: str) -> bool:
    """
    Every quote opens a field, closes one, or is one of a pair inside a field.

    Counted from the start, the odd quotes open: a delimiter, a line end or the quote
    before them. The even ones close: one of these follows. A file in which that holds
    to the end has no stray quote and no open field.
    """
    content = np.memmap(path, dtype=np.uint8, mode="r")
    edge = np.zeros(256, dtype=bool)
    edge[[_QUOTE, ord(delimiter), ord("\r"), ord("\n")]] = True
    start = 3 if bytes(content[:3]) == b"\xef\xbb\xbf" else 0
    seen = 0
    for begin in range(start, len(content), _PIECE):
        piece = content[begin : begin + _PIECE]
        places = np.flatnonzero(piece == _QUOTE) + begin
        if not len(places):
            continue
        opening = places[seen % 2 :: 2]
        closing = places[1 - seen % 2 :: 2]
        if not _all_edges(content, opening - 1, edge, first=start):
            return False
        if not _all_edges(content, closing + 1, edge, first=start):
            return False
        seen += len(places)
    return seen % 2 == 0


def _all_edges(
    content: np.ndarray, places: np.ndarray, edge: np.ndarray, *, first: int
) -> bool:
    """The bytes at *places* are edges; both ends of the file are."""
    within = places[(places >= first) & (places < len(content))]
    return bool(edge[content[within]].all())
