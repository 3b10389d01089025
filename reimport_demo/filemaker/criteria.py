"""Finds: FileMaker's criteria against values.

Pure. Text compares without regard to upper case; words of a criterion match the
beginnings of words unless an operator says otherwise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from reimport_demo.filemaker.forms import ISO, LOCALE, US, sort_key
from reimport_demo.filemaker.model import Kind, Value

Test = Callable[[Value], bool]

_RANGE = re.compile(r"(?P<least>.+?)\s*(?:\.\.\.|…)\s*(?P<most>.+)")
_COMPARED = re.compile(r"(?P<sign><=|>=|≤|≥|<|>)\s*(?P<text>.+)", re.DOTALL)
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")
_YEAR = re.compile(r"\d{4}")
_ORDERS = {US: (2, 0, 1), LOCALE: (2, 1, 0), ISO: (0, 1, 2)}
_HOLDS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    "≤": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
    "≥": lambda order: order >= 0,
}
_WILD = {"@": ".", "#": r"\d", "*": ".*"}
_PIECES = re.compile(r'\\(.)|"((?:[^"\\]|\\.)*)"|([@#*])|(.)', re.DOTALL)


def test_for(
    criterion: str, kind: Kind, *, dates: int, today: date, values: Iterable[Value]
) -> Test:
    """
    What *criterion* asks of a value.

    Args:
        dates: the order that dates in it are written in.
        values: all of the field; only ``!``, duplicates, looks at them.

    Raises:
        ValueError: it cannot be read, such as a range of no dates.
    """
    text = criterion.strip()
    if text in ("=", "=="):
        return lambda value: value == ""
    if text == "*":
        return lambda value: value != ""
    if text == "!":
        often = Counter(_plain(value) for value in values if value != "")
        return lambda value: often[_plain(value)] > 1
    if text == "?":
        return lambda value: value != "" and kind is not Kind.TEXT and _is_text(value)
    ordered = _ordered(text, kind, dates=dates, today=today)
    if ordered:
        return ordered
    if text.startswith("=="):
        whole = re.compile(_pattern(text[2:].strip()), re.IGNORECASE | re.DOTALL)
        return lambda value: bool(whole.fullmatch(_plain(value)))
    if kind not in (Kind.TEXT, Kind.CONTAINER):
        wanted = _read(text.removeprefix("="), kind, dates=dates, today=today)
        return _equal(wanted)
    return _words(text)


def _ordered(text: str, kind: Kind, *, dates: int, today: date) -> Test | None:
    """Comparisons and ranges; text that does not fit the field's type is in none."""

    def order(value: Value, bound: Value) -> int | None:
        if value == "" or _is_text(value) != _is_text(bound):
            return None
        left, right = (sort_key(each, fold=True) for each in (value, bound))
        return (left > right) - (left < right)

    compared = _COMPARED.fullmatch(text)
    if compared:
        bound = _read(compared["text"], kind, dates=dates, today=today)
        holds = _HOLDS[compared["sign"]]
        return lambda value: (found := order(value, bound)) is not None and holds(found)
    ranged = _RANGE.fullmatch(text)
    if not ranged:
        return None
    least, most = (
        _read(ranged[end], kind, dates=dates, today=today) for end in ("least", "most")
    )
    return lambda value: (
        (low := order(value, least)) is not None
        and low >= 0
        and (order(value, most) or 0) <= 0
    )


def _read(text: str, kind: Kind, *, dates: int, today: date) -> Value:
    """A criterion's value, of the kind of the field."""
    text = text.strip()
    if kind is Kind.NUMBER:
        number = float(text)
        return int(number) if number.is_integer() else number
    if kind is Kind.DATE:
        return today if text == "//" else read_date(text, dates)
    if kind is Kind.TIMESTAMP:
        day, _, hour = text.replace("T", " ").partition(" ")
        start = datetime.combine(read_date(day, dates), time())
        return start + (_clock(hour) if hour else timedelta())
    if kind is Kind.TIME:
        return _clock(text)
    return text


def read_date(text: str, dates: int) -> date:
    """
    A date in the order that ``dateformats`` names, or an ISO one, or a year.

    Raises:
        ValueError: it is none.
    """
    if _YEAR.fullmatch(text):
        return date(int(text), 1, 1)
    parts = re.split(r"[-/.]", text)
    if len(parts) != 3:
        raise ValueError("not a date")
    order = _ORDERS[ISO if len(parts[0]) == 4 else dates]
    year, month, day = (int(parts[place]) for place in order)
    return date(year, month, day)


def _clock(text: str) -> timedelta:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise ValueError("not a time")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _equal(wanted: Value) -> Test:
    key = sort_key(wanted, fold=True)
    return lambda value: value != "" and sort_key(value, fold=True) == key


def _words(text: str) -> Test:
    """Every word must begin a word of the field; ``=word`` must be one."""
    tests = []
    for word in re.findall(r'=?"(?:[^"\\]|\\.)*"|\S+', text):
        whole = word.startswith("=")
        pattern = _pattern(word.removeprefix("="))
        end = r"(?!\w)" if whole else ""
        tests.append(re.compile(rf"(?<!\w){pattern}{end}", re.IGNORECASE | re.DOTALL))
    return lambda value: all(each.search(_plain(value)) for each in tests)


def _pattern(text: str) -> str:
    """A regular expression: wildcards, "phrases", and ``\\`` before a plain sign."""
    pattern = ""
    for escaped, phrase, wild, plain in _PIECES.findall(text):
        pattern += _WILD.get(wild) or re.escape(escaped or phrase or plain)
    return pattern


def _plain(value: Value) -> str:
    return value if isinstance(value, str) else str(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
