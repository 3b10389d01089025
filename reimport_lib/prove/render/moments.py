"""Moments of the database on the wall clock that the source was written by.

Pure; shares no code with the import, like ``clocks``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from reimport_lib.prove.render.clocks import (
    MIDNIGHT,
    clock,
    day,
    ends_day,
    is_clock,
    is_date,
    split,
)
from reimport_lib.prove.render.rendering import Pair, folded

_OFFSET = re.compile(r"(?P<clock>.*?) ?(?P<zone>z|[+-]\d\d:?(?:\d\d)?)")
_BEHIND = re.compile(r"\d{1,2}(?:[:.]\d{2}[\d:.]*(?: ?[ap]\.?m\.?)?| ?[ap]\.?m\.?)")


@dataclass(frozen=True, slots=True)
class Zone:
    """
    The clinic's wall clock, and the order of its text dates.

    Attributes:
        fixed: an offset that holds instead of the zone's own.
    """

    name: str
    order: str
    fixed: timezone | None = None

    def moment(
        self, value: datetime | None, date_text: str, time_text: str, stamp: str = ""
    ) -> Pair:
        """
        A moment as the wall clock of the source wrote it.

        Args:
            date_text, time_text: two columns; *stamp*: one that holds both, read where
                one of the two is blank.
        """
        offset = None
        if not (folded(date_text) and folded(time_text)) and folded(stamp):
            said_at = split(stamp)
            date_text, time_text = said_at.day, said_at.clock
            offset = _offset(time_text)
        if value is None:
            return f"{folded(date_text)} {folded(time_text)}".strip(), ""
        bare, wall = self._wall(value, time_text, offset)
        shown_day = wall.date()
        if ends_day(bare) and wall.time() == MIDNIGHT:
            shown_day -= timedelta(days=1)
            times = folded(bare), folded(bare)
        else:
            times = clock(wall, bare)
        days = day(shown_day, date_text, self.order)
        said, shown = (f"{d} {t}".strip() for d, t in zip(days, times, strict=True))
        return said, f"{shown} (second)" if wall.fold else shown

    def before_change(self, value: datetime) -> timezone | None:
        """The offset from before a change of clocks just then; None where none was."""
        zone = ZoneInfo(self.name)
        then = (value - timedelta(days=1)).astimezone(zone).utcoffset()
        if then is None or then == value.astimezone(zone).utcoffset():
            return None
        return timezone(then)

    def _wall(
        self, value: datetime, text: str, found: re.Match[str] | None
    ) -> tuple[str, datetime]:
        """*text* without its offset, and *value* on the clock that it was read from."""
        if found is None:
            return text, value.astimezone(self.fixed or ZoneInfo(self.name))
        if found["zone"] == "z":
            return found["clock"], value.astimezone(UTC)
        sign = -1 if found["zone"][0] == "-" else 1
        digits = found["zone"][1:].replace(":", "").ljust(4, "0")
        ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return found["clock"], value.astimezone(timezone(sign * ahead))


def is_stamp(text: str, order: str) -> bool:
    """*text* is a date, with or without a time of day behind it."""
    said = split(text)
    offset = _offset(said.clock)
    bare = offset["clock"] if offset else said.clock
    timed = _BEHIND.fullmatch(bare) is not None and is_clock(bare)
    return is_date(text, order) and (timed or not said.clock)


@lru_cache(maxsize=65_536)
def _offset(text: str) -> re.Match[str] | None:
    """The offset behind a clock, where it brings one of its own."""
    return _OFFSET.fullmatch(folded(text))
