"""What ``save()`` and the database fill in, for rows that are written in sets.

Stamps get the run's clock; numbers are taken before the rows are sent, so that others
can name them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import DateField, DateTimeField, Model, TimeField
from django.utils.timezone import localtime

from reimport_lib.errors import TargetError
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import MADE, SAVED, Holding
from reimport_lib.write.models import AnyField, fields_of, label_of, managed


def stamps(
    holding: Holding, as_of: datetime, count: int, *, made: bool
) -> dict[str, list[Any]]:
    """Attribute -> *as_of*, of fields that say when the row was made or last saved."""
    return {
        name: [_moment(field, as_of)] * count
        for name, field in fields_of(holding.model).items()
        if isinstance(field, (DateField, TimeField))
        and name not in managed(holding.table)
        and is_stamp(field, made=made)
    }


def is_stamp(field: AnyField, *, made: bool) -> bool:
    """Saving a row sets *field* to the time; *made*: so does making it."""
    taken: Collection[str] = (MADE, SAVED) if made else (SAVED,)
    auto = getattr(field, "auto_now", False)
    auto_add = made and getattr(field, "auto_now_add", False)
    return field.attname in taken or auto or auto_add


def _moment(field: AnyField, as_of: datetime) -> Any:
    if isinstance(field, DateTimeField):
        return as_of
    here = localtime(as_of)
    return here.date() if isinstance(field, DateField) else here.time()


def next_numbers(model: type[Model], count: int) -> list[int]:
    """
    So many primary keys that nobody else gets, without a gap that anybody relies on.

    PostgreSQL's sequence gives them; SQLite counts on from them, and nobody else writes
    to it meanwhile.

    Raises:
        TargetError: no sequence gives the keys of the table.
    """
    connection: Any = connections[DEFAULT]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = _sequence(model, cursor)
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


def count_on(model: type[Model]) -> None:
    """The next number of *model* is above all that rows brought with them."""
    connection: Any = connections[DEFAULT]
    if connection.vendor != "postgresql":  # SQLite does so by itself
        return
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    with connection.cursor() as cursor:
        if sequence := _sequence(model, cursor):
            cursor.execute(
                f"SELECT setval(%s, greatest((SELECT max({key}) FROM {table}),"  # noqa: S608
                f" (SELECT last_value FROM {sequence})))",
                [sequence],
            )


def _sequence(model: type[Model], cursor: Any) -> str | None:
    """The sequence of PostgreSQL that numbers the rows of *model*, quoted."""
    quote = connections[DEFAULT].ops.quote_name
    key: AnyField = model._meta.pk
    named = [quote(model._meta.db_table), key.column]
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", named)
    found: str | None = cursor.fetchone()[0]
    return found
