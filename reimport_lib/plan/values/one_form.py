"""One form for texts that are kept, whichever way the record came.

Pure. A workbook says a date as ISO text, a CSV as FileMaker shows it, a server in its
own way: kept word for word, the same record would be another one each time. What is no
date, time or number for certain stays as it was typed.
"""

from __future__ import annotations

import re
from datetime import time

from reimport_lib.frames import Column
from reimport_lib.plan.cells import each
from reimport_lib.plan.values.dates import read_date
from reimport_lib.plan.values.text import Cleaned, fold_words

_CLOCK = re.compile(
    r"(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})(?::(?P<s>[0-9]{2}))?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?"
)
_END_OF_DAY = re.compile(r"24:00(?::00)?|1 day,? 0{1,2}:00(?::00)?")
_DAYS = re.compile(
    r"([1-9][0-9]{0,5}) days?, ([01]?[0-9]|2[0-3])(:[0-5][0-9]:[0-5][0-9])"
)
_DECIMAL = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]*)\.(?P<part>[0-9]+)")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_WORDS = re.compile("[^\\W0-9_]+")
_OF_A_CLOCK = {"a", "p", "m", "am", "pm", "t", "day", "days"}
_FLAGS = {"TRUE": "1", "FALSE": "0"}
"""How a spreadsheet writes a cell that is true or false."""


def in_one_form(cleaned: Cleaned, order: str) -> Cleaned:
    """*cleaned* texts, each ``dated`` and where it is a number ``number``."""
    known = {text: number(dated(text, order)) for text in set(cleaned.values) if text}
    return Cleaned(each(cleaned.values, known.get), cleaned.codes)


def in_one_form_of_dates(texts: Column, order: str) -> Column:
    """(n,) *texts*, "" for none, each ``dated``."""
    known = {text: dated(text, order) for text in set(texts)}
    return each(texts, known.get)


def dated(text: str, order: str) -> str:
    """
    A date or a moment as ISO text, to the second, without a midnight; else the text.

    Args:
        text: without blanks around it.
        order: of dates written in numbers. One that fits only another order stays, and
            so does one with the month's name.
    """
    if not text[:1].isdigit() or set(_WORDS.findall(fold_words(text))) - _OF_A_CLOCK:
        return text
    reading = read_date(text, order)
    if reading.value is None or reading.fit == "other":
        return clock(text)
    day = reading.value.isoformat()
    if not reading.clock:
        return day
    said = _time_of_day(reading.clock)
    if said is None:
        return text
    return day if said == time() else f"{day} {said:%H:%M:%S}"


def clock(text: str) -> str:
    """A time of day with its colons as ``14:20:00``; any other text as it is.

    Midnight at the end of a day is ``24:00:00``, and longer is hours as well: a
    workbook has it as a day.
    """
    words = fold_words(text)
    if _END_OF_DAY.fullmatch(words):
        return "24:00:00"
    if days := _DAYS.fullmatch(words):
        return f"{24 * int(days[1]) + int(days[2])}{days[3]}"
    said = _time_of_day(words)
    return text if said is None else f"{said:%H:%M:%S}"


def number(text: str) -> str:
    """``5`` for ``5.0``, ``0.5`` for ``.50``, ``1`` for TRUE; any other text as it is.

    Zeros in front stay: what has them is a code.
    """
    found = _DECIMAL.fullmatch(text) if "." in text else None
    if found is None:
        return _FLAGS.get(text, text)
    part, whole = found["part"].rstrip("0"), found["whole"] or "0"
    if not _WHOLE.fullmatch(whole):
        return text
    value = f"{whole}.{part}" if part else whole
    return value if value == "0" else f"{found['sign']}{value}"


def _time_of_day(text: str) -> time | None:
    """To the second; a whole day and a part of a second are none."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.group("h", "m", "s"))
    if found["half"]:
        if not 0 < hour <= 12:
            return None
        hour = hour % 12 + 12 * (found["half"] == "p")
    if hour > 23 or minute > 59 or second > 59:
        return None
    return time(hour, minute, second)
