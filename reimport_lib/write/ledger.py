"""The ledger: what was done to this database, in the transactions that did it.

A phase is done when its row was committed here, whatever a notebook or a process that
was killed seems to say. Rows that were changed or deleted are kept as they were.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd
from django.apps import apps
from django.db.models import Model

from reimport_lib.errors import Refused
from reimport_lib.write import bases, outbox
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.models import fields_of, label_of
from reimport_lib.write.rows import in_chunks, insert_rows

CREATED, UPDATED, DELETED = "created", "updated", "deleted"
# No field that the source has a say in changes: only the import's own mark is set, or
# a link to a deleted row, or the mark of the primary one, is taken off.
MARKED, EMPTIED = "marked", "emptied"

_AS_THEY_ARE = frozenset({str, int, float, bool, dict, list, type(None)})

TableCounts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class PhaseRecord:
    """
    One finished phase, as the ledger holds it.

    Attributes:
        seconds: that its transaction took.
        counts: table -> outcome -> rows.
        plan_digests: table -> digest of the plan that was applied.
        outcomes_sha256: over the outcomes files of the phase.
        evidence_root: over what was sealed of the run before the phase wrote.
    """

    name: str
    number: int
    finished_at: datetime
    seconds: float
    counts: TableCounts
    plan_digests: Mapping[str, str]
    outcomes_sha256: str
    evidence_root: str = ""


def start_run(
    run_id: str,
    *,
    mode: str,
    as_of: datetime,
    started_at: datetime,
    snapshot_digest: str,
    reviewed: str = "",
    confirmed: str = "",
    gates: Mapping[str, float] | None = None,
    origin: str = "",
    backup_digest: str = "",
    reviewed_seal: str = "",
    reviewed_root: str = "",
    alias: str = DEFAULT,
) -> None:
    """
    Enter the run; once it is there, doing so again changes nothing.

    Raises:
        Refused: it is there with another snapshot, or is another run of the same id.
    """
    entered, made = (
        _model("LedgerRun")
        .objects.using(alias)
        .get_or_create(
            run_id=run_id,
            defaults={
                "mode": mode,
                "reviewed": reviewed,
                "as_of": as_of,
                "started_at": started_at,
                "status": "running",
                "snapshot_digest": snapshot_digest,
                "confirmed": confirmed,
                "gates": dict(gates or {}),
                "origin": origin,
                "backup_digest": backup_digest,
                "reviewed_seal": reviewed_seal,
                "reviewed_root": reviewed_root,
            },
        )
    )
    if made:
        return
    if entered.origin != origin:
        raise Refused(
            f"Another run was opened as {run_id}, from another runs folder in the same"
            " second, and is in the ledger. This one has written nothing.",
            hint="reimport run --full, to rehearse and review again",
            id="R322",
        )
    require_run(run_id, snapshot_digest=snapshot_digest, alias=alias)


def require_run(run_id: str, *, snapshot_digest: str, alias: str = DEFAULT) -> None:
    """
    The run is entered, with this very snapshot.

    Raises:
        Refused: it is not, or with another one.
    """
    runs = _model("LedgerRun").objects.using(alias).filter(run_id=run_id)
    held = runs.values_list("snapshot_digest", flat=True).first()
    if held is None:
        raise Refused(
            f"Run {run_id} is not in the ledger of this database.",
            hint="reimport runs",
            id="R257",
        )
    if held != snapshot_digest:
        raise Refused(
            f"Run {run_id} was started with another snapshot of the source.",
            hint="reimport run --dry-run",
            id="R258",
        )


def finish_run(
    run_id: str, *, status: str, finished_at: datetime, alias: str = DEFAULT
) -> None:
    """Record how the run ended, in the caller's transaction."""
    runs = _model("LedgerRun").objects.using(alias).filter(run_id=run_id)
    if runs.update(status=status, finished_at=finished_at):
        outbox.enter_end(run_id, status, at=finished_at, alias=alias)


def keep_root(run_id: str, root: str, *, alias: str = DEFAULT) -> None:
    """Keep the *root* over what is sealed of the run, in the caller's transaction."""
    runs = _model("LedgerRun").objects.using(alias).filter(run_id=run_id)
    runs.update(evidence_root=root)


