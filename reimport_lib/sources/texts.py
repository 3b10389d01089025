"""How much text the cells of a sheet stand for, before a reader copies it for each.

A workbook holds a text once, and every cell that shows it only names its number: a file
of a few kilobytes can stand for gigabytes. Imports nothing of this package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np

_OVERLAP = 64
_STRING = re.compile(rb"<si[\s/>]")
_PREFIXED = re.compile(rb"<[^\s<>/:=]+:si[\s/>]")
_NUMBERED = re.compile(rb"<(?:[^\s<>/:=]+:)?v(?:\s[^>]*)?>\s*(\d{1,18})")


def lengths(pieces: Iterable[bytes]) -> np.ndarray:
    """
    The bytes of every shared string (n,), in order; never too few.

    Args:
        pieces: of the part that holds them.
    """
    starts: list[int] = []
    before, end = b"", 0
    for piece in pieces:
        seen = before + piece
        begin = end - len(before)
        starts += [begin + found.start() for found in _STRING.finditer(seen)]
        if b":si" in seen:
            starts += [begin + found.start() for found in _PREFIXED.finditer(seen)]
        end += len(piece)
        before = seen[-_OVERLAP:]
    return np.diff(np.unique(np.array([*starts, end], dtype=np.int64)))


def shown(pieces: Iterable[bytes], strings: np.ndarray) -> int:
    """
    The bytes of text that all cells of a sheet together take out of *strings*.

    Every cell's number counts as that of a string: never too few.
    """
    total = 0
    for seen in _whole_tags(pieces):
        numbers = np.array(_NUMBERED.findall(seen), dtype="S18").astype(np.int64)
        total += int(strings[numbers[numbers < len(strings)]].sum())
    return total


def _whole_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut only before a ``<``."""
    held = b""
    for piece in pieces:
        seen = held + piece
        end = max(seen.rfind(b"<"), 0)
        yield seen[:end]
        held = seen[end:]
    yield held
