"""Records as OData shows them: pages with their annotations, and single ones."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from reimport_demo.filemaker.forms import for_odata, sort_key
from reimport_demo.filemaker.model import Kind, Layout, Record, Stored
from reimport_demo.filemaker.odata_filter import filter_for
from reimport_demo.filemaker.odata_query import (
    SPECIAL,
    Column,
    ODataRefusal,
    Query,
    column_of,
    no_field,
)
from reimport_demo.filemaker.service import Service

UNREADABLE = "\ue000unreadable\ue000"
"""Stands for a value that the server cannot put into JSON, until it is written."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How one request wants its answer.

    Attributes:
        mark: what annotations begin with: ``@odata.`` or ``@``.
        bare: without annotations that only describe.
        special: ROWID and ROWMODID in every record.
        root: the address of the database.
    """

    mark: str
    bare: bool
    special: bool
    root: str


def page(
    service: Service,
    layout: Layout,
    query: Query,
    *,
    shape: Shape,
    records: list[Record],
) -> dict[str, Any]:
    """
    One page of *records*: all of *layout*, or those a record leads to.

    Raises:
        ODataRefusal: an option names a field that does not exist.
    """
    columns = _columns(layout, query, shape)
    found = _ordered(layout, _filtered(layout, records, query), query)
    skip, top = query.skip, query.top
    if service.faults.odata_ignores_paging:
        skip, top = 0, None
    wanted = len(found) - skip if top is None else min(top, len(found) - skip)
    own = service.faults.odata_page_rows or service.options.page_rows
    most = max(min(wanted, own), 0)
    rows = service.page_of(found, skip, most)
    answer: dict[str, Any] = {}
    if not shape.bare:
        answer[f"{shape.mark}context"] = context(layout, query, shape)
    if query.count:
        answer[f"{shape.mark}count"] = len(found)
    answer["value"] = [
        entity(service, layout, record, query, shape=shape, columns=columns)
        for record in rows
    ]
    if most < wanted:
        left = None if query.top is None else query.top - most
        following = _next(query, skip=query.skip + most, top=left)
        answer[f"{shape.mark}nextLink"] = f"{shape.root}/{_path(layout)}?{following}"
    service.listed(layout, rows)
    return answer


def entity(
    service: Service,
    layout: Layout,
    record: Record,
    query: Query,
    *,
    shape: Shape,
    columns: Sequence[Column],
) -> dict[str, Any]:
    """One record with its annotations."""
    shown: dict[str, Any] = {}
    if not shape.bare:
        address = f"{shape.root}/{_path(layout)}({_key(layout, record)})"
        shown = {f"{shape.mark}id": address, f"{shape.mark}editLink": address}
    for column in columns:
        value = column.show(record)
        shown[column.name] = _json(service, value, column.kind, shape)
    return shown


def _json(service: Service, value: Any, kind: Kind, shape: Shape) -> Any:
    if isinstance(value, Stored):
        return base64.b64encode(service.database.content(value.key)).decode()
    misfit = isinstance(value, str) and value != "" and kind is not Kind.TEXT
    if misfit and service.faults.invalid_json:
        return UNREADABLE
    return for_odata(value)


def default_columns(layout: Layout, shape: Shape) -> list[Column]:
    """Every field that is no container, once; the special ones if they were wanted."""
    names = [each.column for each in layout.fields if each.kind is not Kind.CONTAINER]
    special = SPECIAL if shape.special else ()
    return [column_of(layout, name) for name in dict.fromkeys((*special, *names))]


def _columns(layout: Layout, query: Query, shape: Shape) -> list[Column]:
    if not query.select or query.select == ("*",):
        return default_columns(layout, shape)
    return [column_of(layout, name) for name in query.select]


def single(
    service: Service, layout: Layout, record: Record, query: Query, *, shape: Shape
) -> dict[str, Any]:
    """The answer that is one record."""
    columns = _columns(layout, query, shape)
    shown = entity(service, layout, record, query, shape=shape, columns=columns)
    if shape.bare:
        return shown
    return {f"{shape.mark}context": f"{context(layout, query, shape)}/$entity"} | shown


def context(layout: Layout, query: Query, shape: Shape) -> str:
    chosen = ",".join(f'"{name}"' for name in query.select)
    chosen = f"({chosen})" if chosen else ""
    return f"{shape.root}/$metadata#{layout.name}{chosen}"


def record_with(layout: Layout, key: str) -> Record:
    """
    The record that the text between the parentheses of an address means.

    ``'KEY'``, a number, ``field='KEY'`` or ``ROWID=7``.

    Raises:
        ODataRefusal: it cannot be read, or there is no such record.
    """
    found = re.fullmatch(
        r"""(?:"?(?P<name>\w+)"?=)?(?:'(?P<text>(?:[^']|'')*)'|(?P<number>-?[\d.]+))""",
        key,
    )
    if not found:
        raise ODataRefusal(400, "-1002", f"syntax error in URL at: '({key})'")
    text = found["number"] or (found["text"] or "").replace("''", "'")
    if found["name"] == "ROWID":
        number = int(text) if text.isdecimal() else -1
        record = layout.table.numbered(number)
    elif found["name"] not in (None, layout.table.key) or not layout.table.key:
        raise no_field(found["name"] or "ROWID")
    else:
        held = layout.table.holding(layout.table.key, text)
        record = next((r for r in held if r.value(layout.table.key) == text), None)
    if record is None:
        raise ODataRefusal(404, "-1023", "The record does not exist")
    return record


def _filtered(layout: Layout, records: list[Record], query: Query) -> list[Record]:
    if not query.filter:
        return records
    test = filter_for(query.filter, lambda name: column_of(layout, name))
    return [record for record in records if test(record)]


def count(layout: Layout, records: list[Record], query: Query) -> int:
    return len(_filtered(layout, records, query))


def _ordered(layout: Layout, records: list[Record], query: Query) -> list[Record]:
    """Empty values first, text by its code points, as ``gt`` and ``lt`` see it."""
    for name, ascending in reversed(query.orderby):
        key = partial(_sort_key, column_of(layout, name))
        order = layout.table.order(name, key)
        records = sorted(records, key=order, reverse=not ascending)
    return records


def _sort_key(column: Column, record: Record) -> tuple[int, Any]:
    return sort_key(column.show(record))


def _next(query: Query, *, skip: int, top: int | None) -> str:
    kept = [
        f"{name}={value}"
        for name, value in query.raw
        if name.replace("%24", "$") not in ("$skip", "$top")
    ]
    last = [] if top is None else [f"$top={top}"]
    return "&".join([*kept, *last, f"$skip={skip}"])


def _path(layout: Layout) -> str:
    return quote(layout.name, safe="")


def _key(layout: Layout, record: Record) -> str:
    value = record.value(layout.table.key) if layout.table.key else ""
    if value == "" or not layout.table.has_unique_key:
        return f"ROWID={record.number}"
    text = str(value).replace("'", "''")
    return f"'{quote(text, safe='')}'"
