"""FileMaker's OData 4 as a source: every table by its key, proven whole.

Neither $skip nor a short page is trusted: a page is what comes after the last key, and
the end is a page without records. Imports no Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from reimport_lib.checks import Check, Verdict
from reimport_lib.config import Settings
from reimport_lib.errors import SourceError
from reimport_lib.read.reading import Progress, Reading
from reimport_lib.read.server import http, odata_metadata
from reimport_lib.read.server import records as fm_records
from reimport_lib.read.server.connection import server_of
from reimport_lib.read.server.data_api import FEWEST_ROWS, layouts_to_read
from reimport_lib.read.server.errors import Refusal
from reimport_lib.read.server.http import Session, TooMuch
from reimport_lib.read.server.odata_metadata import Entity
from reimport_lib.read.server.odata_service import (
    annotation,
    body_of,
    content_of,
    count,
    names_of,
    opened,
    path_of,
)
from reimport_lib.read.server.records import MOST_DIGITS, Record, Sweep, settle
from reimport_lib.read.server.values import (
    FieldKind,
    ServerField,
    convert,
    moment_of_odata,
    plain,
)

WAY = "odata"
ROW, VERSION = "ROWID", "ROWMODID"
LONGEST_QUERY = 1_800
_LITERAL = "$(),=;':!*@~-._"
"""Signs that FileMaker wants as they are; a form's encoding of them is refused."""


@dataclass(slots=True, repr=False)
class _Paging:
    """How pages of one table are asked for; learnt while they are.

    Attributes:
        rows: of one page; fewer after an answer that took too long.
        key: the field to page by.
        is_number: its values stand bare in a filter.
        select: every field by name, where only that brings ROWID.
        numbers: key -> number, of records that have no ROWID.
    """

    rows: int
    key: str
    is_number: bool
    select: str = ""
    numbers: dict[str, int] = field(default_factory=dict)


def read_tables(
    settings: Settings,
    *,
    progress: Progress | None = None,
) -> Iterator[tuple[str, str, Reading]]:
    """
    Every table, the name of its table occurrence, and its rows, one after the other.

    Raises:
        SettingsError: settings of the server are missing or cannot be read.
        SourceError: a table is missing, or could not be read whole.
    """
    server = server_of(settings)
    with opened(server) as service:
        wanted = layouts_to_read(server, names_of(service))
        _require_there(service, wanted)
        xml = {"Accept": "application/xml"}
        described = odata_metadata.entities(
            http.get(service, "/$metadata", content_of, headers=xml)
        )
        for table, name in wanted:
            entity = described.get(name)
            if entity is None:
                raise SourceError(
                    f"{table}: OData lists {name!r}, but does not describe it.",
                    hint="check FILEMAKER_LAYOUT_ and the table's name",
                    id="R202",
                )
            yield table, name, read_entity(service, entity, table, progress=progress)


def _require_there(service: Session, wanted: Iterable[tuple[str, str]]) -> None:
    """
    Ask for each table once: to be listed and described is no proof of being there.

    Raises:
        SourceError: naming all that are not.
    """
    absent = []
    for table, name in wanted:
        try:
            count(service, name)
        except Refusal as refusal:
            if refusal.status != 404:
                raise
            absent.append(f"{table} ({name!r})")
    if absent:
        raise SourceError(
            f"OData lists, but does not find: {', '.join(absent)}.",
            hint="make table occurrences without blanks and signs in their names",
            id="R203",
        )


def read_entity(
    service: Session,
    entity: Entity,
    table: str,
    *,
    progress: Progress | None = None,
) -> Reading:
    """
    All records of *entity* as a table of text, with its certificate.

    Raises:
        SourceError: it changes too much to be read, or the service refuses it.
    """
    paging = _paging_of(service, entity)
    tell = (lambda rows: progress(table, rows)) if progress else None
    settled = settle(
        table,
        lambda: sweep(service, entity.name, paging, tell=tell),
        lambda: count(service, entity.name),
    )
    moments = moment_of_odata(service.server.time_zone, service.server.clock)
    return fm_records.reading(
        table,
        settled,
        entity.fields,
        way=WAY,
        convert=lambda f: moments if f.kind is FieldKind.MOMENT else convert(f.kind),
        found=_repeating(entity.fields),
    )


