"""The runs folder: making runs, finding them, and its key for pseudonyms."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from reimport_lib.config import Settings
from reimport_lib.errors import SettingsError, UsageError, did_you_mean
from reimport_lib.plain import shortened
from reimport_lib.private_files import remove_unfinished, write_json
from reimport_lib.record import evidence, heartbeat, lock
from reimport_lib.record.clock import now
from reimport_lib.record.events import RunOpened
from reimport_lib.record.manifest import (
    MANIFEST,
    DamagedRecord,
    Manifest,
    Opening,
    PhaseEntry,
    read_manifest,
)
from reimport_lib.record.run import Run
from reimport_lib.record.seal import installation_key, sealed
from reimport_lib.record.status import AT_WORK, Mode, Status

# A name of one folder, whatever a person types: no way out of the runs folder.
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MADE_HERE = re.compile(r"\d{8}T\d{6}Z-[a-z-]+")
_OPENED_SECONDS = 60
"""For so long a folder without a record is one that is just being opened."""


def create(
    settings: Settings,
    mode: Mode,
    *,
    phases: tuple[tuple[int, str], ...],
    reviewed: str = "",
    gates: Mapping[str, float] | None = None,
    strict: bool = False,
    clean_slate: bool = False,
    keep: bool = False,
    again: str = "",
    newer_source: bool = False,
    details: Opening | None = None,
) -> Run:
    """
    Make the folder and manifest of a new run.

    Args:
        phases: (number, name) of the phases it will run, in order.
        details: further entries of ``run.json`` (versions, database identity, who
            confirmed what).

    Raises:
        SettingsError: the runs folder cannot be written.
    """
    remove_unopened(settings)
    folder = _new_folder(settings.runs, mode)
    manifest: Manifest = {
        "run_id": folder.name,
        "mode": mode,
        "status": Status.OPEN,
        "created_at": now().isoformat(),
        "as_of": "",
        "origin": secrets.token_hex(16),
        "parameters": {
            "phases": [name for _, name in phases],
            "reviewed": reviewed,
            "gates": dict(gates or {}),
            "strict": strict,
            "clean_slate": clean_slate,
            "keep": keep,
        },
        "phases": [_not_begun(number, name) for number, name in phases],
    }
    if again:
        manifest["parameters"]["again"] = again
        manifest["parameters"]["newer_source"] = newer_source
    key = installation_key(settings.runs)
    write_json(folder / MANIFEST, sealed({**manifest, **(details or {})}, key))
    run = load(settings, folder.name)
    run.tell(RunOpened(mode))
    return run


def _not_begun(number: int, name: str) -> PhaseEntry:
    return {
        "name": name,
        "number": number,
        "status": Status.PENDING,
        "seconds": 0.0,
        "tables": {},
        "checks": [],
    }


def _new_folder(runs: Path, mode: Mode) -> Path:
    """
    A folder named by the second, of the next one that no run has.

    Ids are sorted to tell which run came first, so no two may differ by mode alone.
    """
    moment = now()
    try:
        runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(60):
            second = f"{moment:%Y%m%dT%H%M%SZ}"
            if not any(runs.glob(f"{second}-*")):
                folder = runs / f"{second}-{mode}"
                with suppress(FileExistsError):
                    folder.mkdir(mode=0o700)
                    return folder
            moment += timedelta(seconds=1)
    except OSError as error:
        raise _unusable(runs, error) from None
    raise UsageError(
        "Sixty runs were opened within a minute.", hint="wait a minute", id="R219"
    )


def remove_unopened(settings: Settings) -> None:
    """Remove what is left of runs that were killed before they had a record."""
    folders: list[Path] = []
    with suppress(OSError):  # told where the next run's is made
        folders += settings.runs.glob("*")
    for folder in folders:
        if not _MADE_HERE.fullmatch(folder.name) or (folder / MANIFEST).exists():
            continue
        with suppress(OSError):
            remove_unfinished(folder)
            if time.time() - folder.stat().st_mtime > _OPENED_SECONDS:
                folder.rmdir()  # but one that holds anything


def load(settings: Settings, run_id: str) -> Run:
    """
    The run named *run_id*.

    Raises:
        UsageError: there is none; the message names the nearest.
        DamagedRecord: its ``run.json`` cannot be read, or is of another version.
    """
    folder = settings.runs / run_id
    if not _RUN_ID.fullmatch(run_id) or not (folder / MANIFEST).is_file():
        raise UsageError(
            f"There is no run {shortened(run_id)!r} in {settings.runs}."
            + did_you_mean(run_id, all_run_ids(settings)),
            hint="reimport runs",
            id="R220",
        )
    manifest = read_manifest(folder)
    parameters = manifest["parameters"]
    return Run(
        run_id,
        folder,
        manifest["mode"],
        settings,
        tuple(parameters["phases"]),
        parameters["reviewed"],
        dict(parameters["gates"]),
        parameters["strict"],
        parameters["clean_slate"],
        parameters.get("keep", False),
        parameters.get("again", ""),
        parameters.get("newer_source", False),
    )


def all_run_ids(settings: Settings) -> list[str]:
    """
    Run ids in the runs folder, oldest first; the example report is not one.

    Raises:
        SettingsError: the runs folder is there and cannot be read, or is a file.
    """
    try:
        return sorted(
            folder.name
            for folder in settings.runs.iterdir()
            if folder.name[:8].isdigit() and (folder / MANIFEST).is_file()
        )
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unusable(settings.runs, error) from None


def _unusable(folder: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"The runs folder {folder} cannot be used: {error.strerror}.",
        hint="set REIMPORT_RUNS to a folder of your own",
        id="R221",
    )


def found(settings: Settings) -> tuple[list[Run], dict[str, DamagedRecord]]:
    """All runs, oldest first; and those whose record cannot be read, with what is."""
    readable, damaged = [], {}
    for run_id in all_run_ids(settings):
        try:
            readable.append(load(settings, run_id))
        except DamagedRecord as error:
            damaged[run_id] = error
    return readable, damaged


def readable(settings: Settings) -> list[Run]:
    """The runs whose record can be read, oldest first."""
    return found(settings)[0]


def newest(
    settings: Settings, mode: Mode | None = None, *, statuses: frozenset[Status]
) -> Run | None:
    """
    The newest run of *mode* in one of *statuses*.

    None where there is none, or where it may be a later one, whose record is damaged.
    """
    readable, damaged = found(settings)
    for run in reversed(readable):
        if (mode is None or run.mode is mode) and run.status in statuses:
            return None if any(run_id > run.run_id for run_id in damaged) else run
    return None


def is_abandoned(run: Run) -> bool:
    """It says that it is running, and gives no sign of life: it was killed."""
    return (
        run.status is Status.RUNNING
        and not lock.is_executed(run)
        and heartbeat.is_silent(run.folder, run.settings.silent_seconds)
    )


def is_cut_off(run: Run) -> bool:
    """It has ended, and whoever ended it was killed before that was all sealed."""
    has_ended = run.status not in AT_WORK and not lock.is_executed(run)
    return has_ended and not evidence.is_closed(run.folder)


def pseudonym_key(settings: Settings) -> bytes:
    """The installation's key for pseudonyms."""
    return installation_key(settings.runs)
