"""What happened in a run, in order: ``events.jsonl``, one line a happening.

Every line has its number, ``seq``, and in ``prev`` the sha256 of the line before it, so
that none can be changed or taken out unseen by those behind it.

An interface as ``run.json`` is: the names and fields below are those in the file. They
are counts, names and errors of our own; no value of a record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from reimport_lib.record import chain
from reimport_lib.record.clock import now
from reimport_lib.record.status import Mode, Return, Status

EVENTS = "events.jsonl"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; ``name`` stands in the file under ``event``."""

    name: ClassVar[str]


@dataclass(frozen=True, slots=True)
class RunOpened(Event):
    name = "run_opened"
    mode: Mode


@dataclass(frozen=True, slots=True)
class DurationForecast(Event):
    """
    What was expected of it, in seconds: half of *runs* before took no longer than
    *likely*, nine of ten no longer than *long*.
    """

    name = "duration_forecast"
    likely: float
    long: float
    runs: int


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    name = "run_finished"
    status: Status


@dataclass(frozen=True, slots=True)
class RunRejected(Event):
    """A person looked at the rehearsal, and it is not to be applied."""

    name = "run_rejected"


@dataclass(frozen=True, slots=True)
class RunPruned(Event):
    name = "run_pruned"


@dataclass(frozen=True, slots=True)
class Restored(Event):
    """The database was put back; *backup*: digest of what it holds now."""

    name = "restored"
    backup: str


@dataclass(frozen=True, slots=True)
class RunUndone(Event):
    """The run *by* took back what it could of this one."""

    name = "undone"
    by: str


@dataclass(frozen=True, slots=True)
class UndoRehearsed(Event):
    """The rehearsal was undone on its copy; *verdict* of the comparison after that."""

    name = "undo_rehearsed"
    verdict: str
    seconds: float


@dataclass(frozen=True, slots=True)
class SharedFilesScanned(Event):
    """What may be shared was searched for persons' values; *leaking* files had some."""

    name = "shared_files_scanned"
    verdict: str
    leaking: int


@dataclass(frozen=True, slots=True)
class WorkPutBack(Event):
    """The run *by* put back what people had done before the database was restored."""

    name = "work_put_back"
    by: str


@dataclass(frozen=True, slots=True)
class WentBack(Event):
    """How far the run that failed has taken back what it wrote; *by*: its undo."""

    name = "going_back"
    state: Return
    by: str


@dataclass(frozen=True, slots=True)
class PhaseStarted(Event):
    name = "phase_started"
    phase: str


@dataclass(frozen=True, slots=True)
class PhaseError(Event):
    name = "phase_error"
    phase: str
    error: str


@dataclass(frozen=True, slots=True)
class PhaseFinished(Event):
    """*root*: over all of the run that was sealed by then; see ``record.evidence``."""

    name = "phase_finished"
    phase: str
    status: Status
    root: str = ""


@dataclass(frozen=True, slots=True)
class AttemptKept(Event):
    name = "attempt_kept"
    phase: str
    number: int
    status: Status


@dataclass(frozen=True, slots=True)
class TableFrozen(Event):
    name = "table_frozen"
    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class BackupStarted(Event):
    name = "backup_started"


@dataclass(frozen=True, slots=True)
class FenceTakenOver(Event):
    """The run *from_run* had the database, and had not given a sign for so long."""

    name = "fence_taken_over"
    from_run: str
    silent_seconds: int


@dataclass(frozen=True, slots=True)
class LedgerNotTold(Event):
    """The database took no word on how the run ended; *error*: its class."""

    name = "ledger_not_told"
    error: str


@dataclass(frozen=True, slots=True)
class NotSealed(Event):
    """What the run left could not be sealed as a whole."""

    name = "not_sealed"
    error: str


@dataclass(frozen=True, slots=True)
class DossierMade(Event):
    """What the run left was written into one file; *private*: persons' data too."""

    name = "dossier_made"
    private: bool


@dataclass(frozen=True, slots=True)
class ValuesRevealed(Event):
    """A notebook showed values plainly."""

    name = "values_revealed"


def append(folder: Path, event: Event) -> None:
    """
    Write *event* at the end of the events of the run in *folder*.

    Raises:
        ReimportError: the disk is full, or the folder cannot be written.
    """
    said = {"at": now().isoformat(), "event": event.name, **asdict(event)}
    path = folder / EVENTS

    def line(before: list[bytes]) -> bytes:
        number = _number(before, path) + 1
        prev = hashlib.sha256(before[-1]).hexdigest() if before else ""
        return json.dumps({"seq": number, "prev": prev, **said}).encode()

    chain.append(path, line)


def frozen(folder: Path) -> dict[str, int]:
    """Table -> rows, as far as the run in *folder* has frozen its source."""
    found: dict[str, int] = {}
    for said in _read(folder):
        with suppress(ValueError, LookupError, TypeError):
            if said["event"] == PhaseStarted.name:
                found.clear()
            elif said["event"] == TableFrozen.name:
                found[said["table"]] = int(said["rows"])
    return found


def forecast(folder: Path) -> DurationForecast | None:
    """What was last expected of the run in *folder*; None where nothing was."""
    found = None
    for said in _read(folder):
        with suppress(ValueError, LookupError, TypeError):
            if said["event"] == DurationForecast.name:
                likely, long = float(said["likely"]), float(said["long"])
                found = DurationForecast(likely, long, int(said["runs"]))
    return found


def _read(folder: Path) -> Iterator[dict[str, Any]]:
    """The events of the run in *folder*, but for a line that was cut off."""
    with suppress(OSError):
        for line in (folder / EVENTS).read_bytes().splitlines():
            with suppress(ValueError):
                yield json.loads(line)


def _number(last: list[bytes], path: Path) -> int:
    """Of the last line; counted where it has none, as behind one that was cut off."""
    if not last:
        return 0
    try:
        return int(json.loads(last[-1])["seq"])
    except (ValueError, LookupError, TypeError):
        return path.read_bytes().rstrip(b"\n").count(b"\n") + 1
