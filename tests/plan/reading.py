"""What a person reads in a cell and in an imported row: words and numbers.

A reader of its own: nothing of the import reads texts here. It knows how people write
dates, times and telephone numbers, and forgives spelling, never a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.stage import Staged

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_OF_CLOCKS = frozenset("am pm a p m t z utc st nd rd th day days".split())
_DAYS = re.compile(r"(?<![-\d])(\d+) days?,? (\d{1,2})(:\d\d:\d\d)")
_YES_OR_NO = frozenset("1 yes y true x 0 no n false".split())


def words_of(cell: str) -> list[str]:
    """The words and the numbers of *cell*, as a reader who ignores case sees them."""
    seen = "".join(sign for sign in cell if unicodedata.category(sign) != "Cf")
    plain = unicodedata.normalize("NFKC", seen).casefold()
    plain = unicodedata.normalize("NFKC", plain)
    return re.findall(r"[^\W_]+", _DAYS.sub(_in_hours, plain))


def _in_hours(found: re.Match[str]) -> str:
    """``1 day, 1:30:00`` as it is written beside it: 25:30:00."""
    return f"{int(found[1]) * 24 + int(found[2])}{found[3]}"


@dataclass(frozen=True)
class Told:
    """
    Everything that an imported row tells.

    Attributes:
        words: of its texts, of its metadata and of what it links to.
        numbers: telephone numbers in international form, digits alone.
        days, moments: as the clinic's wall clock shows them; yes_or_no: it has a flag.
    """

    words: frozenset[str]
    numbers: tuple[str, ...]
    days: tuple[date, ...]
    moments: tuple[datetime, ...]
    yes_or_no: bool

    def left_out(self, cell: str) -> list[str]:
        """The words of *cell* that the row does not tell."""
        left = [word for word in words_of(cell) if not self._tells(word)]
        if not left or self._is_number(cell) or self._is_time(cell):
            return []
        if self.yes_or_no and _YES_OR_NO.issuperset(words_of(cell)[:1]):
            return []
        return left

    def _tells(self, word: str) -> bool:
        if word in self.words:
            return True
        if not word.isdecimal():
            return False
        return word.lstrip("0") in {w.lstrip("0") for w in self.words if w.isdecimal()}

    def _is_number(self, cell: str) -> bool:
        """All of it is one number that the row has, or ends in ``.0``."""
        if any(not word.isdecimal() for word in words_of(cell)):
            return False
        typed = "".join(str(int(s)) for s in cell if s.isdecimal())
        if re.search(r"\d\.0\W*$", cell):
            typed = typed[:-1]
        if self._tells(typed):
            return True
        for number in self.numbers:
            for code in (1, 2, 3):
                front = typed.removesuffix(number[code:])
                dialled = front.lstrip("0").removeprefix("11").lstrip("0")
                if front != typed and dialled in (
                    "",
                    number[:code],
                    f"{number[:code]}0",
                ):
                    return True
        return False

    def _is_time(self, cell: str) -> bool:
        """Every word of it is on a calendar or a clock that shows a time of the row."""
        said = words_of(cell)
        if not (self.days or self.moments):
            return False
        faces = [_face(day) for day in self.days] + [_face(at) for at in self.moments]
        if any(all(_shows(face, word) for word in said) for face in faces):
            return True
        return any(_is_part_of_day(cell, at) for at in self.moments)


def _face(at: date) -> set[int]:
    """The numbers that calendar and clock show at *at*; a midnight is 24:00 too."""
    shown = {at.year, at.month, at.day}
    if isinstance(at, datetime):
        twelve = at.hour % 12 or 12
        shown |= {at.hour, twelve, at.minute, at.second, at.microsecond}
        shown |= {at.hour * 100 + at.minute, twelve * 100 + at.minute}
        epochs = {1899, 1904, 1900, 12, 30, 31, 1}
        shown |= {*epochs, *({24, 0, 2400} if not at.hour and not at.minute else ())}
    else:
        shown |= {0}
    return shown


def _shows(face: set[int], word: str) -> bool:
    if word in _OF_CLOCKS or word[:3] in _MONTHS:
        return True
    number = re.match(r"(\d+)(st|nd|rd|th|am|pm|a|p|z|t\d+)?$", word)
    if number is None:
        return False
    hour = re.match(r"t(\d+)", number[2] or "")
    return int(number[1]) in face and (hour is None or int(hour[1]) in face)


def _is_part_of_day(cell: str, at: datetime) -> bool:
    try:
        part = float(cell)
    except ValueError:
        return False
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return abs(part % 1 * 86_400 - seconds) <= 1


def told(texts: Iterable[str], values: Iterable[Any], zone: str) -> Told:
    """
    What a row tells: *values* of its fields, and *texts* of what it links to.

    Metadata counts word for word, below each of its names; a date or a time of day
    in it may be written out in full.
    """
    words: set[str] = set()
    days, moments, numbers = [], [], []
    flag = False
    for value in [*texts, *_flat(values)]:
        if isinstance(value, bool):
            flag = True
        elif isinstance(value, datetime):
            moments += [value.astimezone(ZoneInfo(zone)), value.astimezone(UTC)]
        elif isinstance(value, date):
            days.append(value)
        elif isinstance(value, str):
            words.update(words_of(value))
            moments += _written_out(value)
            if re.fullmatch(r"\+\d+", value):
                numbers.append(value[1:])
    return Told(frozenset(words), tuple(numbers), tuple(days), tuple(moments), flag)


def _written_out(text: str) -> list[datetime]:
    """The wall times that *text* writes as ``2013-07-01 14:20:00`` or a part of it."""
    moments = []
    for word in re.findall(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?|\d\d:\d\d:\d\d", text):
        whole = word if word[4] == "-" else f"2000-01-01 {word}"
        with suppress(ValueError):
            moments.append(datetime.fromisoformat(whole))
    return moments


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, dict):
            yield from value.values()
        else:
            yield value


OF_PROGRAMS = ("creation", "modification", "id", "_k", "SMS Phone", "Email default")
"""How headers begin under which a program writes, not a person."""


def left_out(
    staged: Staged, decided: Decided, frame: pd.DataFrame, within: Context
) -> Iterator[str]:
    """``table.column row: words`` of everything that the rows do not tell."""
    zone = within.settings.time_zone
    taken: dict[str, Told] = {}
    for row, values in zip(
        decided.values.index, decided.values.to_dict("records"), strict=True
    ):
        owner = staged.frame["owner"].get(row) if "owner" in staged.frame else None
        person = within.known.rows("patients").get(owner or "")
        named = [
            owner or "",
            *(
                (person.values["first_name"], person.values["last_name"])
                if person
                else ()
            ),
        ]
        born = [person.values["dob"]] if person else []
        tells = told(named, [*values.values(), *born], zone)
        taken[decided.rows["key"][row]] = tells
        yield from _missing(staged, frame.loc[row], tells, row)
    again = decided.rows[decided.rows["reason"] == "duplicate_row"]
    for row, key in zip(again.index, again["key"], strict=True):
        if key in taken:
            cells = frame.loc[row]
            typed = [name for name in cells.index if not name.startswith(OF_PROGRAMS)]
            yield from _missing(staged, cells[typed], taken[key], row)


def _missing(staged: Staged, cells: pd.Series, tells: Told, row: int) -> Iterator[str]:
    for header in staged.resolved.headers.values():
        if header in cells.index and (words := tells.left_out(cells[header])):
            yield f"{staged.table}.{header} row {row}: {words}"