def roots(run_id: str, *, alias: str = DEFAULT) -> dict[str, str]:
    """Where a root over evidence of the run stands in the ledger -> the root."""
    runs = _model("LedgerRun").objects.using(alias)
    phases = _model("LedgerPhase").objects.using(alias).filter(run_id=run_id)
    places = [
        *((f"phase {n}", r) for n, r in phases.values_list("name", "evidence_root")),
        *(
            (run_id, root)
            for root in runs.filter(run_id=run_id).values_list(
                "evidence_root", flat=True
            )
        ),
        *runs.filter(reviewed=run_id).values_list("run_id", "reviewed_root"),
    ]
    return {f"the ledger ({place})": root for place, root in places if root}


def entries(run_id: str, *, alias: str = DEFAULT) -> dict[str, Any] | None:
    """
    All that the ledger says of the run and its phases, as JSON has it, but its roots.

    None where it is not entered.
    """
    run = _model("LedgerRun").objects.using(alias).filter(run_id=run_id).values()
    phases = _model("LedgerPhase").objects.using(alias).filter(run_id=run_id)
    for values in run:
        found = {entry.pop("name"): _facts(entry) for entry in phases.values()}
        return {"run": _facts(values), "phases": found}
    return None


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    beside = {"id", "run_id", "evidence_root", "pruned_at", "pruned"}
    return {n: encoded_value(v) for n, v in values.items() if n not in beside}


def runs_that_wrote(*, alias: str = DEFAULT) -> list[str]:
    """Runs with a finished phase, in the order in which they finished their first."""
    phases = _model("LedgerPhase").objects.using(alias).order_by("pk")
    return list(dict.fromkeys(phases.values_list("run_id", flat=True)))


def backup_digest(run_id: str, *, alias: str = DEFAULT) -> str:
    """Of the backup that was made before the run wrote; "" where none is entered."""
    runs = _model("LedgerRun").objects.using(alias).filter(run_id=run_id)
    return runs.values_list("backup_digest", flat=True).first() or ""


def phase_done(run_id: str, name: str, *, alias: str = DEFAULT) -> PhaseRecord | None:
    """The finished phase *name* of the run, or None."""
    return next(
        (phase for phase in finished_phases(run_id, alias=alias) if phase.name == name),
        None,
    )


def finished_phases(run_id: str, *, alias: str = DEFAULT) -> tuple[PhaseRecord, ...]:
    """The finished phases of the run, in order."""
    names = list(PhaseRecord.__dataclass_fields__)
    phases = _model("LedgerPhase").objects.using(alias).filter(run_id=run_id)
    rows = phases.order_by("number").values_list(*names)
    return tuple(PhaseRecord(*row) for row in rows)


def record_phase(run_id: str, phase: PhaseRecord, *, alias: str = DEFAULT) -> None:
    """Enter *phase* as finished, in the caller's transaction."""
    _model("LedgerPhase").objects.using(alias).create(
        run_id=run_id,
        **{name: getattr(phase, name) for name in PhaseRecord.__dataclass_fields__},
    )
    outbox.enter_phase(
        run_id,
        phase.name,
        at=phase.finished_at,
        counts=phase.counts,
        digest=phase.evidence_root,
        alias=alias,
    )


