"""What there is to compare: the snapshot, the ledger, the outcomes files, the database.

Nothing here writes. The phase that imported a table may be one of an earlier run, as
long as that run imported the very same snapshot and nothing was imported after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from django.apps import apps
from django.db.models import Count

from reimport_lib.backup.restoring import advice
from reimport_lib.checks import Check, Verdict, could_not_check
from reimport_lib.errors import ReimportError
from reimport_lib.prove import peoples
from reimport_lib.prove.columns import read
from reimport_lib.prove.recent import RecentFrames
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record import runs
from reimport_lib.record.manifest import Counts
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import KEY, METADATA, holding_of, unnamed
from reimport_lib.write.models import model_of

IMPORTED = ("created", "updated", "unchanged")
OUTCOMES = (*IMPORTED, "skipped", "rejected")
Answers = dict[str, list[Check]]
LEFT_OUT = frozenset({"local_edit", "made_by_people", "left_as_made"})
"""Reasons of rows that are in the database as people have them, and did not come in."""
DELETE = "delete"
DELETIONS = "deletions"
TECHNICAL = frozenset({"import_hash", "created_at", "updated_at"})
BESIDE = ("object_pk", "identity", "filemaker_id", "metadata")


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """
    What the import says became of the rows of one phase.

    Attributes:
        run_id: the run that did it; as_of: its clock.
        counts: table -> outcome -> rows, from the ledger.
        recorded: table -> counts, from that run's ``run.json``.
        files: table -> its outcomes file; empty where the run folder is gone.
    """

    phase: str
    run_id: str
    finished_at: datetime
    as_of: datetime
    counts: Mapping[str, Mapping[str, int]]
    outcomes_sha256: str
    recorded: Mapping[str, Counts]
    files: Mapping[str, Path]

    @property
    def sha256_of_files(self) -> str:
        """Over the outcomes files as they lie there, in the order of their names."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            digest.update(f"{name}\n".encode())
            digest.update(self.files[name].read_bytes())
        return digest.hexdigest()

    def rows(self, table: str) -> pd.DataFrame | None:
        """The outcomes file of *table*, all text but ``row``; None without one."""
        if table not in self.files:
            return None
        path, file = self.files[table], self.files[table].stat()
        name = f"{path} {file.st_mtime_ns} {file.st_size}"
        return _outcomes().get(name, lambda _: _read_outcomes(path))


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """
    Everything the checks of one run read.

    Attributes:
        accounts: phase -> what it did; absent: ``gaps`` says why.
        gaps: phase -> why there is nothing to compare with.
    """

    run: Run
    snapshot: Snapshot
    accounts: Mapping[str, Account]
    gaps: Mapping[str, Check]
    alias: str = DEFAULT
    _rows: RecentFrames = field(default_factory=RecentFrames)
    _kept: dict[str, peoples.PeoplesFields] = field(default_factory=dict)
    _answers: dict[str, Answers] = field(default_factory=dict)

    def source(self, table: str) -> pd.DataFrame:
        """The frozen texts of *table*; of a listing its objects."""
        is_listing = table in self.snapshot.manifest.objects
        read = self.snapshot.objects if is_listing else self.snapshot.table
        frames = _frames(self.snapshot.folder, self.snapshot.digest)
        return frames.get(table, read)

    def order_of(self, table: str) -> str:
        """The order of text dates that the source of *table* declares, or ""."""
        return self.snapshot.manifest.tables[table].declared_order

    def account(self, table: str) -> Account | None:
        return self.accounts.get(registry.by_name()[table].phase)

    def outcomes(self, table: str) -> pd.DataFrame | None:
        """The outcomes of *table*, as ``Account.rows``; None where there are none."""
        account = self.account(table)
        return account.rows(table) if account else None

    def imported(self, table: str) -> pd.DataFrame | None:
        """row, notes and target_id of the rows of *table* that came in."""
        rows = self.outcomes(table)
        return None if rows is None else rows[rows["outcome"].isin(IMPORTED)]

    def left_out(self, table: str) -> frozenset[str]:
        """target_id of rows that stayed out, as people had changed or made them."""
        rows = self.outcomes(table)
        if rows is None:
            return frozenset()
        return frozenset(rows.loc[rows["reason"].isin(LEFT_OUT), "target_id"])

    def left_alone(self, table: str) -> frozenset[str]:
        """target_id of rows in which the import left something as people had it."""
        kept = (ids for ids in self.kept_fields(table).values())
        return self.left_out(table).union(*kept)

    def kept_fields(self, table: str) -> peoples.PeoplesFields:
        """Managed field -> target_id -> note, of fields that people had changed."""
        if table not in self._kept:
            rows, account = self.imported(table), self.account(table)
            self._kept[table] = (
                {}
                if rows is None or account is None
                else peoples.kept(
                    table, rows, self.database(table), account.run_id, self.alias
                )
            )
        return self._kept[table]

    def database(self, table: str) -> pd.DataFrame:
        """
        Every row of *table* that came from FileMaker, read once where there is room.

        Returns:
            all columns but the technical ones, ``pk``, filemaker_id and metadata; index
            = the target_id of outcomes files; dtype object with Python's own values.
        """
        return self._rows.get(table, lambda name: _database_rows(name, self.alias))

    def keys(self, table: str) -> dict[Hashable, str]:
        """Primary key -> FileMaker key, of the rows that ``database`` has."""
        is_held = table in self._rows
        rows = self.database(table) if is_held else _keys(table, self.alias)
        return dict(zip(rows["pk"], rows[KEY], strict=True))

    def answer(self, question: TableQuestion, table: str) -> list[Check]:
        """The checks that *question* makes of *table*, asked once."""
        answers = self._answers.setdefault(table, {})
        if question.__module__ not in answers:
            answers[question.__module__] = question(self, table)
        return answers[question.__module__]

    def answers(self, table: str) -> Answers:
        """Module of a question -> the checks that it has made of *table*."""
        return self._answers.setdefault(table, {})

    def counted(self, table: str, attribute: str) -> dict[Any, int]:
        """Value of *attribute* -> rows of *table* that have it, whoever made them."""
        manager: Any = model_of(table)._base_manager
        rows = manager.using(self.alias).order_by().values_list(attribute)
        return dict(rows.annotate(Count("pk")))

    def kept(self, table: str) -> pd.DataFrame | None:
        """target_id, reason of rows that the delete phase kept; None: no such phase."""
        account = self.accounts.get(DELETE)
        rows = account.rows(DELETIONS) if account else None
        if rows is None:
            return None
        return rows[(rows["table"] == table) & (rows["outcome"] == "kept")]

    @property
    def remedy(self) -> str:
        """What to do where a row is not what it should be."""
        return advice(self.run)

    @property
    def unproven(self) -> tuple[str, ...]:
        """Phases of tables of the snapshot of which nobody says what became."""
        phases = {
            table.phase
            for table in registry.all_tables()
            if self.snapshot.has(table.name)
        } & self.gaps.keys()
        return tuple(phase for phase in self.gaps if phase in phases)

    def gap(self, name: str, table: str, *, id: str) -> Check:
        """The check called *name* as one that cannot be made."""
        why = self.gaps.get(registry.by_name()[table].phase)
        if why is None:
            return could_not_check(
                name, "the outcomes files of that run are gone", id=id
            )
        return Check(name, why.expected, why.actual, why.verdict, why.hint, id=id)


