"""What was looked at again after an import, and when the next look is due.

Kept beside the runs, as what a run left is sealed: a file for each run in ``.watched``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reimport_lib.private_files import unwritable, write_json
from reimport_lib.record import expiry
from reimport_lib.record.outbox import Message, Occasion
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status

FOLDER = ".watched"
AFTER_HOURS = (1, 6, 24)


@dataclass(frozen=True, slots=True)
class Look:
    """
    One look at the database after an import.

    Attributes:
        hours: which of ``AFTER_HOURS`` it was for; () where somebody asked for it.
        moved: checks that held then and do not now, and what was found.
        unseen: checks that could not be made now; checks: all that were.
        edited: table -> rows that people have changed since, as they may.
    """

    at: str
    hours: tuple[int, ...]
    moved: Mapping[str, str]
    unseen: tuple[str, ...]
    checks: int
    edited: Mapping[str, int]


def due(run: Run, moment: datetime) -> tuple[int, ...]:
    """Which of ``AFTER_HOURS`` are over for *run* and were not looked at."""
    ended = expiry.planned_at(run.manifest())  # its last phase, by a notebook as well
    done = {hours for look in looks(run) for hours in look.hours}
    over = [h for h in AFTER_HOURS if moment - ended >= timedelta(hours=h)]
    return tuple(hours for hours in over if hours not in done)


def looks(run: Run) -> list[Look]:
    """Those that were kept, oldest first; none of a file that cannot be read."""
    return [
        Look(
            each["at"],
            tuple(each["hours"]),
            each["moved"],
            tuple(each["unseen"]),
            each["checks"],
            each["edited"],
        )
        for each in _read(run).get("looks", [])
    ]


def messages(run: Run) -> list[Message]:
    """What is to be told of looks that found something."""
    return list(_read(run).get("messages", []))


def keep(run: Run, look: Look) -> None:
    """
    Add *look* to those of *run*; what one that was due has found is to be told.

    Raises:
        ReimportError: the runs folder cannot be written.
    """
    held = _read(run)
    told = held.get("messages", [])
    if look.moved and look.hours:
        told = [*told, _message(run, look, len(told) + 1)]
    path = path_of(run)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None
    found = [*held.get("looks", []), asdict(look)]
    write_json(path, {"looks": found, "messages": told})


def path_of(run: Run) -> Path:
    return run.settings.runs / FOLDER / f"{run.run_id}.json"


def _message(run: Run, look: Look, number: int) -> Message:
    manifest = run.manifest()
    entries = manifest["phases"]
    return {
        "occasion": Occasion.MOVED,
        "phase": "",
        "number": number,
        "at": look.at,
        "mode": Mode.FULL,
        "state": str(manifest["status"]),
        "done": sum(e["status"] is Status.SUCCEEDED for e in entries),
        "phases": len(entries),
        "has_written": True,
        "counts": {"moved": len(look.moved)},
        "digest": manifest.get("evidence_root", ""),
    }


def _read(run: Run) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        held = json.loads(path_of(run).read_text(encoding="utf-8"))
        if isinstance(held, dict):
            return held
    return {}
