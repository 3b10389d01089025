"""The rows of a plan and of a deletion, written inside the caller's transaction.

Every row that is changed or deleted is kept in the ledger as it was, and compared with
what the plan was made for: an edit made since then stops the phase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from django.db.models import Count, F, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce

from reimport_lib.counting import several
from reimport_lib.errors import Drifted
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.plan.plan import Plan, managed_hashes
from reimport_lib.plan.values.canonical import canonical_texts
from reimport_lib.tables import registry
from reimport_lib.write import ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.dependents import Hanging, hanging_on, links_onto
from reimport_lib.write.models import (
    as_managed,
    attname,
    content_type_ids,
    managed,
    model_of,
    stored,
    tables_of_models,
)
from reimport_lib.write.rows import delete_rows, in_chunks, insert_rows, update_rows


def write_plan(run_id: str, phase: str, plan: Plan, *, as_of: datetime) -> None:
    """
    Update, then create the rows of *plan*; rows only to be rehashed get their hash.

    Raises:
        Drifted: a row is no longer what the plan was made for.
    """
    values = plan.values
    if values.empty:
        return
    model = model_of(plan.table)
    _hand_over(run_id, phase, plan)
    types = content_type_ids(DEFAULT)
    for write in ("rehash", "update", "create"):
        rows = values[values["write"] == write]
        if rows.empty:
            continue
        if write == "create":
            columns = _columns(plan.table, rows, types)
            stamps = {"created_at": as_of, "updated_at": as_of}
            columns |= {name: [moment] * len(rows) for name, moment in stamps.items()}
            insert_rows(model, {"id": list(rows["id"]), **columns})
            continue
        keys = list(rows["id"])
        action = ledger.MARKED if write == "rehash" else ledger.UPDATED
        now = ledger.keep_before_images(run_id, phase, model, keys, action=action)
        _refuse_edited(plan, rows, now, types)
        if write == "rehash":
            update_rows(model, keys, {"import_hash": list(rows["import_hash"])})
            continue
        _demote(plan.table, keys)
        columns = _columns(plan.table, rows, types)
        update_rows(model, keys, {**columns, "updated_at": [as_of] * len(rows)})


def delete_plan(run_id: str, phase: str, plan: DeletionPlan) -> None:
    """Delete the rows of *plan*, after emptying the links of rows that stay."""
    keys = plan.deleted_ids
    if not keys:
        return
    model = model_of(plan.table)
    ledger.keep_before_images(run_id, phase, model, keys, action=ledger.DELETED)
    for hanging in hanging_on([model]):
        if hanging.clears:
            _clear(run_id, phase, hanging, keys)
    if delete_rows(model, keys) != len(keys):
        raise _drifted(plan.table, len(keys), "to be deleted went")


def refuse_dangling(deletions: Sequence[DeletionPlan]) -> None:
    """
    Nothing points at a deleted row through a generic link, which no database guards.

    Raises:
        Drifted: somebody has added such a row since the plan was made.
    """
    for plan in deletions:
        keys = plan.deleted_ids
        for hanging in hanging_on([model_of(plan.table)]) if keys else ():
            if not hanging.type_attribute:
                continue
            links = list(links_onto(hanging, keys, DEFAULT))
            if links:
                label = hanging.child._meta.label
                happened = f"came to hang on deleted {plan.table}"
                raise _drifted(label, len(links), happened)


def recount(tables: set[str]) -> None:
    """Set every declared count that is not so, where one of *tables* changed."""
    for table in registry.all_tables():
        for field, (counted, link) in table.counts.items():
            if tables & {table.name, counted}:
                _recount(table.name, field, counted, link)


def _recount(table: str, field: str, counted: str, link: str) -> None:
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
    differing.update(**{field: there_are})


def _columns(
    table: str, rows: pd.DataFrame, types: Mapping[str, int]
) -> dict[str, list[Any]]:
    """Attribute -> values of what a plan writes."""
    columns = ("filemaker_id", "import_hash", *managed(table))
    return {
        attname(column): stored(column, _plain(rows[column]), types)
        for column in columns
    }


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Python's own values, with None for every kind of nothing."""
    cells = column.astype(object)
    return list(cells.where(cells.notna(), None))


