"""Dates and moments of the database in the shape of the source's text.

Pure. A value is written with the separators, the padding and the order of the text it
is compared with; nothing of the import's reading of dates is used here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from reimport_lib.prove.render.rendering import Pair, folded

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_REST = r"(?P<rest>(?:[ t,].*|z)?)"
_BETWEEN = r"(?P<one> ?[-/. ] ?)"
_NUMBERS = re.compile(
    rf"(?P<a>\d{{1,4}}){_BETWEEN}(?P<b>\d{{1,2}})(?P<two> ?[-/. ] ?)(?P<c>\d{{1,4}})"
    + _REST
)
_SUFFIX = r"(?P<suffix>(?:st|nd|rd|th)?)"
_WORD = r"(?P<word>[a-z]+)(?P<stop>\.?)"
_DAY_WORD = re.compile(
    rf"(?P<day>\d{{1,2}}){_SUFFIX}(?P<one>[-/. ] ?){_WORD}(?P<two>[-/]|,? )"
    r"(?P<year>\d{4})" + _REST
)
_WORD_DAY = re.compile(
    rf"{_WORD}(?P<one>[-/ ])(?P<day>\d{{1,2}}){_SUFFIX}(?P<two>[-/]|,? )"
    r"(?P<year>\d{4})" + _REST
)
_EPOCH = re.compile(
    r"(?:1899-12-3[01]|1900-01-0[01]|1904-01-0[12])(?:[t ](?P<rest>[0-9:.]*))?"
)
_HALF = re.compile(r"(?P<clock>[\d:.]+) ?(?P<half>[ap])\.?m\.?")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]?(\d{2})(?:[:.][0-5]\d(?:\.\d+)?)?)?")
_PART_OF_SECOND = re.compile(r"(:\d\d)\.(\d{1,6})\d*")
_FRACTION = re.compile(r"0?\.\d{3,}|\d(?:\.\d+)?e-\d+")
_DAY_END = re.compile(
    r"24[:.]?00(?:[:.]00(?:\.0+)?)?|1\.0{3,}|1 days?(?:,? 0{1,2}:00(?::00)?)?"
    r"|(?:1900-01-01|1904-01-02)(?:[t ]0{1,2}:?00(?::00)?)?"
)
_DAY_SECONDS = 86_400
MIDNIGHT = time()
_NO_CLOCK = ("z", "t", "tz")


@dataclass(frozen=True, slots=True)
class Said:
    """A text that holds a date: its part before the clock, and the clock."""

    day: str
    clock: str


@lru_cache(maxsize=65_536)
def split(text: str) -> Said:
    """The date of *text* and what stands behind it; all of it where it is no date."""
    whole = folded(text)
    found = _shape(whole)
    if found is None:
        return Said(whole, "")
    rest = found["rest"]
    clock = "" if rest in _NO_CLOCK else rest.lstrip(" t,")
    return Said(whole[: len(whole) - len(rest)], clock)


def day(value: date | None, text: str, order: str) -> Pair:
    """
    A date in the shape of *text*; a clock behind it does not count.

    Args:
        order: of dates written in numbers: DMY, MDY or YMD.
    """
    said = split(text).day
    if value is None:
        return said, ""
    found = _shape(said)
    return said, value.isoformat() if found is None else _drawn(value, found, order)


def in_other_order(value: date | None, text: str, order: str) -> bool:
    """*value* is what *text* says when day and month change places."""
    other = {"DMY": ("MDY",), "MDY": ("DMY",), "YMD": ("DMY", "MDY")}[order]
    pairs = [day(value, text, each) for each in other]
    return value is not None and any(said == shown for said, shown in pairs)


def same_day(one: str, other: str, order: str) -> bool:
    """The two texts write one date, in numbers by *order*, and no time of day."""
    said, told = split(one), split(other)
    if not {*said.clock, *told.clock} <= {*"0:. z"}:
        return False
    found = _shape(said.day)
    if found is None or found.re is not _NUMBERS:
        return False
    parts = dict(zip(order, map(int, found.group("a", "b", "c")), strict=True))
    try:
        value = date(parts["Y"], parts["M"], parts["D"])
    except ValueError:
        return False
    spoken, shown = day(value, told.day, order)
    return spoken == shown


def is_date(text: str, order: str) -> bool:
    """*text* writes a date that exists, and says which."""
    found = _shape(split(text).day)
    if found is None:
        return False
    if found.re is not _NUMBERS:
        month = next(
            (n for n, m in enumerate(MONTHS, 1) if _names(found["word"], m)), 0
        )
        return _exists(found["year"], month, found["day"])
    a, b, c = found.group("a", "b", "c")
    if len(a) == 4:
        return _exists(a, b, c)
    readings = {(m, d) for m, d in ((b, a), (a, b)) if _exists(c, m, d)}
    days = {(int(m), int(d)) for m, d in readings}
    return len(days) == 1 if order == "YMD" else bool(days)


def in_full(texts: Sequence[str]) -> list[str]:
    """
    A column of clocks as minutes would say it, where all of it leaves them out.

    ``9`` is ``9:00`` only among others like it, and ``9.3`` is ``9.30``; a column that
    also holds something else stays as it is.
    """
    said = [folded(text) for text in texts]
    kinds = {_kind_of_clock(text) for text in said if text}
    if len(kinds) != 1 or len({*said} - {""}) == 1:
        return list(texts)
    ending = kinds.pop()
    return [f"{text}{ending}" if text and ending else text for text in said]


def _kind_of_clock(text: str) -> str:
    """What is missing from an hour, or from an hour and tens of minutes; else ""."""
    hour, dot, minutes = text.partition(".")
    if not (hour.isdecimal() and hour.isascii() and len(hour) < 3):
        return ""
    if not dot:
        return ":00"
    return (
        "0" if minutes.isascii() and minutes.isdecimal() and len(minutes) == 1 else ""
    )


def ends_day(text: str) -> bool:
    """*text* is the midnight at the end of a date."""
    return _DAY_END.fullmatch(folded(text)) is not None


def is_clock(text: str) -> bool:
    """*text* is some time of day."""
    said = folded(text)
    if ends_day(said) or _FRACTION.fullmatch(said) or _EPOCH.fullmatch(said):
        return True
    half = _HALF.fullmatch(said)
    parts = _CLOCK.fullmatch(half["clock"] if half else said)
    if parts is None or int(parts[2] or 0) > 59:
        return False
    hour = int(parts[1])
    if half is None:
        return hour < 24 and parts[2] is not None
    return hour <= 12 if half["half"] == "a" else 0 < hour < 24


def clock(value: datetime | None, text: str) -> Pair:
    """The wall-clock time of *value* in the spelling of *text*; blank is midnight."""
    said = folded(text)
    if value is None:
        return said, ""
    if not said:
        return "", "" if value.time() == MIDNIGHT else f"{value:%H:%M:%S}"
    return said, said if _same_time(value.time(), said) else f"{value:%H:%M:%S}"


def time_of_day(value: time | None, text: str) -> Pair:
    """*value* in the spelling of *text*."""
    said = folded(text)
    if value is None:
        return said, ""
    return said, said if said and _same_time(value, said) else f"{value:%H:%M:%S}"


def is_lone(value: time | None, text: str) -> bool:
    """*text* is an hour, or an hour and tens of minutes, and *value* says as much."""
    said = folded(text)
    missing = _kind_of_clock(said)
    return bool(missing and value) and _same_time(value, said + missing)


@lru_cache(maxsize=65_536)
def _shape(text: str) -> re.Match[str] | None:
    """How *text* writes a date, or None where it is none."""
    found = _NUMBERS.fullmatch(text)
    if found is not None:
        return found if 4 in (len(found["a"]), len(found["c"])) else None
    return _DAY_WORD.fullmatch(text) or _WORD_DAY.fullmatch(text)


def _names(word: str, month: str) -> bool:
    return (
        word == month
        or (word == "sept" and month == MONTHS[8])
        or (len(word) == 3 and month.startswith(word))
    )


def _exists(year: str, month: str | int, day_: str) -> bool:
    try:
        return bool(date(int(year), int(month), int(day_))) and int(year) > 999
    except ValueError:
        return False


def _drawn(value: date, found: re.Match[str], order: str) -> str:
    """*value* with the separators and the padding that *found* has."""
    one, two = found["one"], found["two"]
    if found.re is _NUMBERS:
        parts = {"D": value.day, "M": value.month, "Y": value.year}
        letters = order if order in ("DMY", "MDY") else "DMY"
        letters = "YMD" if len(found["a"]) == 4 else letters
        a, b, c = (
            str(parts[letter]).zfill(len(text))
            for letter, text in zip(letters, found.group("a", "b", "c"), strict=True)
        )
        return f"{a}{one}{b}{two}{c}"
    number = str(value.day).zfill(len(found["day"])) + found["suffix"]
    month = MONTHS[value.month - 1]
    if found["word"] != month:
        short = "sept" if found["word"] == "sept" else month[:3]
        month = short if month.startswith(short) else month
    month += found["stop"]
    first, second = (number, month) if found.re is _DAY_WORD else (month, number)
    return f"{first}{one}{second}{two}{value.year:04d}"


@lru_cache(maxsize=65_536)
def _same_time(value: time, said: str) -> bool:
    """One of the spellings of *value* is *said*."""
    if epoch := _EPOCH.fullmatch(said):
        said = epoch["rest"] or "00:00"
    if _FRACTION.fullmatch(said):
        return abs(float(said) * _DAY_SECONDS - _seconds(value)) <= 0.5
    if half := _HALF.fullmatch(said):
        said = half["clock"] + half["half"]
    return _PART_OF_SECOND.sub(_shortest, said) in _spelled(value)


def _shortest(part: re.Match[str]) -> str:
    """Microseconds without zeros at their end; finer ones are stored nowhere."""
    digits = part[2].rstrip("0")
    return f"{part[1]}.{digits}" if digits else part[1]


def _seconds(value: time) -> float:
    whole = value.hour * 3600 + value.minute * 60 + value.second
    return whole + value.microsecond / 1_000_000


def _spelled(value: time) -> set[str]:
    """Every way to write *value*: on a clock of 24 hours, or of 12 with its half."""
    half = "p" if value.hour >= 12 else "a"
    whole = value == time(value.hour)
    found: set[str] = set()
    for hour in (f"{value.hour}", f"{value.hour:02d}"):
        written = _with_minutes(hour, value)
        found |= written
        if value.hour >= 12 or value.hour == 0:
            found |= {each + half for each in written}
            found |= {hour + half} if whole else set()
    twelve = value.hour % 12 or 12
    for hour in (f"{twelve}", f"{twelve:02d}"):
        found |= {each + half for each in _with_minutes(hour, value)}
        found |= {hour + half} if whole else set()
    return found


def _with_minutes(hour: str, value: time) -> set[str]:
    seconds = f"{value.second:02d}"
    if value.microsecond:
        seconds += f".{value.microsecond:06d}".rstrip("0")
    found = {f"{hour}{sep}{value.minute:02d}{sep}{seconds}" for sep in (":", ".")}
    if not (value.second or value.microsecond):
        found |= {f"{hour}{sep}{value.minute:02d}" for sep in (":", ".", "")}
    return found
