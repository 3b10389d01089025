"""Layouts of the Data API: which there are, what is on them, and pages of records.

Pure but for what a session fetches. Imports no Django.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reimport_lib.errors import SourceError
from reimport_lib.read.server import session as fm_session
from reimport_lib.read.server.http import Session
from reimport_lib.read.server.records import MOST_DIGITS, Record
from reimport_lib.read.server.values import FieldKind, ServerField, plain

PORTAL_ROWS = 10_000
"""Asked for of every portal: what it has beyond that is an error, never left out."""

_KINDS = {
    "number": FieldKind.NUMBER,
    "date": FieldKind.DATE,
    "time": FieldKind.TIME,
    "timestamp": FieldKind.MOMENT,
    "container": FieldKind.CONTAINER,
}
_REPETITION = re.compile(r"(.+)\((\d+)\)", re.DOTALL)
_STREAM = re.compile(r"https?://\S+/Streaming(?:_SSL)?/\S+")


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout, as it describes itself.

    Attributes:
        path: of it in addresses, below the database.
        portals: labels of what is related.
    """

    name: str
    path: str
    fields: tuple[ServerField, ...]
    portals: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """Records of one answer, and how many the server says there are in all.

    Attributes:
        hidden: fields that the account may not see, and so nobody can name.
    """

    records: tuple[Record, ...]
    found: int | None
    hidden: int = 0


def names_of(session: Session) -> set[str]:
    """Names of all layouts, those in folders too."""
    return set(_flat(fm_session.get(session, "/layouts").get("layouts", [])))


def _flat(listed: object) -> Iterator[str]:
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict):
            if "folderLayoutNames" in item or item.get("isFolder") in (True, "true"):
                yield from _flat(item.get("folderLayoutNames", []))
            else:
                yield plain(item.get("name"))


def layout_of(session: Session, name: str) -> Layout:
    """
    The layout called *name*.

    Raises:
        Refusal: code 105, there is none.
    """
    path = f"/layouts/{quote(name, safe='')}"
    described = fm_session.get(session, path)
    return Layout(
        name,
        path,
        fields_of(described),
        tuple(described.get("portalMetaData") or {}),
    )


def fields_of(described: Mapping[str, Any]) -> tuple[ServerField, ...]:
    """The fields of a layout's metadata, each once."""
    fields: dict[str, ServerField] = {}
    for item in described.get("fieldMetaData") or ():
        name = plain(item.get("name"))
        kind = _KINDS.get(plain(item.get("result")).lower(), FieldKind.TEXT)
        most = plain(item.get("maxRepeat"))
        fields[name] = ServerField(name, kind, int(most) if most.isdigit() else 1)
    return tuple(fields.values())


def page_of(
    response: Mapping[str, Any],
    fields: Sequence[ServerField] = (),
    *,
    containers: bool = False,
) -> Page:
    """
    The records of a ``response``; *fields* tell repetitions and containers apart.

    Args:
        containers: keep what stands in container fields: addresses that die with the
            session, so that no two readings agree. Else they are empty.

    Raises:
        SourceError: a portal holds more than was given; a record has no id.
    """
    known = {field.name: field for field in fields}
    if not isinstance(response.get("data"), list):
        raise SourceError(
            "An answer of the FileMaker server holds no list of records.",
            hint="something between here and the server cuts or changes answers",
            id="R199",
        )
    records, hidden = [], 0
    try:
        for item in response["data"]:
            values = item["fieldData"]
            hidden += "" in values
            texts = {**_texts(values, known, containers=containers), **_related(item)}
            number = int(item["recordId"])
            if number >= 10**MOST_DIGITS:
                raise ValueError
            records.append(Record(number, plain(item.get("modId")), texts))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise SourceError(
            "A record of the FileMaker server has no recordId or no fieldData.",
            hint="the answer is not that of a Data API",
            id="R200",
        ) from None
    found = plain((response.get("dataInfo") or {}).get("foundCount"))
    is_count = found.isdigit() and len(found) <= MOST_DIGITS
    return Page(tuple(records), int(found) if is_count else None, hidden)


def _texts(
    values: Mapping[str, object], known: Mapping[str, ServerField], *, containers: bool
) -> dict[str, str]:
    """Field -> text; repetitions become lines."""
    texts: dict[str, str] = {}
    repeated: dict[str, dict[int, str]] = {}
    for name, value in values.items():
        if not name:
            continue
        found = None if name in known else _REPETITION.fullmatch(name)
        if found and _repeats(found[1], values, known):
            repeated.setdefault(found[1], {})[int(found[2])] = plain(value)
        else:
            texts[name] = plain(value)
    for name, parts in repeated.items():
        first = {1: texts[name]} if name in texts else {}
        texts[name] = _lines((first | parts)[place] for place in sorted(first | parts))
    for name, text in texts.items():
        if not containers and _is_container(known.get(name), text):
            texts[name] = ""
    return texts


def _is_container(field: ServerField | None, text: str) -> bool:
    """By its metadata, else by an address of a stream."""
    if field is not None:
        return field.kind is FieldKind.CONTAINER
    return bool(_STREAM.match(text))


def _repeats(
    name: str, values: Mapping[str, object], known: Mapping[str, ServerField]
) -> bool:
    """Whether ``name(2)`` is a repetition, and no field of its own."""
    if name in known:
        return known[name].repetitions > 1
    return not known and (name in values or f"{name}(1)" in values)


def _related(item: Mapping[str, Any]) -> dict[str, str]:
    """Portal and field -> the values of its rows as lines."""
    for told in item.get("portalDataInfo") or ():
        if plain(told.get("foundCount")) != plain(told.get("returnedCount")):
            raise SourceError(
                f"A portal of a record holds more than {PORTAL_ROWS:,} rows.",
                hint="take the portal off the layout: its table is read by itself",
                id="R201",
            )
    texts: dict[str, str] = {}
    for label, rows in (item.get("portalData") or {}).items():
        columns = dict.fromkeys(name for row in rows for name in row)
        for column in columns:
            if column not in ("recordId", "modId"):
                name = f"{label}: {column.rpartition('::')[2]}"
                texts[name] = _lines(plain(row.get(column)) for row in rows)
    return texts


def _lines(values: Iterator[str]) -> str:
    """Several values of one cell, as the XML export's reader joins them."""
    return "\n".join(values).rstrip("\n")
