"""A run undone: what it made goes, what it deleted is made again, fields go back.

In one transaction, with the rows locked and the plan made again under the lock. The
undo keeps images like any run, so it can be undone itself.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import CheckConstraint, Model, Q

from reimport_lib.errors import Drifted, PhaseFailed, Refused
from reimport_lib.plan.undo import (
    CHANGED,
    CREATED,
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
from reimport_lib.write import changes, images, ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.ledger import PhaseRecord
from reimport_lib.write.models import attname, fields_of, label_of, tables_of_models
from reimport_lib.write.rows import (
    delete_rows,
    drifted,
    failures_named,
    insert_rows,
    update_rows,
)
from reimport_lib.write.standing import facts_of
from reimport_lib.write.swaps import set_aside
from reimport_lib.write.touched import Narrowing, RowImage, images_of, rows_now

PHASE, NUMBER = "undo", 9

ByRow = Mapping[RowAt, RowImage]


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


def reach(run_id: str, *, alias: str = DEFAULT) -> Reach:
    """
    How far *run_id* can be undone by what the ledger holds.

    Raises:
        Refused: it is not in the ledger of this database.
    """
    runs = apps.get_model("ledger", "LedgerRun")._base_manager.using(alias)
    mode = runs.filter(run_id=run_id).values_list("mode", flat=True).first()
    if mode is None:
        raise Refused(
            f"Run {run_id} is not in the ledger of this database.",
            hint="reimport runs",
            id="R309",
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


def plan(
    run_id: str,
    narrowing: Narrowing | None = None,
    *,
    lock: bool = False,
    alias: str = DEFAULT,
) -> UndoPlan:
    """What undoing *run_id* would do now; nothing is written."""
    return _planned(run_id, narrowing or Narrowing(), lock=lock, alias=alias)[0]


def apply(
    undo_id: str, reviewed: UndoPlan, narrowing: Narrowing, *, as_of: datetime
) -> float:
    """
    Carry out *reviewed* as the run *undo_id*, which is entered in the ledger with it.

    Returns:
        Seconds that the transaction took.

    Raises:
        Drifted: somebody changed a row since, so that the plan is another now.
        PhaseFailed: the database refused a row, or did not take it as it was.
        TargetError: another process is writing.
    """
    started = time.monotonic()
    ledger.start_run(
        undo_id,
        mode="undo",
        as_of=as_of,
        started_at=as_of,
        reviewed=reviewed.run_id,
        snapshot_digest=reviewed.digest,
    )
    try:
        with failures_named(undo_id, undo_id), transaction.atomic(using=DEFAULT):
            done = writing.begin(undo_id, PHASE, reviewed.digest)
            if done is not None:
                return done.seconds
            tables, going = tables_of_models(), reviewed.going_back(CREATED)
            models = {part.row.model for part in going} & set(tables)
            changes.hold_generic_links([tables[label] for label in sorted(models)])
            again, by_row = _planned(reviewed.run_id, narrowing, lock=True)
            if again.digest != reviewed.digest:
                raise _changed(again, reviewed)
            _write(undo_id, again, by_row, whole=narrowing == Narrowing())
            _prove(again, by_row)
            seconds = round(time.monotonic() - started, 3)
            record = PhaseRecord(
                name=PHASE,
                number=NUMBER,
                finished_at=now(),
                seconds=seconds,
                counts=again.counts,
                plan_digests={reviewed.run_id: again.digest},
                outcomes_sha256="",
            )
            ledger.record_phase(undo_id, record)
    except PhaseFailed:
        committed = writing.after_failure(undo_id, PHASE, reviewed.digest)
        if committed is None:
            raise
        return committed.seconds
    return seconds


def _planned(
    run_id: str, narrowing: Narrowing, *, lock: bool, alias: str = DEFAULT
) -> tuple[UndoPlan, dict[RowAt, RowImage]]:
    found = images_of(run_id, narrowing, lock=lock, alias=alias)
    by_row = {image.row: image for image in found}
    facts = facts_of(run_id, found, narrowing, alias)
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
        once = image.now | {part.field: image.before[part.field] for part in parts}
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


def _write(undo_id: str, decided: UndoPlan, by_row: ByRow, *, whole: bool) -> None:
    """
    Rows that were made go first, those that were deleted come last.

    So nobody has a place that another takes. Links are checked at the end, by
    foreign keys that Django made; of generic links see ``changes.refuse_dangling``.
    """
    labels = {row.model for row in decided.rows}
    order = _parents_first(labels)
    going = _keys(decided.going_back(CREATED))
    for label in reversed(order):
        _delete(undo_id, label, going.get(label, []))
    changed = decided.going_back(CHANGED)
    for label in order:
        parts = [part for part in changed if part.row.model == label]
        _put_back(undo_id, label, parts, by_row)
    for label in order:
        rows = [part.row for part in decided.going_back(DELETED)]
        _make_again(undo_id, label, [r for r in rows if r.model == label], by_row)
    tables = tables_of_models()
    gone = {tables[label]: keys for label, keys in going.items() if label in tables}
    changes.refuse_dangling(gone)
    stays = {v.outcome for v in decided.parts.values()} & {
        Fate.KEPT,
        Fate.BLOCKED,
    }
    if stays or not whole:  # else counts are as they were, right or not
        named = {tables[label] for label in labels if label in tables}
        changes.recount(undo_id, PHASE, named)
    images.keep_after(undo_id)


def _delete(undo_id: str, label: str, keys: Sequence[Any]) -> None:
    if keys:
        model = apps.get_model(label)
        ledger.keep_before_images(undo_id, PHASE, model, keys, action=ledger.DELETED)
        if delete_rows(model, keys) != len(keys):
            raise drifted(label, len(keys), "to be deleted went")


def _put_back(undo_id: str, label: str, parts: Sequence[Piece], by_row: ByRow) -> None:
    """Set the fields of *parts*; the others of these rows are written as they are."""
    if not parts:
        return
    model = apps.get_model(label)
    fields: dict[RowAt, list[str]] = {}
    for part in parts:
        fields.setdefault(part.row, []).append(part.field)
    keys = {row: _key(row) for row in fields}
    ledger.keep_before_images(
        undo_id, PHASE, model, list(keys.values()), action=ledger.UPDATED
    )
    _demote(label, fields, keys)
    once = [
        ledger.decoded(
            model, by_row[row].now | {n: by_row[row].before[n] for n in names}
        )
        for row, names in fields.items()
    ]
    known = fields_of(model)
    named = sorted({part.field for part in parts})
    written = [n for n in named if not getattr(known[n], "generated", False)]
    columns = {name: [values[name] for values in once] for name in written}
    set_aside(model, list(keys.values()), columns)
    update_rows(model, list(keys.values()), columns)


def _demote(
    label: str, fields: Mapping[RowAt, Sequence[str]], keys: Mapping[RowAt, Any]
) -> None:
    """The mark that one row of a group bears: off, before another gets it back."""
    table = tables_of_models().get(label)
    single = registry.named(table).single if table else None
    if table and single:
        mark = attname(single.mark)
        changes.demote(table, [keys[row] for row in fields if mark in fields[row]])


def _make_again(undo_id: str, label: str, rows: Sequence[RowAt], by_row: ByRow) -> None:
    """Insert *rows* as they were, with the keys that they had."""
    if not rows:
        return
    model = apps.get_model(label)
    fields = fields_of(model)
    before = [ledger.decoded(model, by_row[row].before) for row in rows]
    kept = [n for n in before[0] if not getattr(fields[n], "generated", False)]
    insert_rows(model, {name: [values[name] for values in before] for name in kept})
    images.keep_created(undo_id, PHASE, model, [_key(row) for row in rows])


def _prove(decided: UndoPlan, by_row: ByRow) -> None:
    """
    Read again what was written: it is as it was before the run.

    Raises:
        PhaseFailed: it is not; nothing is committed.
    """
    wrong = 0
    for label in {row.model for row in decided.rows}:
        parts = [
            part
            for action in (CREATED, CHANGED, DELETED)
            for part in decided.going_back(action)
            if part.row.model == label
        ]
        there = rows_now(label, list({part.row.key for part in parts}), DEFAULT)
        unsaid = images.technical(apps.get_model(label))
        wrong += sum(not _is_back(part, by_row, there, unsaid) for part in parts)
    if wrong:
        raise PhaseFailed(
            f"{decided.run_id}: {wrong:,} of what was put back is not as it was."
            " Nothing was written.",
            hint="a trigger of the database may change rows: reimport restore goes back"
            " without it",
            id="R310",
        )


def _is_back(
    part: Piece,
    by_row: ByRow,
    there: Mapping[str, Mapping[str, Any]],
    unsaid: frozenset[str],
) -> bool:
    image, now_there = by_row[part.row], there.get(part.row.key)
    if image.action == CREATED:
        return now_there is None
    if now_there is None:
        return False
    names = (part.field,) if part.field else tuple(image.before)
    return all(
        now_there[name] == image.before[name]
        for name in names
        if name in now_there and name not in unsaid
    )


def _parents_first(labels: set[str]) -> list[str]:
    """*labels* so that no model comes before one that its foreign keys name."""
    parents: dict[str, list[str]] = {}
    for label in sorted(labels):
        related = (f.related_model for f in fields_of(apps.get_model(label)).values())
        named = {label_of(model) for model in related if isinstance(model, type)}
        parents[label] = sorted((named & labels) - {label})
    try:
        return list(TopologicalSorter(parents).static_order())
    except CycleError:  # its links are checked at the end
        return sorted(labels)


def _keys(parts: Sequence[Piece]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for part in parts:
        found.setdefault(part.row.model, []).append(_key(part.row))
    return found


def _key(row: RowAt) -> Any:
    return apps.get_model(row.model)._meta.pk.to_python(row.key)


def _changed(again: UndoPlan, reviewed: UndoPlan) -> Drifted:
    rows = {row for row, v in again.rows.items() if reviewed.rows.get(row) != v}
    return drifted(f"undo of {reviewed.run_id}", max(1, len(rows)), "changed")
