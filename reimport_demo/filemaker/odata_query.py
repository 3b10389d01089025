"""The query of an OData address: options, columns, places in a table.

Pure. The address is read as it was sent, before anything was decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from reimport_demo.filemaker.model import Kind, Layout, Record, Stored

SPECIAL = ("ROWID", "ROWMODID")
_KNOWN = (
    "$select",
    "$filter",
    "$orderby",
    "$top",
    "$skip",
    "$count",
)
_ITEM = re.compile(r"""\s*(?:"([^"]*)"|([^",]+?))(\[\d+\])?(?:\s+(asc|desc))?\s*""")
_SPLIT = re.compile(r""",(?=(?:[^"]*"[^"]*")*[^"]*$)(?![^(]*\))""")
_REPETITION = re.compile(r"(.*)\[(\d+)\]")


class ODataRefusal(Exception):
    """The answer is an error: status of HTTP, code and message of FileMaker."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Column:
    """
    Something of a record that can be asked for.

    Attributes:
        name: as in the answer.
        read: a record to the value to compare: None where it is empty.
        show: a record to the value to show, as FileMaker holds it.
    """

    name: str
    kind: Kind
    read: Callable[[Record], Any]
    show: Callable[[Record], Any]


@dataclass(frozen=True, slots=True)
class Query:
    """
    The options of an address, not yet understood.

    Attributes:
        orderby: names, and whether each is ascending.
        raw: every option as it was sent, in order.
    """

    select: tuple[str, ...] = ()
    orderby: tuple[tuple[str, bool], ...] = ()
    filter: str = ""
    top: int | None = None
    skip: int = 0
    count: bool = False
    raw: tuple[tuple[str, str], ...] = ()


def read_query(text: str, *, strict: bool) -> Query:
    """
    The options of a query as it was sent.

    Raises:
        ODataRefusal: ``%24`` for ``$`` where that is not taken, an option that does
            not exist or occurs twice, or a value that cannot be read.
    """
    raw = [pair.partition("=")[::2] for pair in text.split("&") if pair]
    values: dict[str, str] = {}
    for name, value in raw:
        if strict and re.search("%24|%2C|%28", name + value, re.IGNORECASE):
            raise ODataRefusal(400, "-1002", f"syntax error in URL at: '{name}'")
        plain = unquote(name)
        if name != plain:
            # whoever encodes the name as a form does, writes blanks as one does, too
            value = value.replace("+", " ")
        if plain.startswith("$"):
            if plain not in _KNOWN or plain in values:
                raise ODataRefusal(400, "-1002", f"syntax error in URL at: '{plain}'")
            values[plain] = unquote(value)
    return Query(
        select=tuple(name for name, _ in _items(values.get("$select", ""))),
        orderby=tuple(_items(values.get("$orderby", ""))),
        filter=values.get("$filter", ""),
        top=_count(values, "$top"),
        skip=_count(values, "$skip") or 0,
        count=values.get("$count", "false").lower() == "true",
        raw=tuple((name, value) for name, value in raw),
    )


def _items(text: str) -> list[tuple[str, bool]]:
    """Names, unquoted, and whether each is ascending."""
    items = []
    for part in _SPLIT.split(text) if text.strip() else ():
        found = _ITEM.fullmatch(part)
        if not found:
            raise ODataRefusal(400, "-1002", f"syntax error in URL at: '{part}'")
        quoted, plain, place, order = found.groups()
        name = (plain if quoted is None else quoted) + (place or "")
        items.append((name, order != "desc"))
    return items


def _count(values: dict[str, str], name: str) -> int | None:
    if name not in values:
        return None
    if not values[name].isdecimal():
        raise ODataRefusal(400, "-1002", f"syntax error in URL at: '{name}'")
    return int(values[name])


def column_of(layout: Layout, name: str) -> Column:
    """
    The column of that name: a field, a repetition of one, ROWID or ROWMODID.

    Raises:
        ODataRefusal: there is none.
    """
    if name == "ROWID":
        return _special(name, lambda record: record.number)
    if name == "ROWMODID":
        return _special(name, lambda record: record.edits)
    repeated = _REPETITION.fullmatch(name)
    bare, number = (repeated[1], int(repeated[2])) if repeated else (name, 1)
    field = layout.named(bare)
    if field is None or not 1 <= number <= field.repetitions:
        raise no_field(name)
    held = field.name

    def show(record: Record) -> Any:
        return record.value(held, number)

    return Column(name, field.kind, lambda record: _comparable(show(record)), show)


def no_field(name: str) -> ODataRefusal:
    message = f"The field named '{name}' does not exist in a specified table (9)"
    return ODataRefusal(400, "8309", message)


def _special(name: str, read: Callable[[Record], int]) -> Column:
    return Column(name, Kind.NUMBER, read, read)


def _comparable(value: Any) -> Any:
    """Empty is None; a time of day is what has passed since midnight."""
    if value == "":
        return None
    if isinstance(value, Stored):
        return value.key
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, time) and not isinstance(value, datetime):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    return value
