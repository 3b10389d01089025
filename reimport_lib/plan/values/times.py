"""Text to times of day, and wall times of the clinic's zone to UTC.

Pure. The authority is the paragraph "Times" of ``docs/rules.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reimport_lib.frames import Column
from reimport_lib.plan.codes import Note, Reason
from reimport_lib.plan.values.dates import read_date
from reimport_lib.plan.values.text import (
    Cleaned,
    Converted,
    clean,
    distinct,
    fold_words,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
"""24:00, the midnight at the end of a date."""

_DAY_CLOCK = re.compile(
    r"(?P<h>[0-9]{1,2})(?P<sep>[:.])?(?P<m>[0-9]{2})"
    r"(?(sep)(?:(?P=sep)(?P<s>[0-9]{2})(?:\.(?P<f>[0-9]{1,6})[0-9]*)?)?)"
)
_MERIDIEM = re.compile(r"(?P<clock>[0-9][0-9:.]*?) ?(?P<half>[ap])\.?m\.?")
_FRACTION = re.compile(r"0?\.[0-9]{3,}|[0-9](?:\.[0-9]+)?e-0?[1-9][0-9]?|1\.0{3,}")
_CLOCK_OR_FRACTION = re.compile(r"0\.(?!00)[0-9]{2}|1\.00")
_LONE: dict[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
    "whole hours": (re.compile("[0-9]{1,2}"), "{}:00".format),
    "hours and tens of minutes": (re.compile(r"[0-9]{1,2}\.[0-9]"), "{}0".format),
}
"""Spelling that says a time only where a whole column has it -> how it is read."""
_WHOLE_DAY = re.compile(r"1 days?(?:,? 0{1,2}:00(?::00)?)?")
_EPOCH = re.compile(
    r"(?P<day>1899-12-3[01]|1900-01-0[01]|1904-01-0[12])(?:[t ](?P<clock>.+))?"
)
_SECOND_DAY = ("1900-01-01", "1904-01-02")
_OFFSET = re.compile(
    r"(?P<clock>.*?) ?(?:z|(?P<sign>[+-])(?P<h>[0-9]{2}):?(?P<m>[0-9]{2})?)"
)


def times(column: Column) -> Cleaned:
    """
    Values are ``timedelta`` since midnight, from 0 to 24 hours; 24:00 is ``DAY``.

    Codes: ``bad_time`` (value None) where the text is no time of day;
    ``ambiguous_time`` where it may be another one too, and in every row of a column
    that is read by its ``lone_spelling``.
    """
    spelling = lone_spelling(column)
    in_full = _LONE[spelling][1] if spelling else str

    def read(cell: str) -> Converted:
        text = fold_words(cell)
        if not text:
            return None, ""
        value = read_clock(in_full(text))
        if value is None:
            return None, Reason.BAD_TIME.value
        doubtful = spelling or is_of_two_readings(text)
        return value, Note.AMBIGUOUS_TIME.value if doubtful else ""

    return clean(column, read)


def times_of_day(column: Column) -> Cleaned:
    """
    As ``times``, as ``time``; midnight at the end of a day is none.

    Codes: ``bad_date`` (value None) where the text is no time of day.
    """
    found = times(column)
    values = [_time(since_midnight) for since_midnight in found.values]
    codes = [
        Note.BAD_DATE.value if value is None and text.strip() else code
        for text, value, code in zip(column, values, found.codes, strict=True)
    ]
    return Cleaned(
        values=pd.Series(values, index=column.index, dtype=object),
        codes=pd.Series(codes, index=column.index, dtype=object),
    )


def _time(since_midnight: timedelta | None) -> time | None:
    if since_midnight is None or since_midnight >= DAY:
        return None
    return (datetime.min + since_midnight).time()


def lone_spelling(column: Column) -> str:
    """
    The name of the spelling that every filled cell of *column* has; "" for none.

    Of spellings that are no time by themselves: ``9`` and ``14``, or ``9.3`` and
    ``14.0`` (a spreadsheet took the last zero of 9.30). One text alone is no column.
    """
    texts = {text for cell in distinct(column)[1] if (text := fold_words(cell))}
    if len(texts) < 2:
        return ""
    return next(
        (
            name
            for name, (spelling, _) in _LONE.items()
            if all(map(spelling.fullmatch, texts))
        ),
        "",
    )


def is_of_two_readings(text: str) -> bool:
    """*text* (folded) is a clock, and would be a fraction of a day as well."""
    return _CLOCK_OR_FRACTION.fullmatch(text) is not None


def moments(day: Cleaned, time: Cleaned, zone: str) -> Cleaned:
    """
    The moments in UTC at which the clinic's wall clock showed *day* and *time*.

    Blank where either is. Codes are those of this step alone: ``dst_gap`` (the offset
    from before the change), ``dst_ambiguous`` (the first occurrence). What the wall
    clock said is not kept here.
    """
    days, spans = day.values.to_numpy(object), time.values.to_numpy(object)
    values = np.empty(len(days), dtype=object)
    codes = np.full(len(days), "", dtype=object)
    for row, (date_, span) in enumerate(zip(days, spans, strict=True)):
        if date_ is not None and span is not None:
            values[row], codes[row] = _in_utc(date_, span, ZoneInfo(zone))
    index = day.values.index
    return Cleaned(
        values=pd.Series(values, index=index, dtype=object),
        codes=pd.Series(codes, index=index, dtype=object),
    )


def stamps(column: Column, order: str, *, declared: bool, zone: str) -> Cleaned:
    """
    One text with date and time, as aware UTC; without a time it is midnight.

    Wall time of *zone*, unless the text brings its own offset (``Z``, ``+10:00``).
    Codes: those of ``dates``, of ``moments`` and ``ambiguous_time``, joined by ";";
    ``bad_date`` (value None) where date or time cannot be read.
    """

    def read(cell: str) -> Converted:
        reading = read_date(cell, order)
        code = reading.code(declared=declared)
        if reading.value is None:
            return None, code
        value, change = _stamp(reading.value, reading.clock, ZoneInfo(zone))
        if value is None:
            return None, Note.BAD_DATE.value
        two = Note.AMBIGUOUS_TIME.value if is_of_two_readings(reading.clock) else ""
        return value, ";".join(sorted(filter(None, (code, change, two))))

    return clean(column, read)


@lru_cache(maxsize=86_400)
def read_clock(text: str) -> timedelta | None:
    """
    The time since midnight that *text* (folded, not blank) says; None if it is none.

    Two digits behind a dot are minutes: ``13.33``, ``0.30``. Three or more are a
    fraction of a day, which is how a spreadsheet stores a time: ``0.277``, and
    ``0.500`` of a workbook's number cell.
    """
    if ":" in text and (span := _of_day(text)) is not None:
        return span
    if epoch := _EPOCH.fullmatch(text):
        return _since_epoch(epoch["day"], epoch["clock"] or "00:00")
    if _WHOLE_DAY.fullmatch(text):
        return DAY
    if _FRACTION.fullmatch(text):
        return timedelta(seconds=round(float(text) * DAY.total_seconds()))
    if halved := _MERIDIEM.fullmatch(text):
        return _of_half(halved["clock"], afternoon=halved["half"] == "p")
    return _of_day(text)


def _of_day(text: str) -> timedelta | None:
    """A 24-hour clock: 03:20, 05:42:00, 13.33, 1540; 24:00 is the end of the day."""
    parts = _DAY_CLOCK.fullmatch(text)
    if parts is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in parts.group("h", "m", "s"))
    if minutes > 59 or seconds > 59:
        return None
    fraction = timedelta(microseconds=int((parts["f"] or "").ljust(6, "0")))
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds) + fraction
    return span if span <= DAY else None


def _of_half(text: str, *, afternoon: bool) -> timedelta | None:
    """A 12-hour clock; ``14:20 pm`` says nothing false, ``14:20 am`` does."""
    span = _of_day(f"{text}:00" if text.isdigit() and len(text) <= 2 else text)
    if span is None or span == DAY:
        return None
    hours, rest = divmod(span, HOUR)
    if hours == 0 or hours > 12:
        return span if afternoon == (hours > 12) else None
    return timedelta(hours=hours % 12 + 12 * afternoon) + rest


def _since_epoch(day: str, text: str) -> timedelta | None:
    """The time of a date-time on the first days of the 1900 or 1904 calendar."""
    span = _of_day(text)
    if day not in _SECOND_DAY or span is None:
        return span
    if not span:
        return DAY
    return span if day == "1900-01-01" else None


def _stamp(day: date, text: str, zone: ZoneInfo) -> tuple[datetime | None, str]:
    """The moment that a date and the text behind it say, and the code of its hour."""
    offset = _OFFSET.fullmatch(text)
    span = read_clock(offset["clock"] if offset else text) if text else timedelta()
    if span is None:
        return None, ""
    if offset is None:
        return _in_utc(day, span, zone)
    ahead = timedelta(hours=int(offset["h"] or 0), minutes=int(offset["m"] or 0))
    try:
        own = timezone(-ahead if offset["sign"] == "-" else ahead)
        wall = datetime(day.year, day.month, day.day, tzinfo=own) + span
        return wall.astimezone(UTC), ""
    except (ValueError, OverflowError):
        return None, ""


def _in_utc(day: date, span: timedelta, zone: ZoneInfo) -> tuple[datetime | None, str]:
    """
    The moment in UTC, and the code of an hour that is lost or comes twice.

    Where fold 0 and 1 differ, fold 0 is before the change and comes first.
    """
    try:
        wall = datetime(day.year, day.month, day.day) + span
        before = wall.replace(tzinfo=zone)
        first = before.utcoffset() or timedelta()
        second = before.replace(fold=1).utcoffset() or timedelta()
        moment = before.astimezone(UTC)
    except OverflowError:
        return None, Note.BAD_DATE.value
    if first == second:
        return moment, ""
    return moment, (Note.DST_GAP if first < second else Note.DST_AMBIGUOUS).value
