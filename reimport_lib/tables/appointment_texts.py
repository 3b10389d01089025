"""What the calendar's texts say of a start or an end beside the moment itself.

Pure. A date without a time, or a second column that says another moment, has no field:
its text stays in the metadata.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from reimport_lib.frames import Column, Mask
from reimport_lib.plan.cells import blank
from reimport_lib.plan.values.times import DAY

Parts = tuple[Any, timedelta | None, datetime | None]
"""A date, a time of day and a stamp, each None where blank or unreadable."""


def says_more(
    cells: pd.DataFrame,
    names: tuple[str, str, str],
    moments: Column,
    starts: Column,
    zone: str,
) -> Mask:
    """
    (n,) bool: one of the columns *names* (date, time, stamp) is not in the moment.

    Args:
        moments: aware UTC, made of the date and the time, else of the stamp.
        starts: the day of the start need not be said again.
    """
    day, clock, stamp = (cells[name] for name in names)
    plain = blank(stamp) & ~blank(day) & ~blank(clock)
    nothing = blank(stamp) & blank(day) & blank(clock)
    rows = zip(day, clock, stamp, moments, starts, plain | nothing, strict=True)
    clinic = ZoneInfo(zone)
    found = [
        not settled and _more((day_, clock_, stamp_), moment, start, clinic)
        for day_, clock_, stamp_, moment, start, settled in rows
    ]
    return pd.Series(found, index=cells.index, dtype=bool)


def _more(
    parts: Parts, moment: datetime | None, start: datetime | None, zone: ZoneInfo
) -> bool:
    day, clock, stamp = parts
    if stamp is not None and stamp != moment:
        return True
    shown = moment if moment is not None else start
    if shown is None:
        return day is not None or clock is not None
    wall = shown.astimezone(zone).replace(tzinfo=None)
    if day is not None and day != wall.date() and not _ends(day, wall):
        return True
    if clock is None:
        return False
    span = wall - datetime(wall.year, wall.month, wall.day)
    return moment is None or (clock != span and not (clock == DAY and not span))


def _ends(day: date, wall: datetime) -> bool:
    """*wall* is the midnight at the end of *day*."""
    return bool(wall - datetime(day.year, day.month, day.day) == DAY)
