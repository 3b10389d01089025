"""How values look on the wire: in the Data API, and in OData.

Pure.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from reimport_demo.filemaker.model import Kind, Value

US, LOCALE, ISO = 0, 1, 2
"""What ``dateformats`` asks for; the file's own locale is Australian."""

_DATES = {US: "%m/%d/%Y", LOCALE: "%d/%m/%Y", ISO: "%Y-%m-%d"}
EDM = {
    Kind.TEXT: "Edm.String",
    Kind.NUMBER: "Edm.Decimal",
    Kind.DATE: "Edm.Date",
    Kind.TIME: "Edm.TimeOfDay",
    Kind.TIMESTAMP: "Edm.DateTimeOffset",
    Kind.CONTAINER: "Edm.Binary",
}


def clock(value: time | timedelta) -> str:
    """``09:30:00``; a duration may be negative, and longer than a day: ``24:00:00``."""
    if isinstance(value, time):
        return f"{value:%H:%M:%S}"
    seconds = round(value.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def for_data_api(value: Value, dates: int = US) -> Any:
    """
    The JSON of a value that is not a container.

    Empty is "" for every type; a number is one, however long; a timestamp has its date
    in the asked order and, where that is ISO, a ``T`` before the time.
    """
    if isinstance(value, datetime):
        joint = "T" if dates == ISO else " "
        return f"{_day(value, dates)}{joint}{value:%H:%M:%S}"
    if isinstance(value, date):
        return _day(value, dates)
    if isinstance(value, time | timedelta):
        return clock(value)
    return value


def _day(value: date, dates: int) -> str:
    # strftime pads no year below 1000
    return value.strftime(_DATES[dates].replace("%Y", f"{value.year:04d}"))


def for_odata(value: Value) -> Any:
    """
    The JSON of a value that is not a container; empty is null.

    A timestamp is the server's wall clock with a ``Z`` that means nothing.
    """
    if value == "":
        return None
    if isinstance(value, datetime):
        return f"{value.isoformat(timespec='seconds')}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time | timedelta):
        return clock(value)
    return value


def sort_key(value: Value) -> tuple[int, Any]:
    """A place in an order: empty, numbers, times, dates, moments, text."""
    if value == "":
        return 0, ""
    if isinstance(value, int | float):
        return 1, Decimal(str(value))
    if isinstance(value, time):
        return 2, timedelta(
            hours=value.hour, minutes=value.minute, seconds=value.second
        )
    if isinstance(value, timedelta):
        return 2, value
    if isinstance(value, datetime):
        return 4, value
    if isinstance(value, date):
        return 3, value
    return 5, str(value)
