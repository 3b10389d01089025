"""The used range of one sheet, and what lies in it, told by its XML.

Nearly every program spells a cell ``<c r="AB12"...>``; expressions find all there is
to know of such. Any other goes through a parser first, at a tenth of the speed.
What is told is never too small. Imports fmpprolog and xmlstream.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from lxml import etree

from reimport_lib.read.exports.fmpprolog import HARDENED
from reimport_lib.read.exports.xmlstream import RepairedStream

HALF = rb"_x[dD][89a-fA-F][0-9a-fA-F]{2}_"
"""Half of a character beyond U+FFFF, as a workbook escapes it."""

_PIECE = 1024 * 1024
_LONGEST = 16 * _PIECE
_CELL, _STRING = b"<c ", b"<si>"
_COLUMN = re.compile(rb'<c(?: r="([A-Z]{1,3})[0-9]{1,7}"|[\s/>])')
_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
_INSTRUCTION = re.compile(rb"<\?(?!xml\s)")
_PREFIXED = re.compile(rb":(?:c|v|f|is|si)[\s/>]")
_ERROR = re.compile(rb"<c\s[^>]*\bt\s*=\s*(?:\"e\"|'e')")
_FORMULA = re.compile(rb"<f[\s/>]")
# The result of a formula may be an empty text (t="str"), but nothing else empty.
_UNSOLVED = re.compile(
    rb"<c\b(?![^>]*\st\s*=\s*[\"']str)[^>]*><f(?:\s[^>]*)?(?:/>|>[^<]*</f>)"
    rb"(?=</c>|<v */>|<v></v>)"
)
_VALUE = re.compile(rb"<v[\s>]")
_NUMBER = re.compile(rb"<v(?:\s[^>]*)?>([0-9]{1,18})</v>")
_ODD_NUMBER = re.compile(rb"<v(?:\s[^>]*)?>(?:[-+]|[0-9]{16})")
_HALF = re.compile(HALF)
_REFERENCE = re.compile(r"\s*([A-Za-z]+)([0-9]+)")
_KEPT = frozenset({"f", "is", "si", "t", "v"})
_MOST_ROWS, _MOST_COLUMNS = 9_999_999, 26 * 26 * 26  # that the usual spelling can say
_SEPARATE = re.compile(rb"<si(?=[\s/>])")

Opened = Callable[[], IO[bytes]]
"""Opens a part of a workbook anew."""


@dataclass(slots=True)
class UsedRange:
    """What the cells of one sheet reach over and hold, as far as seen.

    Attributes:
        rows, columns: of the rectangle that holds them all.
        cells: that are there, with a value or without.
        formulas: cells that are formulas.
        unsolved: formulas that have no stored result.
        errors: cells that hold an error (``#N/A``) instead of a value.
        values: some cell has a value.
        odd_numbers: some number is below zero, or of 16 digits and more.
        halves: some text holds half a character as an escape.
        text_bytes: that the cells show of the shared strings, each for itself.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    formulas: int = 0
    unsolved: int = 0
    errors: int = 0
    values: bool = False
    odd_numbers: bool = False
    halves: bool = False
    text_bytes: int = 0


def measure_sheet(opened: Opened, strings: np.ndarray | None = None) -> UsedRange:
    """
    The used range of the sheet that *opened* gives.

    Args:
        strings: bytes of every shared string; None: ``text_bytes`` is not told.

    Raises:
        XMLSyntaxError, ValueError: spelled unusually, and no XML, or without end.
    """
    for read in _as_it_is, _respelled:
        found = UsedRange()
        if all(_look(piece, found, strings) for piece in _cut(read(opened), _CELL)):
            return found
        if strings is not None:  # a number that was respelled may stand for the first
            strings = np.maximum(strings, strings[:1])
    raise ValueError


def measure_strings(opened: Opened) -> tuple[np.ndarray, bool]:
    """
    The bytes of every shared string (n,), never too few; whether one has halves.

    Raises:
        XMLSyntaxError, ValueError: as ``measure_sheet``.
    """
    for read in _as_it_is, _respelled:
        lengths, halves = [np.zeros(0, np.int64)], False
        for piece in _cut(read(opened), _STRING):
            if not _is_usual(piece):
                break
            parts = map(len, _SEPARATE.split(piece)[1:])
            lengths.append(np.fromiter(parts, np.int64) + len(b"<si"))
            halves = halves or _HALF.search(piece) is not None
        else:
            return np.concatenate(lengths), halves
    raise ValueError


def _cut(pieces: Iterable[bytes], start: bytes) -> Iterator[bytes]:
    """The same content, cut only where *start* begins; ``<!``: it cannot be."""
    held = b""
    for piece in pieces:
        held += piece
        end = held.rfind(start)
        if end > 0:
            yield held[:end]
            held = held[end:]
        elif len(held) > _LONGEST:
            held = b"<!"
            break
    yield held


def _as_it_is(opened: Opened) -> Iterator[bytes]:
    with opened() as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _respelled(opened: Opened) -> Iterator[bytes]:
    """The cells and shared strings as a parser finds them, in the usual spelling."""
    speller = _Speller()
    with opened() as raw:
        stream = RepairedStream(raw)
        options = {**HARDENED, "target": speller, "encoding": stream.encoding}
        parser = etree.XMLParser(**options)
        while piece := stream.read(_PIECE):
            parser.feed(piece)
            yield speller.take()
        parser.close()
    yield speller.take()


def _is_usual(piece: bytes) -> bool:
    """Without comments and the like, and without prefixes: expressions can tell."""
    return not (b"<!" in piece or _INSTRUCTION.search(piece) or _PREFIXED.search(piece))


def _look(piece: bytes, found: UsedRange, strings: np.ndarray | None) -> bool:
    """Add the cells in *piece* to *found*; False: some are spelled in another way."""
    names = _COLUMN.findall(piece)
    columns = set(names)
    if b"" in columns or not _is_usual(piece):
        return False
    found.cells += len(names)
    found.columns = max([found.columns, *(_number_of(c.decode()) for c in columns)])
    found.rows = max([found.rows, *map(int, set(_ROW.findall(piece)))])
    if b'"e"' in piece or b"'e'" in piece:
        found.errors += len(_ERROR.findall(piece))
    if formulas := len(_FORMULA.findall(piece)):
        found.formulas += formulas
        found.unsolved += len(_UNSOLVED.findall(piece))
    found.values = found.values or b"<v" in piece or b"<is" in piece
    found.odd_numbers = found.odd_numbers or _ODD_NUMBER.search(piece) is not None
    found.halves = found.halves or _HALF.search(piece) is not None
    if strings is not None:
        found.text_bytes += _shown(piece, strings)
    return True


def _shown(piece: bytes, strings: np.ndarray) -> int:
    """
    The bytes of text that the cells in *piece* together take out of *strings*.

    Every cell's number counts as that of a string, and what is no whole number as the
    first one, which the reader then takes: never too few.
    """
    digits = _NUMBER.findall(piece)
    numbers = np.array(digits, dtype="S18").astype(np.int64)
    others = len(_VALUE.findall(piece)) - len(digits)
    named = strings[numbers[numbers < len(strings)]].sum()
    return int(named + others * strings[:1].sum())


@dataclass(slots=True)
class _Speller:
    """
    What lxml calls for every element and text; a cell follows the one before it.

    Attributes:
        spelled: since the last ``take``.
        row, column: of the last cell.
        inner: the element that is open, if it holds text.
    """

    spelled: list[str] = field(default_factory=list)
    row: int = 0
    column: int = 0
    inner: str = ""

    def take(self) -> bytes:
        spelled = "".join(self.spelled).encode()
        self.spelled.clear()
        return spelled

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = self.inner = _name(tag)
        if name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
        elif name == "c":
            self._place(attributes.get("r", ""))
            place = f"{_letters(self.column)}{min(self.row, _MOST_ROWS)}"
            kind = quoteattr(attributes.get("t", "n"))
            self.spelled.append(f'<c r="{place}" t={kind}>')
        elif name in _KEPT:
            self.spelled.append(f"<{name}>")

    def data(self, text: str) -> None:
        if self.inner in _KEPT:
            self.spelled.append(escape(text))

    def end(self, tag: str) -> None:
        self.inner = ""
        name = _name(tag)
        if name == "c" or name in _KEPT:
            self.spelled.append(f"</{name}>")

    def close(self) -> None:
        """lxml asks for a result here; ``take`` has given it."""

    def _place(self, reference: str) -> None:
        told = _REFERENCE.match(reference)
        self.column = _number_of(told[1]) if told else self.column + 1
        self.row = max(self.row, int(told[2])) if told else self.row


def _name(tag: str) -> str:
    """Without its namespace, or a prefix that stands for none."""
    return re.split("[}:]", tag)[-1]


def _number_of(column: str) -> int:
    """``AB`` -> 28."""
    number = 0
    for letter in column.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(column: int) -> str:
    """28 -> ``AB``."""
    letters, column = "", min(column, _MOST_COLUMNS)
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
