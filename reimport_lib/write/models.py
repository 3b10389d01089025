"""Tables of the import as Django models, and managed columns as fields.

A managed column is the field's own column (``patient_id``), except that a generic owner
is ``owner_type`` (``patients.patient``) and ``owner_id``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Field, Model

from reimport_lib import project
from reimport_lib.errors import TargetError
from reimport_lib.tables import registry

OWNER_TYPE = "owner_type"
_OWNER_COLUMNS = {OWNER_TYPE: "content_type_id", "owner_id": "object_id"}

if TYPE_CHECKING:
    AnyField = Field[Any, Any]
else:
    AnyField = Field  # not subscriptable when the program runs


def model_of(table: str) -> type[Model]:
    """The model of *table*; tables of stored objects have none."""
    return apps.get_model(registry.by_name()[table].model)


def label_of(model: type[Model]) -> str:
    """``patients.Patient``: how models are named in the ledger."""
    return str(model._meta.label)


def tables_of_models() -> dict[str, str]:
    """Label of the model -> table, of every table that has a model."""
    return {table.model: table.name for table in registry.all_tables() if table.model}


def parents_of(table: str) -> list[str]:
    """Other tables whose rows a foreign key of *table* names."""
    if not registry.named(table).model:
        return []
    fields: Any = model_of(table)._meta.concrete_fields
    named = [field.related_model for field in fields if field.is_relation]
    tables = tables_of_models()
    found = (tables.get(label_of(model)) for model in named)
    return [name for name in found if name and name != table]


def managed(table: str) -> tuple[str, ...]:
    """The managed columns of *table*, in digest order."""
    return registry.named(table).managed


def attname(column: str) -> str:
    """The attribute of the model that holds the managed *column*."""
    return _OWNER_COLUMNS.get(column, column)


def fields_of(model: type[Model]) -> dict[str, AnyField]:
    """Attribute -> field, of every field that has a column of its own."""
    return {field.attname: field for field in model._meta.concrete_fields}


def content_type_ids(alias: str) -> Mapping[str, int]:
    """
    ``patients.patient`` -> primary key, in the database *alias*.

    Raises:
        TargetError: the database holds none: its migrations did not finish.
    """
    types: Any = apps.get_model("contenttypes", "ContentType")
    rows = types.objects.using(alias).values_list("pk", "app_label", "model")
    found = {f"{app}.{model}": pk for pk, app, model in rows}
    if not found:
        raise TargetError(
            "The database holds no content types: its migrations did not finish.",
            hint=project.manage("migrate"),
            id="R259",
        )
    return found
