"""How far the cells of one sheet reach, told by its XML, at the speed of a search.

A cell says where it is (``r="AB12"``) or follows the one before it; so does a row. What
is told here is never too small, and may be too large where a text looks like a
reference. Imports texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reimport_lib.read.exports import texts

# References up to here need no reading: a rectangle this large is within every limit.
_NEAR_ROWS, _NEAR_COLUMNS = 99_999, 26
_BEYOND = 10**12
"""The row of a reference too long to be read."""

_LONGEST_TAG = 64 * 1024
_OVERLAP = 64
_REFERENCE_CHARS = 14
_PADDING = b'"' * 24
_SPACED = re.compile(rb"\s*=\s*")
_PREFIX = re.compile(rb"(</?)[^\s<>/:=]+:(?=(?:c|row|v|is|f)[\s/>])")
_START = re.compile(rb"<(?:[^\s<>/:=]+:)?(?:c|row)[\s/>]")
# The result of a formula may be an empty text (t="str"), but nothing else empty.
_UNSOLVED = re.compile(
    rb"<c\b(?![^>]*\st=[\"']str)[^>]*><f[^>]*>[^<]*</f>(?=</c>|<v */>|<v></v>)"
)
_LONG_DIGITS = 16
_ODD_NUMBER = re.compile(rb"<v(?:\s[^>]*)?>(?:[-+]|[0-9]{16})")
_MINUS, _PLUS = b"-+"
_LESS, _SLASH, _GREATER, _EQUALS, _COLON = b"</>=:"
_A, _ZERO, _NINE, _BLANK = b"A09 "
_C, _E, _F, _I, _R, _S, _T, _V = b"cefirstv"

# The first bytes of a cell and a row that say at once where they are, as one number.
_SIX_BYTES = np.uint64(0xFFFFFFFFFFFF)
_CELL, _ROW = (
    np.uint64(int.from_bytes(begin, "little")) for begin in (b'<c r="', b'<row r="')
)

_Codes = np.ndarray


@dataclass(slots=True)
class Extent:
    """How far the cells of one sheet may reach, as far as seen.

    Attributes:
        rows, columns: of the rectangle that holds them all.
        cells: that are there, with a value or without.
        formulas: cells that are formulas.
        unsolved: formulas that have no stored result.
        errors: cells that hold an error (``#N/A``) instead of a value.
        values: some cell has a value.
        odd_numbers: some number is below zero, or of 16 digits and more.
        text_bytes: that the cells show of the shared strings, each for itself.
        closely: every reference is read, also the near ones.
    """

    rows: int = _NEAR_ROWS
    columns: int = _NEAR_COLUMNS
    cells: int = 0
    formulas: int = 0
    unsolved: int = 0
    errors: int = 0
    values: bool = False
    odd_numbers: bool = False
    text_bytes: int = 0
    closely: bool = False


@dataclass(slots=True)
class _Unplaced:
    """Rows and cells that do not say where they are.

    Attributes:
        rows: so far, of the whole sheet.
        cells: so far, of the row that is open.
        most_cells: of any row.
    """

    rows: int = 0
    cells: int = 0
    most_cells: int = 0


def measure_sheet(
    pieces: Iterable[bytes], strings: _Codes | None = None, *, closely: bool = False
) -> Extent:
    """
    The extent of the sheet whose XML comes in *pieces*.

    Args:
        strings: bytes of every shared string; None: ``text_bytes`` is not told.
        closely: read every reference; else what is near counts as a rectangle of
            99,999 rows and 26 columns.
    """
    extent = Extent(rows=0, columns=0, closely=True) if closely else Extent()
    unplaced = _Unplaced()
    tail = b""
    for piece in pieces:
        seen = tail + piece
        end = _last_start(seen)
        if end < 0 or len(seen) - end > _LONGEST_TAG:
            _look(seen, extent, unplaced, strings)
            tail = seen[-_OVERLAP:]
        else:
            _look(seen[:end], extent, unplaced, strings)
            tail = seen[end:]
    _look(tail, extent, unplaced, strings)
    extent.rows += unplaced.rows
    extent.columns += max(unplaced.cells, unplaced.most_cells)
    return extent


def _last_start(seen: bytes) -> int:
    """Where the last cell or row begins, else the last tag; -1: nowhere."""
    usual = max(seen.rfind(b"<c "), seen.rfind(b"<row"))
    if usual >= 0:
        return usual
    starts = [found.start() for found in _START.finditer(seen)]
    return starts[-1] if starts else seen.rfind(b"<")


def _look(
    seen: bytes, extent: Extent, unplaced: _Unplaced, strings: _Codes | None
) -> None:
    codes = _codes(seen)
    has_prefixes = b":" in seen and _has_prefixes(codes)
    if not has_prefixes and _take_usual(codes, extent, unplaced, strings):
        return
    if has_prefixes:
        codes = _codes(_PREFIX.sub(rb"\1", seen))
    places = np.flatnonzero(codes == _EQUALS)
    if _is_spaced(codes, places):
        codes = _codes(_SPACED.sub(b"=", codes.tobytes()))
        places = np.flatnonzero(codes == _EQUALS)
    named_r = (codes[places - 1] == _R) & (codes[places - 2] <= _BLANK)
    references = places[named_r]
    _take_references(codes, references, extent)
    extent.errors += _count_errors(codes, places)
    tags = np.flatnonzero(codes == _LESS)
    _take_tags(codes, tags, references, extent, unplaced)
    if strings is not None:
        extent.text_bytes += texts.shown(codes, tags, strings)


def _take_usual(
    codes: _Codes, extent: Extent, unplaced: _Unplaced, strings: _Codes | None
) -> bool:
    """
    Look at cells and rows that all say first where they are; else leave them.

    Sheets are written so, and then few of their bytes need to be looked at. Left are
    also those with formulas or errors, which have to be counted.
    """
    opens, name = codes[:-1] == _LESS, codes[1:]
    quoted_e = (name[:-1] == _E) & (codes[:-2] == codes[2:])
    if (opens & (name == _F)).any() or quoted_e.any():
        return False
    tags = np.flatnonzero(opens & ((name == _C) | (name == _R)))
    begins = np.ndarray(len(codes) - 7, "<u8", codes, strides=(1,))[tags]
    is_cell, is_row = begins & _SIX_BYTES == _CELL, begins == _ROW
    cells, rows, others = tags[is_cell], tags[is_row], tags[~(is_cell | is_row)]
    if _are(b"c", codes, others).any() or _are(b"row", codes, others).any():
        return False
    _take_references(codes, np.concatenate((cells + 4, rows + 6)), extent)
    extent.cells += len(cells)
    _take_values(codes, np.flatnonzero(opens), extent)
    unplaced.most_cells = max(unplaced.most_cells, unplaced.cells)
    if len(rows):
        unplaced.cells = 0
    if strings is not None:
        extent.text_bytes += texts.shown(codes, np.flatnonzero(opens), strings)
    return True


def _take_values(codes: _Codes, tags: _Codes, extent: Extent) -> None:
    """See whether there are values, and numbers that a reader would not take whole."""
    first, second = codes[tags + 1], codes[tags + 2]
    is_value = first == _V
    if not extent.values:
        extent.values = bool((is_value | ((first == _I) & (second == _S))).any())
    if not extent.odd_numbers:
        extent.odd_numbers = _has_odd_number(codes, tags[is_value], second[is_value])


def _has_odd_number(codes: _Codes, values: _Codes, after: _Codes) -> bool:
    """
    Some number is below zero, or has 16 digits without a point.

    Args:
        values: places of every ``<v``.
        after: what stands behind its name.
    """
    if (after != _GREATER).any():  # an attribute before the number, or another element
        return _ODD_NUMBER.search(codes.tobytes()) is not None
    begins = values + 3
    first = codes[begins]
    if ((first == _MINUS) | (first == _PLUS)).any():
        return True
    for place in range(_LONG_DIGITS - 1, -1, -1):  # few have so many characters
        begins = begins[codes[begins + place] - np.uint8(_ZERO) <= 9]
        if not len(begins):
            return False
    return True


def _are(name: bytes, codes: _Codes, tags: _Codes) -> _Codes:
    """Which of *tags* open an element of that *name*."""
    named = _ends_name(codes[tags + 1 + len(name)])
    for place, letter in enumerate(name, start=1):
        named &= codes[tags + place] == letter
    return named


def _codes(text: bytes) -> _Codes:
    """With room on both sides to look at neighbours."""
    return np.frombuffer(b" " + text + _PADDING, dtype=np.uint8)


def _is_spaced(codes: _Codes, places: _Codes) -> bool:
    """Some ``=`` has a blank beside it: in a text, or in an unusual tag."""
    return bool(((codes[places - 1] <= _BLANK) | (codes[places + 1] <= _BLANK)).any())


def _has_prefixes(codes: _Codes) -> bool:
    """Some element may be called ``x:c`` or ``x:row``."""
    after = codes[np.flatnonzero(codes == _COLON) + 1]
    return bool(np.isin(after, (_C, _R, _V, _I, _F)).any())


def _take_references(codes: _Codes, references: _Codes, extent: Extent) -> None:
    """Let *extent* grow to every reference that reaches beyond column Z or row 99,999.

    Args:
        references: places of the ``=`` of every attribute ``r``.
    """
    first, second = codes[references + 2], codes[references + 3]
    two_letters = (first >= _A) & (second >= _A)
    # The sixth digit of a row number stands one place further behind a letter.
    sixth = codes[references + np.where(first >= _A, 8, 7)]
    beyond = two_letters | ((sixth >= _ZERO) & (sixth <= _NINE))
    far = references if extent.closely else references[beyond]
    if not len(far):
        return
    columns, rows = np.zeros(len(far), np.int64), np.zeros(len(far), np.int64)
    is_open, has_digits = np.ones(len(far), bool), np.zeros(len(far), bool)
    for place in range(_REFERENCE_CHARS):
        char = codes[far + (2 + place)]
        digit = char - np.uint8(_ZERO)
        is_digit = is_open & (digit <= 9)
        np.copyto(rows, rows * 10 + digit, where=is_digit)
        is_letter = is_open & (_letter(char) <= 25) & ~has_digits
        if is_letter.any():
            np.copyto(columns, columns * 26 + _letter(char) + 1, where=is_letter)
        has_digits |= is_digit
        is_open = is_digit | is_letter
        if not is_open.any():
            break
    rows[is_open] = _BEYOND
    found = has_digits | is_open  # else a word, no reference
    extent.rows = max(extent.rows, int(rows[found].max(initial=0)))
    extent.columns = max(extent.columns, int(columns[found].max(initial=0)))


def _take_tags(
    codes: _Codes,
    tags: _Codes,
    references: _Codes,
    extent: Extent,
    unplaced: _Unplaced,
) -> None:
    """Count formulas, and the rows and cells that say nothing of their place."""
    first, second = codes[tags + 1], codes[tags + 2]
    closes = tags[(first == _SLASH) & (second == _F)]
    closes = closes[codes[closes + 3] == _GREATER]
    extent.formulas += len(closes)
    if len(closes):
        extent.unsolved += len(_UNSOLVED.findall(codes.tobytes()))
    _take_values(codes, tags, extent)
    cells = tags[_are(b"c", codes, tags)]
    extent.cells += len(cells)
    cells = cells[~_are_placed(codes, cells, references, name_length=1)]
    rows = tags[_are(b"row", codes, tags)]
    placed = _are_placed(codes, rows, references, name_length=3)
    unplaced.rows += len(rows) - int(placed.sum())
    per_row = np.bincount(np.searchsorted(rows, cells), minlength=len(rows) + 1)
    per_row[0] += unplaced.cells
    unplaced.most_cells = max(unplaced.most_cells, int(per_row.max()))
    unplaced.cells = int(per_row[-1])


def _are_placed(
    codes: _Codes, tags: _Codes, references: _Codes, *, name_length: int
) -> _Codes:
    """Which of *tags* have an attribute ``r``: as their first one, nearly always."""
    after = tags + name_length + 2
    placed: _Codes = (codes[after] == _R) & (codes[after + 1] == _EQUALS)
    others = tags[~placed]
    if len(others):
        ends = np.flatnonzero(codes == _GREATER)
        beyond = len(codes)
        closed = np.append(ends, beyond)[np.searchsorted(ends, others)]
        told = np.append(references, beyond)[np.searchsorted(references, others)]
        placed[~placed] = told < closed
    return placed


def _count_errors(codes: _Codes, places: _Codes) -> int:
    """How many attributes are ``t="e"``."""
    types = places[(codes[places - 1] == _T) & (codes[places - 2] <= _BLANK)]
    one_letter = codes[types + 1] == codes[types + 3]
    return int((one_letter & (codes[types + 2] == _E)).sum())


def _letter(codes: _Codes) -> _Codes:
    """From 0; in capitals or not; beyond 25 it is none."""
    return (codes | np.uint8(0x20)) - np.uint8(ord("a"))


def _ends_name(codes: _Codes) -> _Codes:
    ends: _Codes = (codes <= _BLANK) | (codes == _GREATER) | (codes == _SLASH)
    return ends