def _refuse_edited(
    plan: Plan, rows: pd.DataFrame, now: pd.DataFrame, types: Mapping[str, int]
) -> None:
    """
    The rows to be changed are what the plan was made for.

    A field that the plan changes holds what it held then, and every other managed field
    holds what the plan gives it.

    Raises:
        Drifted: names how many do not.
    """
    if len(now) != len(rows):
        raise _drifted(plan.table, len(rows) - len(now), "went")
    held = as_managed(plan.table, now.loc[list(rows["id"])], types)
    before = plan.changes.set_index(["field", "row"])["before"]
    edited = pd.Series(False, index=rows.index)
    for field in managed(plan.table):
        expected = pd.Series(canonical_texts(_plain(rows[field])), index=rows.index)
        if field in before.index.get_level_values("field"):
            expected.update(before.loc[field])
        edited |= expected.to_numpy() != canonical_texts(held[field])
    if edited.any():
        raise _drifted(plan.table, int(edited.sum()), "changed by a person")


def _demote(table: str, keys: Sequence[Any]) -> None:
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


def _hand_over(run_id: str, phase: str, plan: Plan) -> None:
    """
    Take the mark of a group off rows that stay and do not come in today.

    Another of the group is to have it, and only one of them can. Rows that people
    changed are none of these: the plan lets nothing take theirs.
    """
    single = registry.named(plan.table).single
    if single is None or not plan.values[single.mark].any():
        return
    model = model_of(plan.table)
    taking = plan.values[plan.values[single.mark].astype(bool)]
    groups = set(zip(*(taking[name] for name in single.of), strict=True))
    named = set(plan.rows["target_id"])
    manager: Any = model._base_manager
    marked = manager.using(DEFAULT).filter(**{single.mark: True})
    imported = marked.exclude(filemaker_id=None)
    first = f"{single.of[0]}__in"
    keys = sorted(
        pk
        for some in in_chunks(sorted({group[0] for group in groups}))
        for pk, *group in imported.filter(**{first: some}).values_list("pk", *single.of)
        if tuple(group) in groups and str(pk) not in named
    )
    if keys:
        _empty(run_id, phase, model, keys, single.mark, value=False)


def _clear(run_id: str, phase: str, hanging: Hanging, keys: Sequence[Any]) -> None:
    """
    Empty the links onto *keys*, and carry the import hash along.

    Otherwise the next import would take the emptied link for a person's edit. A row
    that a person did edit keeps its hash, so that the edit is still seen.
    """
    children = sorted({child for child, _, _ in links_onto(hanging, keys, DEFAULT)})
    if not children:
        return
    _empty(run_id, phase, hanging.child, children, hanging.attribute, value=None)


def _empty(
    run_id: str,
    phase: str,
    model: type[Model],
    keys: Sequence[Any],
    attribute: str,
    *,
    value: object,
) -> None:
    """Set *attribute* of rows that no plan writes, and carry the import hash along."""
    now = ledger.keep_before_images(run_id, phase, model, keys, action=ledger.EMPTIED)
    columns: dict[str, list[Any]] = {attribute: [value] * len(now)}
    table = tables_of_models().get(str(model._meta.label))
    if table is not None:
        columns["import_hash"] = _carried_hashes(table, now, columns)
    update_rows(model, list(now.index), columns)


def _carried_hashes(
    table: str, now: pd.DataFrame, emptied: Mapping[str, list[Any]]
) -> list[str]:
    """The import hashes of rows of which some attributes are emptied."""
    types = content_type_ids(DEFAULT)
    then, after = (
        managed_hashes(as_managed(table, rows, types), registry.named(table))
        for rows in (now, now.assign(**emptied))
    )
    return [
        new if held == old else held
        for held, old, new in zip(now["import_hash"], then, after, strict=True)
    ]


def _drifted(what: str, count: int, happened: str) -> Drifted:
    return Drifted(
        f"{what}: {several(count, 'row')} {happened} since the plan was made."
        " Nothing of this phase was written.",
        hint="rehearse again: reimport run --dry-run",
        id="R245",
    )
