"""Every file of every record, once: what the bucket lacks is fetched and stored.

The list of records is taken first, and then gone through: nothing that is written here
changes it. One file at a time, with pauses: FileMaker stays in use. Imports no Django.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from reimport_lib.config import Settings
from reimport_lib.errors import SourceError, UsageError, did_you_mean
from reimport_lib.files import bucket, ledger, streams
from reimport_lib.files.kinds import UNKNOWN, ending_of
from reimport_lib.files.ledger import FileOutcome, Ledger, Line
from reimport_lib.files.progress import TransferProgress
from reimport_lib.files.streams import Fetched, Unfit
from reimport_lib.files.wanted import (
    NOT_ONLY_ITS_NAME,
    Wanted,
    Work,
    is_key_of_another,
    name_of,
    sort_out,
)
from reimport_lib.plan.context import Context
from reimport_lib.plan.object_names import is_ending, naming
from reimport_lib.plan.stored_objects import MIME_TYPES
from reimport_lib.read import objects
from reimport_lib.read.s3_guard import Purpose
from reimport_lib.read.server import http
from reimport_lib.read.server import layouts as fm_layouts
from reimport_lib.read.server import session as fm_session
from reimport_lib.read.server.connection import server_of
from reimport_lib.read.server.errors import MISSING_RECORD, Refusal
from reimport_lib.read.server.layouts import Layout
from reimport_lib.read.server.values import FieldKind
from reimport_lib.tables import registry

TRIES = 4
MOST_IN_A_ROW = 5
"""Files that fail one after the other before it stops: the server is down."""

Tell = Callable[[TransferProgress], None]


def transfer(
    settings: Settings,
    *,
    tables: Sequence[str] = (),
    most: int | None = None,
    dry_run: bool = False,
    tell: Tell | None = None,
) -> dict[str, TransferProgress]:
    """
    Fetch and store what the bucket lacks; table -> how it ended.

    It may be broken off at any time, and goes on where it was.

    Args:
        tables: of those with stored objects; none: all of them.
        most: files to fetch per table; None: all.
        dry_run: count what is wanted, and fetch nothing.
        tell: called after every file.

    Raises:
        UsageError: a table that has no files.
        SettingsError: the server or the bucket is not set.
        SourceError: the server or the bucket cannot be used, or stopped being so.
    """
    stored = registry.stored()
    unknown = [table for table in tables if table not in stored]
    if unknown:
        raise UsageError(
            f"{', '.join(unknown)}: no table with files."
            + did_you_mean(unknown[0], stored),
            hint=f"--table {' or --table '.join(stored)}; without it all",
            id="R083",
        )
    listings = objects.list_objects(settings)
    server = server_of(settings)
    done = {}
    with (
        ledger.opened(settings.runs, system=settings.rows.system) as book,
        fm_session.opened(server) as session,
        http.connected(server) as files,
    ):
        for table in dict.fromkeys(tables or stored):
            layout = fm_layouts.layout_of(session, server.names[table])
            work = Work(
                table=table,
                session=session,
                layout=layout,
                container=container_of(layout, server.containers[table]),
                names=naming(table, Context(datetime.now(UTC), settings.rows)),
                files=files,
                s3=objects.client(
                    settings, Purpose.STORE, into=objects.places(settings)
                ),
                bucket=settings.s3_bucket,
                progress=TransferProgress(table),
            )
            wanted = sort_out(work, listings[stored[table]], book)
            limit = 0 if dry_run else most
            done[table] = _fetch_all(work, wanted, book, most=limit, tell=tell)
    return done


def container_of(layout: Layout, asked: str) -> str:
    """
    The container field to fetch from: the one that is *asked* for, or the only one.

    Raises:
        SourceError: it is not on the layout, or there is not exactly one.
    """
    there = [field.name for field in layout.fields if field.kind is FieldKind.CONTAINER]
    if asked in there or (len(there) == 1 and not asked):
        return asked or there[0]
    shown = ", ".join(map(repr, there)) or "none"
    raise SourceError(
        f"{layout.name}: which container field holds the files? It has {shown}.",
        hint=f"name it: {', '.join(registry.containers())}",
        id="R084",
    )


def _fetch_all(
    work: Work,
    wanted: Sequence[Wanted],
    book: Ledger,
    *,
    most: int | None,
    tell: Tell | None,
) -> TransferProgress:
    started = time.monotonic()
    failed_in_a_row = 0
    progress = work.progress
    progress.wanted = len(wanted)
    for each in wanted[:most]:
        line, problem = _fetch_one(work, each)
        book.write(work.table, line)
        progress.count(line)
        progress.fetched += 1
        progress.size_bytes += line.size_bytes
        progress.seconds = time.monotonic() - started
        if tell:
            tell(progress)
        failed_in_a_row = failed_in_a_row + 1 if problem else 0
        if problem and failed_in_a_row >= MOST_IN_A_ROW:
            raise problem
        time.sleep(work.session.server.pause_seconds)
    return progress


def _fetch_one(work: Work, wanted: Wanted) -> tuple[Line, SourceError | None]:
    """
    Fetch and store one file; a second value says that a server is at fault.

    Every try reads the record again: an address is good for a short time only.
    """
    why = ""
    problem: SourceError | None = None
    for tried in range(1, TRIES + 1):
        try:
            address = _address(work, wanted.number)
            if not address:
                return Line(wanted.number, FileOutcome.EMPTY, tries=tried), None
            with streams.fetched(work.files, work.session.server, address) as found:
                return _stored(work, wanted, found, tried), None
        except Unfit as unfit:
            why, problem = str(unfit), None
            if not unfit.passing:
                break
        except bucket.NotTaken as error:
            why, problem = error.message, error
            break
        except (http.Unreachable, Refusal) as error:
            why, problem = error.message, error
        if tried < TRIES:
            time.sleep(http.PAUSES[tried])
    return Line(wanted.number, FileOutcome.FAILED, why, tries=tried), problem


def _address(work: Work, number: int) -> str:
    """A fresh address of the file; "" where container or record are gone by now."""
    try:
        response = fm_session.get(work.session, f"{work.layout.path}/records/{number}")
    except Refusal as refusal:
        if refusal.code != MISSING_RECORD:
            raise
        return ""
    page = fm_layouts.page_of(response, work.layout.fields, containers=True)
    return page.records[0].values.get(work.container, "") if page.records else ""


def _stored(work: Work, wanted: Wanted, found: Fetched, tried: int) -> Line:
    ending = ending_of(found.head, found.name)
    if not is_ending(ending):
        ending = UNKNOWN
    key = name_of(work, wanted.key, ending)
    if is_key_of_another(work, key):
        return Line(wanted.number, FileOutcome.FAILED, NOT_ONLY_ITS_NAME, tries=tried)
    is_new = bucket.create(
        work.s3,
        work.bucket,
        key,
        found,
        mime_type=MIME_TYPES.get(ending, "application/octet-stream"),
    )
    if not is_new:  # what lies there may be another file: nothing is said of its bytes
        return Line(wanted.number, FileOutcome.THERE, object_key=key, tries=tried)
    return Line(
        wanted.number,
        FileOutcome.STORED,
        object_key=key,
        size_bytes=found.size_bytes,
        sha256=found.sha256.hex(),
        tries=tried,
    )