def sweep(
    service: Session,
    name: str,
    paging: _Paging,
    *,
    tell: Callable[[int], None] | None = None,
) -> Sweep:
    """
    Every record once, each page after the last key of the one before.

    Raises:
        SourceError: a page brings nothing new, or its last record has no key.
    """
    seen: Sweep = {}
    last = ""
    while True:
        body = _page(service, name, paging, last)
        rows = body["value"]
        if not rows:
            if annotation(body, "nextLink"):
                raise _stuck(name)
            return seen
        held = len(seen)
        for row in rows:
            record = record_of(row, paging.key, paging.numbers)
            seen[record.number] = record
        last = plain(rows[-1].get(paging.key))
        if len(seen) == held or not last:
            raise _stuck(name)
        if tell:
            tell(len(seen))


def record_of(row: Mapping[str, object], key: str, numbers: dict[str, int]) -> Record:
    """
    A row of an answer as a record; annotations and ROWID are none of its values.

    Args:
        numbers: key -> number of the records so far that have no ROWID; grows.

    Raises:
        SourceError: it holds an error, or records within the record.
    """
    values = {}
    for name, value in row.items():
        if name.startswith("@") or "@odata." in name or "@com.filemaker." in name:
            continue
        if isinstance(value, dict) or (
            isinstance(value, list) and any(isinstance(v, dict) for v in value)
        ):
            raise SourceError(
                "A record of the OData service holds an error or other records.",
                hint="read the table occurrence itself; see FILEMAKER_LAYOUT_",
                id="R204",
            )
        if isinstance(value, list):
            value = "\n".join(map(plain, value)).rstrip("\n")
        values[name] = plain(value)
    number, version = values.pop(ROW, ""), values.pop(VERSION, "")
    if number.isdigit() and len(number) <= MOST_DIGITS:
        return Record(int(number), version, values)
    text = values.get(key, "")
    return Record(numbers.setdefault(text, len(numbers) + 1), version, values)


def _paging_of(service: Session, entity: Entity) -> _Paging:
    """
    Page by the declared key, else by ROWID, where the server gives it.

    Raises:
        SourceError: there is neither.
    """
    kinds = {field.name: field.kind for field in entity.fields}
    paging = _Paging(service.server.page_rows, entity.key or ROW, is_number=True)
    paging.is_number = kinds.get(paging.key, FieldKind.NUMBER) is FieldKind.NUMBER
    first = http.get(service, path_of(entity.name, "$top=1"), body_of)["value"]
    if not first or ROW in first[0]:
        return paging
    shown = [f.name for f in entity.fields if f.kind is not FieldKind.CONTAINER]
    select = "$select=" + ",".join([ROW, VERSION, *map(_quoted, shown)])
    if len(select) <= LONGEST_QUERY:
        try:
            http.get(service, path_of(entity.name, f"{select}&$top=1"), body_of)
        except Refusal:
            select = ""
        paging.select = select
    if not paging.select and not entity.key:
        raise SourceError(
            f"{entity.name!r} has no field that is unique and not empty, and this "
            "server gives no ROWID: its pages cannot be told apart.",
            hint="make the key field unique and not empty, or use the Data API",
            id="R205",
        )
    return paging


def _page(service: Session, name: str, paging: _Paging, last: str) -> Mapping[str, Any]:
    """The records after *last*; fewer at once where that took too long."""
    while True:
        key = paging.key if paging.key == ROW else _quoted(paging.key)
        query = f"$orderby={key}%20asc&$top={paging.rows}"
        if paging.select:
            query = f"{paging.select}&{query}"
        if last:
            text = last.replace("'", "''")
            literal = last if paging.is_number else f"'{quote(text, safe=_LITERAL)}'"
            query = f"$filter={key}%20gt%20{literal}&{query}"
        try:
            return http.get(service, path_of(name, query), body_of)
        except TooMuch:
            if paging.rows <= FEWEST_ROWS:
                raise
            paging.rows = max(paging.rows // 2, FEWEST_ROWS)


def _quoted(name: str) -> str:
    return f"%22{quote(name, safe=_LITERAL)}%22"


def _stuck(name: str) -> SourceError:
    return SourceError(
        f"{name}: OData gives no further records, though there are some.",
        hint="use the Data API: REIMPORT_SOURCE=data-api",
        id="R206",
    )


def _repeating(fields: Iterable[ServerField]) -> Iterator[Check]:
    names = [field.name for field in fields if field.repetitions > 1]
    if names:
        yield Check(
            "repeating fields",
            "every repetition",
            f"what OData gives of {', '.join(map(repr, names))}",
            Verdict.WARN,
            "the Data API gives every repetition: REIMPORT_SOURCE=data-api",
            id="C080",
        )
