"""The way back: a backup in place of what the real database holds now, once proven.

Others are kept out while it is put in place, and nothing of it stays unless the tables
are then, digest by digest, those that were backed up.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

import psycopg
from django.db import Error

from reimport_lib.backup import pgclient, pgcopies
from reimport_lib.backup.backup import Backup, failures_named, open_backup
from reimport_lib.backup.copies import require_same
from reimport_lib.backup.digests import (
    DatabaseDigest,
    digest_file,
    digest_postgresql,
    digest_sqlite,
)
from reimport_lib.errors import BackupError
from reimport_lib.record.run import Run
from reimport_lib.write import bind, fence, pgreasons
from reimport_lib.write.databases import (
    FENCE,
    connect,
    database_name,
    is_sqlite,
    sqlite_file,
    sqlite_uri,
)

WAIT_SECONDS = 15  # for others to end what they are writing
_COPY = re.compile(rb"(COPY .* FROM stdin);\n")
_OF_PSQL = re.compile(rb"\\(un)?restrict \w+\n")  # words to psql, which are no SQL
_END_OF_COPY = b"\\.\n"
# Whoever puts the database back holds it all the while, and no epoch comes again.
_KEEP_HOLDER = f"CREATE TEMPORARY TABLE kept_holder AS TABLE public.{FENCE}"
_HOLDER_BACK = (
    f"DELETE FROM public.{FENCE};"  # noqa: S608  # a name of ours
    f" INSERT INTO public.{FENCE} TABLE pg_temp.kept_holder"
)


def advice(run: Run) -> str:
    """
    What to do where what *run* wrote is not what it should be.

    A rehearsal has written to its copy alone; going back takes more along than the run.
    """
    if not run.is_full:
        return "report this with the run folder; the real database was not written to"
    return (
        f"report this with the run folder; reimport restore {run.run_id} goes back, "
        "and takes along all that was saved since the backup"
    )


@contextmanager
def held(run: Run) -> Iterator[None]:
    """
    The database is this process's to put back: no run writes to it meanwhile.

    Raises:
        Refused: one does.
        BackupError: somebody else is writing.
    """
    bind.bind_real(run.settings, writable=True)
    claim = fence.Claim(secrets.token_hex(16), f"a restore before {run.run_id}")
    with ExitStack() as until_done:
        try:
            until_done.enter_context(fence.held(claim, wait_seconds=WAIT_SECONDS))
        except Error as error:
            database = database_name(run.settings.database_url.reveal())
            raise BackupError(
                f"{database}: somebody is writing to it ({pgreasons.of_error(error)})."
                " Nothing was put back.",
                hint="stop the backend, and what else writes, then once more",
                id="R385",
            ) from None
        bind.disconnect()
        yield


def restore(backup: Backup, url: str, *, held: DatabaseDigest) -> None:
    """
    Give the database at *url* the tables of *backup*, all or none.

    Args:
        held: what the database holds, as it was kept; where somebody has written since,
            that would be lost.

    Raises:
        BackupError: the file is damaged or does not prove itself, somebody is using
            the database, or has written to it; nothing has changed.
    """
    open_backup(backup.folder)
    bind.disconnect()
    with failures_named(database_name(url), "copy"):
        if is_sqlite(url):
            _restore_sqlite(backup, sqlite_file(url), held)
        else:
            _restore_postgresql(backup, url, held)
            pgcopies.analyze(url)


def _restore_sqlite(backup: Backup, file: Path, held: DatabaseDigest) -> None:
    """By SQLite's own backup, under a lock, from a file that has proven itself."""
    require_same(backup.digest, digest_file(backup.path))
    with (
        closing(
            sqlite3.connect(sqlite_uri(backup.path, mode="ro"), uri=True)
        ) as source,
        closing(
            sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None)
        ) as real,
    ):
        # The lock is kept when the transaction ends: SQLite's backup begins its own.
        real.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            real.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise BackupError(
                f"{file.name}: somebody has been using it for {WAIT_SECONDS} s."
                " Nothing was put back.",
                hint="stop the backend, and what else has it open, then once more",
                id="R318",
            ) from None
        _require_kept(held, digest_sqlite(real), file.name)
        holder = _holder(real)
        real.execute("COMMIT")
        source.backup(real)
        pgcopies.forget_holder(real)
        if holder and _knows_holder(real):
            marks = ", ".join("?" * len(holder))
            real.execute(f"INSERT INTO {FENCE} VALUES ({marks})", holder)  # noqa: S608


def _restore_postgresql(backup: Backup, url: str, held: DatabaseDigest) -> None:
    """In one transaction of ours, since what pg_restore commits is looked at late."""
    with connect(url) as connection:
        client = pgclient.find_client(connection.info.server_version)
        pgcopies.lock_tables(connection, wait_seconds=WAIT_SECONDS)
        _require_kept(held, digest_postgresql(connection), database_name(url))
        is_held = _has_holder(connection)
        if is_held:
            connection.execute(_KEEP_HOLDER)
        _execute(connection, pgclient.statements(client, backup.path))
        if is_held and _has_holder(connection):
            connection.execute(_HOLDER_BACK)
        require_same(backup.digest, digest_postgresql(connection))


def _execute(connection: psycopg.Connection, lines: Iterator[bytes]) -> None:
    """The SQL of a dump, *lines* of it: rows stand between COPY and a dot."""
    collected: list[bytes] = []
    with connection.cursor() as cursor:
        for line in lines:
            copied = _COPY.fullmatch(line)
            if not (copied or _OF_PSQL.fullmatch(line)):
                collected.append(line)
            if copied:
                cursor.execute(b"".join(collected))
                collected.clear()
                with cursor.copy(copied[1]) as copy:
                    for row in takewhile(lambda row: row != _END_OF_COPY, lines):
                        copy.write(row)
        cursor.execute(b"".join(collected))


def _has_holder(connection: psycopg.Connection) -> bool:
    """Whether it has the table of who holds it; one of an earlier version has none."""
    found = connection.execute("SELECT to_regclass(%s)", [f"public.{FENCE}"]).fetchone()
    return found is not None and found[0] is not None


def _knows_holder(database: sqlite3.Connection) -> bool:
    """As ``_has_holder``."""
    named = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return database.execute(named, (FENCE,)).fetchone() is not None


def _holder(database: sqlite3.Connection) -> tuple[Any, ...] | None:
    """The row of who holds *database*."""
    if not _knows_holder(database):
        return None
    row: tuple[Any, ...] | None
    row = database.execute(f"SELECT * FROM {FENCE}").fetchone()  # noqa: S608
    return row


def _require_kept(held: DatabaseDigest, now: DatabaseDigest, database: str) -> None:
    written = held.differences(now)
    if written:
        raise BackupError(
            f"{database}: somebody has written to {', '.join(written[:5])} since it was"
            " copied. Nothing was put back.",
            hint="stop the backend, and what else writes, then once more",
            id="R319",
        )
