"""A workbook's cells as text, one column at a time.

ISO text comes out of real dates and times, so it is never ambiguous; text stays as it
is. Imports only reading.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeGuard

import pyarrow as pa
import pyarrow.compute as pc

from reimport_lib.read.reading import TEXT

EXACT = 1e15
"""
Below, a double holds every digit of a whole number. One from here on was written with
an exponent, so its digits are not all known: it is shown with one.
"""

END_OF_DAY = "1 day, 0:00:00"

_DAY = timedelta(days=1)
# Serial 1.0 in a cell with a time format: midnight at the end of the day.
_ONE_DAY = {1900: date(1900, 1, 1), 1904: date(1904, 1, 2)}
_DAY_ZERO = {1900: "1900-01-00", 1904: "1904-01-01"}  # the former as Excel shows it
_HOURS = 24
_DECIMALS = 3
_LINE_END = re.compile(rb"[\x0b\r\x1d]")


def array(column: Sequence[object], *, date_system: int = 1900) -> pa.Array:
    """
    Every cell of *column* as text.

    A column that holds times of day is one of times: a date in it that is exactly one
    day after the epoch was 24:00, and becomes ``1 day, 0:00:00``. In one of dates,
    midnight alone is the day before the first one (``1900-01-00``, ``1904-01-01``).
    """
    kinds = set(map(type, column))
    to_text = dict(_TO_TEXT)
    if kinds & {time, timedelta}:
        end = _ONE_DAY[date_system]
        if _is_of_times(column, kinds, end):
            to_text[date] = lambda day: END_OF_DAY if day == end else day.isoformat()
        else:
            to_text[time] = lambda _: _DAY_ZERO[date_system]
    return pa.array([to_text[type(cell)](cell) for cell in column], TEXT)


def parts_of_days(column: Sequence[object]) -> list[object]:
    """
    *column* of times of day, its numbers with three decimals or more: ``0.500``.

    Text with two is hours and minutes. Where a number is one of hours (above 1, up to
    24) people have typed clocks with a dot, and all numbers stay as they are.
    """
    numbers = [cell for cell in column if _is_number(cell)]
    if not numbers or any(1 < each <= _HOURS for each in numbers):
        return list(column)
    return [
        _with_decimals(cell) if _is_number(cell) and 0 <= cell <= 1 else cell
        for cell in column
    ]


def _is_number(cell: object) -> TypeGuard[float]:
    return type(cell) in (float, int)


def _with_decimals(value: float) -> str:
    whole, _, decimals = number(value).partition(".")
    return f"{whole}.{decimals.ljust(_DECIMALS, '0')}"


def _is_of_times(column: Sequence[object], kinds: set[type], end: date) -> bool:
    """Some cell is no midnight, or no cell is another date than *end*."""
    return (
        timedelta in kinds
        or any(type(cell) is time and cell != time.min for cell in column)
        or not any(isinstance(cell, date) and cell != end for cell in column)
    )


def with_lines(texts: pa.Array) -> pa.Array:
    """
    *texts* with LF for every line end inside: CR, vertical tab, group separator.

    Separators behind the last repetition of a field go.
    """
    content = texts.buffers()[2]
    if not (content and _LINE_END.search(content)):
        return texts
    trimmed = pc.utf8_rtrim(texts, "\x1d")
    return pc.replace_substring_regex(trimmed, r"\r\n?|[\x0b\x1d]", "\n")


def number(value: float) -> str:
    """
    The shortest text of a number: ``101``, ``0.277``; an exponent from 1e15 on.

    >>> number(101.0), number(1e-07), number(-0.0), number(1.5e15)
    ('101', '0.0000001', '0', '1.5e+15')
    """
    if not math.isfinite(value):
        return ""
    if abs(value) >= EXACT:
        return format(Decimal(repr(value)).normalize(), "e")
    if value == int(value):
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def moment(value: datetime) -> str:
    """``2013-07-01 14:20:00``, to the second; a date alone when it is midnight."""
    value = _to_second(value)
    if value.time() == time.min:
        return value.date().isoformat()
    return value.isoformat(sep=" ")


def duration(value: timedelta) -> str:
    """``09:30:00`` below one day, from there on as ``1 day, 0:00:00``."""
    value = timedelta(seconds=round(value.total_seconds()))
    if timedelta(0) <= value < _DAY:
        return str(value).zfill(8)
    return str(value)


@lru_cache(maxsize=4096)
def _time_of_day(value: time) -> str:
    """To the second: 14:29:59.942 is what rounding made of 14:30."""
    if not value.microsecond:
        return value.isoformat()
    rounded = _to_second(datetime.combine(date(2000, 1, 1), value))
    return END_OF_DAY if rounded.day == 2 else rounded.time().isoformat()


def _to_second(value: datetime) -> datetime:
    if not value.microsecond:
        return value
    if value.microsecond >= 500_000 and value < datetime.max - timedelta(seconds=1):
        value += timedelta(seconds=1)
    return value.replace(microsecond=0)


_TO_TEXT: Mapping[type, Callable[[Any], str]] = {
    str: str,
    float: number,
    int: str,
    bool: lambda value: "1" if value else "0",
    date: date.isoformat,
    datetime: moment,
    time: _time_of_day,
    timedelta: duration,
    type(None): lambda _: "",
}
