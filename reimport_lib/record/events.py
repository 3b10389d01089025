"""What happened in a run, in order: ``events.jsonl``, one line a happening.

An interface as ``run.json`` is: the names and fields below are those in the file. They
are counts, names and errors of our own; no value of a record.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from reimport_lib.private_files import private_open, unwritable
from reimport_lib.record.clock import now
from reimport_lib.record.status import Mode, Status

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
class RunFinished(Event):
    name = "run_finished"
    status: Status


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
    name = "phase_finished"
    phase: str
    status: Status


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
class LedgerNotTold(Event):
    """The database took no word on how the run ended; *error*: its class."""

    name = "ledger_not_told"
    error: str


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
    line = {"at": now().isoformat(), "event": event.name, **asdict(event)}
    path = folder / EVENTS
    try:
        with private_open(path, "a") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        raise unwritable(path, error) from None
