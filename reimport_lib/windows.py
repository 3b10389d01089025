"""The hours in which an import may write: ``22:00-05:00``, ``Fri,Sat 20:00-06:00``.

Pure; by the wall clock of the clinic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reimport_lib.errors import SettingsError
from reimport_lib.plain import shortened

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FORM = re.compile(
    rf"(?:(?P<days>(?:{'|'.join(DAYS)})(?:,(?:{'|'.join(DAYS)}))*) )?"
    r"(?P<opens>[0-2]\d:[0-5]\d)-(?P<closes>[0-2]\d:[0-5]\d)"
)


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when it is open once, aware of its time zone."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """
    Attributes:
        opens, closes: by the wall clock; it closes on the next day where that is no
            later on the clock.
        days: on which it opens, Monday is 0.
    """

    opens: time
    closes: time
    days: frozenset[int]

    def now(self, moment: datetime) -> Hours | None:
        """The opening that *moment* is in."""
        today = moment.date()
        for day in (today - timedelta(days=1), today):
            opening = self._on(day, moment)
            if opening and opening.begin <= moment < opening.end:
                return opening
        return None

    def next(self, moment: datetime) -> Hours:
        """The first that begins after *moment*."""
        days = (moment.date() + timedelta(days=n) for n in range(9))
        each = filter(None, (self._on(day, moment) for day in days))
        return next(opening for opening in each if opening.begin > moment)

    def _on(self, day: date, moment: datetime) -> Hours | None:
        if day.weekday() not in self.days:
            return None
        until = day if self.closes > self.opens else day + timedelta(days=1)
        begin = datetime.combine(day, self.opens, moment.tzinfo)
        return Hours(begin, datetime.combine(until, self.closes, moment.tzinfo))


def read(name: str, text: str) -> Window | None:
    """
    The window that the setting *name* says; None where it says nothing.

    Raises:
        SettingsError: it is of another form.
    """
    if not text:
        return None
    found = _FORM.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        opens, closes = (time.fromisoformat(found[end]) for end in ("opens", "closes"))
    except ValueError:
        raise SettingsError(
            f"{name}: {shortened(text, 40)!r} are no hours.",
            hint=f"{name}=22:00-05:00, or {name}=Fri,Sat 20:00-06:00",
            id="R482",
        ) from None
    said = found["days"].split(",") if found["days"] else DAYS
    return Window(opens, closes, frozenset(map(DAYS.index, said)))
