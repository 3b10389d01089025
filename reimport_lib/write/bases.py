"""What the last import left of each row, in the ledger: read, recorded, carried along.

Written in the transaction of the rows. The base of a row that people deleted stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.apps import apps
from django.db.models import Model

from reimport_lib.plan.bases import digest, of_field, with_fields
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.models import label_of, tables_of_models
from reimport_lib.write.rows import (
    delete_rows,
    delete_where,
    in_chunks,
    insert_rows,
    select_where,
    update_rows,
)


@dataclass(frozen=True, slots=True)
class Base:
    """
    Of one row.

    Attributes:
        key: canonical FileMaker key; left: see ``plan.bases``.
    """

    key: str
    left: str


def of_table(table: str, *, alias: str = DEFAULT) -> dict[str, Base]:
    """Primary key as text -> base, of every row of *table* that has one."""
    rows = _rows(table, alias).values_list("object_pk", "filemaker_id", "left")
    # at once: a cursor of the server, outside of a transaction, writes all of it first
    return {pk: Base(key, left) for pk, key, left in rows}


def are_kept(table: str, *, alias: str = DEFAULT) -> bool:
    """Whether an import has recorded what it left of any row of *table*."""
    return bool(_rows(table, alias).exists())


def of_rows(table: str, keys: Sequence[Any], *, alias: str = DEFAULT) -> dict[str, str]:
    """Primary key as text -> what was left, of those of *keys* that have a base."""
    where = {"object_pk": [str(key) for key in keys], "table": [table]}
    return dict(select_where(_model(), 'object_pk, "left"', where, alias=alias))


def of_model(
    model: type[Model], keys: Sequence[Any], *, alias: str = DEFAULT
) -> list[str]:
    """
    What the last import left of the rows of *keys*, "" where none says it.

    Of a row that the ledger holds beside another: of that other, which an import that
    changes what the ledger holds may leave as it is.
    """
    if model is apps.get_model("ledger", "ImportedRow"):
        known = _beside(model, keys, alias)
    else:
        table = tables_of_models().get(label_of(model))
        known = of_rows(table, keys, alias=alias) if table else {}
    return [known.get(str(key), "") for key in keys]


def _beside(model: type[Model], keys: Sequence[Any], alias: str) -> dict[str, str]:
    held: Any = model._base_manager.using(alias)
    numbers: dict[str, dict[str, str]] = {}
    for some in in_chunks(list(keys)):
        found = held.filter(pk__in=some).values_list("pk", "table", "object_pk")
        for number, table, pk in found:
            numbers.setdefault(table, {})[pk] = str(number)
    return {
        of_table[pk]: left
        for table, of_table in numbers.items()
        for pk, left in of_rows(table, list(of_table), alias=alias).items()
    }


def record(table: str, keys: Sequence[Any], planned: pd.DataFrame) -> None:
    """
    Record what this import leaves of the rows of *keys*.

    Args:
        planned: filemaker_id, left; in the order of *keys*.
    """
    held = _rows(table, DEFAULT).values_list("object_pk", "filemaker_id", "pk")
    numbers: dict[str, int] = {}
    of_key: dict[str, list[tuple[str, int]]] = {}
    for pk, key, number in held:
        numbers[pk] = number
        of_key.setdefault(key, []).append((pk, number))
    named = [str(key) for key in keys]
    entries = list(
        zip(
            named,
            planned["filemaker_id"].tolist(),
            planned["left"].tolist(),
            strict=True,
        )
    )
    there = set(named)
    stale = [  # a row that people deleted may have come back with another number
        number
        for _, key, _ in entries
        for pk, number in of_key.get(key, ())
        if pk not in there
    ]
    delete_rows(_model(), stale)
    known = [(numbers[pk], key, left) for pk, key, left in entries if pk in numbers]
    update_rows(
        _model(),
        [number for number, _, _ in known],
        {"filemaker_id": [k for _, k, _ in known], "left": [x for _, _, x in known]},
    )
    _insert(table, [entry for entry in entries if entry[0] not in numbers])


def drop(table: str, keys: Sequence[Any], *, alias: str = DEFAULT) -> None:
    """Forget the rows of *keys*: an import has deleted them, or an undo."""
    where = {"object_pk": [str(key) for key in keys], "table": [table]}
    delete_where(_model(), where, alias=alias)


def carry(
    table: str,
    keys: Sequence[Any],
    field: str,
    before: Sequence[str],
    after: Sequence[str],
) -> None:
    """
    Let bases follow an import that sets *field* of rows which no plan writes.

    A field that a person had changed keeps its base, so that the edit is still seen.

    Args:
        before, after: canonical texts of the field, in the order of *keys*.
    """
    held = of_rows(table, keys)
    rows = zip(map(str, keys), before, after, strict=True)
    put(
        table,
        {
            pk: with_fields(held[pk], {field: digest(new)})
            for pk, old, new in rows
            if pk in held and of_field(held[pk], field) == digest(old)
        },
    )


def put(table: str, left: Mapping[str, str]) -> None:
    """Set what was *left* (primary key as text -> packed) of rows that have a base."""
    numbers = {
        pk: number
        for some in in_chunks(list(left))
        for pk, number in _rows(table, DEFAULT)
        .filter(object_pk__in=some)
        .values_list("object_pk", "pk")
    }
    columns = {"left": [left[pk] for pk in numbers]}
    update_rows(_model(), list(numbers.values()), columns)


def put_back(table: str, bases: Mapping[str, Base]) -> None:
    """Enter *bases* (primary key as text) of rows that are made again."""
    drop(table, list(bases))
    _insert(table, [(pk, base.key, base.left) for pk, base in bases.items()])


def _insert(table: str, entries: Sequence[tuple[str, str, str]]) -> None:
    insert_rows(
        _model(),
        {
            "table": [table] * len(entries),
            "object_pk": [pk for pk, _, _ in entries],
            "filemaker_id": [key for _, key, _ in entries],
            "left": [left for _, _, left in entries],
        },
    )


def _model() -> Any:
    return apps.get_model("ledger", "RowBase")


def _rows(table: str, alias: str) -> Any:
    return _model().objects.using(alias).filter(table=table)
