"""How old a review is, and until when it may be applied.

No one clock is trusted: a machine's may be set back, and a review that had expired
would live again. What was found expired once stays so.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from reimport_lib.counting import several
from reimport_lib.errors import Refused
from reimport_lib.record import clock
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import Run

_SLACK = timedelta(minutes=5)  # by which clocks of two machines may differ


def planned_at(manifest: Manifest) -> datetime:
    """When the last phase of a rehearsal ended: what it says is as old as that."""
    last = manifest["phases"][-1]
    seconds = last.get("started", 0.0) + last["seconds"]
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)


def until(run: Run) -> datetime:
    """The last moment at which the rehearsal *run* may be applied."""
    return planned_at(run.manifest()) + timedelta(hours=run.settings.review_hours)


def require_fresh(rehearsal: Run, at: datetime) -> None:
    """
    The review of *rehearsal* has not expired, by any clock.

    Args:
        at: now, by a clock that is not this machine's where there is one.

    Raises:
        Refused: it has; that is recorded, so that no clock set back revives it.
    """
    manifest = rehearsal.manifest()
    planned, now = planned_at(manifest), max(at, clock.now())
    if now + _SLACK < planned:
        raise Refused(
            f"{rehearsal.run_id} ended at {planned:%Y-%m-%d %H:%M} UTC, and it is"
            f" {now:%Y-%m-%d %H:%M} UTC now: the clock was set back.",
            hint="set the clock right",
            id="R332",
        )
    age = max(now - planned, _by_ticks(manifest))
    hours = rehearsal.settings.review_hours
    if age <= timedelta(hours=hours) and not manifest.get("expired"):
        return
    if not manifest.get("expired"):
        rehearsal.record_expiry(now)
    raise Refused(
        f"{rehearsal.run_id} was rehearsed {several(_hours(age), 'hour')} ago, and a"
        f" review holds for {several(hours, 'hour')} (REIMPORT_REVIEW_HOURS).",
        hint="reimport run --full, to rehearse and review again",
        id="R333",
    )


def _by_ticks(manifest: Manifest) -> timedelta:
    """Since the last phase began, by a clock that nobody sets; 0 after a restart."""
    last = manifest["phases"][-1]
    if not clock.boot() or last.get("boot") != clock.boot():
        return timedelta(0)
    return timedelta(seconds=time.monotonic() - last.get("ticks", time.monotonic()))


def _hours(age: timedelta) -> int:
    return int(age.total_seconds() // 3600)
