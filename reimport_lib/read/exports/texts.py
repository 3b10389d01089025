"""How much text the cells of a sheet stand for, before a reader copies it for each.

A workbook holds a text once, and every cell that shows it only names its number: a file
of a few kilobytes can stand for gigabytes. Imports nothing of this package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

_OVERLAP = 64
_PADDING = b'"""'  # to look at neighbours; what is cut here is seen again
_LESS, _GREATER, _SLASH, _BLANK = b"<>/ "
_S, _I, _V, _ZERO = b"siv0"
_COMMENT, _INSTRUCTION = b"!?"
_PREFIXED = re.compile(rb"<[^\s<>/:=]+:si[\s/>]")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>(\s*)(\d{0,18})(?=(<(?![!?]))?)")
_ZEROS, _BEYOND_NINE, _HIGHEST_BITS = (
    np.uint64(byte * 0x0101010101010101) for byte in (_ZERO, 0x76, 0x80)
)
_LOWEST_BYTE = np.uint64(0xFF)
_SHORT = 10_000_000
# Neighbours become one number: digits, then pairs of them, then fours.
_PAIRS = [
    (np.uint64(10 * 2**8 + 1), np.uint64(8), np.uint64(0x0F0F0F0F0F0F0F0F)),
    (np.uint64(100 * 2**16 + 1), np.uint64(16), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(10_000 * 2**32 + 1), np.uint64(32), np.uint64(0x0000FFFF0000FFFF)),
]


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


def shown(codes: np.ndarray, tags: np.ndarray, strings: np.ndarray) -> int:
    """
    The bytes of text that the cells in *codes* together take out of *strings*.

    Every cell's number counts as that of a string, and what is no whole number as the
    first one, which the reader then takes: never too few.

    Args:
        codes: bytes of a sheet, with some padding behind them.
        tags: places of every ``<``.
        strings: bytes of each, as ``lengths`` gives them.
    """
    name = codes[tags + 1]
    values = tags[name == _V]
    after, first = codes[values + 2], codes[values + 3]
    is_closed = after == _GREATER
    has_comments = ((name == _COMMENT) | (name == _INSTRUCTION)).any()
    found = None
    if (
        not has_comments
        and not ((after <= _BLANK) | (is_closed & (first <= _BLANK))).any()
    ):
        found = _short_numbers(codes, values[is_closed] + 3)
    if found is None or len(strings) > _SHORT:
        found = _numbers(codes)
    numbers, others = found
    text_bytes = strings[numbers[numbers < len(strings)]].sum()
    return int(text_bytes + others * strings[:1].sum())


def _short_numbers(codes: Any, begins: Any) -> tuple[Any, int] | None:
    """
    The whole numbers below ten million at *begins*, and how many are not just that.

    A word holds eight bytes, the first one lowest; its digits are added up pairwise.
    None where a number of eight characters or more has leading zeros.
    """
    words = np.ndarray(len(codes) - 7, "<u8", codes, strides=(1,))[begins] ^ _ZEROS
    no_digits = (words | (words + _BEYOND_NINE)) & _HIGHEST_BITS
    is_short = no_digits != 0
    if not (words[~is_short] & _LOWEST_BYTE).all():
        return None
    words, no_digits = words[is_short], no_digits[is_short]
    digit_bits = np.bitwise_count((no_digits & -no_digits) - 1) - 7
    has_digits = digit_bits > 0
    ends = (words >> digit_bits) & _LOWEST_BYTE == _LESS ^ _ZERO
    others = len(begins) - int((has_digits & ends).sum())
    words, digit_bits = words[has_digits], digit_bits[has_digits]
    words <<= 64 - digit_bits
    for factor, shift, mask in _PAIRS:
        words = ((words & mask) * factor) >> shift
    return words.astype(np.int64), others


def _numbers(codes: Any) -> tuple[Any, int]:
    """The same by an expression, the whole numbers of any size."""
    found = _VALUE.findall(codes.tobytes())
    digits = [number for _, number, _ in found if number]
    whole = [bool(0 < len(number) < 8 and end and not b) for b, number, end in found]
    return np.array(digits, dtype="S18").astype(np.int64), whole.count(False)
