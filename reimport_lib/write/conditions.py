"""What the database asks of several fields of one row: the check constraints of models.

The database itself is asked whether a row would meet one, without writing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pandas as pd
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Model, Q

from reimport_lib.plan.joined import Condition
from reimport_lib.write import imported
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import Holding, holding_of
from reimport_lib.write.models import OWNER_TYPE, attname, content_type_ids, managed


def of_table(table: str) -> tuple[Condition, ...]:
    """The conditions on more than one field, of which imports write one or more."""
    return tuple(
        Condition(
            constraint.name,
            fields,
            beside,
            partial(_met, holding_of(table), constraint),
        )
        for constraint, fields, beside in _joining(table)
    )


def joined_fields(table: str) -> list[tuple[str, ...]]:
    """The managed fields of each of them."""
    return [fields for _, fields, _ in _joining(table)]


def _joining(
    table: str,
) -> Iterator[tuple[CheckConstraint, tuple[str, ...], bool]]:
    """Each such constraint, its managed fields, and whether it names others too."""
    holding = holding_of(table)
    written = [name for name in managed(table) if not holding.lacks(name)]
    for constraint in holding.model._meta.constraints:
        if isinstance(constraint, CheckConstraint):
            named = _attributes(holding.model, constraint)
            fields = tuple(name for name in written if attname(name) in named)
            if fields and len(named) > 1:
                yield constraint, fields, len(fields) < len(named)


def _attributes(model: type[Model], constraint: CheckConstraint) -> set[str]:
    """The attributes that *constraint* names."""
    names: set[str] = Q(constraint.condition).referenced_base_fields
    fields = (
        model._meta.pk if name == "pk" else model._meta.get_field(name)
        for name in names
    )
    return {str(getattr(field, "attname", "")) for field in fields}


def _met(
    holding: Holding, constraint: CheckConstraint, rows: pd.DataFrame
) -> list[bool]:
    """Whether each of *rows* (id, managed fields) would meet *constraint*."""
    keys = imported.keys_of(holding.table, list(rows["id"]))
    held = holding.model._base_manager.using(DEFAULT).in_bulk(keys)
    columns = _columns(holding, rows)
    found = [True] * len(keys)  # of a row that went too: writing it will say so
    for place, row in ((n, held[key]) for n, key in enumerate(keys) if key in held):
        for name, values in columns.items():
            setattr(row, name, values[place])
        try:
            constraint.validate(holding.model, row, using=DEFAULT)
        except ValidationError:
            found[place] = False
    return found


def _columns(holding: Holding, rows: pd.DataFrame) -> dict[str, list[Any]]:
    """Attribute -> values, as the model has them."""
    names = [name for name in managed(holding.table) if not holding.lacks(name)]
    found = {attname(name): imported.plain(rows[name]) for name in names}
    if OWNER_TYPE in names:
        types = content_type_ids(DEFAULT)
        owners = found[attname(OWNER_TYPE)]
        found[attname(OWNER_TYPE)] = [types[name] if name else None for name in owners]
    for name, to in holding.links.items():
        ids = imported.identities(to)
        known = {identity: pk for pk, identity in ids.items()}
        found[attname(name)] = [
            known.get(one, 0) if isinstance(one, UUID) else one  # 0: not made yet
            for one in found[attname(name)]
        ]
    return found
