"""A run: its folder, its mode, its manifest (``run.json``) and its events.

Imports errors, config and checks; no Django. The manifest is a projection of what the
ledger says, written by whoever works on the run: always under a lock, always whole.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from reimport_lib.config import Settings
from reimport_lib.errors import ReimportError, UsageError, did_you_mean

MANIFEST = "run.json"
EVENTS = "events.jsonl"
REPORT = "report.html"
KEY_FILE = ".pseudonym-key"

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
    SUCCEEDED = "succeeded"  # done, and every check held
    REFUSED = "refused"  # a condition was not met; nothing was written
    FAILED = "failed"  # an error; its transaction was rolled back
    VALIDATION_FAILED = "validation-failed"  # applied, and a check did not hold
    ROLLED_BACK = "rolled-back"  # undone by a person
    INTERRUPTED = "interrupted"  # Ctrl-C, a signal, a kernel that died


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
            raise _unwritable(path, error) from None

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


def create(
    settings: Settings,
    mode: Mode,
    *,
    phases: tuple[tuple[int, str], ...],
    reviewed: str = "",
    gates: Mapping[str, float] | None = None,
    strict: bool = False,
    clean_slate: bool = False,
    details: Json | None = None,
) -> Run:
    """
    Make the folder and manifest of a new run.

    Args:
        phases: (number, name) of the phases it will run, in order.
        details: further entries of ``run.json`` (versions, database identity, who
            confirmed what).

    Raises:
        UsageError: the runs folder cannot be written.
    """
    folder = _new_folder(settings.runs, mode)
    run = Run(
        folder.name,
        folder,
        mode,
        settings,
        tuple(name for _, name in phases),
        reviewed,
        dict(gates or {}),
        strict,
        clean_slate,
    )
    manifest: Json = {
        "run_id": run.run_id,
        "mode": str(mode),
        "status": str(Status.OPEN),
        "created_at": now().isoformat(),
        "as_of": "",
        "parameters": {
            "phases": list(run.phases),
            "reviewed": reviewed,
            "gates": dict(run.gates),
            "strict": strict,
            "clean_slate": clean_slate,
        },
        "phases": [
            {
                "name": name,
                "number": number,
                "status": str(Status.PENDING),
                "seconds": 0.0,
                "tables": {},
                "checks": [],
            }
            for number, name in phases
        ],
        **(details or {}),
    }
    write_json(folder / MANIFEST, manifest)
    run.event("run_opened", mode=str(mode))
    return run


def _new_folder(runs: Path, mode: Mode) -> Path:
    """A folder named by the second; the next second where it is taken."""
    moment = now()
    try:
        runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(60):
            folder = runs / f"{moment:%Y%m%dT%H%M%SZ}-{mode}"
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                moment = datetime.fromtimestamp(moment.timestamp() + 1, UTC)
                continue
            return folder
    except OSError as error:
        raise UsageError(
            f"The runs folder {runs} cannot be written: {error.strerror}.",
            hint="set REIMPORT_RUNS to a folder of your own",
        ) from None
    raise UsageError("Sixty runs were opened within a minute.", hint="wait a minute")


def load(settings: Settings, run_id: str) -> Run:
    """
    The run named *run_id*.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    folder = settings.runs / run_id
    if not run_id or Path(run_id).name != run_id or not (folder / MANIFEST).is_file():
        raise UsageError(
            f"There is no run {run_id!r} in {settings.runs}."
            + did_you_mean(run_id, all_run_ids(settings)),
            hint="reimport runs",
        )
    manifest = read_manifest(folder)
    parameters = manifest["parameters"]
    return Run(
        run_id,
        folder,
        Mode(manifest["mode"]),
        settings,
        tuple(parameters["phases"]),
        parameters["reviewed"],
        dict(parameters["gates"]),
        parameters["strict"],
        parameters["clean_slate"],
    )


def all_run_ids(settings: Settings) -> list[str]:
    """Run ids in the runs folder, oldest first; the example report is not one."""
    if not settings.runs.is_dir():
        return []
    return sorted(
        folder.name
        for folder in settings.runs.iterdir()
        if (folder / MANIFEST).is_file() and folder.name[:8].isdigit()
    )


def readable(settings: Settings) -> list[Run]:
    """The runs whose record can be read, oldest first."""
    found = []
    for run_id in all_run_ids(settings):
        with suppress(ReimportError):
            found.append(load(settings, run_id))
    return found


def newest(
    settings: Settings, mode: Mode | None = None, *, statuses: frozenset[Status]
) -> Run | None:
    """The newest run of *mode* in one of *statuses*, or None."""
    for run in reversed(readable(settings)):
        status = Status(run.manifest()["status"])
        if (mode is None or run.mode is mode) and status in statuses:
            return run
    return None


def pseudonym_key(settings: Settings) -> bytes:
    """The installation's key for pseudonyms: made once, 0600, in the runs folder."""
    path = settings.runs / KEY_FILE
    try:
        return bytes.fromhex(path.read_text())
    except FileNotFoundError:
        settings.runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = secrets.token_bytes(32)
        try:
            with private_open(path, "x") as file:
                file.write(key.hex())
        except FileExistsError:  # another process was first
            return bytes.fromhex(path.read_text())
        return key


def read_manifest(folder: Path) -> Json:
    try:
        manifest: Json = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        raise ReimportError(
            f"{folder.name}: run.json cannot be read.", hint="reimport runs"
        ) from None
    return manifest


def write_json(path: Path, value: Json) -> None:
    """Write *value* whole: a temporary file, fsync, rename; mode 0600."""
    write_private(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def write_private(path: Path, text: str) -> None:
    """
    Write *text* whole, or leave what was there.

    Raises:
        ReimportError: the disk is full, or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with private_open(temporary, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> ReimportError:
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    mend = "free some space (`reimport prune`)" if is_full else "let it be written to"
    return ReimportError(
        f"{path} could not be written: {error.strerror}.",
        hint=f"{mend}, then `reimport run --resume`",
    )


@contextmanager
def private_open(path: Path, mode: str) -> Iterator[Any]:
    """Open *path* as text with mode 0600, whatever the umask."""
    with open(  # pathlib's open takes no opener
        path, mode, encoding="utf-8", newline="", opener=_private
    ) as file:
        yield file


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with private_open(folder / ".lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
