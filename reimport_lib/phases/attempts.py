"""Every attempt at a phase stays: what stopped it, when, its notebook and its page.

No Django. A phase that is tried again is entered anew in ``run.json``; what the attempt
before it left there is kept in its list ``attempts``, and its files get a name of their
own: ``03_patients.attempt-1.ipynb``.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

from reimport_lib.phases import named
from reimport_lib.private_files import sha256_of
from reimport_lib.record import evidence
from reimport_lib.record.manifest import Attempt, PhaseEntry
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status

CUT_OFF = "its process ended before it could say why"


class _Files(TypedDict):
    notebook: str
    notebook_sha256: str
    page: str


def keep_last(run: Run, name: str, *, by_runner: bool = False) -> None:
    """
    Keep what the last attempt at phase *name* left, so that the next finds none of it.

    Args:
        by_runner: nothing is executed yet, so that a notebook that lies there is of
            the attempt before; else it may be the one that is being executed.
    """
    entry = run.phase(name)
    if entry["status"] in (Status.PENDING, Status.SUCCEEDED):
        return
    number = len(entry.get("attempts", ())) + 1
    files = _files(run, name, number, entry, whole=by_runner)
    run.keep_attempt(name, _attempt(number, entry, files))


def _attempt(number: int, entry: PhaseEntry, files: _Files) -> Attempt:
    """The attempt that *entry* tells of: its status, its error, its times, *files*."""
    cut_off = entry["status"] == Status.RUNNING
    started = entry.get("started")
    seconds = 0.0 if cut_off else float(entry["seconds"])
    return {
        "number": number,
        "status": Status.INTERRUPTED if cut_off else entry["status"],
        "error": CUT_OFF if cut_off else entry.get("error", ""),
        "started_at": _iso(started) if started else "",
        "ended_at": _iso(started + seconds) if started and not cut_off else "",
        "seconds": seconds,
        **files,
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def _files(
    run: Run, name: str, number: int, entry: PhaseEntry, *, whole: bool
) -> _Files:
    """The names that its notebook and page have from now on; "" where it has none."""
    notebook = run.folder / named(name).notebook
    page = notebook.with_suffix(".html")
    digest = sha256_of(notebook) if notebook.is_file() else ""
    sealed = entry.get("notebook_sha256", "")
    ours = bool(digest) and (whole or digest == sealed or _has_ended(notebook))
    return {
        "notebook": _moved(notebook, number) if ours else "",
        "notebook_sha256": digest if ours else sealed,
        "page": _moved(page, number) if page.is_file() else "",
    }


def _moved(path: Path, number: int) -> str:
    target = path.with_name(f"{path.stem}.attempt-{number}{path.suffix}")
    path.replace(target)
    evidence.seal_file(path.parent, target)
    evidence.seal_file(path.parent, path, sha256=evidence.GONE)
    return target.name


def _has_ended(notebook: Path) -> bool:
    """papermill says in it when it ended; not while it is at work on it."""
    try:
        read: Any = json.loads(notebook.read_text(encoding="utf-8"))
        return read["metadata"]["papermill"]["end_time"] is not None
    except (OSError, ValueError, LookupError, TypeError):
        return False
