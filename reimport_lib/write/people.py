"""Imported rows that people have changed, told by what the rows hold.

What an import manages is held against the row's import hash. A field that only the
backend has was created by the import with one value for all rows: another is people's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd
from django.db.models import DateField, TimeField

from reimport_lib.plan.capacity import stand_ins
from reimport_lib.plan.hashes import as_imported
from reimport_lib.plan.values.canonical import canonical_texts
from reimport_lib.tables import registry
from reimport_lib.write import imported
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.capacities import capacities_of
from reimport_lib.write.filled import is_stamp
from reimport_lib.write.holding import HASH, KEY, METADATA, holding_of
from reimport_lib.write.models import AnyField, attname, fields_of, managed, model_of
from reimport_lib.write.rows import given, gives_itself, in_chunks

_TECHNICAL = (KEY, HASH, METADATA)


def changed(table: str, held: pd.DataFrame, *, alias: str = DEFAULT) -> list[Any]:
    """
    Primary keys of the rows in *held* that people have changed since they came in.

    Args:
        held: index = primary key; every attribute of the model.
    """
    columns = managed(table)
    told = imported.told(table, held, (HASH, *columns), alias=alias)
    texts = {name: canonical_texts(told[name]) for name in columns}
    blank = stand_ins(capacities_of(registry.named(table)))
    ours = as_imported(texts, list(told[HASH]), registry.named(table), blank)
    own = held.loc[told.index]
    for name, field in _of_the_backend(table):
        created = given(field)
        same = [_same(field, value, created) for value in own[name]]
        ours = [both and one for both, one in zip(ours, same, strict=True)]
    return [pk for pk, as_it_was in zip(told.index, ours, strict=True) if not as_it_was]


def changed_of(
    table: str, identities: Collection[Any], alias: str = DEFAULT
) -> frozenset[Any]:
    """Those of the rows of *identities* that people have changed."""
    if not identities:
        return frozenset()
    known = imported.identities(table, alias=alias)
    keys = [pk for pk, identity in known.items() if identity in identities]
    attributes = list(fields_of(model_of(table)))
    manager: Any = model_of(table)._base_manager
    found = [
        row
        for some in in_chunks(keys)
        for row in manager.using(alias)
        .filter(pk__in=some)
        .values_list("pk", *attributes)
    ]
    held = pd.DataFrame(found, columns=["", *attributes], dtype=object).set_index("")
    return frozenset(known[pk] for pk in changed(table, held, alias=alias))


def _of_the_backend(table: str) -> Iterator[tuple[str, AnyField]]:
    """
    Attribute -> field, of those that only people write.

    Stamps, keys and counts are not; nor is a field whose first value differs from row
    to row, or is the database's own to give: nobody knows what it was.
    """
    declared = registry.named(table)
    ours = {attname(name) for name in (*declared.managed, *_TECHNICAL)}
    ours |= {*declared.counts, *declared.by_machine}
    for name, field in fields_of(holding_of(table).model).items():
        by_clock = isinstance(field, (DateField, TimeField)) and callable(field.default)
        if name in ours or field.primary_key or by_clock:
            continue
        if is_stamp(field, made=True) or gives_itself(field):
            continue
        if given(field) == given(field):
            yield name, field


def _same(field: AnyField, value: Any, created: Any) -> bool:
    """Whether *value* is what the row was created with; nothing is as good as blank."""
    if value in (None, "") and created in (None, ""):
        return True
    return bool(value == field.to_python(created))
