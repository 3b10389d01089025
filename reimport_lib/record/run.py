"""A run: its folder, what it was opened with, and its record, which is written here.

No Django. ``run.json`` is a projection of what the ledger says, written by whoever
works on the run: always under a lock, always whole, and by the methods below alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import cast

from reimport_lib.checks import Check
from reimport_lib.config import Settings
from reimport_lib.errors import Refused
from reimport_lib.plan.signoffs import Leaning, OpenedLimit
from reimport_lib.record import events, evidence, seal
from reimport_lib.record.clock import boot, now
from reimport_lib.record.events import Event
from reimport_lib.record.manifest import (
    MANIFEST,
    Attempt,
    BackupRecord,
    Counts,
    Database,
    LinkCounts,
    Manifest,
    PhaseEntry,
    Replanning,
    SourceRecord,
    Undoing,
    UndoProof,
    Worklist,
    forget_end,
    going_back,
    phase_of,
    read_manifest,
    seconds_of,
)
from reimport_lib.record.status import (
    STEPS_OF_A_PHASE,
    STEPS_OF_A_RUN,
    Mode,
    Return,
    Status,
    step,
)

REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class Run:
    """One execution.

    Attributes:
        run_id: name of its folder, ``20261122T101500Z-full``.
        phases: names of the phases it runs, in order.
        reviewed: run id of the rehearsal whose plans it applies; empty in a rehearsal.
        gates: limits set for this run, ``TABLE.NAME`` -> value.
        clean_slate: delete what earlier imports left and overwrite every managed field.
        keep: what was written stays where a later phase fails.
        again: of a rehearsal that reviews another one again, since rows moved: which.
        newer_source: and it freezes the source anew, instead of taking that one's.
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
    keep: bool = False
    again: str = ""
    newer_source: bool = False

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

    def manifest(self) -> Manifest:
        """``run.json`` as it stands now."""
        return read_manifest(self.folder)

    @property
    def status(self) -> Status:
        """Where the run stands now."""
        return self.manifest()["status"]

    def require_seal(self) -> None:
        """
        Nobody but this program has written the record since the run was opened.

        Raises:
            Refused: somebody has, or the key of the runs folder is another.
        """
        key = seal.installation_key(self.settings.runs)
        if not seal.holds(self.manifest(), key):
            raise Refused(
                f"The record of {self.run_id}, {MANIFEST}, is not as it was written:"
                " somebody changed it, or the key in the runs folder is another.",
                hint=f"put {MANIFEST} and {seal.KEY_FILE} back from a copy, or rehearse"
                " again: reimport run --dry-run",
                id="R321",
            )

    def phase(self, name: str) -> PhaseEntry:
        """The entry of phase *name* in ``run.json``."""
        return phase_of(self.manifest(), name)

    def tell(self, event: Event) -> None:
        """Write *event* at the end of ``events.jsonl``."""
        events.append(self.folder, event)

    def begin(self) -> None:
        """It is at work; what stopped it before is no longer what stops it."""
        with self._changed() as manifest:
            self._take(manifest, Status.RUNNING)
            forget_end(manifest)

    def end(
        self,
        status: Status,
        *,
        seconds: float,
        error: str = "",
        goes_back: bool = False,
        paused: bool = False,
    ) -> None:
        """
        Its command ends: in *status*, with the error of the phase that stopped.

        Args:
            error: of a run that has no phases.
            goes_back: what it wrote is to be taken back; paused: somebody asked for it.
        """
        with self._changed() as manifest:
            self._take(manifest, status)
            manifest["finished_at"] = now().isoformat()
            manifest["seconds"] = round(manifest.get("seconds", 0.0) + seconds, 2)
            errors = (entry.get("error", "") for entry in manifest["phases"])
            manifest["error"] = next(filter(None, errors), error)
            if goes_back:
                manifest["going_back"] = going_back(Return.BEGUN)
            if paused:
                manifest["paused"] = True
        self.tell(events.RunFinished(status))

    def begin_phase(self, name: str) -> None:
        """Phase *name* is at work, and the run with it; its seconds count from here."""
        with self._changed() as manifest:
            self._take(manifest, Status.RUNNING)
            forget_end(manifest)
            entry = self._take_phase(manifest, name, Status.RUNNING)
            entry["started"] = time.time()
            entry["ticks"] = time.monotonic()
            entry["boot"] = boot()
            entry["checks"], entry["error"] = [], ""
        self.tell(events.PhaseStarted(name))

    def end_phase(
        self,
        name: str,
        status: Status,
        *,
        error: str = "",
        committed: str = "",
        goes_on: bool = False,
    ) -> bool:
        """
        Phase *name* ends in *status*.

        Args:
            committed: when it wrote, by the ledger, where it does not succeed.
            goes_on: what stopped it passes, and says nothing against the run.

        Returns:
            Whether the run ended with it: it was the last, or it did not succeed.
        """
        with self._changed() as manifest:
            entry = self._take_phase(manifest, name, status)
            entry["seconds"] = round(seconds_of(entry), 2)
            entry["error"] = error
            if committed:
                entry["committed"] = committed
            if goes_on:
                entry["goes_on"] = True
            left = [e for e in manifest["phases"] if e["status"] != Status.SUCCEEDED]
            has_ended = not left or status is not Status.SUCCEEDED
            if has_ended:
                self._take(manifest, status)
                manifest["error"] = error
        self.tell(events.PhaseFinished(name, status, evidence.root(self.folder)))
        return has_ended

    def keep_attempt(self, name: str, attempt: Attempt) -> None:
        """What the last attempt at phase *name* left; then nobody has begun it."""
        with self._changed() as manifest:
            entry = self._take_phase(manifest, name, Status.PENDING)
            entry.setdefault("attempts", []).append(attempt)
            entry["seconds"] = 0.0
            entry["error"] = ""
            entry.pop("started", None)
            entry.pop("ticks", None)
            entry.pop("goes_on", None)
            entry.pop("boot", None)
            entry.pop("notebook", None)
            entry.pop("notebook_sha256", None)
        self.tell(events.AttemptKept(name, attempt["number"], attempt["status"]))

    def record_checks(self, name: str, checks: Iterable[Check]) -> None:
        """What was checked in phase *name*."""
        with self._changed() as manifest:
            phase_of(manifest, name)["checks"] = [each.as_json() for each in checks]

    def record_plans(
        self,
        name: str,
        *,
        tables: Mapping[str, Counts],
        digests: Mapping[str, str],
        links: Mapping[str, list[LinkCounts]] | None = None,
        rows_sha256: str = "",
    ) -> None:
        """What phase *name* is going to do, table by table; of the file row by row."""
        with self._changed() as manifest:
            entry = phase_of(manifest, name)
            entry["tables"] = dict(tables)
            entry["plan_digests"] = dict(digests)
            entry["row_plans_sha256"] = rows_sha256
            if links is not None:
                entry["links"] = dict(links)

    def record_signoffs(self, signed: Iterable[OpenedLimit]) -> None:
        """The limits that people opened, as this run is held to them."""
        with self._changed() as manifest:
            manifest["signoffs"] = [each.to_json() for each in signed]

    def record_leanings(self, name: str, leanings: Sequence[Leaning]) -> None:
        """What phase *name* passed by a sign-off alone."""
        with self._changed() as manifest:
            phase_of(manifest, name)["leans_on"] = list(leanings)

    def record_held(self, name: str, held: Mapping[str, int]) -> None:
        """What phase *name* kept from leaving the house, by kind."""
        with self._changed() as manifest:
            phase_of(manifest, name)["held"] = dict(held)

    def record_notebook(self, name: str, notebook: str, sha256: str) -> None:
        """The executed notebook of phase *name*, and its digest."""
        with self._changed() as manifest:
            entry = phase_of(manifest, name)
            entry["notebook"] = notebook
            entry["notebook_sha256"] = sha256

    def record_source(
        self,
        source: SourceRecord,
        *,
        digest: str,
        as_of: str,
        as_of_from: str,
        database: Mapping[str, str],
    ) -> None:
        """What the run is made of and for, and its clock."""
        with self._changed() as manifest:
            manifest["as_of"] = as_of
            manifest["as_of_from"] = as_of_from
            manifest["snapshot_digest"] = digest
            manifest["source"] = source
            manifest["database"] = cast(Database, dict(database))

    def record_target(self, digests: Mapping[str, str]) -> None:
        """Table -> digest of the managed rows that the run found."""
        with self._changed() as manifest:
            manifest["target_digests"] = dict(digests)

    def record_backup(self, made: BackupRecord) -> None:
        """The backup by which the run can be taken back."""
        with self._changed() as manifest:
            manifest["backup"] = made

    def with_gates(self, gates: Mapping[str, float], *, set_here: Sequence[str]) -> Run:
        """The run with those *gates*; *set_here*: the places that a notebook set."""
        with self._changed() as manifest:
            manifest["parameters"]["gates"] = dict(gates)
            manifest["gates_from_notebooks"] = sorted(set_here)
        return replace(self, gates=dict(gates))

    def take_back(self, *, to: str, backup: str) -> None:
        """The database is again what it was at the moment *to*; digest of *backup*."""
        with self._changed() as manifest:
            self._take(manifest, Status.ROLLED_BACK)
            manifest["taken_back"] = {"to": to, "at": now().isoformat()}
        self.tell(events.Restored(backup))

    def record_undo_proof(self, proof: UndoProof) -> None:
        """Whether undoing it leads back to the start, tried on its copy."""
        with self._changed() as manifest:
            manifest["undo_proof"] = proof
        verdict = proof["check"]["verdict"]
        self.tell(events.UndoRehearsed(verdict, proof["seconds"]))

    def record_undoing(self, by: str, rows: Mapping[str, int]) -> None:
        """The run *by* took this one back; outcome -> *rows*."""
        with self._changed() as manifest:
            made: Undoing = {"by": by, "at": now().isoformat(), "rows": dict(rows)}
            manifest.setdefault("undone", []).append(made)
        self.tell(events.RunUndone(by))

    def record_putting_back(self, by: str, rows: Mapping[str, int]) -> None:
        """The run *by* put back what people had done; outcome -> *rows*."""
        with self._changed() as manifest:
            made: Undoing = {"by": by, "at": now().isoformat(), "rows": dict(rows)}
            manifest.setdefault("put_back", []).append(made)
        self.tell(events.WorkPutBack(by))

    def go_back(self, state: Return, *, by: str = "", why: str = "") -> None:
        """How far it has taken back what it wrote."""
        with self._changed() as manifest:
            manifest["going_back"] = going_back(state, by=by, why=why)
        self.tell(events.WentBack(state, by))

    def record_replanning(self, found: Replanning) -> None:
        """What is planned otherwise than in the run that this one reviews again."""
        with self._changed() as manifest:
            manifest["replanned"] = found

    def record_worklist(self, found: Worklist) -> None:
        """What of it somebody has to look at."""
        with self._changed() as manifest:
            manifest["worklist"] = found

    def record_expiry(self, at: datetime) -> None:
        """It was found too old to be applied, and stays so."""
        with self._changed() as manifest:
            manifest["expired"] = at.isoformat()

    def record_rejection(self, *, by: str, why: str) -> None:
        """Somebody looked at it, and it is not to be applied."""
        with self._changed() as manifest:
            manifest["rejected"] = {"by": by, "why": why, "at": now().isoformat()}
        self.tell(events.RunRejected())

    def record_pruning(self) -> None:
        """Copy, snapshot or backup are gone."""
        with self._changed() as manifest:
            manifest["pruned"] = now().isoformat()
        self.tell(events.RunPruned())

    def part_from_database(self, why: str) -> None:
        """Another database lies where the run's did: it is no longer compared with."""
        with self._changed() as manifest:
            if "database" in manifest:
                manifest["database"]["replaced"] = why

    def _take(self, manifest: Manifest, status: Status) -> None:
        manifest["status"] = step(
            manifest["status"],
            status,
            steps=STEPS_OF_A_RUN,
            run_id=self.run_id,
            what="it",
        )

    def _take_phase(self, manifest: Manifest, name: str, status: Status) -> PhaseEntry:
        entry = phase_of(manifest, name)
        entry["status"] = step(
            entry["status"],
            status,
            steps=STEPS_OF_A_PHASE,
            run_id=self.run_id,
            what=f"its phase {name}",
        )
        return entry

    def _changed(self) -> AbstractContextManager[Manifest]:
        """The manifest, under its lock; written where the block comes to its end."""
        return evidence.changed_record(self.folder, self.settings.runs)
