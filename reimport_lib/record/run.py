"""A run: its folder, what it was opened with, and its record, which is written here.

No Django. ``run.json`` is a projection of what the ledger says, written by whoever
works on the run: always under a lock, always whole, and by the methods below alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from reimport_lib.checks import Check
from reimport_lib.config import Settings
from reimport_lib.errors import Refused
from reimport_lib.private_files import lock, private_open, write_json
from reimport_lib.record import events, seal
from reimport_lib.record.clock import now
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
    SourceRecord,
    Undoing,
    read_manifest,
)
from reimport_lib.record.status import (
    STEPS_OF_A_PHASE,
    STEPS_OF_A_RUN,
    Mode,
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
        return _entry(self.manifest(), name)

    def tell(self, event: Event) -> None:
        """Write *event* at the end of ``events.jsonl``."""
        events.append(self.folder, event)

    def begin(self) -> None:
        """It is at work; what stopped it before is no longer what stops it."""
        with self._changed() as manifest:
            self._take(manifest, Status.RUNNING)
            manifest["error"] = ""

    def end(self, status: Status, *, seconds: float, error: str = "") -> None:
        """
        Its command ends: in *status*, with the error of the phase that stopped.

        Args:
            error: of a run that has no phases.
        """
        with self._changed() as manifest:
            self._take(manifest, status)
            manifest["finished_at"] = now().isoformat()
            manifest["seconds"] = round(manifest.get("seconds", 0.0) + seconds, 2)
            errors = (entry.get("error", "") for entry in manifest["phases"])
            manifest["error"] = next(filter(None, errors), error)
        self.tell(events.RunFinished(status))

    def begin_phase(self, name: str) -> None:
        """Phase *name* is at work, and the run with it; its seconds count from here."""
        with self._changed() as manifest:
            self._take(manifest, Status.RUNNING)
            manifest["error"] = ""
            entry = self._take_phase(manifest, name, Status.RUNNING)
            entry["started"] = time.time()
            entry["ticks"] = time.monotonic()
            entry["checks"] = []
            entry["error"] = ""
        self.tell(events.PhaseStarted(name))

    def end_phase(
        self, name: str, status: Status, *, error: str = "", committed: str = ""
    ) -> bool:
        """
        Phase *name* ends in *status*.

        Args:
            committed: when it wrote, by the ledger, where it does not succeed.

        Returns:
            Whether the run ended with it: it was the last, or it did not succeed.
        """
        with self._changed() as manifest:
            entry = self._take_phase(manifest, name, status)
            entry["seconds"] = round(_seconds(entry), 2)
            entry["error"] = error
            if committed:
                entry["committed"] = committed
            left = [e for e in manifest["phases"] if e["status"] != Status.SUCCEEDED]
            has_ended = not left or status is not Status.SUCCEEDED
            if has_ended:
                self._take(manifest, status)
                manifest["error"] = error
        self.tell(events.PhaseFinished(name, status))
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
            entry.pop("notebook", None)
            entry.pop("notebook_sha256", None)
        kept = events.AttemptKept(name, attempt["number"], attempt["status"])
        self.tell(kept)

    def record_checks(self, name: str, checks: Iterable[Check]) -> None:
        """What was checked in phase *name*."""
        with self._changed() as manifest:
            found = [check.as_json() for check in checks]
            _entry(manifest, name)["checks"] = found

    def record_plans(
        self,
        name: str,
        *,
        tables: Mapping[str, Counts],
        digests: Mapping[str, str],
        links: Mapping[str, list[LinkCounts]] | None = None,
    ) -> None:
        """What phase *name* is going to do, table by table."""
        with self._changed() as manifest:
            entry = _entry(manifest, name)
            entry["tables"] = dict(tables)
            entry["plan_digests"] = dict(digests)
            if links is not None:
                entry["links"] = dict(links)

    def record_notebook(self, name: str, notebook: str, sha256: str) -> None:
        """The executed notebook of phase *name*, and its digest."""
        with self._changed() as manifest:
            entry = _entry(manifest, name)
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

    def record_undoing(self, by: str, rows: Mapping[str, int]) -> None:
        """The run *by* took this one back; outcome -> *rows*."""
        with self._changed() as manifest:
            made: Undoing = {"by": by, "at": now().isoformat(), "rows": dict(rows)}
            manifest.setdefault("undone", []).append(made)
        self.tell(events.RunUndone(by))

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
        entry = _entry(manifest, name)
        entry["status"] = step(
            entry["status"],
            status,
            steps=STEPS_OF_A_PHASE,
            run_id=self.run_id,
            what=f"its phase {name}",
        )
        return entry

    @contextmanager
    def _changed(self) -> Iterator[Manifest]:
        """The manifest, under its lock; written where the block comes to its end."""
        with private_open(self.folder / ".lock", "a") as file:
            lock(file)
            manifest = read_manifest(self.folder)
            key = seal.installation_key(self.settings.runs)
            is_ours = seal.holds(manifest, key)
            yield manifest
            written = seal.sealed(manifest, key) if is_ours else manifest
            write_json(self.folder / MANIFEST, written)


def _entry(manifest: Manifest, name: str) -> PhaseEntry:
    return next(entry for entry in manifest["phases"] if entry["name"] == name)


def _seconds(entry: PhaseEntry) -> float:
    """Since the phase began; by the other clock where the machine was restarted."""
    now = time.monotonic()
    ticks = entry.get("ticks", now)
    if ticks <= now:
        return now - ticks
    return max(0.0, time.time() - entry.get("started", time.time()))
