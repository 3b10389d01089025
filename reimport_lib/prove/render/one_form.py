"""Whether a kept text says what the source says, in whichever form either writes it.

Pure. The kept text is written in the shape of the source's (see ``clocks``): nothing of
the import's own way to its one form is used here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from reimport_lib.prove.render import clocks
from reimport_lib.prove.render.rendering import plain, seen, without_point_zero

_ANY_DAY = date(2000, 1, 1)
_TRUTH = {"TRUE": "1", "FALSE": "0"}


def same(held: str, said: str, order: str) -> bool:
    """
    *held* is *said*, or the same date, moment, time of day or number.

    Args:
        order: of dates written in numbers.
    """
    if held == said:
        return True
    text, held = (without_point_zero(plain(seen(each))) for each in (said, held))
    if text == held:
        return True
    return _same_moment(held, text, order) or _same_number(held, text)


def same_in_turn(held: str, said: Sequence[str], order: str) -> bool:
    """*held* is the texts of several cells, one after the other with a blank between.

    Blank cells are left out; runs of blanks are one.
    """
    texts = [text for text in said if plain(text)]
    words = held.split()
    if not texts:
        return not words
    if len(texts) == 1:
        return same(held, texts[0], order) or words == plain(seen(texts[0])).split()
    return any(
        same_in_turn(" ".join(words[:place]), texts[:1], order)
        and same_in_turn(" ".join(words[place:]), texts[1:], order)
        for place in range(1, len(words))
    )


def _same_moment(held: str, text: str, order: str) -> bool:
    day, _, rest = held.partition(" ")
    if ":" in day:
        return not rest and _same_clock(day, text)
    try:
        value = date.fromisoformat(day)
    except ValueError:
        return False
    parts = clocks.split(text)
    said, shown = clocks.day(value, parts.day, order)
    return said == shown and _same_clock(rest or "00:00:00", parts.clock)


def _same_clock(held: str, text: str) -> bool:
    if held == "24:00:00":
        return clocks.ends_day(text)
    days, day, rest = text.partition(" day")
    if day and days.isdecimal():
        hours, _, minutes = rest.removeprefix("s").removeprefix(", ").partition(":")
        long = f"{int(days) * 24 + int(hours)}:{minutes}" if hours.isdecimal() else ""
        return held == long
    try:
        value = datetime.combine(_ANY_DAY, time.fromisoformat(held))
    except ValueError:
        return False
    said, shown = clocks.clock(value, text)
    return said == shown


def _same_number(held: str, text: str) -> bool:
    if text in _TRUTH:
        return held == _TRUTH[text]
    if not {*held, *text} <= {*"0123456789.-"}:
        return False
    try:
        return Decimal(held) == Decimal(text) and _zeros(held) == _zeros(text)
    except InvalidOperation:
        return False


def _zeros(text: str) -> int:
    """Zeros that make a code of a number: those in front of another digit."""
    whole = text.lstrip("-").partition(".")[0]
    return len(whole) - len(whole.lstrip("0")) if whole.strip("0") else 0
