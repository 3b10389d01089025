"""Text to dates, in the order that the source or a setting gives.

Pure. The authority is the paragraph "Dates" of ``docs/rules.md``. ISO text and dates
with the month's name are plain: they need no order and get no note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np

from reimport_lib.frames import Column
from reimport_lib.plan.codes import Note
from reimport_lib.plan.values.text import (
    Cleaned,
    Converted,
    clean,
    distinct,
    fold_words,
)

OLDEST_BIRTH = date(1880, 1, 1)

DateFit = Literal["blank", "plain", "set", "other", "both", "bad"]
"""How a text fits the set order; ``both`` also where day and month are the same."""

_HALF = r" ?[ap]\.?m\.?"
_CLOCK = (
    rf"[0-9]{{1,2}}(?:[:.][0-9]{{2}}[0-9:.]*(?:{_HALF})?|{_HALF})"
    r"(?: ?(?:z|[+-][0-9:]{2,6}))?"
)
_REST = rf"(?:(?:t ?|,? )(?P<clock>{_CLOCK})|t?z?)"
_ISO = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}[0-9:]*))?")
_DAY = "(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[a-z]+)\.?"
_YEAR = "(?P<year>[0-9]{4})"
_NUMBERS = re.compile(
    r"(?P<a>[0-9]+) ?(?P<sep>[-/. ]) ?(?P<b>[0-9]+) ?(?P=sep) ?(?P<c>[0-9]+)" + _REST
)
_DAY_NAME = re.compile(f"{_DAY}[-/. ] ?{_MONTH}(?:[-/]|,? ){_YEAR}{_REST}")
_NAME_DAY = re.compile(f"{_MONTH}[-/ ]{_DAY}(?:[-/]|,? ){_YEAR}{_REST}")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


@dataclass(frozen=True, slots=True)
class DateReading:
    """
    What one text says.

    Attributes:
        value: the date, None where blank or unreadable.
        fit: how the text fits the set order.
        clock: the text of a time behind the date, "" for none.
    """

    value: date | None
    fit: DateFit
    clock: str = ""

    def code(self, *, declared: bool) -> str:
        """The note it earns; a *declared* order leaves no doubt about "both"."""
        if self.fit == "bad":
            return Note.BAD_DATE.value
        if self.fit == "other":
            return Note.OTHER_DATE_ORDER.value
        day = self.value
        if self.fit == "both" and day and day.day != day.month and not declared:
            return Note.AMBIGUOUS_DATE.value
        return ""


def dates(column: Column, order: str, *, declared: bool) -> Cleaned:
    """
    Values are ``datetime.date``; a time behind the date is not looked at.

    Args:
        order: ``DMY``, ``MDY`` or ``YMD``, of dates written in numbers.
        declared: the source itself says so; otherwise the order is only our setting,
            and a date that fits both orders gets ``ambiguous_date``.

    Codes: ``ambiguous_date``, ``other_date_order``; ``bad_date`` with value None.
    """

    def read(cell: str) -> Converted:
        reading = read_date(cell, order)
        return reading.value, reading.code(declared=declared)

    return clean(column, read)


def birth_dates(column: Column, order: str, *, declared: bool, as_of: date) -> Cleaned:
    """
    Like ``dates``; after *as_of* or before 1880 the value is None.

    Args:
        as_of: today. Of a datetime the date in its own zone counts: give the run's
            clock in the clinic's zone, which is up to 14 hours ahead of UTC.

    Codes: those of ``dates``, or ``date_in_future``, ``date_too_old`` in their place.
    """
    today = as_of.date() if isinstance(as_of, datetime) else as_of

    def read(cell: str) -> Converted:
        reading = read_date(cell, order)
        if reading.value is not None and reading.value > today:
            return None, Note.DATE_IN_FUTURE.value
        if reading.value is not None and reading.value < OLDEST_BIRTH:
            return None, Note.DATE_TOO_OLD.value
        return reading.value, reading.code(declared=declared)

    return clean(column, read)


def order_counts(column: Column, order: str) -> tuple[int, int, int]:
    """
    How many rows hold a text date that fits only *order*, only the other, or both.

    ISO text, real Excel dates and month names need no order and are not counted.
    """
    positions, texts = distinct(column)
    rows = np.bincount(positions, minlength=len(texts))
    counts: Counter[str] = Counter()
    for text, count in zip(texts, rows, strict=True):
        counts[read_date(text, order).fit] += int(count)
    return counts["set"], counts["other"], counts["both"]


def read_date(cell: str, order: str) -> DateReading:
    """Read one text; impossible dates and years of less than four digits are bad."""
    if iso := _ISO.fullmatch(cell):
        return _plain(iso[1], int(iso[2]), iso[3], iso[4])
    text = fold_words(cell)
    if not text:
        return DateReading(None, "blank")
    if numbers := _NUMBERS.fullmatch(text):
        return _from_numbers(numbers, order)
    named = _DAY_NAME.fullmatch(text) or _NAME_DAY.fullmatch(text)
    month = _month(named["month"]) if named else 0
    if named is None or not month:
        return DateReading(None, "bad")
    return _plain(named["year"], month, named["day"], named["clock"])


def clock_behind(cell: str) -> str:
    """The time of day that stands behind the date in *cell*, "" for none."""
    return read_date(cell, "DMY").clock


def _plain(year: str, month: int, day: str, clock: str | None) -> DateReading:
    value = _date(int(year), month, int(day))
    return DateReading(value, "plain" if value else "bad", clock or "")


def _from_numbers(numbers: re.Match[str], order: str) -> DateReading:
    first, second, third, clock = numbers.group("a", "b", "c", "clock")
    lengths = len(first), len(second), len(third)
    if lengths[0] == 4 and max(lengths[1:]) <= 2:
        return _plain(first, int(second), third, clock)
    if lengths[2] != 4 or max(lengths[:2]) > 2:
        return DateReading(None, "bad")
    year, one, two = int(third), int(first), int(second)
    value, fit = _ORDERS[order](_date(year, two, one), _date(year, one, two))
    return DateReading(value, fit, clock or "")


def _set_order(wanted: date | None, other: date | None) -> tuple[date | None, DateFit]:
    if wanted and other:
        return wanted, "both"
    if wanted:
        return wanted, "set"
    return (other, "other") if other else (None, "bad")


def _year_first(dmy: date | None, mdy: date | None) -> tuple[date | None, DateFit]:
    """The year stands last though the order says first: one reading may be left."""
    if dmy and mdy and dmy != mdy:
        return None, "bad"
    return (dmy or mdy, "other") if dmy or mdy else (None, "bad")


_ORDERS: dict[
    str, Callable[[date | None, date | None], tuple[date | None, DateFit]]
] = {
    "DMY": _set_order,
    "MDY": lambda dmy, mdy: _set_order(mdy, dmy),
    "YMD": _year_first,
}


def _date(year: int, month: int, day: int) -> date | None:
    """The date, None where there is none or the year has less than four digits."""
    if year < 1000:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(word: str) -> int:
    """1 to 12 for an English name or its first three letters (``sept`` too), else 0."""
    for number, name in enumerate(_MONTHS, start=1):
        if word == name or (word == "sept" and number == 9):
            return number
        if len(word) == 3 and name.startswith(word):
            return number
    return 0
