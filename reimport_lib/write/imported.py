"""Imported rows, wherever what an import must know of them lies.

A model may have columns for the FileMaker key, the import hash and the metadata; what
it lacks, a row of the ledger holds beside it. Nothing above this module knows which.

Plans, outcomes files and proofs name a row by its identity, a UUID: its primary key
where that is one, else what the ledger says. So no plan depends on the numbers that a
database hands out, and a link onto an imported row is told by that row's identity.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import pandas as pd
from django.apps import apps
from django.db import connections
from django.db.models import (
    AutoField,
    CharField,
    DateField,
    DateTimeField,
    JSONField,
    Model,
    TextField,
    TimeField,
)
from django.utils.timezone import localtime

from reimport_lib.errors import TargetError
from reimport_lib.plan.values.keys import NAMESPACE
from reimport_lib.write import ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.models import (
    OWNER_TYPE,
    AnyField,
    attname,
    content_type_ids,
    fields_of,
    label_of,
    managed,
    model_of,
    tables_of_models,
)
from reimport_lib.write.rows import (
    delete_rows,
    drifted,
    in_chunks,
    insert_rows,
    update_rows,
)

KEY, HASH, METADATA = "filemaker_id", "import_hash", "filemaker_metadata"
MADE, SAVED = "created_at", "updated_at"
_TEXT = (CharField, TextField)
_KINDS: Mapping[str, Any] = {KEY: _TEXT, HASH: _TEXT, METADATA: JSONField}
_IN_LEDGER = {KEY: KEY, HASH: HASH, METADATA: "metadata"}


@dataclass(frozen=True, slots=True)
class Home:
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


def home_of(table: str) -> Home:
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
    return Home(table, model, own, is_numbered(model), links)


def is_numbered(model: Any) -> bool:
    """The database numbers the rows of *model*."""
    return isinstance(model._meta.pk, AutoField)


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
    home = home_of(table)
    wanted = list(dict.fromkeys(columns))
    fields = fields_of(home.model)
    inside = [attname(c) for c in wanted if attname(c) in fields and not _kept(home, c)]
    query: Any = home.model._base_manager.using(alias).filter(**(where or {}))
    if KEY in home.own:
        query = query.exclude(**{KEY: None})
        query = query.order_by("pk") if first is None else query.order_by(KEY)[:first]
    elif first is None:
        query = query.order_by("pk")
    else:
        beside = _beside(table, alias).order_by(KEY)[:first]
        query = query.filter(pk__in=list(beside.values_list("object_pk", flat=True)))
    held = pd.DataFrame(
        list(query.values_list("pk", *inside)), columns=["pk", *inside], dtype=object
    ).set_index("pk")
    found = told(table, held, ("id", *wanted), alias=alias)
    return found if first is None or KEY in home.own else found.sort_values(KEY)


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
    home = home_of(table)
    beside = _in_ledger(home, alias) if home.in_ledger else {}
    if KEY not in home.own:
        held = held.loc[[str(pk) in beside for pk in held.index]]
    found = {
        column: _told(home, held, column, beside, alias)
        for column in (managed(table) if columns is None else columns)
    }
    return pd.DataFrame(found, index=held.index, dtype=object)


def identities(table: str, *, alias: str = DEFAULT) -> dict[Any, UUID]:
    """Primary key -> identity of every imported row of *table*."""
    found = rows(table, alias=alias)
    return dict(zip(found.index, found["id"], strict=True))


def count(table: str, *, alias: str = DEFAULT) -> int:
    """How many rows of *table* came from FileMaker."""
    home = home_of(table)
    if KEY not in home.own:
        return len(rows(table, alias=alias))
    manager: Any = home.model._base_manager
    return int(manager.using(alias).exclude(**{KEY: None}).count())


def keys_of(table: str, named: Sequence[Any]) -> list[Any]:
    """
    Primary keys of rows that are *named* by identity; people's own rows by their key.

    Raises:
        Drifted: one of them went.
    """
    if not home_of(table).numbered:
        return list(named)
    known = {identity: pk for pk, identity in identities(table).items()}
    return _keys(table, named, known)


def create(
    run_id: str, phase: str, table: str, planned: pd.DataFrame, *, as_of: datetime
) -> None:
    """Insert the *planned* rows: id, technical and managed columns, as a plan has them.

    Fields that take the time of their saving take *as_of*, for nothing is saved here.
    """
    home = home_of(table)
    keys = list(planned["id"])
    if home.numbered:
        keys = _next_numbers(home.model, len(keys))
    if home.in_ledger:
        _forget(run_id, phase, home, planned[KEY])
        _enter(home, keys, {str(n): plain(planned[n]) for n in planned}, as_of)
    columns = _own_columns(home, planned, keys)
    stamps = _stamps(home, as_of, len(keys), made=True)
    insert_rows(home.model, {**stamps, **columns, ledger.key_of(home.model): keys})


def update(
    table: str, keys: Sequence[Any], planned: pd.DataFrame, *, as_of: datetime
) -> None:
    """Write the *planned* technical and managed columns into the rows of *keys*."""
    home = home_of(table)
    stamps = _stamps(home, as_of, len(keys), made=False)
    update_rows(home.model, keys, {**stamps, **_own_columns(home, planned, keys)})
    columns = {name: plain(planned[name]) for name in _IN_LEDGER if name in planned}
    _update_ledger(home, keys, columns, as_of)


def mark(
    table: str, keys: Sequence[Any], hashes: Sequence[str], *, as_of: datetime
) -> None:
    """Give the rows of *keys* the import's own mark and nothing else."""
    home = home_of(table)
    if HASH in home.own:
        update_rows(home.model, keys, {HASH: hashes})
    _update_ledger(home, keys, {HASH: hashes}, as_of)


