"""When a note explains that a value is not what the source says.

Pure. A note is no excuse by itself: the value must be what the note says it became.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from reimport_lib.prove.render import rendering
from reimport_lib.prove.render.clocks import (
    ends_day,
    in_other_order,
    is_clock,
    is_lone,
)
from reimport_lib.prove.render.moments import Zone, is_stamp
from reimport_lib.prove.render.names import Names
from reimport_lib.prove.render.words import Vocabulary

Explains = Callable[..., bool]
Notes = Mapping[str, Explains]


def is_blank(value: object, *_: str) -> bool:
    """The field stayed empty; of several values the first counts."""
    first = value[0] if isinstance(value, tuple) else value
    return first is None or first == ""


def dates(zone: Zone) -> Notes:
    def unreadable(value: object, text: str) -> bool:
        return is_blank(value) and not is_stamp(text, zone.order)

    return {
        "bad_date": unreadable,
        "other_date_order": lambda value, text: in_other_order(value, text, zone.order),
    }


def birth_dates(zone: Zone) -> Notes:
    return {**dates(zone), "date_in_future": is_blank, "date_too_old": is_blank}


def moments(zone: Zone) -> Notes:
    """Of a moment that is made of a date, a time and a stamp."""

    def unreadable(value: object, day: str, clock: str, stamp: str = "") -> bool:
        good = is_stamp(day, zone.order) and is_clock(clock)
        return is_blank(value) and not good and not is_stamp(stamp, zone.order)

    def in_gap(value: object, *texts: str) -> bool:
        moment = _moment(value)
        before = zone.before_change(moment) if moment else None
        return bool(before) and _fits(replace(zone, fixed=before), moment, *texts)

    def swapped(value: object, *texts: str) -> bool:
        others = {"DMY": ("MDY",), "MDY": ("DMY",), "YMD": ("DMY", "MDY")}[zone.order]
        moment = _moment(value)
        return any(_fits(replace(zone, order=o), moment, *texts) for o in others)

    return {
        "bad_date": unreadable,
        "end_before_start": is_blank,
        "dst_gap": in_gap,
        "other_date_order": swapped,
    }


def times() -> Notes:
    def unreadable(value: object, text: str) -> bool:
        return is_blank(value) and (not is_clock(text) or ends_day(text))

    return {"bad_date": unreadable, "ambiguous_time": is_lone}


def numbers() -> Notes:
    """A number that could not be recovered; one that is kept as text needs no note."""

    def lost(value: object, *texts: str) -> bool:
        return is_blank(value) and any(rendering.is_exponent(text) for text in texts)

    return {"bad_number": lost}


def zeros() -> Notes:
    return {"leading_zero_restored": rendering.restored}


def unlisted(names: Names) -> Explains:
    """The field stayed empty because no entry answers to any of the texts."""
    return lambda value, *said: is_blank(value) and not any(map(names.named, said))


def unknown_word(table: Vocabulary, instead: str) -> Explains:
    """The value is *instead*, because *table* does not hold the word."""

    def explains(value: object, said: str) -> bool:
        meant = {table.get(each) for each in rendering.ticked(said)}
        return value == instead and (None in meant or len(meant) > 1)

    return explains


def _moment(value: object) -> datetime | None:
    first = value[0] if isinstance(value, tuple) else value
    return first if isinstance(first, datetime) else None


def _fits(zone: Zone, moment: datetime | None, *texts: str) -> bool:
    if moment is None:
        return False
    said, shown = zone.moment(moment, *texts)
    return said == shown
