"""Rows as the ledger has them, read column by column.

Most values of a column recur: each is converted once, by the field's own converters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Field, Model, UUIDField

from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.ledger import encoded_value, key_of
from reimport_lib.write.models import fields_of
from reimport_lib.write.rows import in_chunks, is_one_of, prepared_keys, select_where

_PLAIN = frozenset({str, int, bool, float})
_APART = frozenset({dict, list})  # cannot be looked up
_DIGITS = 32  # of a UUID without dashes
_LOCKS = {"postgresql": " FOR UPDATE"}  # SQLite lets nobody else write anyway


def rows_as_kept(
    model: type[Model], texts: Collection[str], *, alias: str, lock: bool = False
) -> dict[str, dict[str, Any]]:
    """
    Key as text -> encoded values, of those rows of the keys *texts* that are there.

    Args:
        lock: nobody else changes them, or names them, until the transaction ends; they
            are locked in the order of their keys.
    """
    connection: Any = connections[alias]
    names, fields = list(fields_of(model)), list(fields_of(model).values())
    place = names.index(key_of(model))
    # +: an expression has no declared type, by which SQLite's driver converts
    sign = "+" if connection.vendor == "sqlite" else ""
    columns = ", ".join(f"{sign}{connection.ops.quote_name(f.column)}" for f in fields)
    ending = _LOCKS.get(connection.vendor, "") if lock else ""
    found: dict[str, dict[str, Any]] = {}
    for rows in _selected(model, columns, texts, ending, alias):
        read = [
            _encoded(field, values, connection)
            for field, values in zip(fields, zip(*rows, strict=True), strict=True)
        ]
        for row in zip(*read, strict=True):
            found[str(row[place])] = dict(zip(names, row, strict=True))
    return found


def rows_counted(
    model: type[Model], where: Mapping[str, Sequence[Any]], *, alias: str = DEFAULT
) -> int:
    """How many rows of *model* hold one of its values in each attribute of *where*."""
    return sum(row[0] for row in select_where(model, "count(*)", where, alias=alias))


def _selected(
    model: type[Model], columns: str, texts: Collection[str], ending: str, alias: str
) -> Iterator[list[tuple[Any, ...]]]:
    """Chunks of rows as the driver gives them, in the order of keys; none is empty."""
    connection: Any = connections[alias]
    key: Any = model._meta.pk
    quote = connection.ops.quote_name
    for some in in_chunks(prepared_keys(key, sorted(texts), alias)):
        test, values = is_one_of(key, some, alias)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM {quote(model._meta.db_table)}"  # noqa: S608
                f" WHERE {test} ORDER BY {quote(key.column)}{ending}",
                values,
            )
            if rows := cursor.fetchall():
                yield rows


def _encoded(
    field: Field[Any, Any], values: tuple[Any, ...], connection: Any
) -> Sequence[Any]:
    """*values* of one column as JSON has them."""
    column: Any = field.get_col(field.model._meta.db_table)
    converters = [
        *connection.ops.get_db_converters(column),
        *column.get_db_converters(connection),
    ]

    if [type(column.output_field), connection.vendor] == [UUIDField, "sqlite"]:
        return [_dashed(value) for value in values]

    def encoded(value: Any) -> Any:
        for convert in converters:
            value = convert(value, column, connection)
        return encoded_value(value)

    kinds = {*map(type, values)} - {type(None)}
    if not converters and kinds <= _PLAIN:
        return values
    if len(kinds) == 1 and kinds.isdisjoint(_APART):  # 1 and 1.0 are equal, not alike
        known = {value: encoded(value) for value in {*values}}
        return [known[value] for value in values]
    return [encoded(value) for value in values]


def _dashed(value: Any) -> str | None:
    """A UUID as SQLite has it, as text."""
    if value is None:
        return None
    digits = str(value)
    if len(digits) != _DIGITS or not digits.isalnum():
        return str(UUID(digits))
    parts = digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]
    return "-".join(parts).lower()