def delete(table: str, keys: Sequence[Any]) -> int:
    """Delete the rows of *keys*, and what the ledger holds beside them; how many."""
    home = home_of(table)
    if home.in_ledger:
        beside = _beside(table, DEFAULT)
        for some in in_chunks([str(key) for key in keys]):
            beside.filter(object_pk__in=some).delete()
    return delete_rows(home.model, keys)


def keep(
    run_id: str, phase: str, model: type[Model], keys: Sequence[Any], *, action: str
) -> pd.DataFrame:
    """As ``ledger.keep_before_images``, with what the ledger holds beside the rows."""
    table = tables_of_models().get(label_of(model))
    if table is not None and home_of(table).in_ledger:
        numbers = list(_numbers_in_ledger(table, keys).values())
        ledger.keep_before_images(run_id, phase, _model(), numbers, action=action)
    return ledger.keep_before_images(run_id, phase, model, keys, action=action)


def _kept(home: Home, column: str) -> bool:
    """The ledger holds *column*, whatever the model calls by that name."""
    return column in _KINDS and column not in home.own


def _told(
    home: Home,
    held: pd.DataFrame,
    column: str,
    beside: Mapping[str, Mapping[str, Any]],
    alias: str,
) -> list[Any]:
    keys = list(held.index)
    if column == "id":
        return [_identity(home, pk, beside) for pk in keys] if home.numbered else keys
    if _kept(home, column):
        nothing: Any = {} if column == METADATA else ""
        return [beside.get(str(pk), {}).get(column, nothing) for pk in keys]
    values = list(held[attname(column)])
    if column == OWNER_TYPE:
        names = {number: name for name, number in content_type_ids(alias).items()}
        return [names.get(number) for number in values]
    if column in home.links:
        known = identities(home.links[column], alias=alias)
        return [known.get(pk, pk) for pk in values]
    return values


def _identity(home: Home, pk: Any, beside: Mapping[str, Mapping[str, Any]]) -> Any:
    entered = beside.get(str(pk))
    return entered["id"] if entered else unnamed(home, pk)


def unnamed(home: Home, pk: Any) -> Any:
    """What names a row of an earlier system, which the ledger does not know yet."""
    return uuid5(NAMESPACE, f"row/{home.table}/{pk}") if home.numbered else pk


def _model() -> Any:
    return apps.get_model("ledger", "ImportedRow")


def _beside(table: str, alias: str) -> Any:
    return _model().objects.using(alias).filter(table=table)


def _in_ledger(home: Home, alias: str) -> dict[str, dict[str, Any]]:
    """Primary key as text -> identity and technical columns, as the ledger has them."""
    columns = ("identity", *_IN_LEDGER.values())
    found = _beside(home.table, alias).values_list("object_pk", *columns)
    return {key: dict(zip(("id", *_IN_LEDGER), of, strict=True)) for key, *of in found}


def _numbers_in_ledger(table: str, keys: Sequence[Any]) -> dict[str, int]:
    """Primary key as text -> number of its row in the ledger, of those of *keys*."""
    beside = _beside(table, DEFAULT)
    return {
        key: number
        for some in in_chunks([str(key) for key in keys])
        for key, number in beside.filter(object_pk__in=some).values_list(
            "object_pk", "pk"
        )
    }


def _enter(
    home: Home,
    keys: Sequence[Any],
    columns: Mapping[str, Sequence[Any]],
    as_of: datetime,
) -> None:
    count = len(keys)
    entered: dict[str, Sequence[Any]] = {
        "table": [home.table] * count,
        "identity": columns["id"],
        "object_pk": [str(key) for key in keys],
        MADE: [as_of] * count,
        SAVED: [as_of] * count,
        **{_IN_LEDGER[n]: columns[n] for n in _IN_LEDGER if n in columns},
    }
    insert_rows(_model(), entered)


