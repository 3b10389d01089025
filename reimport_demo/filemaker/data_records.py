"""Records as the Data API shows them: found, sorted, with portals and containers.

Pure but for the service's page and edit hooks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from reimport_demo.filemaker.criteria import test_for
from reimport_demo.filemaker.data_parameters import Asked, Refusal
from reimport_demo.filemaker.forms import for_data_api, sort_key
from reimport_demo.filemaker.model import (
    Field,
    Layout,
    Portal,
    Record,
    Stored,
)
from reimport_demo.filemaker.service import Service


@dataclass(frozen=True, slots=True)
class View:
    """How one request sees records.

    Attributes:
        streams: where container files are, without the 64 digits.
        session, call: the session of the request, and which of its calls this is.
    """

    service: Service
    layout: Layout
    asked: Asked
    streams: str
    session: int
    call: int


class Repeated(dict[str, Any]):
    """An object whose every name is written twice."""

    def items(self) -> Any:
        return [pair for pair in super().items() for _ in range(2)]


def answer(view: View, found: Sequence[Record]) -> dict[str, Any]:
    """
    The ``response`` with one page of *found*.

    Raises:
        Refusal: the page begins after the last record: code 101, even for the first
            record of an empty table.
    """
    asked = view.asked
    if asked.offset is not None and asked.offset > len(found):
        raise Refusal(500, 101, "Record is missing")
    page = view.service.page_of(found, (asked.offset or 1) - 1, asked.limit)
    shown = {
        "dataInfo": _info(view, found=len(found), returned=len(page)),
        "data": [one(view, record) for record in page],
    }
    view.service.listed(view.layout, page)
    return shown


def single(view: View, record: Record) -> dict[str, Any]:
    """The ``response`` with that record alone."""
    return {
        "dataInfo": _info(view, found=1, returned=1),
        "data": [one(view, record)],
    }


def _info(view: View, *, found: int, returned: int) -> dict[str, Any]:
    return {
        "database": view.service.database.name,
        "layout": view.layout.name,
        "table": view.layout.table.name,
        "totalRecordCount": len(view.layout.table.records()),
        "foundCount": found,
        "returnedCount": returned,
    }


def one(view: View, record: Record) -> dict[str, Any]:
    """One record of ``data``."""
    portals: dict[str, Any] = {}
    infos = []
    for portal in view.layout.portals:
        rows, info = _portal(view, portal, record)
        portals[portal.label] = rows
        infos.append(info)
    return {
        "fieldData": dict(_fields(view, record)),
        "portalData": Repeated(portals)
        if view.service.faults.repeated_portal
        else portals,
        "recordId": str(record.number),
        "modId": str(record.edits),
        "portalDataInfo": infos,
    }


def _fields(view: View, record: Record) -> Iterator[tuple[str, Any]]:
    for field in view.layout.fields:
        if field.repetitions == 1:
            yield field.name, _shown(view, field.name, record)
        else:
            for number in range(1, field.repetitions + 1):
                value = record.value(field.name, number)
                shown = for_data_api(value, view.asked.dates)
                yield f"{field.name}({number})", shown
    if view.service.faults.no_access:
        yield "", "<No Access>"


def _shown(view: View, name: str, record: Record) -> Any:
    value = record.value(name)
    if not isinstance(value, Stored):
        return for_data_api(value, view.asked.dates)
    field = view.layout.table.fields[name]
    path = view.service.stream_path(
        view.layout, field, record, session=view.session, call=view.call
    )
    return f"{view.streams}{path}?RCType=EmbeddedRCFileProcessor"


def related(portal: Portal, record: Record, key: str) -> list[Record]:
    """The records that a portal has of a record whose key is in the field *key*."""
    text = str(record.value(key))
    return portal.table.holding(portal.related, text) if text else []


def _portal(
    view: View, portal: Portal, record: Record
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = related(portal, record, view.layout.table.key)
    first, most = view.asked.range_of(portal.label)
    page = rows[first - 1 : first - 1 + most]
    shown = [
        {
            "recordId": str(row.number),
            **{
                f"{portal.table.name}::{name}": for_data_api(
                    row.value(name), view.asked.dates
                )
                for name in portal.fields
            },
            "modId": str(row.edits),
        }
        for row in page
    ]
    info: dict[str, Any] = {"portalObjectName": portal.name} if portal.name else {}
    info |= {
        "database": view.service.database.name,
        "table": portal.table.name,
        "foundCount": len(rows),
        "returnedCount": len(page),
    }
    return shown, info


def sort_records(
    layout: Layout, records: list[Record], sort: Sequence[tuple[str, bool]]
) -> list[Record]:
    """
    *records* in that order; empty values come first.

    Raises:
        Refusal: 102, a field that is not on the layout.
    """
    for name, ascending in reversed(sort):
        field = layout.named(name)
        if field is None:
            raise Refusal(500, 102, "Field is missing")
        order = layout.table.order(f"folded {field.name}", partial(_sort_key, field))
        records.sort(key=order, reverse=not ascending)
    return records


def _sort_key(field: Field, record: Record) -> tuple[int, Any]:
    """Text is sorted without regard to upper case."""
    place, value = sort_key(record.value(field.name))
    return place, (value.casefold(), value) if isinstance(value, str) else value


def find(view: View, query: Sequence[Mapping[str, str]]) -> list[Record]:
    """
    Records that fit any request of *query*, in their own order.

    A request with ``omit`` takes its matches away again; where it is the first one,
    from all records.

    Raises:
        Refusal: 102 for a field that is not on the layout, 400 for no criterion.
    """
    records = view.layout.table.records()
    kept: set[int] = set()
    for number, request in enumerate(query):
        omits = request.get("omit") in ("true", "1", True)
        criteria = {n: str(c) for n, c in request.items() if n != "omit" and c != ""}
        if not criteria:
            raise Refusal(400, 400, "Find criteria are empty")
        tests = {
            _named(view.layout, name): test_for(text) for name, text in criteria.items()
        }
        matches = {
            record.number
            for record in records
            if all(test(record.value(name)) for name, test in tests.items())
        }
        if omits:
            kept = (kept if number else {r.number for r in records}) - matches
        else:
            kept |= matches
    return [record for record in records if record.number in kept]


def _named(layout: Layout, name: str) -> str:
    field = layout.named(name)
    if field is None:
        raise Refusal(500, 102, "Field is missing")
    return field.name
