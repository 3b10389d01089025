"""The one text form of a value: what comparisons, hashes and digests are made of.

Pure; imports nothing of this package. A value and the same value read back from either
database have the same text, whatever type the driver gives it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd

from reimport_lib.frames import Column

_BETWEEN = "\x00"
"""Between texts: no stored value holds it (``bad_character``)."""


def canonical(value: object) -> str:
    """
    *value* as text: blank is "", a date ISO, a moment ISO in UTC, metadata sorted JSON.

    Whole floats are whole numbers: a nullable integer column comes back as floats.

    Raises:
        TypeError: a value of a kind that no field holds.
    """
    kind = type(value)
    to_text = _TEXTS.get(kind) or _inherited(kind)
    return to_text(value)


def canonical_texts(values: Column | Sequence[object]) -> list[str]:
    """``canonical`` of every value, in order."""
    if isinstance(values, pd.Series):
        values = values.tolist()  # text that lies in an Arrow array iterates slowly
    kinds = {*map(type, values)} - {type(None)}
    if kinds == {UUID}:
        return [
            f"{value.int:032x}" if isinstance(value, UUID) else "" for value in values
        ]
    if len(kinds) == 1 and kinds <= _RECUR:
        known = {value: canonical(value) for value in {*values}}
        return [known[value] for value in values]
    return [
        value if type(value) is str else "" if value is None else canonical(value)
        for value in values
    ]


def row_hash(texts: Sequence[str]) -> str:
    """sha256 (64 hex digits) over the canonical texts of one row's managed fields."""
    return hashlib.sha256(_BETWEEN.join(texts).encode("utf-8", "replace")).hexdigest()


def digest_of(lines: Iterable[str]) -> str:
    """sha256 over *lines* in the order given."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "replace"))
        digest.update(b"\n")
    return digest.hexdigest()


def line_of(texts: Sequence[str]) -> str:
    """The texts of one row as one line that no other texts give."""
    return _BETWEEN.join(texts)


def _inherited(kind: type) -> Callable[[Any], str]:
    for parent in kind.__mro__:
        if parent in _TEXTS:
            return _TEXTS[parent]
    raise TypeError(f"no canonical text for a {kind.__name__}")


def _number(value: float) -> str:
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    if value.tzinfo is UTC:
        return f"{value.isoformat().removesuffix('+00:00')}Z"
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=canonical)

_TEXTS: dict[type, Callable[[Any], str]] = {
    str: str,
    type(None): lambda value: "",
    type(pd.NaT): lambda value: "",
    bool: lambda value: "1" if value else "0",
    int: str,
    float: _number,
    Decimal: lambda value: f"{value.normalize() + 0:f}",
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    UUID: lambda value: value.hex,
    dict: _JSON.encode,
    list: _JSON.encode,
}
"""Kind of value -> its text; a kind not listed goes by the nearest it inherits from."""

_RECUR = frozenset({bool, date, int, time})
"""Kinds whose values are few in a column, and equal only where their texts are."""
