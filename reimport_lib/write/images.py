"""What a run leaves of the rows that it touches, kept beside what they were before.

By it a later undo knows a row or a field that nobody has touched since. Of a created
row a digest is kept, of a changed one the values of the fields that changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Model

from reimport_lib.tables import registry
from reimport_lib.write import bases, ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.filled import is_stamp
from reimport_lib.write.kept_row import JsonText
from reimport_lib.write.models import fields_of, label_of, managed, tables_of_models
from reimport_lib.write.reading import RowAsJson, rows_as_json, rows_as_kept
from reimport_lib.write.rows import insert_rows, update_rows

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def technical(model: type[Model]) -> frozenset[str]:
    """Attributes that nobody types: when a row was last saved, and declared counts."""
    table = tables_of_models().get(label_of(model), "")
    typed = managed(table) if table else ()
    stamps = {
        name
        for name, field in fields_of(model).items()
        if name not in typed and is_stamp(field, made=False)
    }
    counts = registry.named(table).counts if table else ()
    return frozenset(stamps | set(counts))


def keep_created(
    run_id: str,
    phase: str,
    model: type[Model],
    keys: Sequence[Any],
    *,
    alias: str = DEFAULT,
) -> None:
    """Keep that the rows of *keys* were created, and a digest of them as they are."""
    attributes = _noted(run_id, model, alias)
    found = _digests(model, keys, attributes, alias)
    count = len(found)
    columns: dict[str, Sequence[Any]] = {
        "run_id": [run_id] * count,
        "phase": [phase] * count,
        "model": [label_of(model)] * count,
        "object_pk": list(found),
        "action": [ledger.CREATED] * count,
        "values": [{}] * count,
        "after": [{}] * count,
        "left_sha256": list(found.values()),
    }
    insert_rows(_images(), columns, alias=alias)


def keep_marked(run_id: str, phase: str, model: type[Model], rows: Any) -> list[Any]:
    """
    Keep the *rows* of a query that the run has not touched: it is to count them.

    Returns:
        The primary keys of all *rows*.
    """
    held = _images().objects.using(rows.db).filter(run_id=run_id, model=label_of(model))
    known = set(held.values_list("object_pk", flat=True))
    keys = list(rows.values_list("pk", flat=True))
    fresh = [key for key in keys if str(key) not in known]
    action = ledger.MARKED
    ledger.keep_before_images(run_id, phase, model, fresh, action=action, alias=rows.db)
    return keys


def keep_after(run_id: str, *, alias: str = DEFAULT) -> None:
    """
    Keep what the transaction leaves of every row that it changed; the last thing in it.

    A row that a later phase of the run changes again is kept again as that leaves it.
    """
    held = _images().objects.using(alias).filter(run_id=run_id, after__isnull=True)
    labels = list(held.order_by().values_list("model", flat=True).distinct())
    for label in labels:
        model = apps.get_model(label)
        columns = ("pk", "object_pk", "action", "values")
        pending = list(held.filter(model=label).values_list(*columns))
        created = [pk for _, pk, action, _ in pending if action == ledger.CREATED]
        digests = _digests(model, created, _noted(run_id, model, alias), alias)
        now = rows_as_kept(model, [pk for _, pk, *_ in pending], alias=alias)
        update_rows(
            _images(),
            [number for number, *_ in pending],
            {
                "after": [
                    _changed(values, now.get(pk, {})) for _, pk, _, values in pending
                ],
                "left_sha256": [digests.get(pk, "") for _, pk, _, _ in pending],
            },
            alias=alias,
        )


def rows_with_digests(
    model: type[Model],
    texts: Collection[str],
    attributes: Sequence[str],
    beside: Sequence[str] = (),
    *,
    whole: bool = False,
    alias: str,
    lock: bool = False,
) -> Iterator[tuple[str, str, RowAsJson]]:
    """
    (key as text, digest, row) of those rows of the keys *texts* that are there.

    Args:
        attributes: that the digest is over, as ``digest_of_row`` has them.
        beside, whole, lock: as in ``reading.rows_as_json``.
    """
    rows = rows_as_json(
        *(model, texts, attributes, _JSON.encode),
        whole=whole,
        beside=beside,
        alias=alias,
        lock=lock,
    )
    for row in rows:
        yield row.key, _digest(row.listed), row


def keep_going(
    run_id: str, phase: str, model: type[Model], rows: Mapping[str, str]
) -> None:
    """
    Keep *rows* that are deleted, and that this run has not touched before.

    Args:
        rows: key as text -> encoded values as JSON, read under a lock that still holds.
    """
    count = len(rows)
    columns: dict[str, Sequence[Any]] = {
        "run_id": [run_id] * count,
        "phase": [phase] * count,
        "model": [label_of(model)] * count,
        "object_pk": list(rows),
        "action": [ledger.DELETED] * count,
        "values": list(map(JsonText, rows.values())),
        "after": [{}] * count,
        "base": bases.of_model(model, list(rows), alias=DEFAULT),
    }
    insert_rows(_images(), columns)


def digest_of_row(values: Iterable[Any]) -> str:
    """sha256 over the *values* of a row, encoded, in the order of its attributes."""
    return _digest(_JSON.encode(list(values)))


def whole_row(values: Mapping[str, Any]) -> str:
    """The encoded *values* of a row as JSON, as ``keep_going`` takes them."""
    return _JSON.encode(dict(values))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: now[name]
        for name, value in before.items()
        if name in now and now[name] != value
    }


def _digests(
    model: type[Model], keys: Sequence[Any], attributes: Sequence[str], alias: str
) -> dict[str, str]:
    """Key as text -> digest, of the rows of *keys* as they are now."""
    texts = [str(key) for key in keys]
    rows = rows_with_digests(model, texts, attributes, alias=alias)
    return {key: digest for key, digest, _ in rows}


def _noted(run_id: str, model: type[Model], alias: str) -> list[str]:
    """The attributes that digests of *model* are over, which the run's entry names."""
    label, left_out = label_of(model), technical(model)
    attributes = [name for name in fields_of(model) if name not in left_out]
    runs = apps.get_model("ledger", "LedgerRun")._base_manager.using(alias)
    run = runs.filter(run_id=run_id)
    columns = run.values_list("columns", flat=True).first() or {}
    if columns.get(label) != attributes:
        run.update(columns={**columns, label: attributes})
    return attributes


def _images() -> Any:
    return apps.get_model("ledger", "BeforeImage")
