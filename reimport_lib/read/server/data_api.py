"""The FileMaker Data API as a source: every table off its layout, proven whole.

Pages overlap by one record and are put together by record id, so that records which
come or go while it is read shift nothing out of sight. No error ends the data, and no
short page does. Imports no Django.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from reimport_lib.checks import Check, Verdict
from reimport_lib.config import Settings
from reimport_lib.errors import SourceError, did_you_mean
from reimport_lib.read.reading import Progress, Reading
from reimport_lib.read.server import errors as fm_errors
from reimport_lib.read.server import http
from reimport_lib.read.server import layouts as fm_layouts
from reimport_lib.read.server import records as fm_records
from reimport_lib.read.server import session as fm_session
from reimport_lib.read.server.connection import Server, server_of
from reimport_lib.read.server.errors import Refusal
from reimport_lib.read.server.http import Session, TooMuch
from reimport_lib.read.server.layouts import PORTAL_ROWS, Layout, Page
from reimport_lib.read.server.records import Record, Sweep, settle
from reimport_lib.read.server.values import FieldKind, ServerField, convert, date_form
from reimport_lib.tables import registry
from reimport_lib.tables.registry import key_names

WAY = "data-api"
ISO_DATES = "&dateformats=2"
FEWEST_ROWS = 10
_STEPS_BACK = 1_000


@dataclass(slots=True, repr=False)
class Paging:
    """How pages of one layout are asked for; learnt while they are.

    Attributes:
        rows: of one page; fewer after an answer that took too long.
        dates: the parameter for ISO dates; "" where the server does not know it.
        containers: keep what stands in container fields.
        hidden: fields that the account may not see, in the last page.
    """

    rows: int
    key: str
    dates: str = ISO_DATES
    containers: bool = False
    hidden: int = 0


def read_tables(
    settings: Settings,
    *,
    progress: Progress | None = None,
) -> Iterator[tuple[str, str, Reading]]:
    """
    Every table, the name of its layout, and its rows, one table after the other.

    Raises:
        SettingsError: settings of the server are missing or cannot be read.
        SourceError: a layout is missing, or a table could not be read whole.
    """
    server = server_of(settings)
    with fm_session.opened(server) as session:
        for table, name in layouts_to_read(server, fm_layouts.names_of(session)):
            layout = fm_layouts.layout_of(session, name)
            yield table, name, read_layout(session, layout, table, progress=progress)


def layouts_to_read(server: Server, there: set[str]) -> list[tuple[str, str]]:
    """
    Table and layout, in the order of the tables; optional ones that are not there out.

    Raises:
        SourceError: layouts that must be there are not; all are named.
    """
    wanted = [
        (table.name, server.names[table.name]) for table in registry.source_tables()
    ]
    missing = [
        (table, name)
        for table, name in wanted
        if name not in there and table not in server.optional
    ]
    if missing:
        named = ", ".join(f"{table} ({name!r})" for table, name in missing)
        near = dict.fromkeys(did_you_mean(name, sorted(there)) for _, name in missing)
        raise SourceError(
            f"FileMaker does not offer: {named}.{''.join(near)}",
            hint="make them, or name others: FILEMAKER_LAYOUT_PATIENTS and so on",
            id="R189",
        )
    return [(table, name) for table, name in wanted if name in there]


def read_layout(
    session: Session, layout: Layout, table: str, *, progress: Progress | None = None
) -> Reading:
    """
    All records of *layout* as a table of text, with its certificate.

    Raises:
        SourceError: it changes too much to be read, or FileMaker refuses it.
    """
    paging = Paging(session.server.page_rows, key_of(table, layout.fields))
    tell = (lambda rows: progress(table, rows)) if progress else None
    settled = settle(
        table,
        lambda: sweep(session, layout, paging, tell=tell),
        lambda: count(session, layout, paging),
    )
    us = is_us(settled.records, layout.fields)
    return fm_records.reading(
        table,
        settled,
        layout.fields,
        way=WAY,
        convert=lambda field: convert(field.kind, us=us),
        found=_hidden(paging.hidden),
    )


def count(session: Session, layout: Layout, paging: Paging) -> int | None:
    """How many records the server says there are; None: it does not say."""
    page = _page(session, layout, replace(paging, rows=1), place=0)
    return page.found if page else 0


def key_of(table: str, fields: Iterable[ServerField]) -> str:
    """The field to sort by; "" for none: then FileMaker's own order is as good."""
    names = {field.name for field in fields}
    return next((name for name in key_names(table) if name in names), "")