TableQuestion = Callable[[Evidence, str], list[Check]]
"""What a module asks of one table, and of no other's answers."""


def gather(run: Run, snapshot: Snapshot, *, alias: str = DEFAULT) -> Evidence:
    """The evidence for *run*, whose frozen source is *snapshot*."""
    accounts: dict[str, Account] = {}
    gaps: dict[str, Check] = {}
    for phase in (
        DELETE,
        *dict.fromkeys(table.phase for table in registry.all_tables()),
    ):
        account = _account(run, snapshot, phase, alias)
        if account is not None:
            accounts[phase] = account
        elif phase in run.phases:
            gaps[phase] = Check(
                phase,
                "a finished phase in the ledger",
                "none",
                Verdict.FAIL,
                f"reimport run --resume {run.run_id}",
                id="C043",
            )
        else:
            gaps[phase] = could_not_check(
                phase,
                "not in this run, nor imported last from this snapshot",
                id="C043",
            )
    return Evidence(run, snapshot, accounts, gaps, alias)


@lru_cache(maxsize=1)
def _frames(folder: Path, digest: str) -> RecentFrames:
    """What was read of a snapshot in this process: it never changes."""
    return RecentFrames()


@lru_cache(maxsize=1)
def _outcomes() -> RecentFrames:
    """The outcomes files that were read in this process, by path and time."""
    return RecentFrames()


