"""What the fields of the backend's models can hold, for plans that store just that."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import (
    CharField,
    DateField,
    DecimalField,
    IntegerField,
    TextField,
    TimeField,
    Value,
)

from reimport_lib.plan.capacity import Capacities, Capacity
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.write.models import AnyField, attname, fields_of, model_of

_RANGES = BaseDatabaseOperations.integer_field_ranges


def capacities() -> Capacities:
    """Of every managed column that a model has a field for."""
    tables = [table for table in registry.all_tables() if table.model]
    return {table.name: capacities_of(table) for table in tables}


def capacities_of(table: Table) -> dict[str, Capacity]:
    """Of the managed columns of *table*, which has a model."""
    fields = fields_of(model_of(table.name))
    return {
        column: capacity_of(fields[attname(column)])
        for column in table.managed
        if attname(column) in fields
    }


def capacity_of(field: AnyField) -> Capacity:
    """What *field* can hold, and what it holds in place of nothing."""
    given: dict[str, Any] = {"length": getattr(field, "max_length", None)}
    if isinstance(field, DecimalField):
        given["digits"] = field.max_digits - field.decimal_places
        given["places"] = field.decimal_places
    elif isinstance(field, IntegerField):
        given["least"], given["most"] = _RANGES[field.get_internal_type()]
    if field.null:
        return Capacity(**given)
    default = default_of(field)
    is_text = isinstance(field, CharField | TextField)
    return Capacity(**given, empty=is_text or default is not None, default=default)


def default_of(field: AnyField) -> Any:
    """What stands for nothing in *field*; None where that is another each time."""
    if isinstance(field, DateField | TimeField) and callable(field.default):
        return None  # today's is not tomorrow's
    if field.has_default():
        default = field.get_default()
        return default if default == field.get_default() else None
    expression = getattr(field, "_db_default_expression", None)
    return expression.value if isinstance(expression, Value) else None
