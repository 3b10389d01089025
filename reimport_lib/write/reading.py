"""Rows as the ledger has them, read column by column.

Most values of a column recur: each is converted once, by the field's own converters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC
from functools import lru_cache, partial
from itertools import repeat
from json.encoder import encode_basestring
from sys import intern
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import DateTimeField, Field, JSONField, Model, UUIDField

from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.kept_row import KeptRow
from reimport_lib.write.ledger import encoded_value, key_of
from reimport_lib.write.models import AnyField, fields_of
from reimport_lib.write.rows import in_chunks, is_one_of, prepared_keys, select_where

_PLAIN = frozenset({str, int, bool, float})
_TEXT = frozenset({str, type(None)})
_APART = frozenset({dict, list})  # cannot be looked up
_ALIKE = _APART | {float}  # 0.0 and -0.0 are equal
_MOMENT = re.compile(  # as a driver writes a time of day; a fraction says something
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.(?!0{6})[0-9]{6})?"
)
_DIGITS = 32  # of a UUID without dashes
_UUIDS = 2**17  # a run reads the same keys again and again; some 20 MB of them
_LOCKS = {"postgresql": " FOR UPDATE"}  # SQLite lets nobody else write anyway


def rows_as_kept(
    model: type[Model], texts: Collection[str], *, alias: str, lock: bool = False
) -> dict[str, KeptRow]:
    """
    Key as text -> encoded values, of those rows of the keys *texts* that are there.

    Args:
        lock: nobody else changes them, or names them, until the transaction ends; they
            are locked in the order of their keys.
    """
    connection: Any = connections[alias]
    names, fields = list(fields_of(model)), list(fields_of(model).values())
    places = {name: place for place, name in enumerate(names)}
    place = places[key_of(model)]
    found: dict[str, KeptRow] = {}
    for columns in _selected(model, fields, texts, _ending(connection, lock), alias):
        read = map(partial(_encoded, connection), fields, columns)
        for row in zip(*read, strict=True):
            found[str(row[place])] = KeptRow(places, row)
    return found


class RowAsJson(NamedTuple):
    """
    A row as JSON.

    Attributes:
        key: its primary key as text.
        listed: some encoded values, as a list; whole: all, as an object, or "".
        beside: encoded values of some attributes.
    """

    key: str
    listed: str
    whole: str
    beside: tuple[Any, ...]


def rows_as_json(
    model: type[Model],
    texts: Collection[str],
    attributes: Sequence[str],
    encode: Callable[[Any], str],
    *,
    whole: bool = False,
    beside: Sequence[str] = (),
    alias: str,
    lock: bool = False,
) -> Iterator[RowAsJson]:
    """
    Those rows of the keys *texts* that are there; *attributes* are listed.

    No JSON is made of any value of a column more than once a chunk.

    Args:
        encode: JSON of one value, without blanks between its parts, and of a text all
            characters as they are.
        whole: all that a row holds is wanted, too.
        beside: attributes whose encoded values are wanted, too.
        lock: as in ``rows_as_kept``.
    """
    connection: Any = connections[alias]
    known, key = fields_of(model), key_of(model)
    told = list(known) if whole else list(attributes)
    fields = {name: known[name] for name in (key, *told, *beside)}
    as_list = f"[{','.join(['%s'] * len(attributes))}]"
    as_object = f"{{{','.join(f'{encode(name)}:%s' for name in told)}}}"
    ending = _ending(connection, lock)
    for columns in _selected(model, list(fields.values()), texts, ending, alias):
        held = dict(zip(fields, columns, strict=True))
        parts = {
            name: _as_json(connection, known[name], held[name], encode) for name in told
        }
        keys, *cells = (
            _encoded(connection, known[name], held[name]) for name in (key, *beside)
        )
        yield from map(
            RowAsJson,
            map(str, keys),
            _filled(as_list, [parts[name] for name in attributes]),
            _filled(as_object, _as_held(known, held, parts)) if whole else repeat(""),
            zip(*cells, strict=True) if cells else repeat(()),
        )


def _as_held(
    fields: Mapping[str, AnyField],
    held: Mapping[str, Sequence[Any]],
    parts: Mapping[str, Sequence[str]],
) -> list[Sequence[str]]:
    """*parts*, but of JSON the very text that is held: the order of names counts."""
    return [
        ["null" if text is None else text for text in held[name]]
        if isinstance(fields[name], JSONField) and {*map(type, held[name])} <= _TEXT
        else part
        for name, part in parts.items()
    ]


def _filled(form: str, columns: Sequence[Sequence[str]]) -> Iterator[str]:
    """*form* with the texts of each row in its places; endless where it has none."""
    return map(form.__mod__, zip(*columns, strict=True)) if columns else repeat(form)


def columns_of(rows: Any, names: Sequence[str]) -> list[Sequence[Any]]:
    """
    The columns *names* of a query set, in its order: (n,) values each, as Python's own.

    As ``values_list`` gives them, but that a value which recurs is converted once.
    """
    query = rows.values_list(*names).query
    compiler = query.get_compiler(rows.db)
    try:
        text, parameters = compiler.as_sql()
    except EmptyResultSet:  # as of keys that are one of none: nobody is asked
        return [()] * len(names)
    connection: Any = connections[rows.db]
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        held = cursor.fetchall()
    columns = list(zip(*held, strict=True)) or [()] * len(names)
    return [
        _converted(connection, expression, values)
        for (expression, *_), values in zip(compiler.select, columns, strict=True)
    ]


def rows_counted(
    model: type[Model], where: Mapping[str, Sequence[Any]], *, alias: str = DEFAULT
) -> int:
    """How many rows of *model* hold one of its values in each attribute of *where*."""
    return sum(row[0] for row in select_where(model, "count(*)", where, alias=alias))


def _selected(
    model: type[Model],
    fields: Sequence[AnyField],
    texts: Collection[str],
    ending: str,
    alias: str,
) -> Iterator[list[tuple[Any, ...]]]:
    """The columns of *fields* as the driver gives them, a chunk of rows at a time.

    Rows are in the order of keys; no chunk is empty.
    """
    connection: Any = connections[alias]
    key: Any = model._meta.pk
    quote = connection.ops.quote_name
    # +: an expression has no declared type, by which SQLite's driver converts
    sign = "+" if connection.vendor == "sqlite" else ""
    columns = ", ".join(f"{sign}{quote(field.column)}" for field in fields)
    for some in in_chunks(prepared_keys(key, sorted(texts), alias)):
        test, values = is_one_of(key, some, alias)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM {quote(model._meta.db_table)}"  # noqa: S608
                f" WHERE {test} ORDER BY {quote(key.column)}{ending}",
                values,
            )
            if rows := cursor.fetchall():
                yield list(zip(*rows, strict=True))


def _ending(connection: Any, lock: bool) -> str:
    return _LOCKS.get(connection.vendor, "") if lock else ""


def _encoded(
    connection: Any, field: Field[Any, Any], values: Sequence[Any]
) -> Sequence[Any]:
    """*values* of one column as JSON has them."""
    column: Any = field.get_col(field.model._meta.db_table)
    converters = _converters(connection, column)
    if _is_uuid_as_text(connection, column):
        return [_dashed(value) for value in values]

    def encoded(value: Any) -> Any:
        if is_moment and type(value) is str and _MOMENT.fullmatch(value):
            return f"{value[:10]}T{value[11:]}+00:00"
        for convert in converters:
            value = convert(value, column, connection)
        if type(value) is dict:  # JSON, whose keys are new for every row
            return {intern(key): each for key, each in value.items()}
        return encoded_value(value)

    is_moment = _is_utc_as_text(connection, column)
    kinds = {*map(type, values)} - {type(None)}
    if not converters and kinds <= _PLAIN:
        return values
    return _each(values, encoded)


def _converted(
    connection: Any, expression: Any, values: Sequence[Any]
) -> Sequence[Any]:
    """*values* of one column of a query as Python has them."""
    converters = _converters(connection, expression)
    if not converters:
        return values
    if _is_uuid_as_text(connection, expression):
        return [None if value is None else _uuid(value) for value in values]

    def converted(value: Any) -> Any:
        for convert in converters:
            value = convert(value, expression, connection)
        return value

    return _each(values, converted)


def _converters(connection: Any, expression: Any) -> list[Callable[..., Any]]:
    return [
        *connection.ops.get_db_converters(expression),
        *expression.get_db_converters(connection),
    ]


def _is_uuid_as_text(connection: Any, expression: Any) -> bool:
    return [type(expression.output_field), connection.vendor] == [UUIDField, "sqlite"]


def _is_utc_as_text(connection: Any, expression: Any) -> bool:
    if [type(expression.output_field), connection.vendor] != [DateTimeField, "sqlite"]:
        return False
    return bool(settings.USE_TZ) and connection.timezone is UTC


def _each(values: Sequence[Any], made: Callable[[Any], Any]) -> list[Any]:
    """What is *made* of each; of those that recur it is made once."""
    kinds = {*map(type, values)} - {type(None)}
    if len(kinds) == 1 and kinds.isdisjoint(_APART):  # 1 and 1.0 are equal, not alike
        known = {value: made(value) for value in {*values}}
        return [known[value] for value in values]
    return [made(value) for value in values]


def _as_json(
    connection: Any,
    field: Field[Any, Any],
    values: Sequence[Any],
    encode: Callable[[Any], str],
) -> Sequence[str]:
    """JSON of each of the *values* of one column; those that recur are made once."""
    kinds = {*map(type, values)} - {type(None)}
    column: Any = field.get_col(field.model._meta.db_table)
    if _is_uuid_as_text(connection, column) or (
        kinds <= {str} and not _converters(connection, column)
    ):  # texts: quoting one is less than looking it up
        return _quoted(_encoded(connection, field, values))
    if len(kinds) > 1 or not kinds.isdisjoint(_ALIKE):
        return [encode(value) for value in _encoded(connection, field, values)]
    distinct = list({*values})
    told = map(encode, _encoded(connection, field, distinct))
    known = dict(zip(distinct, told, strict=True))
    return [known[value] for value in values]


def _quoted(texts: Sequence[Any]) -> list[str]:
    if None in texts:
        return ["null" if text is None else encode_basestring(text) for text in texts]
    return list(map(encode_basestring, texts))


@lru_cache(maxsize=_UUIDS)
def _uuid(text: str) -> UUID:
    return UUID(text)


def _dashed(value: Any) -> str | None:
    """A UUID as SQLite has it, as text."""
    if value is None:
        return None
    digits = str(value)
    if len(digits) != _DIGITS or not digits.isalnum():
        return str(UUID(digits))
    low = digits.lower()
    return f"{low[:8]}-{low[8:12]}-{low[12:16]}-{low[16:20]}-{low[20:]}"
