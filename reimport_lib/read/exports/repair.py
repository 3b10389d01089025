"""A workbook's XML made readable: what its reader would refuse, lose or change.

The Excel reader takes numbers as doubles and stops at errors that it does not know. A
copy in memory holds such cells as text with the digits of the file, and errors as
blanks. Imports cells and used_range.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Self

from reimport_lib.read import cells
from reimport_lib.read.exports.used_range import HALF

_PREFIX = rb"(?:[^\s<>/:=!?]+:)?"
_ERROR = re.compile(
    rb"(<" + _PREFIX + rb"c\s(?:[^<>]*\s)?)t\s*=\s*([\"'])e\2([^<>]*)(?<!/)>"
    rb".*?</" + _PREFIX + rb"c\s*>",
    re.DOTALL,
)
_FORMULA = (
    rb"(?:<" + _PREFIX + rb"f(?:\s[^<>]*)?/>|"
    rb"<" + _PREFIX + rb"f(?:\s[^<>]*)?>[^<]*</" + _PREFIX + rb"f\s*>)?"
)
_CELL = (
    rb"(<" + _PREFIX + rb"c)(\s[^<>]*)?>"
    rb"(\s*" + _FORMULA + rb"\s*<" + _PREFIX + rb"v(?:\s[^<>]*)?>)"
)
# More digits than a double holds; and what is no moment or duration, whatever its
# format says.
_NUMBER = re.compile(
    _CELL + rb"(-[^<]*|\+?[0-9]{8,}(?:\.[0-9]*)?|[^<]*[eE][^<]*)(?=</)"
)
_LEAP_DAY = re.compile(_CELL + rb"(60)(?=[.<])")
_TYPE = re.compile(rb"\st\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_WHOLE = re.compile(rb"([+-]?)0*([0-9]+)(\.0*)?")
_ESCAPE = re.compile(
    rb"_x005[fF]_|_x([dD][89abAB][0-9a-fA-F]{2})__x([dD][c-fC-F][0-9a-fA-F]{2})_"
    rb"|" + HALF
)
_REPLACED = b"&#65533;"
_EXCEL_DIGITS = 15
_WHOLE_TO = 2**53 - 1  # what rounding may have made 2**53 is not known
_MOST_DIGITS = 300
_FEW = 2  # a single number may well end in a zero
_LARGE_FROM = 1e8


@dataclass(frozen=True, slots=True)
class Trust:
    """
    Whether numbers of 16 digits and more have the digits that they were written with.

    A program that holds numbers as doubles writes 9007199254740993 as ...992; a
    spreadsheet keeps 15 digits and writes zeros behind them. One number that neither
    could have written speaks for all of its workbook.

    Attributes:
        beyond: some number above 2**53 is none that a double is.
        within: some number up to there has more than 15 digits.
    """

    beyond: bool = True
    within: bool = True

    @classmethod
    def in_numbers(cls, numbers: Collection[int]) -> Self:
        beyond = any(not _is_of_double(number) for number in numbers)
        nearer = [number for number in numbers if number <= _WHOLE_TO]
        within = len(nearer) < _FEW or any(number % 10 for number in nearer)
        return cls(beyond, beyond or within)

    def holds(self, number: int) -> bool:
        return self.beyond if number > _WHOLE_TO else self.within


@dataclass(slots=True)
class Repaired:
    """A workbook that can be read.

    Attributes:
        workbook: its bytes.
        trust: what its long numbers say about the program that wrote it.
        doubtful: long numbers of which not every digit is known.
    """

    workbook: io.BytesIO
    trust: Trust
    doubtful: int = 0


def repair(
    path: Path, sheets: Collection[str], *, move_leap_day: bool = False
) -> Repaired:
    """
    The workbook at *path* with every cell as something that its reader takes whole.

    Args:
        sheets: names of the parts, in small letters, that are sheets.
        move_leap_day: serial 60 becomes 61 (see ``excel``).
    """
    with (
        zipfile.ZipFile(path) as archive,
        zipfile.ZipFile(workbook := io.BytesIO(), "w") as packed,
    ):
        members = archive.infolist()
        long = {
            number
            for member in members
            if member.filename.lower() in sheets
            for number in _long_numbers(archive.read(member))
        }
        repaired = Repaired(workbook, Trust.in_numbers(long))
        for member in members:
            content = archive.read(member)
            part = member.filename.lower()
            if part in sheets:
                content = _ERROR.sub(rb"\1\3/>", content)
                content = _NUMBER.sub(lambda cell: _as_text(cell, repaired), content)
                if move_leap_day:
                    content = _LEAP_DAY.sub(_day_after, content)
            if part in sheets or part.endswith("strings.xml"):
                content = _ESCAPE.sub(_character, content)
            packed.writestr(member.filename, content)
    workbook.seek(0)
    return repaired


def _long_numbers(content: bytes) -> Iterator[int]:
    for cell in _NUMBER.finditer(content):
        whole = _WHOLE.fullmatch(cell[4])
        if whole and _is_long(whole[2]) and _is_number(cell[2] or b""):
            yield int(whole[2][:_MOST_DIGITS])


def _is_long(digits: bytes) -> bool:
    return len(digits) > _EXCEL_DIGITS


def _is_of_double(number: int) -> bool:
    """A double is *number*, or is shown as it: exactly, or by its shortest digits."""
    double = float(number)
    return number in (int(double), int(Decimal(repr(double))))


def _is_number(attributes: bytes) -> bool:
    kind = _TYPE.search(attributes)
    return not kind or (kind[1] or kind[2]) == b"n"


def _as_text(cell: re.Match[bytes], repaired: Repaired) -> bytes:
    """The cell as one of text that holds the number's own digits."""
    start, attributes, between, numeral = cell.groups()
    attributes = attributes or b""
    text = _digits(numeral, repaired) if _is_number(attributes) else b""
    if not text:
        return cell[0]
    return start + _TYPE.sub(b"", attributes) + b' t="str">' + between + text


def _digits(numeral: bytes, repaired: Repaired) -> bytes:
    """What the cell of a number shall hold as text; nothing: it can stay a number."""
    whole = _WHOLE.fullmatch(numeral)
    if whole and _is_long(whole[2]):
        sign, digits, point = whole.groups()
        sign = sign.strip(b"+")
        if not repaired.trust.holds(int(digits[:_MOST_DIGITS])):
            repaired.doubtful += 1
            return sign + cells.number(float(digits)).encode()
        # A point behind it is from a program that holds doubles: that has to be seen.
        return sign + digits + (b".0" if point else b"")
    try:
        value = float(numeral)
    except ValueError:
        return b""
    return cells.number(value).encode() if not 0 <= value < _LARGE_FROM else b""


def _day_after(cell: re.Match[bytes]) -> bytes:
    start, attributes, between, _ = cell.groups()
    attributes = attributes or b""
    if not _is_number(attributes):
        return cell[0]
    return start + attributes + b">" + between + b"61"


def _character(escape: re.Match[bytes]) -> bytes:
    """The character of a surrogate pair; a half alone is none."""
    if escape[0][1:5] == b"x005":
        return escape[0]
    if escape[1] is None:
        return _REPLACED
    pair = bytes.fromhex((escape[1] + escape[2]).decode())
    return b"&#%d;" % ord(pair.decode("utf-16-be"))
