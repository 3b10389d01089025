"""The lines by which a scheduler of the machine begins a run; none is scheduled here.

A rehearsal may begin every night. A full run is confirmed by a person before: it is
opened then (``reimport open --full --reviewed RUN``), and goes on once, at its hour.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from reimport_lib import home
from reimport_lib.errors import Refused
from reimport_lib.record import planned
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status

_WORD = Path(sys.executable).with_name("reimport")


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    Attributes:
        at: by the clock of the machine that schedules; None: every hour.
        on: the day, of what is done once; None: every day.
        words: of the command; name: of its units.
    """

    at: time | None
    on: datetime | None
    words: tuple[str, ...]
    name: str = "reimport"

    @property
    def command(self) -> str:
        return shlex.join([str(_WORD), *self.words])

    def cron(self) -> Iterator[str]:
        """Lines for ``crontab -e``; one that is done once has to be taken out again."""
        day, month = (self.on.day, self.on.month) if self.on else ("*", "*")
        folder = shlex.quote(str(home.folder()))
        line = f"cd {folder} && {self.command}".replace("%", r"\%")
        hour = f"{self.at.minute} {self.at.hour}" if self.at else "0 *"
        yield f"{hour} {day} {month} * {line}"

    def systemd(self) -> Iterator[str]:
        """Two units for ``/etc/systemd/system``, the name of each in a comment."""
        day = f"{self.on:%Y-%m-%d}" if self.on else "*-*-*"
        hour = f"{self.at:%H:%M}" if self.at else "*:00"
        yield from (
            f"# {self.name}.service",
            "[Unit]",
            "Description=Import from FileMaker",
            "[Service]",
            "Type=oneshot",
            f"WorkingDirectory={home.folder()}",
            f"ExecStart={self.command}",
            "",
            f"# {self.name}.timer",
            "[Timer]",
            f"OnCalendar={day} {hour}:00",
            "Persistent=false",
            "[Install]",
            "WantedBy=timers.target",
        )


def every_night(at: time) -> Schedule:
    """A rehearsal each night, of which the report is there in the morning."""
    return Schedule(at, None, ("run", "--dry-run"))


def once(run: Run, at: time, moment: datetime) -> Schedule:
    """
    *run*, which was opened and confirmed, at the next *at* after *moment*.

    People are told of that hour before it (``record.planned``).

    Raises:
        Refused: it has begun, or has ended.
    """
    if run.status is not Status.OPEN:
        raise Refused(
            f"Run {run.run_id} is {run.status}: only one that has not begun waits for"
            " its hour.",
            hint="reimport open --full --reviewed RUN",
            id="R485",
        )
    day = datetime.combine(moment.date(), at, moment.tzinfo)
    day += timedelta(days=0 if day > moment else 1)
    planned.keep(run, day)
    return Schedule(at, day, ("run", "--resume", run.run_id))


def watching() -> Schedule:
    """Whether something of the last import has moved, where a look at it is due."""
    return Schedule(None, None, ("watch",), "reimport-watch")
