"""Limits opened by name: who signs what off, why and until when."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from datetime import date, timedelta

from reimport_lib.config import Settings
from reimport_lib.errors import UsageError
from reimport_lib.plan import gates
from reimport_lib.plan.signoffs import OpenedLimit
from reimport_lib.setting_values import printable
from reimport_lib.write import bind, clocks, fence, identity, signoffs

LEAST_WHY, MOST_WHY = 8, 500
MOST_DAYS = 366
"""A limit that is open for longer is another limit: declare it in the table."""
_COMMAND = "reimport signoff"


def sign(
    settings: Settings, words: Sequence[str], *, why: str, until: str, by: str = ""
) -> list[OpenedLimit]:
    """
    Open the limits of *words*, each ``TABLE.GATE=VALUE``, in the ledger.

    Raises:
        UsageError: a word that is no gate, a value that opens nothing, no reason, or a
            day that is over or too far.
        Refused: a run is at work on the database.
        TargetError: the database cannot be reached, or is not migrated.
    """
    opened = [gates.parse(word) for word in words]
    for place, value in opened:
        if not gates.loosens(place, value):
            raise UsageError(
                f"{place}={value:g} is no looser than the limit that holds without it.",
                hint=f"a stricter one needs no sign-off: --gate {place}={value:g}",
                id="R360",
            )
    reason, person = _reason(why), who_signs(by)
    last = _day(until)
    _bind(settings)
    at = clocks.latest(bind.DEFAULT)
    today = signoffs.today(settings.rows.time_zone)
    if not today <= last <= today + timedelta(days=MOST_DAYS):
        raise UsageError(
            f"--until {last}: {'over' if last < today else 'more than a year away'}.",
            hint=f"--until {today + timedelta(days=30)}",
            id="R361",
        )
    limits = []
    for place, value in opened:
        table, _, gate = place.partition(".")
        facts = (table, gate, value, reason, person, last, at)
        limits.append(OpenedLimit(0, *facts))
    with fence.of_command(_COMMAND):
        made = signoffs.add(limits)
    bind.close()
    return made


def withdraw(settings: Settings, number: int, *, why: str, by: str = "") -> OpenedLimit:
    """
    Take a sign-off back; runs that leant on it stay as they are.

    Raises:
        UsageError: there is none, it was withdrawn before, or no reason is given.
        Refused: a run is at work on the database.
    """
    reason, person = _reason(why), who_signs(by)
    _bind(settings)
    at = clocks.latest(bind.DEFAULT)
    with fence.of_command(_COMMAND):
        found = signoffs.withdraw(number, by=person, why=reason, at=at)
    bind.close()
    return found


def listed(settings: Settings) -> tuple[tuple[OpenedLimit, str, list[str]], ...]:
    """Every sign-off, how it stands today, and the runs that leant on it."""
    bind.bind_real(settings)
    identity.require_ready(bind.REAL)
    today = signoffs.today(settings.rows.time_zone)
    leant = signoffs.uses()
    found = tuple(
        (each, each.standing(today), leant.get(each.number, []))
        for each in signoffs.every()
    )
    bind.close()
    return found


def _bind(settings: Settings) -> None:
    bind.bind_real(settings, writable=True)
    identity.require_ready(bind.DEFAULT)


def _reason(why: str) -> str:
    text = printable("--why", why)
    if not LEAST_WHY <= len(text) <= MOST_WHY:
        raise UsageError(
            f"--why: {len(text):,} characters; a reason has {LEAST_WHY} to {MOST_WHY}.",
            hint='--why "looked at all four with the front desk", and no name of a'
            " patient: reports show it",
            id="R362",
        )
    return text


def who_signs(by: str) -> str:
    """Who it is: the account that types, beside the name that it gives."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = str(os.getuid())
    name = printable("--by", by)[:150]
    return f"{name} ({account})" if name and name != account else account


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"--until: {text[:20]!r} is no day.", hint="--until 2027-01-31", id="R363"
        ) from None
