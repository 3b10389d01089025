"""When a run may be at work, and how long it will be: asked before its first phase.

What only rehearses writes to no database of people's, and may do so at any hour.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reimport_lib.errors import Refused
from reimport_lib.record import forecast
from reimport_lib.record.clock import now
from reimport_lib.record.forecast import Forecast
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status


def begin(run: Run) -> None:
    """
    Keep what is expected of *run*, which has not begun or goes on.

    Raises:
        Refused: it writes, and would not be over within the hours for that.
    """
    found = forecast.of_run(run)
    require_hours(run, found)
    has_begun = any(e["status"] is not Status.PENDING for e in run.manifest()["phases"])
    if found.event is not None and not has_begun:
        run.tell(found.event)


def require_hours(run: Run, found: Forecast, moment: datetime | None = None) -> None:
    """
    Where the setting REIMPORT_WINDOW says hours, *run* and its undo end within them.

    Args:
        moment: it begins; now.

    Raises:
        Refused: names the latest moment to begin, or when the hours begin.
    """
    window = run.settings.window
    if window is None or not run.is_full:
        return
    at = (moment or now()).astimezone(ZoneInfo(run.settings.rows.time_zone))
    opening = window.now(at)
    if opening is None:
        raise Refused(
            f"It is {at:%H:%M}, and imports write from {window.opens:%H:%M} to"
            f" {window.closes:%H:%M} only (REIMPORT_WINDOW).",
            hint=f"from {window.next(at).begin:%Y-%m-%d %H:%M} on:"
            f" reimport run --resume {run.run_id}",
            id="R483",
        )
    latest = _before(opening.end, _long(found))
    if at > latest:
        raise Refused(
            f"It is {at:%H:%M}: the import and its undo, should that be needed, may not"
            f" be over by {opening.end:%H:%M} (REIMPORT_WINDOW). The latest moment to"
            f" begin was {latest:%H:%M}.",
            hint=f"from {window.next(at).begin:%Y-%m-%d %H:%M} on:"
            f" reimport run --resume {run.run_id}",
            id="R484",
        )


def latest_to_stop(run: Run, found: Forecast) -> datetime | None:
    """Until when *run* can still be stopped and undone within the hours for it."""
    window = run.settings.window
    if window is None or not run.is_full or found.undo is None:
        return None
    opening = window.now(now().astimezone(ZoneInfo(run.settings.rows.time_zone)))
    return _before(opening.end, found.undo.long) if opening else None


def _before(end: datetime, seconds: float) -> datetime:
    """So long before *end*, also where the clock is changed in between."""
    moment = end.astimezone(UTC) - timedelta(seconds=seconds)
    return moment.astimezone(end.tzinfo)


def _long(found: Forecast) -> float:
    """Seconds that the run and its undo may take; 0 of what nobody knows."""
    return sum(span.long for span in (found.whole, found.undo) if span is not None)
