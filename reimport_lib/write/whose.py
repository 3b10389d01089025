"""Whom rows belong to, and in which place they are: read for lists of what changes.

What is read of a person is by what the declaration finds one (``Table.find_by``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.apps import apps

from reimport_lib.plan.values.canonical import canonical, canonical_texts
from reimport_lib.record.changes import FieldChange
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table
from reimport_lib.write import dependents, imported
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import holding_of
from reimport_lib.write.models import label_of, managed, model_of, tables_of_models

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Belonging:
    """
    Whose a row is.

    Attributes:
        of: the table of its owner; "" where it belongs to nobody.
        told: (field, canonical text) of what finds the owner.
        place: the entry of the list by which rows are told apart.
    """

    of: str = ""
    told: tuple[tuple[str, str], ...] = ()
    place: str = ""


def columns(table: str) -> list[str]:
    """The managed columns of *table* that are needed to say whose its rows are."""
    declared = registry.named(table)
    wanted = {*_found_by(declared)}
    if owner := declared.owner_link:
        wanted |= {field for _, field in owner.targets} | {owner.type_field}
    wanted |= {field for field, _ in _places(declared)}
    return [name for name in managed(table) if name in wanted]


def of_rows(
    table: str, rows: pd.DataFrame, coming: Frames | None = None
) -> list[Belonging]:
    """
    Whose each of *rows* is.

    Args:
        rows: at least ``columns``, with links as plans tell them.
        coming: table -> id and managed columns of rows that are not there yet.
    """
    if rows.empty:
        return []
    declared = registry.named(table)
    found = list(_owners(declared, rows, coming or {}))
    for field, names in _places(declared):
        told = [names.get(one, "") for one in rows[field]]
        found = [
            Belonging(each.of, each.told, own or each.place)
            for each, own in zip(found, told, strict=True)
        ]
    return found


def of_ids(
    table: str, wanted: Collection[str], coming: Frames | None = None
) -> dict[str, Belonging]:
    """
    Identity -> whose it is, of those rows of *table* that are there or come.

    Args:
        wanted: identities, as ``named_as`` tells them.
    """
    if not wanted:
        return {}
    names = columns(table)
    held = imported.rows(table, names)[["id", *names]]
    held = held[held["id"].map(named_as).isin(wanted)]
    fresh = (coming or {}).get(table)
    if fresh is not None:
        missing = set(wanted) - set(map(named_as, held["id"]))
        new = fresh[fresh["id"].map(named_as).isin(missing)]
        held = pd.concat([held, new[["id", *names]]]) if len(new) else held
    ids = map(named_as, held["id"])
    return dict(zip(ids, of_rows(table, held, coming), strict=True))


def held_by(
    table: str, kept: Sequence[Any], going: Mapping[str, set[Any]]
) -> dict[Any, str]:
    """
    Identity of each of the *kept* rows of *table* -> what hangs on it and stays.

    Args:
        going: table -> identities of rows that go.
    """
    if not kept:
        return {}
    known = dict(zip(imported.keys_of(table, kept), kept, strict=True))
    tables = tables_of_models()
    found: dict[Any, list[str]] = {}
    for hanging in dependents.hanging_on([model_of(table)]):
        label = label_of(hanging.child)
        child = tables.get(label, "")
        names = imported.identities(child) if child else {}
        gone = going.get(child, set())
        counted: dict[tuple[Any, bool], int] = {}
        for row, parent, local in dependents.links_onto(hanging, [*known], DEFAULT):
            if names.get(row, row) not in gone and (local or not hanging.clears):
                counted[parent, local] = counted.get((parent, local), 0) + 1
        noun = registry.noun(child) if child else label
        for (parent, local), number in counted.items():
            told = f"{noun}{' that people made' if local else ''} {number:,}"
            found.setdefault(known[parent], []).append(told)
    return {one: ", ".join(told) for one, told in found.items()}


def _owners(declared: Table, rows: pd.DataFrame, coming: Frames) -> Iterator[Belonging]:
    link = declared.owner_link
    if link is None:
        names = _found_by(declared)
        texts = [canonical_texts(rows[name]) for name in names]
        of = declared.name if names else ""
        for place in range(len(rows)):
            told = (text[place] for text in texts)
            yield Belonging(of, tuple(zip(names, told, strict=True)))
        return
    targets = ((link.through, link.field),) if link.through else link.targets
    kinds = rows[link.type_field] if link.type_field else [None] * len(rows)
    known = [
        (
            field,
            registry.named(to).model.lower(),
            of_ids(to, _named(rows, field), coming),
        )
        for to, field in targets
        if to in registry.by_name() and field in rows
    ]
    cells = [list(rows[field]) for field, _, _ in known]
    for place, kind in enumerate(kinds):
        named = (
            of.get(named_as(column[place]))
            for column, (_, model, of) in zip(cells, known, strict=True)
            if kind is None or kind == model
        )
        yield next(filter(None, named), Belonging())


def named_as(identity: Any) -> str:
    """One text of an identity: a generic link may hold it as text."""
    return canonical(identity).replace("-", "")


def _named(rows: pd.DataFrame, field: str) -> set[str]:
    return set(map(named_as, rows[field])) - {""}


def _found_by(declared: Table) -> list[str]:
    """Managed fields by which a person finds a row that belongs to no other."""
    if declared.owner_link is not None:
        return []
    return [name for name in declared.managed if name in declared.find_by]


def _places(declared: Table) -> Iterator[tuple[str, dict[Any, str]]]:
    """Field that names a place -> entry of the list -> its name."""
    for link in declared.links:
        lookup = registry.lookups().get(link.to)
        if lookup and lookup.is_place and link.field:
            model: Any = apps.get_model(lookup.model)._base_manager.using(DEFAULT)
            yield link.field, dict(model.values_list("pk", lookup.names[0]))


def entries(table: str) -> dict[str, dict[str, str]]:
    """Field -> entry of a list as text -> its name, of lists that a report may show."""
    found = {}
    for link in registry.named(table).links:
        lookup = registry.lookups().get(link.to)
        if lookup and link.field and not lookup.private:
            model: Any = apps.get_model(lookup.model)._base_manager.using(DEFAULT)
            named = model.values_list("pk", lookup.names[0])
            found[link.field] = {canonical(pk): str(name) for pk, name in named}
    return found


def named_in(
    fields: Sequence[FieldChange], lists: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str]]:
    """What stands in *fields*, with the names that *lists* have for it."""
    return [
        (text, lists[name][text])
        for name, before, after in fields
        if name in lists
        for text in (before, after)
        if text in lists[name]
    ]


def names_of(table: str, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Primary key as text -> identity as text, and FileMaker key, of imported rows."""
    if not keys:
        return {}
    held = imported.rows(table, ("filemaker_id",))
    wanted = set(keys)
    return {
        str(pk): (str(one), key or "")
        for pk, one, key in zip(
            held.index, held["id"], held["filemaker_id"], strict=True
        )
        if str(pk) in wanted
    }


def identities_of_links(table: str) -> dict[str, dict[Any, Any]]:
    """Column that names numbered rows -> primary key -> identity."""
    links = holding_of(table).links
    return {column: dict(imported.identities(to)) for column, to in links.items()}
