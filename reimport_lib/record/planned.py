"""When the next import begins, as far as anybody has said: for those who work there.

A full run that is confirmed and not begun waits for its hour: that which ``reimport
schedule`` printed a line for, else the next one of ``REIMPORT_WINDOW``.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reimport_lib.config import Settings
from reimport_lib.private_files import write_json
from reimport_lib.record import forecast, runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status

FILE = ".planned.json"
LATE = timedelta(minutes=30)
"""A run that has not begun so long after its hour is not waited for any more."""
_STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PlannedImport:
    """
    Attributes:
        until: when it is over in nine of ten cases, in full minutes by fives; None
            where nobody knows.
    """

    run_id: str
    begins: datetime
    until: datetime | None


def keep(run: Run, at: datetime) -> None:
    """A scheduler begins *run* at that moment; this takes the place of the last one."""
    write_json(run.settings.runs / FILE, {"run": run.run_id, "at": at.isoformat()})


def next_import(settings: Settings, moment: datetime) -> PlannedImport | None:
    """
    The import that waits for its hour; None where none does, or its hour is long gone.

    Raises:
        ReimportError: the runs folder or a record cannot be read.
    """
    full = [i for i in runs.all_run_ids(settings) if i.endswith(f"-{Mode.FULL}")]
    if not full:
        return None
    run = runs.load(settings, full[-1])
    if run.status is not Status.OPEN:
        return None
    begins = _kept(run) or _of_window(run, moment)
    if begins is None or begins + LATE <= moment:
        return None
    whole = forecast.of_run(run).whole
    until = _rounded(begins + timedelta(seconds=whole.long)) if whole else None
    return PlannedImport(run.run_id, begins, until)


def _kept(run: Run) -> datetime | None:
    with suppress(OSError, ValueError, LookupError, TypeError):
        said = json.loads((run.settings.runs / FILE).read_text(encoding="utf-8"))
        at = datetime.fromisoformat(said["at"])
        if said["run"] == run.run_id and at.tzinfo is not None:
            return at
    return None


def _of_window(run: Run, moment: datetime) -> datetime | None:
    """When the hours for imports begin; None of a run that nobody began in days."""
    settings = run.settings
    opened = datetime.fromisoformat(run.manifest()["created_at"])
    is_old = moment - opened > timedelta(hours=settings.review_hours)
    if settings.window is None or is_old:
        return None
    at = moment.astimezone(ZoneInfo(settings.rows.time_zone))
    opening = settings.window.now(at) or settings.window.next(at)
    return opening.begin


def _rounded(moment: datetime) -> datetime:
    """The next full five minutes."""
    over = timedelta(
        minutes=moment.minute % 5,
        seconds=moment.second,
        microseconds=moment.microsecond,
    )
    return moment - over + _STEP if over else moment
