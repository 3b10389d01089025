"""How much text the cells of a sheet stand for, before a reader copies it for each.

A workbook holds a text once, and every cell that shows it only names its number: a file
of a few kilobytes can stand for gigabytes. Imports nothing of this package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

_OVERLAP = 64
_PADDING = b'"""'  # to look at neighbours; what is cut here is seen again
_LESS, _GREATER, _SLASH, _BLANK = b"<>/ "
_S, _I, _V, _ZERO = b"siv0"
_NINE, _DIGITS = 9, 18
_PREFIXED = re.compile(rb"<[^\s<>/:=]+:si[\s/>]")
_NUMBERED = re.compile(rb"<(?:[^\s<>/:=]+:)?v(?:\s[^>]*)?>\s*(\d{1,18})")


def lengths(pieces: Iterable[bytes]) -> np.ndarray:
    """
    The bytes of every shared string (n,), in order; never too few.

    Args:
        pieces: of the part that holds them.
    """
    starts = [np.empty(0, dtype=np.int64)]
    before, end = b"", 0
    for piece in pieces:
        seen = before + piece
        begin = end - len(before)
        starts.append(begin + _strings(seen))
        if b":si" in seen:
            prefixed = [found.start() for found in _PREFIXED.finditer(seen)]
            starts.append(begin + np.array(prefixed, dtype=np.int64))
        end += len(piece)
        before = seen[-_OVERLAP:]
    found = np.diff(np.sort(np.append(np.concatenate(starts), end)))
    return found[found > 0]  # what lies in two pieces was found twice


def _strings(seen: bytes) -> Any:
    """Where in *seen* an element ``si`` begins: ``<si`` and the end of its name."""
    codes = np.frombuffer(seen + _PADDING, dtype=np.uint8)
    tags = np.flatnonzero(codes == _LESS)
    first, second, third = codes[tags + 1], codes[tags + 2], codes[tags + 3]
    ends = (third <= _BLANK) | (third == _GREATER) | (third == _SLASH)
    return tags[(first == _S) & (second == _I) & ends]


def shown(pieces: Iterable[bytes], strings: np.ndarray) -> int:
    """
    The bytes of text that all cells of a sheet together take out of *strings*.

    Every cell's number counts as that of a string: never too few.
    """
    total = 0
    for seen in _whole_tags(pieces):
        numbers = _numbers(seen)
        total += int(strings[numbers[numbers < len(strings)]].sum())
    return total


def _numbers(seen: bytes) -> Any:
    """The whole number that every value of a cell in *seen* is, or begins with."""
    codes = np.frombuffer(seen + _PADDING * _DIGITS, dtype=np.uint8)
    tags = np.flatnonzero(codes == _LESS)
    values = tags[codes[tags + 1] == _V]
    after = codes[values + 2]
    first = codes[values + 3]
    if (
        b":v" in seen
        or ((after <= _BLANK) | ((after == _GREATER) & (first <= _BLANK))).any()
    ):
        return np.array(_NUMBERED.findall(seen), dtype="S18").astype(np.int64)
    begins = values[after == _GREATER] + 3
    digit = codes[begins] - np.uint8(_ZERO)
    begins, digit = begins[digit <= _NINE], digit[digit <= _NINE]
    numbers = digit.astype(np.int64)
    is_open = np.ones(len(begins), bool)
    for place in range(1, _DIGITS):
        digit = codes[begins + place] - np.uint8(_ZERO)
        is_open &= digit <= _NINE
        if not is_open.any():
            break
        np.copyto(numbers, numbers * 10 + digit, where=is_open)
    return numbers


def _whole_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut only before a ``<``."""
    held = b""
    for piece in pieces:
        seen = held + piece
        end = max(seen.rfind(b"<"), 0)
        yield seen[:end]
        held = seen[end:]
    yield held
