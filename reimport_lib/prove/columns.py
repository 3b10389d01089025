"""Columns of the database as Python has them, read by the proof's own query.

A value is converted once, however many rows hold it, by the field's own converters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from django.db import connections

_APART = frozenset({dict, list})  # cannot be looked up


def read(rows: Any, names: Sequence[str]) -> pd.DataFrame:
    """
    The columns *names* of a query set, in its order.

    Returns:
        dtype object, with what ``values_list`` gives.
    """
    query = rows.values_list(*names).query
    compiler = query.get_compiler(rows.db)
    text, parameters = compiler.as_sql()
    connection = connections[rows.db]
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        held = cursor.fetchall()
    expressions = [expression for expression, *_ in compiler.select]
    columns = list(zip(*held, strict=True)) or [()] * len(names)
    found = [
        _converted(expression, column, connection)
        for expression, column in zip(expressions, columns, strict=True)
    ]
    return pd.DataFrame(
        {
            name: pd.Series(values, range(len(held)), dtype=object)
            for name, values in zip(names, found, strict=True)
        }
    )


def _converted(expression: Any, column: Sequence[Any], connection: Any) -> list[Any]:
    converters = [
        *connection.ops.get_db_converters(expression),
        *expression.get_db_converters(connection),
    ]
    if not converters:
        return list(column)

    def converted(value: Any) -> Any:
        for convert in converters:
            value = convert(value, expression, connection)
        return value

    kinds = {*map(type, column)} - {type(None)}
    if len(kinds) > 1 or not kinds.isdisjoint(_APART):  # 1 and 1.0 are equal, not alike
        return [converted(value) for value in column]
    known = {value: converted(value) for value in {*column}}
    return [known[value] for value in column]