def _forget(run_id: str, phase: str, home: Home, keys: Iterable[str]) -> None:
    """Strike from the ledger the rows of *keys* that people have deleted since."""
    beside, manager = _beside(home.table, DEFAULT), home.model._base_manager
    for some in in_chunks(list(keys)):
        found = beside.filter(**{f"{KEY}__in": some}).values_list("pk", "object_pk")
        entered = dict(found)
        there = manager.using(DEFAULT).filter(pk__in=list(entered.values()))
        live = {str(pk) for pk in there.values_list("pk", flat=True)}
        gone = [number for number, pk in entered.items() if pk not in live]
        if gone:
            action = ledger.DELETED
            ledger.keep_before_images(run_id, phase, _model(), gone, action=action)
            delete_rows(_model(), gone)


def _update_ledger(
    home: Home,
    keys: Sequence[Any],
    columns: Mapping[str, Sequence[Any]],
    as_of: datetime,
) -> None:
    """Write technical *columns* beside the rows of *keys*, entering those not there."""
    if not home.in_ledger or not keys:
        return
    numbers = _numbers_in_ledger(home.table, keys)
    there = [place for place, key in enumerate(keys) if str(key) in numbers]
    fresh = [place for place, key in enumerate(keys) if str(key) not in numbers]
    written = {_IN_LEDGER[n]: [cells[p] for p in there] for n, cells in columns.items()}
    known = [numbers[str(keys[place])] for place in there]
    update_rows(_model(), known, {**written, SAVED: [as_of] * len(there)})
    if fresh:
        entered = {n: [cells[p] for p in fresh] for n, cells in columns.items()}
        new = [keys[place] for place in fresh]
        if KEY not in entered:
            held = rows(home.table, (KEY,)).loc[new]
            entered[KEY] = list(held[KEY])
        ids = [unnamed(home, pk) for pk in new]
        _enter(home, new, {"id": ids, **entered}, as_of)


def _own_columns(
    home: Home, planned: pd.DataFrame, keys: Sequence[Any]
) -> dict[str, list[Any]]:
    """
    Attribute -> values, of what a plan writes into the model itself.

    Raises:
        Drifted: a link names a row that went.
    """
    columns = [c for c in (KEY, HASH, *managed(home.table)) if not _kept(home, c)]
    found = {attname(c): plain(planned[c]) for c in columns}
    if OWNER_TYPE in columns:
        types = content_type_ids(DEFAULT)
        names = found[attname(OWNER_TYPE)]
        found[attname(OWNER_TYPE)] = [types[n] if n else None for n in names]
    for column, to in home.links.items():
        known = {identity: pk for pk, identity in identities(to).items()}
        if to == home.table:  # rows of one table may name each other
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
    cells = pd.Series(column, dtype=object)
    return list(cells.where(cells.notna(), None))


def _stamps(
    home: Home, as_of: datetime, count: int, *, made: bool
) -> dict[str, list[Any]]:
    """Attribute -> *as_of*, of fields that say when the row was made or last saved."""
    return {
        name: [_moment(field, as_of)] * count
        for name, field in fields_of(home.model).items()
        if isinstance(field, (DateField, TimeField))
        and name not in managed(home.table)
        and _is_stamp(field, made=made)
    }


def _is_stamp(field: AnyField, *, made: bool) -> bool:
    taken: Collection[str] = (MADE, SAVED) if made else (SAVED,)
    auto = getattr(field, "auto_now", False)
    auto_add = made and getattr(field, "auto_now_add", False)
    return field.attname in taken or auto or auto_add


def _moment(field: AnyField, as_of: datetime) -> Any:
    if isinstance(field, DateTimeField):
        return as_of
    here = localtime(as_of)
    return here.date() if isinstance(field, DateField) else here.time()


def _next_numbers(model: type[Model], count: int) -> list[int]:
    """
    So many primary keys that nobody else gets, without a gap that anybody relies on.

    PostgreSQL's sequence gives them; SQLite counts on from them, and nobody else writes
    to it meanwhile.

    Raises:
        TargetError: no sequence gives the keys of the table.
    """
    connection: Any = connections[DEFAULT]
    key: AnyField = model._meta.pk
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            named = [connection.ops.quote_name(table), key.column]
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", named)
            (sequence,) = cursor.fetchone()
            if sequence is None:
                raise TargetError(
                    f"{label_of(model)}: no sequence numbers its rows.",
                    hint="give its primary key one: ALTER TABLE ... ADD GENERATED",
                    id="R292",
                )
            cursor.execute(
                "SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count]
            )
            return sorted(number for (number,) in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    newest = model._base_manager.using(DEFAULT).order_by("-pk").values_list("pk")
    taken = newest.first()
    start = max(last, taken[0] if taken else 0) + 1
    return list(range(start, start + count))
