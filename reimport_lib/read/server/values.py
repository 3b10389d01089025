"""Values off a FileMaker server as the text a workbook would have given.

Dates are ISO, a moment at midnight is its date, 24:00 is the end of its day; what does
not fit its field's type stays as it is. Imports only cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from reimport_lib.read import cells
from reimport_lib.read.server.connection import Clock

_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_TIME = re.compile(r"(\d+):([0-5]\d):([0-5]\d)(?:\.\d+)?")
_ZONED = re.compile(r"(.+?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?")


class FieldKind(StrEnum):
    """The type of a field, whatever a server calls it."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    CONTAINER = "container"


@dataclass(frozen=True, slots=True)
class ServerField:
    """A column to come.

    Attributes:
        name: as the records have it.
        repetitions: how many values of it a record holds; they become lines.
    """

    name: str
    kind: FieldKind = FieldKind.TEXT
    repetitions: int = 1


Convert = Callable[[str], str]


def plain(value: object) -> str:
    """A JSON value as text; a list or an object is none (its own readers take them)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if isinstance(value, str) else ""


def convert(kind: FieldKind, *, us: bool = False) -> Convert | None:
    """How text of that kind becomes ours; None: it is already."""
    if kind is FieldKind.DATE:
        return _us_date if us else None
    if kind is FieldKind.TIME:
        return clock
    if kind is FieldKind.MOMENT:
        return us_moment if us else moment
    return None


def date_form(text: str) -> str:
    """``iso`` or ``us`` by how a date or a moment begins; "" for neither."""
    if _ISO_DATE.match(text):
        return "iso"
    return "us" if _US_DATE.match(text) else ""


def clock(text: str) -> str:
    """``09:30:00``; from a day on as a workbook's: ``1 day, 0:00:00``."""
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 9_999:
        return text
    hours, minutes, seconds = map(int, found.groups())
    return cells.duration(timedelta(hours=hours, minutes=minutes, seconds=seconds))


def moment(text: str) -> str:
    """``2013-07-01 14:20:00`` of an ISO moment, whatever stands between its parts."""
    try:
        return cells.moment(datetime.fromisoformat(text).replace(tzinfo=None))
    except ValueError:
        return text


def us_moment(text: str) -> str:
    """The same of ``07/01/2013 14:20:00``."""
    day, _, time = text.partition(" ")
    iso = _us_date(day)
    return moment(f"{iso} {time.zfill(8)}") if iso != day else moment(text)


def moment_of_odata(time_zone: str, clock: Clock) -> Convert:
    """
    OData's moments as wall clock.

    Args:
        clock: ``wall``: the offset is left off, since it is not one; ``utc``: it is
            taken at its word, and the moment told in *time_zone*.
    """
    zone = ZoneInfo(time_zone)

    def read(text: str) -> str:
        found = _ZONED.fullmatch(text)
        if clock == "wall" or not found or not found[2]:
            return moment(found[1] if found else text)
        try:
            told = datetime.fromisoformat(f"{found[1]}{found[2]}").astimezone(zone)
        except (ValueError, OverflowError):
            return text
        return cells.moment(told.replace(tzinfo=None))

    return read


def _us_date(text: str) -> str:
    found = _US_DATE.fullmatch(text)
    if not found:
        return text
    month, day, year = map(int, found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text
