"""Columns of objects: what pandas does to them only by guessing another dtype.

Pure. pandas turns None into NaN wherever it infers a dtype, and a date that is NaN is
no longer blank. Every column of values goes through these functions instead of ``map``
and ``where``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reimport_lib.frames import Array, Column, Mask, Rows


def objects(values: Sequence[object] | Array, index: Rows) -> Column:
    """A Series of object that holds *values* as they are."""
    return pd.Series(array_of(values), index=index, dtype=object)


def array_of(values: Sequence[object] | Array) -> Array:
    """A one-dimensional array of object, whatever *values* hold."""
    return np.fromiter(values, dtype=object, count=len(values))


def each(column: Column, function: Callable[[Any], Any]) -> Column:
    """*function* of every value; None stays None."""
    return objects([function(value) for value in column], column.index)


def test(column: Column, predicate: Callable[[Any], bool]) -> Mask:
    """(n,) bool: whether *predicate* holds for each value."""
    return pd.Series([bool(predicate(value)) for value in column], column.index, bool)


def either(mask: Mask | Array, column: Column, other: object) -> Column:
    """*column* where *mask* holds, else *other* (a column or one value)."""
    fallback: Any = np.empty((), dtype=object)
    fallback[()] = other
    if isinstance(other, pd.Series):
        fallback = other.to_numpy(dtype=object)
    taken = np.asarray(mask, dtype=bool)
    mixed = np.where(taken, column.to_numpy(dtype=object), fallback)
    return pd.Series(mixed, index=column.index, dtype=object)


def blank(column: Column) -> Mask:
    """(n,) bool: no value."""
    values: Any = column.to_numpy(dtype=object)
    return pd.Series((values == None) | (values == ""), index=column.index)  # noqa: E711


def filled_from(column: Column, other: object) -> Column:
    """*column*, with *other* where it is blank."""
    return either(~blank(column), column, other)


def texts(column: Column) -> Column:
    """*column* as a text field holds it: "" instead of None."""
    return either(~blank(column), column, "")


def constant(value: object, index: Rows) -> Column:
    """*value* in every row of *index*."""
    return objects([value] * len(index), index)


def no_codes(index: Rows) -> Column:
    """No code in any row."""
    return constant("", index)
