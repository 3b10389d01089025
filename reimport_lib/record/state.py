"""Where a run stands: the one answer for ``status``, ``show``, ``runs`` and notebooks.

Its record alone cannot say so: of a process that was killed it says "running" for ever,
and it says how a run ended before all of that is written.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from reimport_lib.record import events, heartbeat, lock, runs
from reimport_lib.record.clock import now
from reimport_lib.record.manifest import Manifest, PhaseEntry, has_gone_back, seconds_of
from reimport_lib.record.run import Run
from reimport_lib.record.status import AT_WORK, EXIT_CODES, Mode, Return, Status

ENDING = "ending"
"""How it ended is known, and it is still at work: on its report, or it goes back."""
SILENT = "silent"
"""It says that it is running, and gives no sign of life: it was killed."""

_NOT_AT_WORK = "not running"
_NOT_DONE = frozenset({Status.PENDING, Status.RUNNING})
_AT_HAND = frozenset(Status) - {Status.PENDING, Status.SUCCEEDED}


@dataclass(frozen=True, slots=True)
class RunState:
    """
    Attributes:
        state: a ``Status``, or ``ending`` or ``silent``.
        is_alive: a process works on it, here or (by its signs of life) elsewhere.
        phase: that it is in, or that it stopped in; "" between two.
        done, phases: how many phases are done, and how many it has.
        rows, known_rows: of the source, in phases that have ended; frozen so far.
        seconds: for which its phases have been at work.
        last_sign: of life; None where it gave none.
        host, pid: who gave it; "" and 0 where nobody did.
        exit_code: of its command, once it has ended; None until then.
    """

    run_id: str
    mode: Mode
    state: str
    is_alive: bool
    phase: str
    done: int
    phases: int
    rows: int
    known_rows: int
    seconds: float
    last_sign: datetime | None
    host: str
    pid: int
    exit_code: int | None

    @property
    def has_ended(self) -> bool:
        """No process works on it any more, and one did."""
        return self.exit_code is not None

    @property
    def seconds_silent(self) -> float | None:
        """Since its last sign of life."""
        return (now() - self.last_sign).total_seconds() if self.last_sign else None

    @property
    def told(self) -> str:
        """In words; of one that was killed since when nothing was heard of it."""
        if self.state != SILENT:
            return self.state
        seen = self.last_sign
        return (
            f"no sign of life since {seen:%Y-%m-%d %H:%M} UTC" if seen else _NOT_AT_WORK
        )

    def as_json(self) -> dict[str, Any]:
        seen = self.last_sign.isoformat() if self.last_sign else None
        return {**asdict(self), "last_sign": seen}


def of(run: Run) -> RunState:
    """Where *run* stands now; nothing is written to find out."""
    is_executed = lock.is_executed(run)
    manifest = run.manifest()
    state = _state(run, manifest, is_executed=is_executed)
    is_alive = is_executed or state == Status.RUNNING
    host, pid = heartbeat.giver(run.folder)
    entries = manifest["phases"]
    at_work = next((e for e in entries if e["status"] in _AT_HAND), None)
    frozen = _frozen(run, manifest)
    return RunState(
        run.run_id,
        run.mode,
        state,
        is_alive,
        at_work["name"] if at_work else "",
        sum(entry["status"] is Status.SUCCEEDED for entry in entries),
        len(entries),
        sum(_rows(entry, frozen) for entry in entries),
        sum(frozen.values()),
        round(_seconds(manifest, is_alive=is_alive), 1),
        heartbeat.last(run.folder),
        host,
        pid,
        None if is_alive or state == Status.OPEN else _exit_code(manifest, state),
    )


def ended_as(manifest: Manifest, status: Status) -> Status:
    """What its command says of a run whose phases ended in *status*."""
    went = manifest.get("going_back")
    if went is not None and went["state"] is Return.BEGUN:
        return Status.INTERRUPTED
    is_applied = status is Status.VALIDATION_FAILED  # but what has gone back is not
    return Status.FAILED if has_gone_back(manifest) and is_applied else status


def _state(run: Run, manifest: Manifest, *, is_executed: bool) -> str:
    status = manifest["status"]
    if is_executed:
        return Status.RUNNING if status in AT_WORK else ENDING
    return SILENT if runs.is_abandoned(run) else status


def _exit_code(manifest: Manifest, state: str) -> int:
    if state == SILENT:
        return EXIT_CODES[Status.INTERRUPTED]
    return EXIT_CODES.get(ended_as(manifest, manifest["status"]), 0)


def _frozen(run: Run, manifest: Manifest) -> dict[str, int]:
    """Export -> rows, as far as it is known."""
    if source := manifest.get("source"):
        return {name: table["rows"] for name, table in source["tables"].items()}
    return events.frozen(run.folder)


def _rows(entry: PhaseEntry, frozen: dict[str, int]) -> int:
    if entry["status"] in _NOT_DONE:
        return 0
    return sum(
        n["source_rows"] for name, n in entry["tables"].items() if name in frozen
    )


def _seconds(manifest: Manifest, *, is_alive: bool) -> float:
    """Of an attempt that was killed nobody knows for how long it was at work."""
    if "seconds" in manifest and not is_alive:
        return manifest["seconds"]
    return sum(
        seconds_of(entry)
        if entry["status"] is Status.RUNNING and is_alive
        else entry["seconds"]
        for entry in manifest["phases"]
    )
