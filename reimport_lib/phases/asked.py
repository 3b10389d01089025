"""What a run asks people: each field and row that both sides did something to.

A private file per phase in the run's folder, sealed, with the values of both sides, as
the snapshot beside it has them. Whoever shows them masks them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache, partial
from itertools import chain
from typing import Any

import pandas as pd
from django.apps import apps

from reimport_lib.errors import Refused, ReimportError
from reimport_lib.phases import frozen
from reimport_lib.plan.bases import digest, of_field
from reimport_lib.plan.codes import Kept, Note
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.plan.merge import OF_POLICY
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.values.canonical import canonical
from reimport_lib.private_files import write_json
from reimport_lib.record import evidence, runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.tables import registry
from reimport_lib.tables.merging import Policy, RowsThat
from reimport_lib.write import ledger
from reimport_lib.write.models import attname, label_of, model_of

FOLDER = "conflicts"
SETTLED = (Note.CONFLICT, Note.KEPT_BY_DECISION, Note.TAKEN_BY_DECISION)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One field, or one row, that a person may decide about.

    Attributes:
        field: a managed one, or a kind of ``RowsThat``; row: its number in the export.
        note: conflict, or how it was settled in that run.
        backend, filemaker, then: canonical texts; then: what the last import left,
            None where nobody kept it.
        source_digest: of what FileMaker says; a ruling holds as long as it does.
    """

    table: str
    key: str
    row: int
    field: str
    note: str
    backend: str
    filemaker: str
    then: str | None
    source_digest: str


def keep(run: Run, phase: str, plans: Sequence[Plan]) -> None:
    """Write what *plans* ask, and what of it was settled."""
    _write(run, phase, (each for plan in plans for each in of_plan(run, plan)))


def keep_deletions(
    run: Run,
    phase: str,
    plans: Sequence[DeletionPlan],
    settled: Callable[[str, str], Policy],
) -> None:
    """
    The same of records that FileMaker lost and people had changed.

    Args:
        settled: (table, key) -> who has the say over one.
    """
    _write(run, phase, (each for plan in plans for each in _of_lost(plan, settled)))


def read(run: Run) -> list[Asked]:
    """
    All that *run* asked, phase by phase.

    Raises:
        Refused: a file of it cannot be read.
    """
    found = []
    for path in sorted((run.folder / FOLDER).glob("*.json")):
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            found += [Asked(**each) for each in held]
        except (OSError, ValueError, TypeError):
            raise Refused(
                f"{path.name} of {run.run_id} cannot be read.",
                hint="reimport run --dry-run, which asks again",
                id="R383",
            ) from None
    return found


def _write(run: Run, phase: str, questions: Iterable[Asked]) -> None:
    found = [asdict(each) for each in questions]
    path = run.folder / FOLDER / f"{phase}.json"
    if found or path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_json(path, found)
        evidence.seal_file(run.folder, path)


def of_plan(run: Run, plan: Plan) -> Iterator[Asked]:
    """What *plan* of *run* asks, and what of it is settled."""
    lines = plan.merged[plan.merged["note"].isin(SETTLED)]
    if lines.empty:
        return
    targets = dict(zip(plan.rows["key"], plan.rows["target_id"], strict=True))
    images = _images(plan.table, {targets[key] for key in lines["key"]})
    asked = frozenset(lines["key"])
    exported = cache(partial(_last_export, run, plan.table, asked))
    for row, key, name, note, backend, said, source, left in lines.itertuples(
        index=False, name=None
    ):
        sides = (said, backend)
        known = _texts(plan.table, name, images.get(targets[key], ()))
        base = of_field(left, name)
        then = _of_base(base, chain(sides, known, _exported(exported, key, name)))
        where = (plan.table, key, 0 if plan.derived else int(row), name)
        yield Asked(*where, note, backend, said, then, source)


def _of_lost(
    plan: DeletionPlan, settled: Callable[[str, str], Policy]
) -> Iterator[Asked]:
    columns = (plan.rows[name] for name in ("target_id", "key", "reason"))
    for target, key, reason in zip(*columns, strict=True):
        if reason == Kept.LOCAL_CHANGES.value or target in plan.ruled:
            where = (plan.table, str(key), 0, RowsThat.GONE.value)
            note = OF_POLICY[settled(plan.table, key)].value
            yield Asked(*where, note, "", "", None, "")


def _of_base(base: str, texts: Iterable[str]) -> str | None:
    """The text that the last import left: the first of *texts* that *base* is of."""
    return next((text for text in texts if base and digest(text) == base), None)


def _texts(table: str, name: str, images: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What *images* of a row hold in the field *name*."""
    attribute = attname(name)
    for values in images:
        if attribute in values:
            one = ledger.decoded(model_of(table), {attribute: values[attribute]})
            yield canonical(one.get(attribute))


def _exported(
    exported: Callable[[], pd.DataFrame | None], key: str, name: str
) -> Iterator[str]:
    """What the last export that was imported says in the field *name* of *key*."""
    frame = exported()
    if frame is not None and name in frame and key in frame.index:
        yield canonical(frame.at[key, name])


def _last_export(run: Run, table: str, keys: Collection[str]) -> pd.DataFrame | None:
    """
    The typed rows of *table* with *keys* that were imported last; None: not kept.

    What is read from it counts only where the record of its row fits it.
    """
    for other in reversed(runs.readable(run.settings)):
        is_import = other.is_full and other.status is Status.SUCCEEDED
        if other.run_id == run.run_id or not is_import:
            continue
        with suppress(ReimportError):  # pruned, or of other columns
            snapshot = frozen.snapshot_of(other)
            if table in registry.sources() and snapshot.has(table):
                frame = frozen.rows_of(other, snapshot, table, keys).frame
                return frame.drop_duplicates("key").set_index("key")
        return None
    return None


def _images(table: str, keys: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Primary key as text -> what images hold of the row, the newest first."""
    model: Any = apps.get_model("ledger", "BeforeImage")
    rows = model.objects.filter(
        model=label_of(model_of(table)), object_pk__in=sorted(filter(None, keys))
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for pk, before, after in rows.order_by("-pk").values_list(
        "object_pk", "values", "after"
    ):
        found.setdefault(pk, []).extend((after or {}, before))
    return found
