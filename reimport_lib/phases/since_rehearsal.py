"""What the database was when a rehearsal began, and whether it still is so."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from reimport_lib import workers
from reimport_lib.checks import Check, equal
from reimport_lib.config import load_settings
from reimport_lib.counting import several, verb
from reimport_lib.errors import Drifted, Refused
from reimport_lib.phases import list_drift, moved
from reimport_lib.phases.binding import reading
from reimport_lib.private_files import write_json
from reimport_lib.record import evidence, runs
from reimport_lib.record.run import Run
from reimport_lib.write import bind, decisions, managed_rows
from reimport_lib.write.managed_rows import ManagedDigest, managed_digest

FILE = "managed.json"
DECISIONS = "decisions.json"


def record(run: Run) -> None:
    """Keep what the plans depend on in the fresh copy, for the full run."""
    found = _managed(run, bind.DEFAULT)
    for path, held in (
        (run.backup_folder / FILE, found.to_json()),
        (run.backup_folder / DECISIONS, decisions.count()),
    ):
        write_json(path, held)
        evidence.seal_file(run.folder, path)
    list_drift.record(run)
    run.record_target(found.by_table)


def seen_by(rehearsal: Run) -> ManagedDigest:
    """
    The managed rows as *rehearsal* found them.

    Raises:
        Refused: what it saw is gone or damaged.
    """
    try:
        text = (rehearsal.backup_folder / FILE).read_text(encoding="utf-8")
        seen = ManagedDigest.from_json(json.loads(text))
        if seen.by_table == rehearsal.manifest().get("target_digests"):
            return seen
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass
    raise Refused(
        f"What {rehearsal.run_id} saw of the managed rows cannot be read: "
        f"{rehearsal.backup_folder.name}/{FILE} in its folder.",
        hint="reimport run --full, to rehearse and review again",
        id="R089",
    )


def drift(rehearsal: Run) -> pd.DataFrame:
    """
    What *rehearsal* saw otherwise in the real database, as ``moved`` has it.

    Of lists, every entry that people made, changed or deleted.
    """
    rows = seen_by(rehearsal).drift(managed_digest(bind.REAL))
    entries = list_drift.since(rehearsal).entries
    return moved.in_database(rehearsal, pd.concat([rows, entries], ignore_index=True))


def require_none(run: Run) -> list[Check]:
    """
    What the plans depend on is in the real database as the rehearsal saw it.

    Raises:
        Drifted: people have changed managed rows since, or entries of lists by which
            the source is found otherwise; the message names tables, counts and the
            first by pseudonym, and a file of the run every one.
        Refused: what the rehearsal saw is gone or damaged.
    """
    rehearsal = runs.load(run.settings, run.reviewed)
    _require_no_decisions(rehearsal)
    now = _managed(run, bind.REAL)
    rows = seen_by(rehearsal).drift(now)
    entries = list_drift.since(rehearsal).matters
    if len(rows) or len(entries):
        found = pd.concat([rows, entries], ignore_index=True)
        found = moved.in_database(rehearsal, found)
        path = moved.write(run.folder, found)
        both = (len(rows), "managed row"), (len(entries), "named list entry")
        told = " and ".join(several(many, noun) for many, noun in both if many)
        raise Drifted(
            f"{told} {verb(len(found), 'is', 'are')} not what {run.reviewed} saw: "
            f"{moved.counted(found)}. Nothing was written.",
            hint=f"reimport run --full --reviewed {run.reviewed} --accept-drift, which"
            f" plans them anew and shows how; every one is in {path}",
            id="R090",
        )
    run.record_target(now.by_table)
    return [
        equal(
            "managed rows that changed since the rehearsal",
            expected=0,
            actual=len(rows),
            id="C020",
        )
    ]


def _require_no_decisions(rehearsal: Run) -> None:
    """
    Raises:
        Refused: people have decided conflicts since *rehearsal* was made.
    """
    try:
        text = (rehearsal.backup_folder / DECISIONS).read_text(encoding="utf-8")
        made = decisions.count(alias=bind.REAL) - int(json.loads(text))
    except (OSError, ValueError, TypeError):
        return  # of another version: the digests of plans tell it phase by phase
    if made:
        raise Refused(
            f"{several(made, 'decision')} {verb(made, 'was', 'were')} made since"
            f" {rehearsal.run_id} was rehearsed. Nothing was written.",
            hint="decide first, then rehearse and review again: reimport run --full",
            id="R384",
        )


def _managed(run: Run, alias: str) -> ManagedDigest:
    """As ``managed_digest``, its tables shared out."""
    asked = [_TableAsked(run.run_id, table, alias) for table in managed_rows.tables()]
    found = workers.each(
        _rows, asked, here=lambda of: managed_rows.rows_of(of.table, of.alias)
    )
    return managed_rows.of_tables(dict(zip(managed_rows.tables(), found, strict=True)))


@dataclass(frozen=True, slots=True)
class _TableAsked:
    """One table of a database of a run."""

    run_id: str
    table: str
    alias: str


def _rows(asked: _TableAsked) -> dict[str, str]:
    with reading(runs.load(load_settings(), asked.run_id)):
        return managed_rows.rows_of(asked.table, asked.alias)
