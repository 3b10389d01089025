"""Imported rows, wherever what an import must know of them lies.

A model may have columns for the FileMaker key, the import hash and the metadata; what
it lacks, a row of the ledger holds beside it. Nothing above this module knows which.

Plans, outcomes files and proofs name a row by its identity, a UUID: its primary key
where that is one, else what the ledger says. So no plan depends on the numbers that a
database hands out, and a link onto an imported row is told by that row's identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pandas as pd
from django.db.models import Model

from reimport_lib.plan.cells import array_of
from reimport_lib.write import bases, images, ledger
from reimport_lib.write.beside import (
    IN_LEDGER,
    all_beside,
    entries_of,
    entry_model,
    numbers_of,
)
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.filled import next_numbers, stamps
from reimport_lib.write.holding import (
    HASH,
    KEY,
    MADE,
    METADATA,
    SAVED,
    Holding,
    holding_of,
    unnamed,
)
from reimport_lib.write.models import (
    OWNER_TYPE,
    attname,
    content_type_ids,
    fields_of,
    label_of,
    managed,
    tables_of_models,
)
from reimport_lib.write.reading import columns_of
from reimport_lib.write.rows import (
    delete_rows,
    drifted,
    in_chunks,
    insert_rows,
    update_rows,
)
from reimport_lib.write.swaps import set_aside

_NEVER_NAN = {str, bool, int, UUID, date, datetime, dict, list, type(None)}


def rows(
    table: str,
    columns: Iterable[str] = (),
    *,
    where: Mapping[str, Any] | None = None,
    first: int | None = None,
    alias: str = DEFAULT,
) -> pd.DataFrame:
    """
    The imported rows of *table* by their primary keys; rows that people made left out.

    Args:
        columns: technical and managed ones, and attributes of the model.
        where: conditions on attributes of the model.
        first: only so many, in the order of their FileMaker keys.

    Returns:
        index = primary key; id (the row's identity) and *columns*, of dtype object with
        Python's own values.
    """
    holding = holding_of(table)
    wanted = list(dict.fromkeys(columns))
    fields = fields_of(holding.model)
    inside = [
        attname(c) for c in wanted if attname(c) in fields and not holding.lacks(c)
    ]
    query = _query(holding, where or {}, first, alias)
    keys, *values = columns_of(query, ("pk", *inside))
    held = pd.DataFrame(
        {n: array_of(cells) for n, cells in zip(inside, values, strict=True)},
        index=pd.Index(array_of(keys), dtype=object, name="pk"),
        dtype=object,
    )
    found = told(table, held, ("id", *wanted), alias=alias)
    return found if first is None or KEY in holding.own else found.sort_values(KEY)


def _query(
    holding: Holding, where: Mapping[str, Any], first: int | None, alias: str
) -> Any:
    query: Any = holding.model._base_manager.using(alias).filter(**where)
    if KEY in holding.own:
        query = query.exclude(**{KEY: None})
        return query.order_by("pk") if first is None else query.order_by(KEY)[:first]
    if first is None:
        return query.order_by("pk")
    beside = entries_of(holding.table, alias).order_by(KEY)[:first]
    return query.filter(pk__in=list(beside.values_list("object_pk", flat=True)))


def hashes(table: str, *, alias: str = DEFAULT) -> tuple[list[str], list[str]]:
    """FileMaker keys and import hashes of the imported rows of *table*, as ``rows``."""
    holding = holding_of(table)
    if not holding.in_ledger:
        keys, found = columns_of(_query(holding, {}, None, alias), (KEY, HASH))
        return list(keys), list(found)
    held = rows(table, (KEY, HASH), alias=alias)
    return held[KEY].tolist(), held[HASH].tolist()


def told(
    table: str,
    held: pd.DataFrame,
    columns: Sequence[str] | None = None,
    *,
    alias: str = DEFAULT,
) -> pd.DataFrame:
    """
    *columns* (all that are managed) of imported rows, as plans tell them.

    Args:
        held: index = primary key; attributes of the model. Where the ledger alone says
            which rows were imported, others are left out.
    """
    holding = holding_of(table)
    beside = all_beside(holding, alias) if holding.in_ledger else {}
    if KEY not in holding.own:
        held = held.loc[[str(pk) in beside for pk in held.index]]
    found = {
        column: _told(holding, held, column, beside, alias)
        for column in (managed(table) if columns is None else columns)
    }
    return pd.DataFrame(found, index=held.index, dtype=object)


def identities(table: str, *, alias: str = DEFAULT) -> dict[Any, UUID]:
    """Primary key -> identity of every imported row of *table*."""
    found = rows(table, alias=alias)
    return dict(zip(found.index, found["id"], strict=True))


def count(table: str, *, alias: str = DEFAULT) -> int:
    """How many rows of *table* came from FileMaker."""
    holding = holding_of(table)
    if KEY not in holding.own:
        return len(rows(table, alias=alias))
    manager: Any = holding.model._base_manager
    return int(manager.using(alias).exclude(**{KEY: None}).count())


def keys_of(table: str, named: Sequence[Any]) -> list[Any]:
    """
    Primary keys of rows that are *named* by identity; people's own rows by their key.

    Raises:
        Drifted: one of them went.
    """
    if not holding_of(table).numbered:
        return list(named)
    known = {identity: pk for pk, identity in identities(table).items()}
    return _keys(table, named, known)


def create(
    run_id: str, phase: str, table: str, planned: pd.DataFrame, *, as_of: datetime
) -> None:
    """Insert the *planned* rows: id, technical and managed columns, as a plan has them.

    Fields that take the time of their saving take *as_of*, for nothing is saved here.
    """
    holding = holding_of(table)
    keys = list(planned["id"])
    if holding.numbered:
        keys = next_numbers(holding.model, len(keys))
    if holding.in_ledger:
        _forget(run_id, phase, holding, planned[KEY])
        beside = {str(n): plain(planned[n]) for n in planned}
        _enter(run_id, phase, holding, keys, beside, as_of)
    columns = _own_columns(holding, planned, keys)
    stamped = stamps(holding, as_of, len(keys), made=True)
    insert_rows(
        holding.model, {**stamped, **columns, ledger.key_of(holding.model): keys}
    )
    images.keep_created(run_id, phase, holding.model, keys)


def update(
    run_id: str,
    phase: str,
    table: str,
    keys: Sequence[Any],
    planned: pd.DataFrame,
    *,
    as_of: datetime,
) -> None:
    """Write the *planned* technical and managed columns into the rows of *keys*."""
    holding = holding_of(table)
    stamped = stamps(holding, as_of, len(keys), made=False)
    own = _own_columns(holding, planned, keys)
    set_aside(holding.model, keys, {n: own[n] for n in own if n != KEY})
    update_rows(holding.model, keys, {**stamped, **own})
    columns = {name: plain(planned[name]) for name in IN_LEDGER if name in planned}
    _update_ledger(run_id, phase, holding, keys, columns, as_of)


def mark(
    run_id: str,
    phase: str,
    table: str,
    keys: Sequence[Any],
    hashes: Sequence[str],
    *,
    as_of: datetime,
) -> None:
    """Give the rows of *keys* the import's own mark and nothing else."""
    holding = holding_of(table)
    if HASH in holding.own:
        update_rows(holding.model, keys, {HASH: hashes})
    _update_ledger(run_id, phase, holding, keys, {HASH: hashes}, as_of)


def delete(table: str, keys: Sequence[Any]) -> int:
    """Delete the rows of *keys*, and what the ledger holds beside them; how many."""
    holding = holding_of(table)
    bases.drop(table, keys)
    if holding.in_ledger:
        beside = entries_of(table, DEFAULT)
        for some in in_chunks([str(key) for key in keys]):
            beside.filter(object_pk__in=some).delete()
    return delete_rows(holding.model, keys)


def keep(
    run_id: str, phase: str, model: type[Model], keys: Sequence[Any], *, action: str
) -> pd.DataFrame:
    """As ``ledger.keep_before_images``, with what the ledger holds beside the rows."""
    table = tables_of_models().get(label_of(model))
    if table is not None and holding_of(table).in_ledger:
        numbers = list(numbers_of(table, keys).values())
        ledger.keep_before_images(run_id, phase, entry_model(), numbers, action=action)
    return ledger.keep_before_images(run_id, phase, model, keys, action=action)


def _told(
    holding: Holding,
    held: pd.DataFrame,
    column: str,
    beside: Mapping[str, Mapping[str, Any]],
    alias: str,
) -> list[Any]:
    keys = list(held.index)
    if column == "id":
        return (
            [_identity(holding, pk, beside) for pk in keys]
            if holding.numbered
            else keys
        )
    if holding.lacks(column):
        nothing: Any = {} if column == METADATA else ""
        return [beside.get(str(pk), {}).get(column, nothing) for pk in keys]
    values = list(held[attname(column)])
    if column == OWNER_TYPE:
        names = {number: name for name, number in content_type_ids(alias).items()}
        return [names.get(number) for number in values]
    if column in holding.links:
        known = identities(holding.links[column], alias=alias)
        return [known.get(pk, pk) for pk in values]
    return values


def _identity(
    holding: Holding, pk: Any, beside: Mapping[str, Mapping[str, Any]]
) -> Any:
    entered = beside.get(str(pk))
    return entered["id"] if entered else unnamed(holding, pk)


def _enter(
    run_id: str,
    phase: str,
    holding: Holding,
    keys: Sequence[Any],
    columns: Mapping[str, Sequence[Any]],
    as_of: datetime,
) -> None:
    count = len(keys)
    numbers = next_numbers(entry_model(), count)
    entered: dict[str, Sequence[Any]] = {
        "id": numbers,
        "table": [holding.table] * count,
        "identity": columns["id"],
        "object_pk": [str(key) for key in keys],
        MADE: [as_of] * count,
        SAVED: [as_of] * count,
        **{IN_LEDGER[n]: columns[n] for n in IN_LEDGER if n in columns},
    }
    insert_rows(entry_model(), entered)
    images.keep_created(run_id, phase, entry_model(), numbers)


def _forget(run_id: str, phase: str, holding: Holding, keys: Iterable[str]) -> None:
    """Strike from the ledger the rows of *keys* that people have deleted since."""
    beside, manager = (
        entries_of(holding.table, DEFAULT),
        holding.model._base_manager,
    )
    for some in in_chunks(list(keys)):
        found = beside.filter(**{f"{KEY}__in": some}).values_list("pk", "object_pk")
        entered = dict(found)
        there = manager.using(DEFAULT).filter(pk__in=list(entered.values()))
        live = {str(pk) for pk in there.values_list("pk", flat=True)}
        gone = [number for number, pk in entered.items() if pk not in live]
        if gone:
            action = ledger.DELETED
            ledger.keep_before_images(run_id, phase, entry_model(), gone, action=action)
            delete_rows(entry_model(), gone)


def _update_ledger(
    run_id: str,
    phase: str,
    holding: Holding,
    keys: Sequence[Any],
    columns: Mapping[str, Sequence[Any]],
    as_of: datetime,
) -> None:
    """Write technical *columns* beside the rows of *keys*, entering those not there."""
    if not holding.in_ledger or not keys:
        return
    numbers = numbers_of(holding.table, keys)
    there = [place for place, key in enumerate(keys) if str(key) in numbers]
    fresh = [place for place, key in enumerate(keys) if str(key) not in numbers]
    written = {IN_LEDGER[n]: [cells[p] for p in there] for n, cells in columns.items()}
    known = [numbers[str(keys[place])] for place in there]
    update_rows(entry_model(), known, {**written, SAVED: [as_of] * len(there)})
    if fresh:
        entered = {n: [cells[p] for p in fresh] for n, cells in columns.items()}
        new = [keys[place] for place in fresh]
        if KEY not in entered:
            held = rows(holding.table, (KEY,)).loc[new]
            entered[KEY] = list(held[KEY])
        ids = [unnamed(holding, pk) for pk in new]
        _enter(run_id, phase, holding, new, {"id": ids, **entered}, as_of)


def _own_columns(
    holding: Holding, planned: pd.DataFrame, keys: Sequence[Any]
) -> dict[str, list[Any]]:
    """
    Attribute -> values, of what a plan writes into the model itself.

    Raises:
        Drifted: a link names a row that went.
    """
    columns = [c for c in (KEY, HASH, *managed(holding.table)) if not holding.lacks(c)]
    found = {attname(c): plain(planned[c]) for c in columns}
    if OWNER_TYPE in columns:
        types = content_type_ids(DEFAULT)
        names = found[attname(OWNER_TYPE)]
        found[attname(OWNER_TYPE)] = [types[n] if n else None for n in names]
    for column, to in holding.links.items():
        known = {identity: pk for pk, identity in identities(to).items()}
        if to == holding.table:  # rows of one table may name each other
            known |= dict(zip(planned["id"], keys, strict=True))
        found[attname(column)] = _keys(to, found[attname(column)], known)
    return found


def _keys(table: str, named: Sequence[Any], known: Mapping[Any, Any]) -> list[Any]:
    """*known* looked up for every identity; what is none names a row by its key."""
    gone = [one for one in named if isinstance(one, UUID) and one not in known]
    if gone:
        raise drifted(table, len(gone), "went")
    return [known[one] if isinstance(one, UUID) else one for one in named]


def plain(column: Iterable[Any]) -> list[Any]:
    """Python's own values, with None for every kind of nothing."""
    listed = column.tolist() if isinstance(column, pd.Series) else list(column)
    if {*map(type, listed)} <= _NEVER_NAN:  # pandas need not look for it
        return listed
    cells = pd.Series(column, dtype=object)
    return list(cells.where(cells.notna(), None))
