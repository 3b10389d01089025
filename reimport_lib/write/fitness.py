"""Whether an import can write to the models that the tables declare, and why not.

Asks the models alone, and connects to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    TextField,
    TimeField,
    UUIDField,
)

from reimport_lib.tables import registry
from reimport_lib.tables.declare import Lookup, Table
from reimport_lib.write.holding import KEY, MADE, METADATA, SAVED, is_numbered
from reimport_lib.write.models import OWNER_TYPE, AnyField, attname, fields_of

_FIELDS: dict[type, Any] = {
    str: (CharField, TextField, ForeignKey),
    bool: BooleanField,
    int: (IntegerField, DecimalField, FloatField),
    Decimal: (DecimalField, FloatField),
    date: DateField,
    time: TimeField,
    datetime: DateTimeField,
}


def unfit() -> list[str]:
    """What stands in the way of an import, model by model; nothing else does."""
    found: list[str] = []
    seen: dict[str, str] = {}
    for table in registry.all_tables():
        if table.model:
            found += (f"{table.model}: {why}" for why in _of_table(table))
            if table.model in seen:
                tables = f"{seen[table.model]} and {table.name}"
                found.append(f"{table.model}: it is the model of {tables}")
            seen[table.model] = table.name
    for lookup in registry.lookups().values():
        found += (f"{lookup.model}: {why}" for why in _of_lookup(lookup))
    return found


def _of_table(table: Table) -> Iterator[str]:
    model = _model(table.model)
    if model is None:
        yield f"no such model is installed ({table.name})"
        return
    wrong = next(_of_kind(model), "")
    if wrong:
        yield wrong
        return
    fields = fields_of(model)
    for column in table.managed:
        field = fields.get(attname(column))
        if field is None and column != METADATA:
            yield f"it has no field {column}, which {table.name} writes"
        if field is not None and field.generated:
            yield f"the database computes {column}, which {table.name} writes"
        if field is not None and not _is_by_key(field):
            yield f"{column} names a row by another column than its key"
    yield from _of_other_kinds(table, fields)
    written = {KEY, *map(attname, table.managed)}
    for name, field in fields.items():
        if name not in written and not _has_value(field):
            yield f"{name} must have a value, and {table.name} writes none"
    yield from (
        f"it has no field {name}" for name in table.counts if name not in fields
    )
    owner = table.owner_link
    if OWNER_TYPE in table.managed and owner and owner.to in registry.by_name():
        label = registry.named(owner.to).model
        if is_numbered(apps.get_model(label)):
            yield f"a generic link onto the numbered rows of {label}"


def _of_other_kinds(table: Table, fields: Mapping[str, AnyField]) -> Iterator[str]:
    for each in table.fields:
        field = fields.get(each.field) if each.field in table.managed else None
        gives = each.convert.gives or (str if each.convert.is_text else object)
        if field and not _takes(field, gives):
            is_a = f"{each.field} is a {field.get_internal_type()}"
            yield f"{is_a}, and {table.name} writes a {gives.__name__}"


def _of_kind(model: Any) -> Iterator[str]:
    meta = model._meta
    if meta.proxy:
        yield f"it is a proxy; name {meta.concrete_model._meta.label}"
    elif meta.parents:
        parents = ", ".join(parent._meta.label for parent in meta.parents)
        yield f"its rows are in several tables (it inherits from {parents})"
    elif meta.swapped:
        yield f"{meta.swapped} is in its place"
    elif not meta.managed:
        yield "Django does not manage its table"
    elif not (is_numbered(model) or isinstance(meta.pk, UUIDField)):
        yield f"its primary key {meta.pk.name} is no number of the database's, no UUID"


def _of_lookup(lookup: Lookup) -> Iterator[str]:
    model = _model(lookup.model)
    if model is None:
        yield f"no such model is installed ({lookup.name})"
        return
    fields = {field.name for field in model._meta.concrete_fields}
    for name in (*lookup.names, *lookup.settable):
        if name not in fields:
            yield f"it has no field {name}, which {lookup.name} names"


def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _is_by_key(field: AnyField) -> bool:
    if not isinstance(field, ForeignKey):
        return True
    target: Any = field.target_field
    return bool(target.primary_key)


def _takes(field: AnyField, kind: type) -> bool:
    """*field* stores values of *kind* as they are; of any other kind nobody knows."""
    if isinstance(field, DateTimeField):  # a date field as well, to Django
        return kind in (datetime, object)
    return isinstance(field, _FIELDS.get(kind, Field))


def _has_value(field: AnyField) -> bool:
    """The field holds something where an import gives it nothing."""
    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    if field.null or field.primary_key or field.generated or stamped:
        return True
    if field.attname in (MADE, SAVED):
        return isinstance(field, DateField)
    given = field.has_default() or field.has_db_default()
    return given or isinstance(field, (CharField, TextField))
