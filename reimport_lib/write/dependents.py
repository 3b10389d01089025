"""What hangs on what, read from the models; ``plan.delete`` decides.

Foreign keys of every model that is installed count, also of models the import knows
nothing of, and generic foreign keys, which no database guards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.apps import apps
from django.db.models import SET_DEFAULT, SET_NULL, Model

from reimport_lib.plan import delete
from reimport_lib.plan.delete import DeletionPlan, Keys, Reference, TargetTable
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.tables import registry
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.models import (
    content_type_ids,
    label_of,
    model_of,
    tables_of_models,
)

KEYS_PER_QUERY = 500
_CLEARS = (SET_NULL, SET_DEFAULT)


@dataclass(frozen=True, slots=True)
class Hanging:
    """
    A relation by which rows of one model hang on rows of another.

    Attributes:
        attribute: of *child*, holding the parent's primary key.
        type_attribute: holds the parent's content type; "" in a plain foreign key.
        clears: deleting the parent empties the link (SET NULL).
    """

    child: type[Model]
    parent: type[Model]
    attribute: str
    type_attribute: str = ""
    clears: bool = False


def plan_deletions(
    snapshot_keys: Keys,
    not_coming: Keys,
    *,
    clean_slate: bool = False,
    alias: str = DEFAULT,
) -> tuple[DeletionPlan, ...]:
    """
    Decide about the rows of every table that *snapshot_keys* names.

    Args:
        snapshot_keys: table -> every canonical key its snapshot holds.
        not_coming: table -> keys the snapshot holds and of which no row comes in.

    Returns:
        One plan per table, children before those they hang on.

    Raises:
        Refused: a row that people made would be deleted or lose its link.
    """
    tables = [
        _target_table(table.name, alias)
        for table in registry.all_tables()
        if table.model and table.name in snapshot_keys
    ]
    going = delete.may_go(tables, snapshot_keys, not_coming, clean_slate=clean_slate)
    return delete.plan_deletions(
        tables,
        list(_references(going, alias)),
        snapshot_keys,
        not_coming,
        clean_slate=clean_slate,
    )


def hanging_on(parents: Iterable[type[Model]]) -> list[Hanging]:
    """Every relation onto one of *parents*, as the installed models declare them."""
    # Importing it loads a model, which this module, read before set-up, must not.
    from django.contrib.contenttypes.fields import GenericForeignKey

    wanted = list(parents)
    found = [hanging for parent in wanted for hanging in _foreign_keys(parent)]
    for child in apps.get_models(include_auto_created=True):
        for field in child._meta.private_fields:
            if isinstance(field, GenericForeignKey):
                type_field: Any = child._meta.get_field(field.ct_field)
                found += [
                    Hanging(child, parent, field.fk_field, type_field.attname)
                    for parent in wanted
                ]
    return found


def links_onto(
    hanging: Hanging, keys: Sequence[Any], alias: str
) -> Iterator[tuple[Any, Any, bool]]:
    """(child's key, parent's key, whether people made the child) onto *keys*."""
    manager: Any = hanging.child._base_manager
    rows = manager.using(alias)
    if hanging.type_attribute:
        types = content_type_ids(alias)
        parent_type = types.get(hanging.parent._meta.label_lower)
        rows = rows.filter(**{hanging.type_attribute: parent_type})
    imported = "filemaker_id" in {
        f.attname for f in hanging.child._meta.concrete_fields
    }
    columns = ["pk", hanging.attribute, *(["filemaker_id"] if imported else [])]
    for start in range(0, len(keys), KEYS_PER_QUERY):
        some = keys[start : start + KEYS_PER_QUERY]
        hits = rows.filter(**{f"{hanging.attribute}__in": some})
        for child, parent, *key in hits.values_list(*columns):
            yield child, parent, not (key and key[0])


def _foreign_keys(parent: type[Model]) -> Iterator[Hanging]:
    for relation in parent._meta.get_fields(include_hidden=True):
        if relation.auto_created and (relation.one_to_many or relation.one_to_one):
            related: Any = relation
            field = related.field
            yield Hanging(
                related.related_model,
                parent,
                field.attname,
                clears=related.on_delete in _CLEARS,
            )


def _references(going: Mapping[str, frozenset[Any]], alias: str) -> Iterator[Reference]:
    names = tables_of_models()
    for table, keys in going.items():
        wanted = sorted(keys, key=str)
        for hanging in hanging_on([model_of(table)]):
            pairs = pd.DataFrame(
                list(links_onto(hanging, wanted, alias)),
                columns=["child_id", "parent_id", "local"],
            )
            label = label_of(hanging.child)
            yield Reference(
                child=names.get(label, label),
                parent=table,
                pairs=pairs.astype({"local": bool}),
                clears=hanging.clears,
                generic=bool(hanging.type_attribute),
            )


def _target_table(table: str, alias: str) -> TargetTable:
    manager: Any = model_of(table)._base_manager
    rows = manager.using(alias).order_by("pk").values_list("pk", "filemaker_id")
    frame = pd.DataFrame(list(rows), columns=["target_id", "key"], dtype=object)
    frame["key"] = canonical_key(
        frame["key"].map(lambda key: key or "").astype(object),
        number=registry.named(table).number_key,
    ).astype(object)
    return TargetTable(table, frame)
