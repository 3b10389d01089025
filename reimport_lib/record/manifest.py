"""The manifest of a run, ``run.json``: its shape, and reading it.

An interface: programs read the file, so its names and kinds stay. What is lacking in
some records, as of a phase that has not run, is ``NotRequired``. Only ``record.run``
and ``record.runs`` write it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NotRequired, TypedDict

from reimport_lib.checks import CheckRecord
from reimport_lib.errors import ReimportError
from reimport_lib.record.shape import Misfit, fitted
from reimport_lib.record.status import Mode, Status

MANIFEST = "run.json"


class DamagedRecord(ReimportError):
    """The record of a run cannot be read; its other files are as they were."""


class Counts(TypedDict):
    """What became of the rows of one table in one phase."""

    source_rows: int
    blank_rows: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    deleted: int
    kept: int
    reasons: dict[str, int]
    notes: dict[str, int]


class LinkCounts(TypedDict):
    """How many of the links that rows name were found."""

    name: str
    found: int
    named: int
    checked: bool


class Attempt(TypedDict):
    """An attempt at a phase that did not succeed; "" is what it has none of."""

    number: int
    status: Status
    error: str
    started_at: str
    ended_at: str
    seconds: float
    notebook: str
    notebook_sha256: str
    page: str


class PhaseEntry(TypedDict):
    """One phase of a run; ``tables``, ``links`` and ``plan_digests`` are its plan."""

    name: str
    number: int
    status: Status
    seconds: float
    tables: dict[str, Counts]
    checks: list[CheckRecord]
    started: NotRequired[float]  # seconds since 1970
    ticks: NotRequired[float]  # the same moment by a clock that nobody sets
    error: NotRequired[str]
    committed: NotRequired[str]  # by the ledger, and yet it did not succeed
    links: NotRequired[dict[str, list[LinkCounts]]]
    plan_digests: NotRequired[dict[str, str]]
    notebook: NotRequired[str]
    notebook_sha256: NotRequired[str]
    attempts: NotRequired[list[Attempt]]


class Parameters(TypedDict):
    """What a run was opened with; see ``record.run.Run``."""

    phases: list[str]
    reviewed: str
    gates: dict[str, float]
    strict: bool
    clean_slate: bool


class SourceTable(TypedDict):
    """The export of one table, as it was frozen."""

    file: str
    way: str
    sha256: str
    bytes: int
    rows: int
    blank_rows: NotRequired[int]
    distinct_keys: NotRequired[int | None]
    columns: NotRequired[int]
    digest: NotRequired[str]
    certificate: NotRequired[list[CheckRecord]]


class SourceObjects(TypedDict):
    """The listing of one prefix of the bucket, as it was frozen."""

    name: NotRequired[str]
    prefix: str
    objects: int
    size_bytes: int
    digest: str


class SourceRecord(TypedDict):
    tables: dict[str, SourceTable]
    objects: dict[str, SourceObjects]


class BackupRecord(TypedDict):
    """The backup by which a run can be taken back, and the run whose folder has it."""

    run: str
    server: NotRequired[str]
    client: NotRequired[str]
    file: str
    bytes: int
    sha256: str
    rows: int
    tables: int
    digest: str
    made_at: str


class Confirmation(TypedDict):
    """Who said yes to which word, how and when."""

    word: str
    how: str
    by: str
    at: str


class TakenBack(TypedDict):
    """When the database was put back, and to what it was at which moment."""

    to: str
    at: str


class UndoRecord(TypedDict):
    """Which run an undo takes back, how much of it, and model -> outcome -> rows."""

    of: str
    digest: str
    narrowed: dict[str, str]
    counts: dict[str, dict[str, int]]


class Undoing(TypedDict):
    """An undo of this run: its run, when, and outcome -> rows."""

    by: str
    at: str
    rows: dict[str, int]


class Database(TypedDict):
    """What tells the real database apart; see ``write.identity``."""

    name: str
    engine: NotRequired[str]
    server: NotRequired[str]
    migrations: NotRequired[str]
    replaced: NotRequired[str]


class Opening(TypedDict):
    """What is known of a run when it is opened, beside its parameters."""

    versions: NotRequired[dict[str, str]]
    settings: NotRequired[dict[str, str | int]]
    database: NotRequired[Database]
    confirmed: NotRequired[Confirmation]
    undo: NotRequired[UndoRecord]
    reviewed_seal: NotRequired[str]  # of the record of the rehearsal, when approved


class Manifest(Opening):
    """``run.json``; moments are ISO text in UTC, "" before they are known."""

    run_id: str
    mode: Mode
    status: Status
    created_at: str
    as_of: str
    parameters: Parameters
    phases: list[PhaseEntry]
    origin: NotRequired[str]  # a random word: two folders may hold one run_id
    seal: NotRequired[str]  # over all else; see record.seal
    as_of_from: NotRequired[str]
    snapshot_digest: NotRequired[str]
    source: NotRequired[SourceRecord]
    target_digests: NotRequired[dict[str, str]]
    backup: NotRequired[BackupRecord]
    gates_from_notebooks: NotRequired[list[str]]
    error: NotRequired[str]
    finished_at: NotRequired[str]
    seconds: NotRequired[float]
    taken_back: NotRequired[TakenBack]
    undone: NotRequired[list[Undoing]]
    pruned: NotRequired[str]


def read_manifest(folder: Path) -> Manifest:
    """
    The manifest of the run in *folder*.

    Raises:
        DamagedRecord: it cannot be read, is cut off, or is not of this shape, as that
            of another version may be.
    """
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        return fitted(json.loads(text), Manifest)
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
    except (ValueError, RecursionError):
        why = "is cut off, or no JSON"
    except Misfit as misfit:
        why = f"is damaged, or of another version: {misfit}"
    raise DamagedRecord(
        f"{folder.name}: its record {MANIFEST} {why}.",
        hint=f"put {MANIFEST} back from a copy, or begin anew: reimport run --dry-run; "
        "the other files of the run are as they were",
        id="R218",
    )