def _read_outcomes(path: Path) -> pd.DataFrame:
    """An outcomes file; ``row`` as int, 0 for none, every other column as text."""
    frame = pd.read_csv(path, dtype=object, keep_default_na=False, na_filter=False)
    numbers = [int(row or 0) for row in frame["row"].to_numpy(dtype=object)]
    return frame.assign(row=numbers)


def _account(run: Run, snapshot: Snapshot, phase: str, alias: str) -> Account | None:
    model: Any = apps.get_model("ledger.LedgerPhase")
    phases = model.objects.using(alias)
    rows = phases.filter(name=phase).exclude(run__status="rolled-back")
    if phase in run.phases:
        rows = rows.filter(run_id=run.run_id)
    columns = ("run_id", "finished_at", "counts", "outcomes_sha256")
    newest = rows.order_by("-finished_at", "-pk")
    found = newest.values(*columns, "run__snapshot_digest", "run__as_of").first()
    if found is None or found["run__snapshot_digest"] != snapshot.digest:
        return None
    recorded, files = _from_folder(run, found["run_id"], phase)
    return Account(
        phase=phase,
        run_id=found["run_id"],
        finished_at=found["finished_at"],
        counts=found["counts"],
        outcomes_sha256=found["outcomes_sha256"],
        as_of=found["run__as_of"],
        recorded=recorded,
        files=files,
    )


def _from_folder(
    run: Run, run_id: str, phase: str
) -> tuple[dict[str, Counts], dict[str, Path]]:
    """What the folder of *run_id* says of *phase*; nothing where it is gone."""
    try:
        done = run if run_id == run.run_id else runs.load(run.settings, run_id)
        recorded = done.phase(phase)["tables"]
    except (ReimportError, StopIteration):
        return {}, {}
    names = [DELETIONS] if phase == DELETE else _tables_of(phase)
    paths = {name: done.outcomes_folder / f"{name}.csv" for name in names}
    return recorded, {name: path for name, path in paths.items() if path.is_file()}


def _tables_of(phase: str) -> list[str]:
    return [table.name for table in registry.all_tables() if table.phase == phase]


def _database_rows(table: str, alias: str) -> pd.DataFrame:
    left_out = TECHNICAL - set(registry.named(table).managed)
    every = (field.attname for field in model_of(table)._meta.concrete_fields)
    return _columns(table, [name for name in every if name not in left_out], alias)


def _keys(table: str, alias: str) -> pd.DataFrame:
    """``pk`` and filemaker_id of every row of *table* that came from FileMaker."""
    holding = holding_of(table)
    pk: Any = holding.model._meta.pk
    return _columns(table, [pk.attname, *holding.own & {KEY}], alias)


def _columns(table: str, columns: Sequence[str], alias: str) -> pd.DataFrame:
    """*columns* of the model, its primary key among them, as ``Evidence.database``."""
    holding = holding_of(table)
    manager: Any = holding.model._base_manager
    rows = manager.using(alias).order_by("pk")
    if KEY in holding.own:
        rows = rows.exclude(filemaker_id=None)
    pk: Any = holding.model._meta.pk
    frame = read(rows, columns)
    frame = frame.assign(pk=frame[pk.attname])  # read once, under both names
    target_ids = pd.Series([str(pk) for pk in frame["pk"]], frame.index, dtype=object)
    if holding.in_ledger:
        entered = _beside(table, alias).reindex(target_ids)
        is_ours = ~entered["identity"].isna().to_numpy(dtype=bool)
        if KEY not in holding.own:
            frame = frame.assign(filemaker_id=entered["filemaker_id"].to_numpy())
            frame, entered = frame[is_ours], entered[is_ours]
        if METADATA not in holding.own:
            frame = frame.assign(filemaker_metadata=entered["metadata"].to_numpy())
        strangers = [unnamed(holding, pk) for pk in frame["pk"]]
        named = entered["identity"].to_numpy()
        known = entered["identity"].notna().to_numpy(dtype=bool)
        pairs = zip(known, named, strangers, strict=True)
        target_ids = pd.Series(
            [str(name if is_known else other) for is_known, name, other in pairs],
            dtype=object,
        )
    return frame.set_axis(pd.Index(target_ids.to_numpy(), dtype=object))


def _beside(table: str, alias: str) -> pd.DataFrame:
    """What the ledger holds beside the rows of *table*, by their keys as text."""
    model: Any = apps.get_model("ledger.ImportedRow")
    rows = model.objects.using(alias).filter(table=table)
    return read(rows, BESIDE).set_index("object_pk")
