"""The rows of a plan and of a deletion, written inside the caller's transaction.

Every row that is changed or deleted is kept in the ledger as it was, and compared with
what the plan was made for: an edit made since then stops the phase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from django.db import connections
from django.db.models import Count, F, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce

from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.plan.plan import Plan, managed_hashes
from reimport_lib.plan.values.canonical import canonical_texts
from reimport_lib.tables import registry
from reimport_lib.write import bases, images, imported, ledger, people
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.dependents import (
    Hanging,
    hanging_on,
    links_counted,
    links_onto,
)
from reimport_lib.write.holding import HASH
from reimport_lib.write.models import (
    attname,
    fields_of,
    label_of,
    managed,
    model_of,
    tables_of_models,
)
from reimport_lib.write.rows import drifted, in_chunks, update_rows


def write_plan(run_id: str, phase: str, plan: Plan, *, as_of: datetime) -> None:
    """
    Update, then create the rows of *plan*; rows only to be rehashed get their hash.

    Raises:
        Drifted: a row is no longer what the plan was made for.
    """
    _write_rows(run_id, phase, plan, as_of)
    if len(plan.bases):
        keys = imported.keys_of(plan.table, list(plan.bases["id"]))
        bases.record(plan.table, keys, plan.bases)


def _write_rows(run_id: str, phase: str, plan: Plan, as_of: datetime) -> None:
    values = plan.values
    if values.empty:
        return
    _hand_over(run_id, phase, plan, as_of)
    for write in _order(plan.table):
        rows = values[values["write"] == write]
        if rows.empty:
            continue
        if write == "create":
            imported.create(run_id, phase, plan.table, rows, as_of=as_of)
            continue
        keys = imported.keys_of(plan.table, list(rows["id"]))
        action = ledger.MARKED if write == "rehash" else ledger.UPDATED
        model = model_of(plan.table)
        now = imported.keep(run_id, phase, model, keys, action=action)
        _refuse_edited(plan, rows, keys, now)
        if write == "rehash":
            hashes = list(rows[HASH])
            imported.mark(run_id, phase, plan.table, keys, hashes, as_of=as_of)
            continue
        demote(plan.table, keys)
        imported.update(run_id, phase, plan.table, keys, rows, as_of=as_of)


def _order(table: str) -> tuple[str, ...]:
    """What created rows take is given up first, but what others name is made first."""
    named = any(table in link.tables for link in registry.named(table).links)
    return ("rehash", *(("create", "update") if named else ("update", "create")))


def delete_plan(
    run_id: str, phase: str, plan: DeletionPlan, *, as_of: datetime
) -> list[Any]:
    """
    Delete the rows of *plan*, after emptying the links of rows that stay.

    Returns:
        The primary keys that they had.

    Raises:
        Drifted: people have changed one since the plan was made, or taken it away.
    """
    keys = imported.keys_of(plan.table, plan.deleted_ids)
    model = model_of(plan.table)
    now = imported.keep(run_id, phase, model, keys, action=ledger.DELETED)
    known = dict(zip(keys, plan.deleted_ids, strict=True))
    stands = people.contents(plan.table, now)
    gone = [known[key] for key in keys if key not in stands]
    if gone:
        raise drifted(plan.table, len(gone), "to be deleted went", rows=gone)
    edited = [known[k] for k in keys if stands[k] != plan.stood.get(known[k])]
    if edited:
        raise drifted(plan.table, len(edited), "changed by a person", rows=edited)
    for hanging in hanging_on([model]):
        if hanging.clears:
            _clear(run_id, phase, hanging, keys, as_of)
    if imported.delete(plan.table, keys) != len(keys):
        raise drifted(plan.table, len(keys), "to be deleted went")
    return keys


def hold_generic_links(tables: Sequence[str]) -> None:
    """
    Nobody writes a row that can name one of *tables* generically until this ends.

    A foreign key waits for the row that it names; a generic link asks nobody, so that
    the tables which hold such links are kept from others' writing. They can be read.
    """
    connection: Any = connections[DEFAULT]
    if connection.vendor != "postgresql":  # where nobody else writes anyway
        return
    hanging = hanging_on(model_of(table) for table in tables)
    models = {one.child for one in hanging if one.type_attribute}
    quote = connection.ops.quote_name
    names = sorted(quote(model._meta.db_table) for model in models)
    if names:
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE")


def refuse_dangling(deleted: Mapping[str, Sequence[Any]]) -> None:
    """
    Nothing points at a deleted row, whether or not the database guards such links.

    Args:
        deleted: table -> the primary keys that its deleted rows had.

    Raises:
        Drifted: somebody has added such a row since the plan was made.
    """
    for table, keys in deleted.items():
        for hanging in hanging_on([model_of(table)]) if keys else ():
            if links_counted(hanging, keys, DEFAULT) == 0:
                continue
            links = list(links_onto(hanging, keys, DEFAULT))
            if links:
                happened = f"came to hang on deleted {table}"
                children = [child for child, _, _ in links]
                label = label_of(hanging.child)
                raise drifted(label, len(links), happened, rows=children)


def recount(run_id: str, phase: str, tables: set[str]) -> None:
    """Set every declared count that is not so, where one of *tables* changed."""
    for table in registry.all_tables():
        for field, (counted, link) in table.counts.items():
            if tables & {table.name, counted}:
                _recount(run_id, phase, table.name, field, counted, link)


def _recount(
    run_id: str, phase: str, table: str, field: str, counted: str, link: str
) -> None:
    children: Any = model_of(counted)._base_manager.using(DEFAULT)
    rows: Any = model_of(table)._base_manager.using(DEFAULT)
    of_row = (
        children.filter(**{link: OuterRef("pk")})
        .order_by()
        .values(link)
        .annotate(counted_rows=Count("pk"))
        .values("counted_rows")
    )
    there_are = Coalesce(Subquery(of_row), 0)
    differing = rows.annotate(there_are=there_are).exclude(**{field: F("there_are")})
    # Counted are those that are kept and locked: another may come to differ meanwhile.
    keys = images.keep_marked(run_id, phase, model_of(table), differing)
    for some in in_chunks(keys):
        rows.filter(pk__in=some).update(**{field: there_are})


def _refuse_edited(
    plan: Plan, rows: pd.DataFrame, keys: Sequence[Any], now: pd.DataFrame
) -> None:
    """
    The rows to be changed are what the plan was made for.

    A field that the plan changes holds what it held then, and every other managed field
    holds what the plan gives it.

    Raises:
        Drifted: names how many do not.
    """
    named = list(rows["id"])
    if len(now) != len(rows):
        gone = [named[i] for i, key in enumerate(keys) if key not in now.index]
        raise drifted(plan.table, len(gone), "went", rows=gone)
    held = imported.told(plan.table, now.loc[list(keys)])
    before = plan.changes.set_index(["field", "row"])["before"]
    edited = pd.Series(False, index=rows.index)
    for field in managed(plan.table):
        texts = canonical_texts(imported.plain(rows[field]))
        expected = pd.Series(texts, index=rows.index)
        if field in before.index.get_level_values("field"):
            expected.update(before.loc[field])
        edited |= expected.to_numpy() != canonical_texts(held[field])
    if edited.any():
        moved = [name for name, other in zip(named, edited, strict=True) if other]
        raise drifted(plan.table, len(moved), "changed by a person", rows=moved)


def demote(table: str, keys: Sequence[Any]) -> None:
    """
    Take the mark that one row of a group bears off rows that are about to be written.

    Two rows may swap it, and the database checks the constraint row by row.
    """
    single = registry.named(table).single
    if single is None:
        return
    manager: Any = model_of(table)._base_manager
    for some in in_chunks(keys):
        marked = manager.using(DEFAULT).filter(pk__in=some, **{single.mark: True})
        marked.update(**{single.mark: False})


def _hand_over(run_id: str, phase: str, plan: Plan, as_of: datetime) -> None:
    """
    Take the mark of a group off rows that stay and do not come in today.

    Another of the group is to have it, and only one of them can. Rows that people
    changed are none of these: the plan lets nothing take theirs.
    """
    single = registry.named(plan.table).single
    if single is None or not plan.values[single.mark].any():
        return
    taking = plan.values[plan.values[single.mark].astype(bool)]
    groups = set(zip(*(taking[name] for name in single.of), strict=True))
    named = set(plan.rows["target_id"])
    columns = (*single.of, single.mark)
    marked = imported.rows(plan.table, columns, where={attname(single.mark): True})
    keys = [
        pk
        for pk, identity, *group, _ in marked.itertuples(name=None)
        if tuple(group) in groups and str(identity) not in named
    ]
    if keys:
        model = model_of(plan.table)
        now = imported.keep(run_id, phase, model, keys, action=ledger.EMPTIED)
        _refuse_moved(plan.table, marked.loc[keys], now)
        _empty(run_id, phase, model, keys, single.mark, False, as_of)


def _refuse_moved(table: str, seen: pd.DataFrame, now: pd.DataFrame) -> None:
    """
    The rows of *seen* hold *now*, when nobody else can write them, what they held.

    Raises:
        Drifted: names those that do not.
    """
    there = seen.loc[[key for key in seen.index if key in now.index]]
    columns = [name for name in seen if name != "id"]
    held = imported.told(table, now.loc[list(there.index)], list(map(str, columns)))
    same = pd.Series(True, index=there.index)
    for name in columns:
        texts = canonical_texts(there[name]), canonical_texts(held[name])
        same &= pd.Series(texts[0], there.index) == pd.Series(texts[1], there.index)
    moved = seen.loc[~seen.index.isin(same.index[same]), "id"]
    if len(moved):
        raise drifted(table, len(moved), "changed by a person", rows=list(moved))


def _clear(
    run_id: str, phase: str, hanging: Hanging, keys: Sequence[Any], as_of: datetime
) -> None:
    """
    Empty the links onto *keys*, and carry the import hash along.

    Otherwise the next import would take the emptied link for a person's edit. A row
    that a person did edit keeps its hash, so that the edit is still seen.

    Raises:
        Drifted: people have made such a row since the plan was made.
    """
    links = list(links_onto(hanging, keys, DEFAULT, locked=True))
    if made := [child for child, _, is_local in links if is_local]:
        happened = "came to hang on rows that go"
        raise drifted(label_of(hanging.child), len(made), happened, rows=made)
    children = sorted({child for child, _, _ in links})
    if children:
        child, attribute = hanging.child, hanging.attribute
        field = fields_of(child)[attribute]
        nothing = None if field.null else field.get_default()
        _empty(run_id, phase, child, children, attribute, nothing, as_of)


def _empty(
    run_id: str,
    phase: str,
    model: type[Model],
    keys: Sequence[Any],
    attribute: str,
    value: object,
    as_of: datetime,
) -> None:
    """Set *attribute* of rows that no plan writes; hash and base are carried along."""
    now = imported.keep(run_id, phase, model, keys, action=ledger.EMPTIED)
    columns: dict[str, list[Any]] = {attribute: [value] * len(now)}
    table = tables_of_models().get(label_of(model))
    hashes = {} if table is None else _carried_hashes(table, now, columns)
    update_rows(model, list(now.index), columns)
    if table is not None:
        marks = list(hashes), list(hashes.values())
        imported.mark(run_id, phase, table, *marks, as_of=as_of)
        _carry_bases(table, now, columns)


def _carry_bases(
    table: str, now: pd.DataFrame, emptied: Mapping[str, list[Any]]
) -> None:
    for name in managed(table):
        if attname(name) in emptied:
            before, after = (
                canonical_texts(imported.told(table, rows, (name,))[name])
                for rows in (now, now.assign(**emptied))
            )
            keys = list(imported.told(table, now, (name,)).index)
            bases.carry(table, keys, name, before, after)


def _carried_hashes(
    table: str, now: pd.DataFrame, emptied: Mapping[str, list[Any]]
) -> dict[Any, str]:
    """Primary key -> import hash, of rows of which some attributes are emptied."""
    then, after = (
        managed_hashes(imported.told(table, rows), registry.named(table))
        for rows in (now, now.assign(**emptied))
    )
    held = imported.told(table, now, (HASH,))[HASH]
    return {
        key: new if hash_ == old else hash_
        for (key, hash_), old, new in zip(held.items(), then, after, strict=True)
    }
