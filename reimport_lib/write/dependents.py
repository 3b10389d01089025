"""What hangs on what, read from the models; ``plan.delete`` decides.

Foreign keys of every model that is installed count, also of models the import knows
nothing of, and generic foreign keys, which no database guards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import SET_DEFAULT, SET_NULL, Model

from reimport_lib.plan import delete
from reimport_lib.plan.delete import DeletionPlan, Keys, Reference, TargetTable
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.tables import registry
from reimport_lib.write import ledger, people
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import KEY
from reimport_lib.write.imported import identities, rows
from reimport_lib.write.models import (
    content_type_ids,
    fields_of,
    label_of,
    model_of,
    tables_of_models,
)
from reimport_lib.write.reading import rows_counted
from reimport_lib.write.rows import in_chunks

_CLEARS = (SET_NULL, SET_DEFAULT)
_PAIRS = ("child_id", "parent_id", "local")
_TARGET = ("target_id", "key")


@dataclass(frozen=True, slots=True)
class Hanging:
    """
    A relation by which rows of one model hang on rows of another.

    Attributes:
        attribute: of *child*, naming the parent.
        key: what of *child* holds the parent's primary key, as a query has it.
        type_attribute: holds the parent's content type; "" in a plain foreign key.
        clears: deleting the parent empties the link (SET NULL).
    """

    child: type[Model]
    parent: type[Model]
    attribute: str
    key: str
    type_attribute: str = ""
    clears: bool = False


def plan_deletions(
    snapshot_keys: Keys,
    not_coming: Keys,
    *,
    ruled: Callable[[str, str], bool] | None = None,
    clean_slate: bool = False,
    alias: str = DEFAULT,
) -> tuple[DeletionPlan, ...]:
    """
    Decide about the rows of every table that *snapshot_keys* names.

    Args:
        snapshot_keys: table -> every canonical key its snapshot holds.
        not_coming: table -> keys the snapshot holds and of which no row comes in.
        ruled: (table, key) -> whether a row that people changed is to go all the same.

    Returns:
        One plan per table, children before those they hang on.
    """
    tables = [
        _target_table(table.name, alias)
        for table in registry.all_tables()
        if table.model and table.name in snapshot_keys
    ]
    going = delete.may_go(tables, snapshot_keys, not_coming, clean_slate=clean_slate)
    seen = {name: people.looked_at(name, ids, alias) for name, ids in going.items()}
    edited = {name: changed for name, (changed, _) in seen.items()}
    return delete.plan_deletions(
        tables,
        list(_references(going, alias)),
        snapshot_keys,
        not_coming,
        edited=edited,
        stood={name: contents for name, (_, contents) in seen.items()},
        ruled={
            each.table: frozenset(
                row
                for row, key in zip(
                    each.rows["target_id"], each.rows["key"], strict=True
                )
                if row in edited[each.table] and ruled and ruled(each.table, key)
            )
            for each in tables
        },
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
                key = field.fk_field
                found += [
                    Hanging(child, parent, key, key, type_field.attname)
                    for parent in wanted
                ]
    return found


def links_onto(
    hanging: Hanging, keys: Sequence[Any], alias: str, *, locked: bool = False
) -> Iterator[tuple[Any, Any, bool]]:
    """
    (child's key, parent's key, whether people made the child) onto *keys*.

    Args:
        locked: nobody else changes the children until the transaction ends.
    """
    manager: Any = hanging.child._base_manager
    links = manager.using(alias)
    if locked:
        links = links.select_for_update(no_key=True)
    if hanging.type_attribute:
        types = content_type_ids(alias)
        parent_type = types.get(hanging.parent._meta.label_lower)
        links = links.filter(**{hanging.type_attribute: parent_type})
        keys = _such_as_it_names(hanging, keys)
    has_key = KEY in fields_of(hanging.child)
    imported = () if has_key or not keys else _imported(hanging.child, alias)
    columns = ["pk", hanging.key, *([KEY] if has_key else [])]
    for some in in_chunks(keys):
        by_text = {str(key): key for key in some}  # a generic link may hold texts
        hits = links.filter(**{f"{hanging.key}__in": some})
        for child, parent, *key in hits.values_list(*columns):
            is_ours = key[0] if key else child in imported
            yield child, by_text[str(parent)], not is_ours


def links_counted(hanging: Hanging, keys: Sequence[Any], alias: str) -> int | None:
    """
    How many children name one of *keys*.

    None where the link names no primary key, and so is not counted.
    """
    manager: Any = hanging.child._base_manager.using(alias)
    link: Any = fields_of(hanging.child)[hanging.attribute]
    where: dict[str, Sequence[Any]] = {hanging.attribute: keys}
    if hanging.type_attribute:
        kind = content_type_ids(alias).get(hanging.parent._meta.label_lower)
        where[hanging.type_attribute] = [kind]
        has_any = manager.filter(**{hanging.type_attribute: kind}).exists()
    elif link.target_field.primary_key:
        has_any = manager.exclude(**{hanging.attribute: None}).exists()
    else:
        return None
    if not has_any or (hanging.type_attribute and not _such_as_it_names(hanging, keys)):
        return 0
    return rows_counted(hanging.child, where, alias=alias)


def links_at_all(hanging: Hanging, alias: str) -> int | None:
    """How many children name anything by it, whatever; None as ``links_counted``."""
    link: Any = fields_of(hanging.child)[hanging.attribute]
    links: Any = hanging.child._base_manager.using(alias)
    if hanging.type_attribute:
        kind = content_type_ids(alias).get(hanging.parent._meta.label_lower)
        return int(links.filter(**{hanging.type_attribute: kind}).count())
    if not link.target_field.primary_key:
        return None
    return int(links.exclude(**{hanging.attribute: None}).count())


def naming_deleted(run_id: str, *, alias: str = DEFAULT) -> dict[str, int]:
    """
    Model -> how many rows of it name one that the run deleted; those with any.

    Whoever saves a generic link is asked nothing by the database: a row that was
    written as soon as the run was done may name one that had been there.
    """
    found: dict[str, int] = {}
    for label, texts in ledger.deleted_keys(run_id, alias=alias).items():
        model = apps.get_model(label)
        key: Any = model._meta.pk
        keys = [key.to_python(text) for text in texts]
        for hanging in hanging_on([model]):
            links = len(list(links_onto(hanging, keys, alias)))
            if links:
                child = label_of(hanging.child)
                found[child] = found.get(child, 0) + links
    return found


def _such_as_it_names(hanging: Hanging, keys: Sequence[Any]) -> Sequence[Any]:
    """*keys*, or none where a generic link cannot hold keys of such a kind."""
    field = fields_of(hanging.child)[hanging.attribute]
    try:
        is_held = all(str(field.to_python(key)) == str(key) for key in keys)
    except ValidationError:
        return ()
    return keys if is_held else ()


def _imported(model: type[Model], alias: str) -> Collection[Any]:
    """Primary keys of the rows of *model* that the ledger says came from FileMaker."""
    table = tables_of_models().get(label_of(model))
    return () if table is None else identities(table, alias=alias)


def _foreign_keys(parent: type[Model]) -> Iterator[Hanging]:
    for relation in parent._meta.get_fields(include_hidden=True):
        if relation.auto_created and (relation.one_to_many or relation.one_to_one):
            related: Any = relation
            field = related.field
            yield Hanging(
                related.related_model,
                parent,
                field.attname,
                f"{field.name}__pk",
                clears=related.on_delete in _CLEARS,
            )


def _references(going: Mapping[str, frozenset[Any]], alias: str) -> Iterator[Reference]:
    names = tables_of_models()
    for table, named in going.items():
        known = identities(table, alias=alias) if named else {}
        wanted = sorted((pk for pk, one in known.items() if one in named), key=str)
        for hanging in hanging_on([model_of(table)]):
            label = label_of(hanging.child)
            children = (
                identities(names[label], alias=alias)
                if wanted and label in names
                else {}
            )
            found = links_onto(hanging, wanted, alias) if wanted else ()
            yield Reference(
                child=names.get(label, label),
                parent=table,
                pairs=_pairs(
                    [
                        (children.get(child, child), known[parent], local)
                        for child, parent, local in found
                    ]
                ),
                clears=hanging.clears,
                generic=bool(hanging.type_attribute),
            )


def _pairs(found: list[tuple[Any, Any, bool]]) -> pd.DataFrame:
    """As ``Reference`` has them; mostly there are none."""
    if not found:
        return _no_pairs()
    pairs = pd.DataFrame(found, columns=list(_PAIRS), dtype=object)
    return pairs.astype({"local": bool})


@cache
def _no_pairs() -> pd.DataFrame:
    return pd.DataFrame(columns=list(_PAIRS), dtype=object).astype({"local": bool})


def _target_table(table: str, alias: str) -> TargetTable:
    manager: Any = model_of(table)._base_manager
    everybody = list(manager.using(alias).order_by("pk").values_list("pk", flat=True))
    if not everybody:
        return TargetTable(table, pd.DataFrame(columns=list(_TARGET), dtype=object))
    imported = rows(table, (KEY,), alias=alias)
    known = dict(zip(imported.index, imported.itertuples(index=False), strict=True))
    frame = pd.DataFrame(
        [known.get(pk, (pk, "")) for pk in everybody],
        columns=list(_TARGET),
        dtype=object,
    )
    frame["key"] = canonical_key(
        frame["key"].map(lambda key: key or "").astype(object),
        number=registry.named(table).number_key,
    ).astype(object)
    return TargetTable(table, frame)
