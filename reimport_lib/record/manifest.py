"""The manifest of a run, ``run.json``: its shape, and reading it.

An interface: programs read the file, so its names and kinds stay. What is lacking in
some records, as of a phase that has not run, is ``NotRequired``. Only ``record.run``
and ``record.runs`` write it.
"""

from __future__ import annotations

import json
import pickle
import time
from functools import lru_cache
from pathlib import Path
from typing import NotRequired, TypedDict

from reimport_lib.checks import CheckRecord
from reimport_lib.errors import ReimportError
from reimport_lib.plan.signoffs import Leaning, SignOffRecord
from reimport_lib.record.clock import now
from reimport_lib.record.leaks import Privacy
from reimport_lib.record.outbox import Message
from reimport_lib.record.sample_figures import SampleFigures
from reimport_lib.record.shape import Misfit, fitted
from reimport_lib.record.status import Mode, Return, Status

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
    boot: NotRequired[str]  # of the start of the machine that those count from
    error: NotRequired[str]
    committed: NotRequired[str]  # by the ledger, and yet it did not succeed
    goes_on: NotRequired[bool]  # what stopped it passes: kill, lost database, disk
    links: NotRequired[dict[str, list[LinkCounts]]]
    plan_digests: NotRequired[dict[str, str]]
    row_plans_sha256: NotRequired[str]  # of the file that says it row by row
    leans_on: NotRequired[list[Leaning]]
    held: NotRequired[dict[str, int]]  # kind -> what did not leave while it wrote
    notebook: NotRequired[str]
    notebook_sha256: NotRequired[str]
    attempts: NotRequired[list[Attempt]]


class Parameters(TypedDict):
    """What a run was opened with; see ``record.run.Run``."""

    keep: NotRequired[bool]
    phases: list[str]
    reviewed: str
    gates: dict[str, float]
    strict: bool
    clean_slate: bool
    again: NotRequired[str]
    newer_source: NotRequired[bool]


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
    written_at: NotRequired[str]


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
    place: NotRequired[str]


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


class Staying(TypedDict):
    """How many rows of a model an undo leaves, and why; ``what`` names no data."""

    model: str
    outcome: str
    why: str
    what: str
    rows: int


class UndoRecord(TypedDict):
    """Which run an undo takes back, how much of it, and model -> outcome -> rows."""

    of: str
    digest: str
    narrowed: dict[str, str]
    counts: dict[str, dict[str, int]]
    stays: NotRequired[list[Staying]]


class UndoProof(TypedDict):
    """
    How a rehearsal was undone on its copy, which was then left as it is.

    ``rows``: outcome -> rows, of ``models`` models; ``differ``: tables that did not
    come back to what they were. ``seconds``: of the undo, without comparing.
    """

    rows: dict[str, int]
    models: int
    differ: list[str]
    seconds: float
    check: CheckRecord


class Replanning(TypedDict):
    """
    What a rehearsal that reviews another one again found to be otherwise.

    Attributes:
        of: the run reviewed before; moved: rows that moved since, of both sides.
        rows: planned otherwise; unexplained: of those, the ones that neither moved nor
            hang on one that did.
    """

    of: str
    moved: int
    rows: int
    unexplained: int


class WorkCounts(TypedDict):
    """How much of a worklist one action has: a line is one row and one code."""

    lines: int
    known: int
    lapsed: int


class Worklist(TypedDict):
    """
    What of the run somebody has to look at.

    Attributes:
        actions: action -> lines, of these those on which somebody has decided, and
            those of which a decision counts no more.
        without_doubt: rows that are left out and that no worklist names.
        files: name in the run's folder -> sha256 as it was written; the workbook, where
            one could be written, first.
    """

    actions: dict[str, WorkCounts]
    without_doubt: int
    files: dict[str, str]


class Rejection(TypedDict):
    """Who said of a rehearsal that it is not to be applied, why and when."""

    by: str
    why: str
    at: str


class Undoing(TypedDict):
    """An undo of this run: its run, when, and outcome -> rows."""

    by: str
    at: str
    rows: dict[str, int]


class GoingBack(TypedDict):
    """What a full run that failed has done by itself about what it had written."""

    state: Return
    at: str
    by: str  # the run that undoes it; "" before it is opened, or where none does
    why: str  # it stays; "" where it does not


class Database(TypedDict):
    """What tells the real database apart; see ``write.identity``."""

    name: str
    engine: NotRequired[str]
    server: NotRequired[str]
    migrations: NotRequired[str]
    replaced: NotRequired[str]


class Opening(TypedDict):
    """What is known of a run when it is opened, beside its parameters."""

    opened_by: NotRequired[str]  # who asked for it, else the account
    versions: NotRequired[dict[str, str]]
    settings: NotRequired[dict[str, str | int]]
    database: NotRequired[Database]
    confirmed: NotRequired[Confirmation]
    undo: NotRequired[UndoRecord]
    reviewed_seal: NotRequired[str]  # of the record of the rehearsal, when approved
    reviewed_root: NotRequired[str]  # of all that it left, when approved


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
    evidence_root: NotRequired[str]  # over what was sealed before; see record.evidence
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
    undo_proof: NotRequired[UndoProof]
    going_back: NotRequired[GoingBack]
    paused: NotRequired[bool]  # somebody asked for it, between two phases
    undone: NotRequired[list[Undoing]]
    replanned: NotRequired[Replanning]
    worklist: NotRequired[Worklist]
    samples: NotRequired[list[SampleFigures]]  # also long after it has ended
    privacy: NotRequired[Privacy]
    expired: NotRequired[str]
    rejected: NotRequired[Rejection]
    put_back: NotRequired[list[Undoing]]
    signoffs: NotRequired[list[SignOffRecord]]  # in force when the source was frozen
    pruned: NotRequired[str]
    messages: NotRequired[list[Message]]  # who is to be told what; see record.outbox


def has_gone_back(manifest: Manifest) -> bool:
    """The database holds nothing of what the run wrote: nobody can go on with it."""
    went = manifest.get("going_back", {}).get("state")
    is_back = went in (Return.UNDONE, Return.RESTORED)
    return is_back or manifest["status"] == Status.ROLLED_BACK


def forget_end(manifest: Manifest) -> None:
    """It is at work: what ended it before is no longer what ends it."""
    manifest["error"] = ""
    manifest.pop("going_back", None)
    manifest.pop("paused", None)


def going_back(state: Return, *, by: str = "", why: str = "") -> GoingBack:
    return {"state": state, "at": now().isoformat(), "by": by, "why": why}


def seconds_of(entry: PhaseEntry) -> float:
    """Since the phase began; by the other clock where the machine was restarted."""
    at = time.monotonic()
    ticks = entry.get("ticks", at)
    if ticks <= at:
        return at - ticks
    return max(0.0, time.time() - entry.get("started", time.time()))


def phase_of(manifest: Manifest, name: str) -> PhaseEntry:
    """The entry of phase *name*."""
    return next(entry for entry in manifest["phases"] if entry["name"] == name)


@lru_cache(maxsize=16)
def _packed(text: str) -> bytes:
    """A manifest that reads *text*; it is read some times for each that it changes."""
    return pickle.dumps(fitted(json.loads(text), Manifest))


def read_manifest(folder: Path) -> Manifest:
    """
    The manifest of the run in *folder*.

    Raises:
        DamagedRecord: it cannot be read, is cut off, or is not of this shape, as that
            of another version may be.
    """
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        found: Manifest = pickle.loads(_packed(text))  # noqa: S301 - packed below
        return found
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
