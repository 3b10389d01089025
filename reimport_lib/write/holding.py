"""Where the columns lie that an import must know of a row: in its model, or beside it.

A model may have columns for the FileMaker key, the import hash and the metadata; what
it lacks, a row of the ledger holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid5

from django.db.models import AutoField, CharField, JSONField, Model, TextField

from reimport_lib.plan.values.keys import NAMESPACE
from reimport_lib.write.models import (
    attname,
    fields_of,
    label_of,
    managed,
    model_of,
    tables_of_models,
)

KEY, HASH, METADATA = "filemaker_id", "import_hash", "filemaker_metadata"
MADE, SAVED = "created_at", "updated_at"
_TEXT = (CharField, TextField)
_KINDS: Mapping[str, Any] = {KEY: _TEXT, HASH: _TEXT, METADATA: JSONField}


@dataclass(frozen=True, slots=True)
class Holding:
    """
    Where the columns of a table's rows lie.

    Attributes:
        own: technical columns that the model itself has.
        numbered: its primary keys are numbers that the database hands out.
        links: managed column -> the table of numbered rows that it names.
    """

    table: str
    model: type[Model]
    own: frozenset[str]
    numbered: bool
    links: Mapping[str, str]

    @property
    def in_ledger(self) -> bool:
        """Each of its rows has one in the ledger beside it."""
        return self.numbered or len(self.own) < len(_KINDS)

    def lacks(self, column: str) -> bool:
        """The ledger holds *column*, whatever the model calls by that name."""
        return column in _KINDS and column not in self.own


def holding_of(table: str) -> Holding:
    """Where the columns of *table* lie, as its model declares them."""
    model = model_of(table)
    fields = fields_of(model)
    tables = tables_of_models()
    related = {
        column: fields[attname(column)].related_model
        for column in managed(table)
        if attname(column) in fields
    }
    links = {
        column: tables[label_of(other)]
        for column, other in related.items()
        if other and label_of(other) in tables and is_numbered(other)
    }
    own = frozenset(n for n, kind in _KINDS.items() if isinstance(fields.get(n), kind))
    return Holding(table, model, own, is_numbered(model), links)


def is_numbered(model: Any) -> bool:
    """The database numbers the rows of *model*."""
    return isinstance(model._meta.pk, AutoField)


def unnamed(holding: Holding, pk: Any) -> Any:
    """What names a row of an earlier system, which the ledger does not know yet."""
    return uuid5(NAMESPACE, f"row/{holding.table}/{pk}") if holding.numbered else pk
