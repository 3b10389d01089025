"""Fields that differ from the source because people changed them, told by the ledger.

No plan is asked, and nothing of how one compares is used. A field is people's where it
does not hold what the last import left, by the row's base, and the import that is
proven did not touch it, by the image that it kept of the row. A field that an import
overwrote, or failed to take, is neither. Fields that stay together are people's where
one of them is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from django.apps import apps

from reimport_lib.prove.render.left import is_left, mark_of
from reimport_lib.tables import registry
from reimport_lib.tables.merging import settled_together
from reimport_lib.write import imported
from reimport_lib.write.conditions import joined_fields
from reimport_lib.write.ledger import encoded_value
from reimport_lib.write.models import attname, label_of, managed, model_of
from reimport_lib.write.rows import in_chunks

NOTES = ("kept_local", "conflict", "kept_by_decision")
"""Notes of rows that hold what people left; rows without one hold nothing of it."""

UNFIT = "unfit_together"
"""Of rows of which fields stay because what people changed stands beside them."""

PeoplesFields = Mapping[str, Mapping[str, str]]


def kept(
    table: str, outcomes: pd.DataFrame, held: pd.DataFrame, run_id: str, alias: str
) -> PeoplesFields:
    """
    Managed field -> target_id -> note, of fields that are people's.

    Args:
        outcomes: rows of the outcomes file of *table*.
        held: its rows in the database, as ``Evidence.database`` has them.
        run_id: the import that is proven.
    """
    noted = {
        target_id: code
        for target_id, notes in zip(
            outcomes["target_id"], outcomes["notes"], strict=True
        )
        if notes
        for code in NOTES
        if code in notes.split(";") and target_id in held.index
    }
    if not noted:
        return {}
    is_unfit = outcomes["notes"].map(lambda notes: UNFIT in notes.split(";"))
    unfit = noted.keys() & {*outcomes.loc[is_unfit, "target_id"]}
    rows = held.loc[list(noted)].set_index("pk")
    told = imported.told(table, rows, alias=alias)
    left = left_of(table, list(rows.index), alias)
    before = dict(_images(table, list(rows.index), run_id, alias))
    theirs: dict[str, set[str]] = {}
    touched: dict[str, set[str]] = {}
    for name in managed(table):
        theirs[name], touched[name] = set(), set()
        for pk, target_id, value in zip(rows.index, noted, told[name], strict=True):
            mark = mark_of(left.get(str(pk), ""), name)
            if not mark or not is_left(mark, value):
                theirs[name].add(target_id)
            image, attribute = before.get(str(pk), {}), attname(name)
            if attribute in image and image[attribute] != encoded_value(
                rows.at[pk, attribute]
            ):
                touched[name].add(target_id)
    for group in settled_together(registry.named(table)):
        of_one = set[str]().union(*(theirs[name] for name in group))
        for name in group:
            theirs[name] |= of_one
    for name in {name for group in joined_fields(table) for name in group}:
        theirs[name] |= unfit
    return {
        name: {target_id: noted[target_id] for target_id in ids - touched[name]}
        for name, ids in theirs.items()
    }


def left_of(table: str, keys: Sequence[Any], alias: str) -> dict[str, str]:
    """Primary key as text -> what the last import left of the row, by the ledger."""
    model: Any = apps.get_model("ledger.RowBase")
    rows = model.objects.using(alias).filter(table=table)
    found: dict[str, str] = {}
    for some in in_chunks(list(map(str, keys))):
        of_some = rows.filter(object_pk__in=some)
        found |= dict(of_some.values_list("object_pk", "left"))
    return found


def _images(
    table: str, keys: Sequence[Any], run_id: str, alias: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    model: Any = apps.get_model("ledger.BeforeImage")
    rows = model.objects.using(alias).filter(
        run_id=run_id, model=label_of(model_of(table))
    )
    for some in in_chunks(list(map(str, keys))):
        yield from rows.filter(object_pk__in=some).values_list("object_pk", "values")
