"""A run: its folder, its mode, its manifest (``run.json``) and its events.

No Django. The manifest is a projection of what the ledger says, written by whoever
works on the run: always under a lock, always whole.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from reimport_lib.config import Settings
from reimport_lib.errors import ReimportError
from reimport_lib.private_files import private_open, unwritable, write_json

MANIFEST = "run.json"
EVENTS = "events.jsonl"
REPORT = "report.html"

Json = dict[str, Any]


class Mode(StrEnum):
    """What a run may write to."""

    REHEARSAL = "rehearsal"  # a copy of the database, made by the backup phase
    FULL = "full"  # the real database, after a person has confirmed


class Status(StrEnum):
    """Where a run or one of its phases stands."""

    PENDING = "pending"  # a phase nobody has started
    OPEN = "open"  # a run that is made and confirmed, and not executed yet
    RUNNING = "running"  # somebody's kernel or command is at work
    SUCCEEDED = "succeeded"  # done, and no check failed
    REFUSED = "refused"  # a condition was not met; earlier phases stay
    FAILED = "failed"  # an error; what was not committed was rolled back
    VALIDATION_FAILED = "validation-failed"  # applied, and a check did not hold
    ROLLED_BACK = "rolled-back"  # undone by a person
    INTERRUPTED = "interrupted"  # Ctrl-C, a signal, a kernel that died


EXIT_CODES = {
    Status.SUCCEEDED: 0,
    Status.OPEN: 0,
    Status.REFUSED: 3,
    Status.FAILED: 4,
    Status.VALIDATION_FAILED: 5,
    Status.INTERRUPTED: 130,
}
"""Of the command that executed a run, by the status that the run ended with."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution.

    Attributes:
        run_id: name of its folder, ``20261122T101500Z-full``.
        phases: names of the phases it runs, in order.
        reviewed: run id of the rehearsal whose plans it applies; empty in a rehearsal.
        gates: limits set for this run, ``TABLE.NAME`` -> value.
        clean_slate: delete what earlier imports left and overwrite every managed field.
    """

    run_id: str
    folder: Path
    mode: Mode
    settings: Settings
    phases: tuple[str, ...]
    reviewed: str = ""
    gates: Mapping[str, float] = field(default_factory=dict)
    strict: bool = False
    clean_slate: bool = False

    @property
    def snapshot_folder(self) -> Path:
        return self.folder / "snapshot"

    @property
    def outcomes_folder(self) -> Path:
        return self.folder / "outcomes"

    @property
    def backup_folder(self) -> Path:
        return self.folder / "backup"

    @property
    def is_full(self) -> bool:
        return self.mode is Mode.FULL

    def manifest(self) -> Json:
        """``run.json`` as it stands now."""
        return read_manifest(self.folder)

    def update(self, change: Callable[[Json], None]) -> Json:
        """Change ``run.json`` under its lock; *change* edits the dict in place."""
        with _locked(self.folder):
            manifest = read_manifest(self.folder)
            change(manifest)
            write_json(self.folder / MANIFEST, manifest)
        return manifest

    def event(self, name: str, **fields: str | float | int | None) -> None:
        """Append one line to ``events.jsonl``; *fields* are counts and names only."""
        line = json.dumps({"at": now().isoformat(), "event": name, **fields})
        path = self.folder / EVENTS
        try:
            with private_open(path, "a") as file:
                file.write(line + "\n")
        except OSError as error:
            raise unwritable(path, error) from None

    def phase(self, name: str) -> Json:
        """The entry of phase *name* in ``run.json``."""
        entry: Json = next(
            entry for entry in self.manifest()["phases"] if entry["name"] == name
        )
        return entry

    def update_phase(self, name: str, **values: Any) -> None:
        """Set *values* on the entry of phase *name*."""

        def change(manifest: Json) -> None:
            for entry in manifest["phases"]:
                if entry["name"] == name:
                    entry.update(values)

        self.update(change)


def now() -> datetime:
    """The machine's clock, aware UTC; what a plan may know of time is ``as_of``."""
    return datetime.now(UTC).replace(microsecond=0)


def read_manifest(folder: Path) -> Json:
    try:
        manifest: Json = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ReimportError(
            f"{folder.name}: run.json cannot be read.", hint="reimport runs"
        ) from None
    return manifest


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with private_open(folder / ".lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
