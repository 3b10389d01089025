"""The events of a run in words: names, counts and states, and no text of an error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reimport_lib.counting import several
from reimport_lib.record import events
from reimport_lib.record.run import Run
from reimport_lib.show.words import duration, noun

MOST = 2_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,99}")
_ID = re.compile(r"\[([RC]\d{3})\]")

_Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LogLine:
    """When what happened; *is_bad*: it stopped something."""

    at: str
    words: str
    is_bad: bool = False


def lines(run: Run, most: int = MOST) -> list[LogLine]:
    """What happened in *run*, newest first."""
    return list(_newest(run, most))


def _newest(run: Run, most: int) -> Iterator[LogLine]:
    zone = str(run.settings.rows.time_zone)
    try:
        written = (run.folder / events.EVENTS).read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in written[: -most - 1 : -1]:
        with suppress(ValueError, LookupError, TypeError, AttributeError):  # cut off
            said = json.loads(line)
            name = str(said["event"])
            tell = _WORDS.get(name, _plain)
            at = _clock(str(said["at"]), zone)
            yield LogLine(at, tell(said), name in _BAD or _ended_badly(said))


def _clock(iso: str, zone: str) -> str:
    """Day and time to the second, by the clinic's clock."""
    at = datetime.fromisoformat(iso).astimezone(ZoneInfo(zone))
    return f"{at.day} {at:%b, %H:%M:%S}"


def _ended_badly(said: _Said) -> bool:
    return said.get("status") in ("failed", "refused", "validation-failed")


def _name(said: _Said, field: str) -> str:
    """A name of ours; what is none was not written by us, and is not shown."""
    text = str(said.get(field, ""))
    return text if _NAME.fullmatch(text) else "?"


def _plain(said: _Said) -> str:
    return _name(said, "event").replace("_", " ")


def _stopped(said: _Said) -> str:
    """Which error it was, by its id alone: its text stands in the report."""
    found = _ID.search(str(said.get("error", "")))
    by = f": {found[1]} (reimport explain {found[1]})" if found else ""
    return f"{_name(said, 'phase')} stopped{by}"


def _frozen(said: _Said) -> str:
    rows = several(int(said["rows"]), "row")
    return f"{noun(_name(said, 'table'))} frozen, {rows}"


def _expected(said: _Said) -> str:
    likely, long = (duration(float(said[name])) for name in ("likely", "long"))
    return f"expected to take about {likely}, no longer than {long} in nine of ten"


def _scanned(said: _Said) -> str:
    leaking = int(said["leaking"])
    found = (
        f"{several(leaking, 'file')} withheld or named" if leaking else "nothing found"
    )
    return f"what may be shared was searched for persons' values: {found}"


_WORDS: dict[str, Callable[[_Said], str]] = {
    events.RunOpened.name: lambda s: f"opened ({_name(s, 'mode')})",
    events.DurationForecast.name: _expected,
    events.RunFinished.name: lambda s: f"the run ended: {_name(s, 'status')}",
    events.PhaseStarted.name: lambda s: f"{_name(s, 'phase')} began",
    events.PhaseFinished.name: lambda s: f"{_name(s, 'phase')}: {_name(s, 'status')}",
    events.PhaseError.name: _stopped,
    events.AttemptKept.name: lambda s: f"{_name(s, 'phase')}: an attempt was kept",
    events.TableFrozen.name: _frozen,
    events.RunUndone.name: lambda s: f"undone by {_name(s, 'by')}",
    events.UndoRehearsed.name: lambda s: (
        f"undoing it was rehearsed: {_name(s, 'verdict')}"
    ),
    events.SharedFilesScanned.name: _scanned,
    events.WorkPutBack.name: lambda s: f"people's work put back by {_name(s, 'by')}",
    events.WentBack.name: lambda s: f"what it wrote: {_name(s, 'state')}",
    events.FenceTakenOver.name: lambda s: (
        f"the database was taken over from {_name(s, 'from_run')}"
    ),
    events.RunRejected.name: lambda s: "rejected by a person",
    events.Restored.name: lambda s: "the database was restored",
}
_BAD = frozenset(
    {events.PhaseError.name, events.LedgerNotTold.name, events.NotSealed.name}
)
