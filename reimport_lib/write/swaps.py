"""Unique values that rows take over from each other, as two that swap theirs.

Databases check a unique constraint row by row: who gives a value up must do so first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import pandas as pd
from django.db import connections
from django.db.models import CharField, IntegerField, Model, TextField, UUIDField

from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.models import AnyField
from reimport_lib.write.rows import in_chunks, update_rows

_SHORTEST = 16  # characters of a text that no row holds by chance


def set_aside(
    model: type[Model], keys: Sequence[Any], columns: Mapping[str, Sequence[Any]]
) -> None:
    """
    Free the unique values that other rows of *keys* (n,) are about to take.

    Their rows hold nothing instead, or what no row holds, until *columns* (attribute ->
    (n,) values) are written. Where no field of a constraint can do so, the database has
    the word.
    """
    for fields in _unique_together(model):
        written = [field for field in fields if field.attname in columns]
        field = next(filter(_can_be_set_aside, written), None)
        if field is None:
            continue
        held = _held(model, keys, [each.attname for each in fields])
        after = held.assign(**{each.attname: columns[each.attname] for each in written})
        takers = dict(zip(after.itertuples(index=False, name=None), keys, strict=True))
        giving = [
            key
            for key, *own in held.itertuples(name=None)
            if None not in own and takers.get(tuple(own), key) != key
        ]
        aside = [_aside(field, place) for place in range(len(giving))]
        update_rows(model, giving, {field.attname: aside})


def _unique_together(model: type[Model]) -> Iterator[list[AnyField]]:
    """The fields of each unique constraint that has no condition."""
    meta: Any = model._meta
    for field in meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield [field]
    constraints = (constraint.fields for constraint in meta.total_unique_constraints)
    for names in (*meta.unique_together, *constraints):
        yield [meta.get_field(name) for name in names]


def _held(
    model: type[Model], keys: Sequence[Any], attributes: Sequence[str]
) -> pd.DataFrame:
    """index = *keys*, in their order; what their rows hold now."""
    manager: Any = model._base_manager.using(DEFAULT)
    rows = [
        row
        for some in in_chunks(keys)
        for row in manager.filter(pk__in=some).values_list("pk", *attributes)
    ]
    found = pd.DataFrame(rows, columns=["pk", *attributes], dtype=object)
    return found.set_index("pk").loc[list(keys)]


def _can_be_set_aside(field: AnyField) -> bool:
    if field.null or isinstance(field, UUIDField):
        return True
    if isinstance(field, CharField):
        return field.max_length is None or field.max_length >= _SHORTEST
    return isinstance(field, TextField | IntegerField)


def _aside(field: AnyField, place: int) -> Any:
    """Nothing, or the value number *place* of those that no row holds by chance."""
    if field.null:
        return None
    if isinstance(field, IntegerField):
        ranges: Any = connections[DEFAULT].ops.integer_field_ranges
        return ranges[field.get_internal_type()][1] - place
    fresh = uuid4()
    return fresh if isinstance(field, UUIDField) else fresh.hex[: field.max_length]
