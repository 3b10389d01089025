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
from reimport_lib.write import bases, images, imported, ledger
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


def contents(table: str, held: pd.DataFrame) -> dict[Any, str]:
    """
    Primary key -> sha256 over what the import and people write of each row in *held*.

    Args:
        held: index = primary key; every attribute of the model.
    """
    fields = fields_of(holding_of(table).model)
    ours = [attname(name) for name in (KEY, HASH, *managed(table))]
    names = [name for name in ours if name in fields]
    names += [name for name, _ in _of_the_backend(table)]
    columns = (held[name] for name in names)
    return {
        pk: images.digest_of_row(map(ledger.encoded_value, row))
        for pk, *row in zip(held.index, *columns, strict=True)
    }


def looked_at(
    table: str, identities: Collection[Any], alias: str = DEFAULT
) -> tuple[frozenset[Any], dict[Any, str]]:
    """
    The rows of *identities* as they are now.

    Returns:
        Those that people have changed, or made; identity -> what ``contents`` says of
        it.
    """
    if not identities:
        return frozenset(), {}
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
    theirs = (*changed(table, held, alias=alias), *_made(table, held, alias))
    changes = frozenset(known[pk] for pk in theirs)
    return changes, {known[pk]: sha for pk, sha in contents(table, held).items()}


def _made(table: str, held: pd.DataFrame, alias: str) -> list[Any]:
    """
    Primary keys of the rows in *held* that people made, with a key of FileMaker's.

    No import left them. Before one has recorded what it leaves, nobody can tell them
    from rows of an earlier system.
    """
    marks = imported.told(table, held, (HASH,), alias=alias)[HASH]
    bare = [pk for pk, mark in marks.items() if not mark]
    if not bare or not bases.are_kept(table, alias=alias):
        return []
    left = bases.of_rows(table, bare, alias=alias)
    return [pk for pk in bare if str(pk) not in left]


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
