"""A run undone: what it made goes, what it deleted is made again, fields go back.

In one transaction, with the rows locked and the plan made again under the lock. The
undo keeps images like any run, so it can be undone itself.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import connections
from django.db.models import CheckConstraint, Model, Q

from reimport_lib.errors import Drifted, PhaseFailed, Refused
from reimport_lib.plan.undo import (
    DELETED,
    Fate,
    Finding,
    Piece,
    RowAt,
    UndoPlan,
    Why,
    decide,
)
from reimport_lib.record.clock import now
from reimport_lib.tables import registry
from reimport_lib.write import apply as writing
from reimport_lib.write import fence, filled, ledger, putting_back, undone_bases
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.ledger import PhaseRecord
from reimport_lib.write.models import fields_of
from reimport_lib.write.peoples_images import Reader, typed
from reimport_lib.write.putting_back import NUMBER, PHASE, ByRow
from reimport_lib.write.rows import (
    drifted,
    failures_named,
)
from reimport_lib.write.standing import facts_of
from reimport_lib.write.touched import Narrowing, RowImage, images_of

Measured = TypeVar("Measured")


@dataclass(frozen=True, slots=True)
class Reach:
    """
    What the ledger knows of a run.

    Attributes:
        unknown_rows: rows that the run created before the ledger kept which.
    """

    run_id: str
    mode: str
    unknown_rows: int


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsed(Generic[Measured]):
    """
    An undo that was rolled back.

    Attributes:
        seconds: that planning and writing took. found: what was measured after it.
    """

    plan: UndoPlan
    seconds: float
    found: Measured


def reach(run_id: str, *, alias: str = DEFAULT) -> Reach:
    """
    How far *run_id* can be undone by what the ledger holds.

    Raises:
        Refused: it is not in the ledger of this database, or its images were pruned.
    """
    runs = apps.get_model("ledger", "LedgerRun")._base_manager.using(alias)
    run = runs.filter(run_id=run_id).values_list("mode", "pruned_at").first()
    if run is None:
        raise Refused(
            f"Run {run_id} is not in the ledger of this database.",
            hint="reimport runs",
            id="R309",
        )
    mode, pruned_at = run
    if pruned_at:
        raise Refused(
            f"{run_id}: what it wrote over was pruned from the ledger on"
            f" {pruned_at:%Y-%m-%d}, so that it cannot be undone row by row.",
            hint=f"reimport restore {run_id} is the way back, if its backup is there",
            id="R369",
        )
    phases = ledger.finished_phases(run_id, alias=alias)
    counted = sum(
        outcomes.get("created", 0)
        for phase in phases
        if phase.name != PHASE
        for table, outcomes in phase.counts.items()
        if registry.by_name()[table].model
    )
    held = apps.get_model("ledger", "BeforeImage")._base_manager.using(alias)
    kept = held.filter(run_id=run_id, action=ledger.CREATED)
    return Reach(run_id, mode, counted if counted and not kept.exists() else 0)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Rows by the thousand: no cycles, and Python would look for them all the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
def plan(
    run_id: str,
    narrowing: Narrowing | None = None,
    *,
    lock: bool = False,
    alias: str = DEFAULT,
) -> UndoPlan:
    """What undoing *run_id* would do now; nothing is written."""
    return _planned(run_id, narrowing or Narrowing(), lock=lock, alias=alias)[0]


def plan_of(run_id: str, read: Reader) -> UndoPlan:
    """What would become now of the rows that *read* gives; nothing is written."""
    return _planned(run_id, Narrowing(), lock=False, read=read)[0]


@_uncollected()
def apply(
    undo_id: str,
    reviewed: UndoPlan,
    narrowing: Narrowing,
    *,
    as_of: datetime,
    mode: str = "undo",
    read: Reader | None = None,
    evidence_root: str = "",
) -> float:
    """
    Carry out *reviewed* as the run *undo_id*, which is entered in the ledger with it.

    Args:
        read: gives what is undone, where that is not what the ledger holds of a run.
        evidence_root: over what is sealed of the undo, for the ledger.

    Returns:
        Seconds that the transaction took.

    Raises:
        Drifted: somebody changed a row since, so that the plan is another now.
        PhaseFailed: the database refused a row, or did not take it as it was.
        TargetError: another process is writing.
    """
    started = time.monotonic()
    whole = read is None and narrowing == Narrowing()
    with failures_named(undo_id, undo_id), fence.writing():
        ledger.start_run(
            undo_id,
            mode=mode,
            as_of=as_of,
            started_at=as_of,
            reviewed=reviewed.run_id,
            snapshot_digest=reviewed.digest,
        )
    try:
        with failures_named(undo_id, undo_id), fence.writing():
            done = writing.begin(undo_id, PHASE, reviewed.digest)
            if done is not None:
                return done.seconds
            putting_back.hold_links(reviewed)
            again, by_row = _planned(
                reviewed.run_id, narrowing, lock=True, whole=True, read=read
            )
            if not again.is_like(reviewed):
                raise _changed(again, reviewed)
            putting_back.write(undo_id, again, by_row, whole=whole)
            if read is None:
                undone_bases.put_back(again, by_row)
            putting_back.prove(again, by_row)
            if read is not None:  # they have numbers of a database that is no more
                for label in again.going_back(DELETED):
                    filled.count_on(apps.get_model(label))
            seconds = round(time.monotonic() - started, 3)
            record = PhaseRecord(
                name=PHASE,
                number=NUMBER,
                finished_at=now(),
                seconds=seconds,
                counts=again.counts,
                plan_digests={reviewed.run_id: reviewed.digest},
                outcomes_sha256="",
                evidence_root=evidence_root,
            )
            ledger.record_phase(undo_id, record)
    except PhaseFailed:
        committed = writing.after_failure(undo_id, PHASE, reviewed.digest)
        if committed is None:
            raise
        return committed.seconds
    return seconds


@_uncollected()
def rehearse(
    run_id: str, undo_id: str, *, as_of: datetime, measure: Callable[[], Measured]
) -> Rehearsed[Measured]:
    """
    Undo all of *run_id*, *measure* what that leaves, and roll it all back.

    Raises:
        PhaseFailed: the database refused it, or did not take it as it was.
        TargetError: another process is writing.
    """
    with failures_named(undo_id, run_id), fence.trying():
        started = time.monotonic()
        ledger.start_run(
            undo_id,
            mode="undo",
            as_of=as_of,
            started_at=as_of,
            reviewed=run_id,
            snapshot_digest="",
        )
        writing.begin(undo_id, PHASE, "")
        decided, by_row = _planned(run_id, Narrowing(), lock=True)
        putting_back.hold_links(decided)
        putting_back.write(undo_id, decided, by_row, whole=True, is_tried=True)
        undone_bases.put_back(decided, by_row)
        putting_back.prove(decided, by_row)
        connections[DEFAULT].check_constraints()
        seconds = time.monotonic() - started
        found = measure()
    return Rehearsed(decided, seconds, found)


def _planned(
    run_id: str,
    narrowing: Narrowing,
    *,
    lock: bool,
    whole: bool = False,
    alias: str = DEFAULT,
    read: Reader | None = None,
) -> tuple[UndoPlan, dict[RowAt, RowImage]]:
    if read is None:
        found = images_of(run_id, narrowing, lock=lock, whole=whole, alias=alias)
        facts = facts_of(run_id, found, narrowing, alias)
    else:
        found = read(lock)
        columns = {label: typed(label) for label in {i.row.model for i in found}}
        facts = facts_of(run_id, found, narrowing, alias, columns=columns)
    by_row = {image.row: image for image in found}
    decided = decide(facts)
    while broken := _breaking(decided, by_row, alias):
        facts = replace(facts, found={**facts.found, **broken})
        decided = decide(facts)
    return decided, by_row


def _breaking(decided: UndoPlan, by_row: ByRow, alias: str) -> dict[Piece, Finding]:
    """
    Fields of rows that go back in part, and then break a constraint of the model.

    What goes back as a whole has held before.
    """
    of_row: dict[RowAt, list[Piece]] = {}
    for part, verdict in decided.parts.items():
        if part.field and verdict.outcome is Fate.REVERSED:
            of_row.setdefault(part.row, []).append(part)
    found: dict[Piece, Finding] = {}
    for row, parts in of_row.items():
        image, model = by_row[row], apps.get_model(row.model)
        if len(parts) == len(image.after or ()):
            continue
        back = {part.field: image.before[part.field] for part in parts}
        once = {**image.now, **back}
        if not _holds(model, once, alias):
            verdict = Finding(Fate.BLOCKED, Why.CONSTRAINT, row.model)
            found |= dict.fromkeys(parts, verdict)
    return found


def _holds(model: type[Model], values: Mapping[str, Any], alias: str) -> bool:
    """A row of *values* meets every check of its model; the database says."""
    fields, typed = fields_of(model), ledger.decoded(model, values)
    against = {fields[name].name: value for name, value in typed.items()}
    return all(
        constraint.condition.check(against, using=alias)
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
        and isinstance(constraint.condition, Q)
    )


def _changed(again: UndoPlan, reviewed: UndoPlan) -> Drifted:
    rows = {row for row, v in again.rows.items() if reviewed.rows.get(row) != v}
    return drifted(f"undo of {reviewed.run_id}", max(1, len(rows)), "changed")
