"""Rows into the database, set by set: never a query per row.

PostgreSQL takes rows by COPY (an update through a temporary table), SQLite by
executemany. At 15,149 appointments an insert takes a third of the time that
``bulk_create`` takes, an update a sixth. Callers are inside a transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections
from django.db.models import (
    AutoField,
    CharField,
    ForeignKey,
    JSONField,
    Model,
    TextField,
    UUIDField,
)

from reimport_lib.counting import several
from reimport_lib.errors import CutOff, Drifted, PhaseFailed
from reimport_lib.write import busy, pgreasons
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.kept_row import JsonText
from reimport_lib.write.models import AnyField, fields_of, label_of

KEYS_PER_QUERY = 500
_STAGE = "reimport_stage"
# All that SQLite says about a constraint: names of tables, columns and constraints.
_SQLITE_CONSTRAINT = re.compile(r"^([A-Z ]+ constraint failed(?:: [\w., ]+)?)$")
_FULL = frozenset({"SQLITE_FULL", "53100"})  # no room on the disk of the database
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_TEXTS = (CharField, TextField)  # a text is written as it is
_APART = (dict, list)  # cannot be looked up; of all else equal means the same

Columns = Mapping[str, Sequence[Any]]


def insert_rows(model: type[Model], columns: Columns, *, alias: str = DEFAULT) -> int:
    """
    Insert rows of *model*; how many.

    Args:
        columns: attribute -> (n,) values. An attribute not named here holds its
            field's default, and so does None where the field is never null.
    """
    count = len(next(iter(columns.values())))
    if not count:
        return 0
    every = fields_of(model).values()
    fields = [f for f in every if f.attname in columns or not gives_itself(f)]
    nothing: Sequence[Any] = [None] * count
    values = {field.attname: columns.get(field.attname, nothing) for field in fields}
    rows = _database_rows(fields, values, alias)
    _send(_quoted(model, alias), fields, rows, alias)
    return count


def update_rows(
    model: type[Model], keys: Sequence[Any], columns: Columns, *, alias: str = DEFAULT
) -> int:
    """
    Set *columns* (attribute -> (n,) values) on the rows of *keys* (n,); how many.

    Raises:
        Drifted: fewer rows are there than *keys* names.
    """
    if not keys or not columns:
        return 0
    known = fields_of(model)
    key: AnyField = model._meta.pk
    fields = [known[name] for name in columns]
    rows = _database_rows([*fields, key], {**columns, key.attname: keys}, alias)
    connection: Any = connections[alias]
    changed = (
        _merge(model, key, fields, rows, alias)
        if connection.vendor == "postgresql"
        else _update_many(model, key, fields, rows, alias)
    )
    if changed != len(keys):
        raise Drifted(
            f"{label_of(model)}: {len(keys) - changed:,} of {several(len(keys), 'row')}"
            " went since the plan was made. Nothing of this phase was written.",
            hint="rehearse again: reimport run --dry-run",
            id="R260",
        )
    return changed


def delete_rows(
    model: type[Model], keys: Sequence[Any], *, alias: str = DEFAULT
) -> int:
    """Delete the rows of *keys* and nothing that hangs on them; how many there were."""
    return delete_where(model, {model._meta.pk.attname: keys}, alias=alias)


def delete_where(
    model: type[Model], where: Mapping[str, Sequence[Any]], *, alias: str = DEFAULT
) -> int:
    """The same, of the rows that ``conditions`` meets; how many there were."""
    connection: Any = connections[alias]
    deleted = 0
    for test, values in conditions(model, where, alias):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {_quoted(model, alias)} WHERE {test}", values)  # noqa: S608
            deleted += cursor.rowcount
    return deleted


def select_where(
    model: type[Model],
    columns: str,
    where: Mapping[str, Sequence[Any]],
    *,
    alias: str = DEFAULT,
) -> Iterator[tuple[Any, ...]]:
    """*columns*, as SQL has them, of the rows that ``conditions`` meets."""
    connection: Any = connections[alias]
    for test, values in conditions(model, where, alias):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM {_quoted(model, alias)} WHERE {test}",  # noqa: S608
                values,
            )
            yield from cursor.fetchall()


def conditions(
    model: type[Model], where: Mapping[str, Sequence[Any]], alias: str
) -> Iterator[tuple[str, list[Any]]]:
    """
    (condition, its parameters), chunk by chunk of the values of the first attribute.

    Args:
        where: attribute -> the values one of which a row has in it.
    """
    fields = fields_of(model)
    (attribute, keys), *others = where.items()
    for some in in_chunks(prepared_keys(fields[attribute], keys, alias)):
        tests = [is_one_of(fields[attribute], some, alias)]
        for name, values in others:
            prepared = prepared_keys(fields[name], values, alias)
            tests.append(is_one_of(fields[name], prepared, alias))
        test = " AND ".join(sql for sql, _ in tests)
        yield test, [value for _, values in tests for value in values]


def prepared_keys(field: AnyField, values: Collection[Any], alias: str) -> list[Any]:
    """*values* of *field*, which may be texts, as the driver takes them."""
    connection: Any = connections[alias]

    def prepared(value: Any) -> Any:
        return field.get_db_prep_value(field.to_python(value), connection)

    if type(field) in _TEXTS and all(type(value) is str for value in values):
        return list(values)
    if [type(field), connection.vendor] == [UUIDField, "sqlite"]:  # digits alone
        return [
            value.replace("-", "")
            if type(value) is str and _UUID.fullmatch(value)
            else prepared(value)
            for value in values
        ]
    return [prepared(value) for value in values]


def is_one_of(
    field: AnyField, prepared: Sequence[Any], alias: str
) -> tuple[str, list[Any]]:
    """(condition that *field* holds one of the *prepared* values, its parameters)."""
    connection: Any = connections[alias]
    column = connection.ops.quote_name(field.column)
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(prepared)]
    return f"{column} IN ({', '.join(['%s'] * len(prepared))})", list(prepared)


def in_chunks(keys: Sequence[Any], size: int = KEYS_PER_QUERY) -> Iterator[list[Any]]:
    for start in range(0, len(keys), size):
        yield list(keys[start : start + size])


@contextmanager
def failures_named(where: str, run_id: str) -> Iterator[None]:
    """
    What the database refuses, by code, constraint and table: its text quotes values.

    Args:
        where: what was being done; run_id: the run to resume.

    Raises:
        PhaseFailed: in place of every error of the database.
        TargetError: others have kept it waiting for too long.
    """
    resume = f"reimport run --resume {run_id}"
    try:
        yield
    except (DatabaseError, psycopg.Error, ValidationError) as error:
        code, facts = _facts(error)
        if pgreasons.is_busy(error):
            raise busy.error(where, run_id) from None
        told = ", ".join([type(error).__name__, *facts])
        if code in _FULL:
            raise CutOff(
                f"{where}: the database has no room for the rows ({told})."
                " Nothing of this phase was written.",
                hint=f"make room on its disk, then {resume}",
                id="R328",
            ) from None
        if pgreasons.is_outside(error):
            raise CutOff(
                f"{where}: the database failed: {pgreasons.of_error(error)}."
                " Nothing of this phase was written.",
                hint=f"mend that, then {resume}",
                id="R262",
            ) from None
        raise PhaseFailed(
            f"{where}: the database refused the rows ({told})."
            " Nothing of this phase was written.",
            hint="reimport doctor",
            id="R263",
        ) from None


def _facts(error: BaseException) -> tuple[str, list[str]]:
    """(code, facts) of a database error, none of them a value."""
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    if isinstance(cause, psycopg.Error):
        diag = cause.diag
        named = {
            "constraint": diag.constraint_name,
            "table": diag.table_name,
            "column": diag.column_name,
        }
        code = cause.sqlstate or ""
        facts = [f"sqlstate {code}"] if code else []
        return code, facts + [f"{what} {name}" for what, name in named.items() if name]
    code = str(getattr(cause, "sqlite_errorname", ""))
    found = _SQLITE_CONSTRAINT.match(str(cause)) if code else None
    return code, [fact for fact in (code, found[1] if found else "") if fact]


def _database_rows(
    fields: Sequence[AnyField], columns: Columns, alias: str
) -> Iterable[tuple[Any, ...]]:
    """Rows as the driver takes them, made column by column."""
    return zip(*(_prepared(f, columns[f.attname], alias) for f in fields), strict=True)


def _prepared(field: AnyField, values: Sequence[Any], alias: str) -> list[Any]:
    """*values* as the driver takes them; those that recur are made once."""
    connection: Any = connections[alias]
    kinds = {*map(type, values)}
    if kinds == {JsonText} or (type(field) in _TEXTS and kinds <= {str}):
        return list(values)

    def prepared(value: Any) -> Any:
        return field.get_db_prep_save(_filled(field, value), connection)

    if _is_uuids(field, kinds):
        is_native = connection.features.has_native_uuid_field
        return [value if is_native or value is None else value.hex for value in values]
    if values and all(value is values[0] for value in values):
        return [prepared(values[0])] * len(values)
    if type(field) is JSONField and kinds == {dict}:
        encoder: json.JSONEncoder = (field.encoder or json.JSONEncoder)()
        return [encoder.encode(value) for value in values]
    if not kinds.isdisjoint(_APART):
        return [prepared(value) for value in values]
    known = {value: prepared(value) for value in set(values)}
    return [known[value] for value in values]


def _is_uuids(field: AnyField, kinds: set[type]) -> bool:
    """*kinds* are UUIDs, and *field* holds them or names rows by them."""
    allowed = {UUID, type(None)} if field.null else {UUID}
    while isinstance(field, ForeignKey):
        field = field.target_field
    return type(field) is UUIDField and UUID in kinds and kinds <= allowed


def _filled(field: AnyField, value: Any) -> Any:
    if value is not None or field.null or gives_itself(field):
        return value
    return field.get_default()


def given(field: AnyField) -> Any:
    """What a new row holds in *field* where nobody says what."""
    return _filled(field, None)


def gives_itself(field: AnyField) -> bool:
    """The database numbers the field, computes it or knows its default."""
    is_counted = field.primary_key and isinstance(field, AutoField)
    by_default = field.has_db_default() and not field.has_default()
    return is_counted or field.generated or by_default


def drifted(
    what: str, count: int, happened: str, *, rows: Iterable[object] = ()
) -> Drifted:
    """
    That *count* rows of *what* are not what the plan was made for.

    Args:
        rows: what names each of them, where that is known.
    """
    return Drifted(
        f"{what}: {several(count, 'row')} {happened} since the plan was made."
        " Nothing of this phase was written.",
        hint="rehearse again: reimport run --dry-run",
        table=what,
        rows=rows,
        id="R245",
    )


def _send(
    table: str, fields: Sequence[AnyField], rows: Iterable[tuple[Any, ...]], alias: str
) -> None:
    connection: Any = connections[alias]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        cursor.executemany(statement, list(rows))


def _merge(
    model: type[Model],
    key: AnyField,
    fields: Sequence[AnyField],
    rows: Iterable[tuple[Any, ...]],
    alias: str,
) -> int:
    """COPY into a temporary table, then one UPDATE from it."""
    connection: Any = connections[alias]
    quote = connection.ops.quote_name
    table = _quoted(model, alias)
    names = ", ".join(quote(field.column) for field in (*fields, key))
    changes = ", ".join(
        f"{quote(field.column)} = stage.{quote(field.column)}" for field in fields
    )
    same = f"{table}.{quote(key.column)} = stage.{quote(key.column)}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_STAGE} ON COMMIT DROP AS"  # noqa: S608
            f" SELECT {names} FROM {table} WITH NO DATA"
        )
        _send(_STAGE, [*fields, key], rows, alias)
        cursor.execute(
            f"UPDATE {table} SET {changes} FROM {_STAGE} AS stage WHERE {same}"  # noqa: S608
        )
        changed = int(cursor.rowcount)
        cursor.execute(f"DROP TABLE {_STAGE}")
    return changed


def _update_many(
    model: type[Model],
    key: AnyField,
    fields: Sequence[AnyField],
    rows: Iterable[tuple[Any, ...]],
    alias: str,
) -> int:
    connection: Any = connections[alias]
    quote = connection.ops.quote_name
    changes = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    statement = (
        f"UPDATE {_quoted(model, alias)} SET {changes}"  # noqa: S608
        f" WHERE {quote(key.column)} = %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(rows))
        return int(cursor.rowcount)


def _quoted(model: type[Model], alias: str) -> str:
    connection: Any = connections[alias]
    return str(connection.ops.quote_name(model._meta.db_table))