def keep_before_images(
    run_id: str,
    phase: str,
    model: type[Model],
    keys: Sequence[Any],
    *,
    action: str,
    alias: str = DEFAULT,
) -> pd.DataFrame:
    """
    Keep the rows of *keys* as they are now, before *action*; in the same transaction.

    Nobody else changes them until it ends: what is kept is what is written over.
    A row that this run changed before keeps its first image: the state before the run.
    What was done to it is then *action*, unless that says less than what it says.

    Returns:
        index = primary key; every field of the rows, as Python's own values.
    """
    attributes = list(fields_of(model))
    now = pd.DataFrame(
        list(_locked(model, keys, attributes, alias, goes=action == DELETED)),
        columns=attributes,
        dtype=object,
    ).set_index(key_of(model), drop=False)
    images = _model("BeforeImage")
    held = images.objects.using(alias).filter(run_id=run_id, model=label_of(model))
    earlier = set(held.values_list("object_pk", flat=True))
    fresh = [key for key in now.index if str(key) not in earlier]
    again = [str(key) for key in now.index if str(key) in earlier]
    for some in in_chunks(again):
        touched = held.filter(object_pk__in=some)
        if action in (UPDATED, DELETED):
            touched.filter(action__in=(MARKED, EMPTIED)).update(action=action)
        touched.update(after=None)  # what this leaves of them is kept at the end
    count = len(fresh)
    columns: dict[str, list[Any]] = {
        "run_id": [run_id] * count,
        "phase": [phase] * count,
        "model": [label_of(model)] * count,
        "object_pk": [str(key) for key in fresh],
        "action": [action] * count,
        "values": [
            dict(zip(attributes, row, strict=True))
            for row in encoded_rows(
                list(now.loc[fresh].itertuples(index=False, name=None))
            )
        ],
        "after": [{} if action == DELETED else None] * count,
        "base": bases.of_model(model, fresh, alias=alias),
    }
    insert_rows(images, columns, alias=alias)
    return now


def record_tables() -> frozenset[str]:
    """Database tables in which the ledger tells of runs; it holds rows beside them."""
    models = apps.get_app_config("ledger").get_models()
    beside = _model("ImportedRow")
    return frozenset(m._meta.db_table for m in models if m is not beside)


def deleted_keys(run_id: str, *, alias: str = DEFAULT) -> dict[str, list[str]]:
    """Model -> the primary keys, as text, of its rows that the run deleted."""
    images = _model("BeforeImage").objects.using(alias)
    found: dict[str, list[str]] = {}
    deleted = images.filter(run_id=run_id, action=DELETED).order_by("pk")
    for label, key in deleted.values_list("model", "object_pk"):
        found.setdefault(label, []).append(key)
    return found


def encoded_rows(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """*rows* as JSON has them; nothing is rounded: they can be put back exactly."""
    return zip(*map(_encoded_column, zip(*rows, strict=True)), strict=True)


def _encoded_column(values: tuple[Any, ...]) -> Sequence[Any]:
    """``encoded_value`` of each; most columns hold nothing that needs it."""
    kinds = {*map(type, values)} - _AS_THEY_ARE
    if not kinds:
        return values
    if kinds == {UUID}:
        return [None if value is None else str(value) for value in values]
    return [encoded_value(value) for value in values]


def decoded(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """What ``encoded`` was given, by the fields of *model*."""
    fields = fields_of(model)
    return {
        name: fields[name].to_python(value)
        for name, value in values.items()
        if name in fields
    }


def key_of(model: type[Model]) -> str:
    """The attribute that is the primary key of *model*."""
    return str(model._meta.pk.attname) if model._meta.pk else "id"


def encoded_value(value: Any) -> Any:
    """One value as JSON has it, exactly."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal | timedelta):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    return value


def rows_of(
    model: type[Model], keys: Sequence[Any], attributes: Sequence[str], alias: str
) -> Iterator[tuple[Any, ...]]:
    """*attributes* of the rows of *keys* that are there, in no order."""
    manager: Any = model._base_manager
    for some in in_chunks(keys):
        yield from manager.using(alias).filter(pk__in=some).values_list(*attributes)


def _locked(
    model: type[Model],
    keys: Sequence[Any],
    attributes: Sequence[str],
    alias: str,
    *,
    goes: bool,
) -> Iterator[tuple[Any, ...]]:
    """
    The rows of *keys*, locked in the order of their keys.

    A row that *goes* keeps others from naming it by a foreign key, too. SQLite has let
    nobody else write since the transaction began.
    """
    manager: Any = model._base_manager
    for some in in_chunks(sorted(keys)):
        rows = manager.using(alias).filter(pk__in=some).order_by("pk")
        yield from rows.select_for_update(no_key=not goes).values_list(*attributes)


def _model(name: str) -> Any:
    return apps.get_model("ledger", name)