def sweep(
    session: Session,
    layout: Layout,
    paging: Paging,
    *,
    tell: Callable[[int], None] | None = None,
) -> Sweep:
    """
    Every record once, by its id.

    Each page begins with the last record of the one before. Where it does not, records
    have gone, and pages before it are read again until one is known.

    Raises:
        SourceError: the server stops short of the count that it tells.
    """
    seen: Sweep = {}
    place, steps_back, stuck = 0, 0, 0
    while steps_back < _STEPS_BACK and stuck <= len(http.PAUSES) + 1:
        page = _page(session, layout, paging, place=place)
        known = not place or (
            page is not None and bool(page.records) and page.records[0].number in seen
        )
        if page is None or not known:
            if page is None and not place:
                return seen
            place, steps_back = max(0, place - paging.rows), steps_back + 1
            continue
        seen.update((record.number, record) for record in page.records)
        paging.hidden = page.hidden
        if tell:
            tell(len(seen))
        reached = max(place, 1) + len(page.records) - 1
        if page.found is not None and reached >= page.found:
            return seen
        if page.found is None and len(page.records) <= bool(place):
            return seen
        stuck = stuck + 1 if reached <= place else 0
        place = reached
    raise SourceError(
        f"{layout.name}: FileMaker tells of more records than it gives.",
        hint="run it again; if it stays so, rebuild the layout's table in FileMaker",
        id="R190",
    )


def _page(
    session: Session, layout: Layout, paging: Paging, *, place: int
) -> Page | None:
    """
    The page whose first record is at *place* (from 1; 0: the first one).

    None: there is no record there. For an empty table some servers say so with an
    error, where a place is named even if it is the first.

    Raises:
        Refusal: any other error.
    """
    while True:
        try:
            response = fm_session.get(session, _address(layout, paging, place))
            return fm_layouts.page_of(
                response, layout.fields, containers=paging.containers
            )
        except TooMuch:
            if paging.rows <= FEWEST_ROWS:
                raise
            paging.rows = max(paging.rows // 2, FEWEST_ROWS)
        except Refusal as refusal:
            if refusal.code == fm_errors.UNKNOWN_PARAMETER and paging.dates:
                paging.dates = ""
            elif refusal.status != 401 and refusal.code in (
                fm_errors.MISSING_RECORD,
                fm_errors.NO_RECORDS,
            ):
                return None
            else:
                raise


def _address(layout: Layout, paging: Paging, place: int) -> str:
    query = f"_limit={paging.rows}{paging.dates}"
    if place:
        query += f"&_offset={place}"
    if paging.key:
        order = [{"fieldName": paging.key, "sortOrder": "ascend"}]
        query += f"&_sort={quote(json.dumps(order), safe='')}"
    for label in layout.portals:
        query += f"&_limit.{quote(label, safe='')}={PORTAL_ROWS}"
    return f"{layout.path}/records?{query}"


def is_us(records: Sequence[Record], fields: Sequence[ServerField]) -> bool:
    """
    Whether dates came in US order, though ISO was asked for: more are so than ISO.

    A server too old for ``dateformats`` refuses or ignores it. The few that are
    otherwise are text that does not fit its field, and stay as they are.
    """
    dated = [f.name for f in fields if f.kind in (FieldKind.DATE, FieldKind.MOMENT)]
    forms = Counter(
        date_form(record.values.get(name, "")) for record in records for name in dated
    )
    return forms["us"] > forms["iso"]


def _hidden(fields: int) -> Iterable[Check]:
    if fields:
        yield Check(
            "fields without a name",
            "0",
            "some; this account may not see them, or they were deleted",
            Verdict.WARN,
            "give the account access, and take deleted fields off the layout",
            id="C079",
        )
