"""Backups of the real database: made from one consistent view, with digests of it.

A backup exists once its manifest does, and that is written last: what a full disk or a
killed process leaves behind is never taken for one. ``copies`` restores and proves it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from reimport_lib.backup import pgclient
from reimport_lib.backup.digests import (
    DatabaseDigest,
    begin_snapshot,
    digest_postgresql,
    digest_sqlite,
)
from reimport_lib.errors import BackupError
from reimport_lib.private_files import private_open, sha256_of, write_json
from reimport_lib.write import pgreasons
from reimport_lib.write.databases import (
    MARKER,
    connect,
    database_name,
    is_sqlite,
    sqlite_file,
    sqlite_uri,
)

MANIFEST = "manifest.json"
_PARTIAL = "database.partial"
_TOLD = "engine database server client file bytes sha256 made_at".split()
_FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
# Django empties some of its own tables by itself (sessions); that says nothing.
_OF_DJANGO = "django_"


@dataclass(frozen=True, slots=True)
class Backup:
    """
    A backup and what its manifest says.

    Attributes:
        engine: ``sqlite`` or ``postgresql``.
        database: the name of the database, without its address.
        server: version of the server, or of the SQLite library.
        file, bytes, sha256: the backup itself, in *folder*.
        digest: of every table, as they were in the view that was dumped.
        client: the program that dumped it, with its version; SQLite needs none.
    """

    folder: Path
    engine: str
    database: str
    server: str
    file: str
    bytes: int
    sha256: str
    made_at: str
    digest: DatabaseDigest
    client: str = ""

    @property
    def path(self) -> Path:
        return self.folder / self.file

    def to_json(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in _TOLD},
            "rows": self.digest.rows,
            "digest": self.digest.total,
            "tables": self.digest.to_json(),
        }


def make_backup(
    url: str, folder: Path, *, made_at: datetime, previous: Backup | None = None
) -> Backup:
    """
    Back up the database at *url* into *folder*.

    Args:
        previous: the last good backup; a table that held rows then and holds none now
            is refused, so that an emptied database never replaces a good backup.

    Raises:
        BackupError: it could not be made; *folder* then holds no manifest.
    """
    engine = "sqlite" if is_sqlite(url) else "postgresql"
    with failures_named(database_name(url), "backup"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        path = folder / _FILES[engine]
        server, client, digest = _written(url, path, previous)
        backup = Backup(
            folder,
            engine,
            database_name(url),
            server,
            path.name,
            path.stat().st_size,
            sha256_of(path),
            made_at.isoformat(),
            digest,
            client,
        )
        write_json(folder / MANIFEST, backup.to_json())
    return backup


def open_backup(folder: Path) -> Backup:
    """
    The backup in *folder*, its file read through and found as its manifest says.

    Raises:
        BackupError: there is no manifest, or the file is not the one it describes.
    """
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        values = {"client": "", **json.loads(text)}
        backup = Backup(
            folder,
            digest=DatabaseDigest.from_json(values["tables"]),
            **{name: values[name] for name in _TOLD},
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupError(
            f"{folder.parent.name}: there is no finished backup.",
            hint="reimport run --phase backup --dry-run",
            id="R002",
        ) from None
    intact = (
        backup.path.is_file()
        and backup.path.stat().st_size == backup.bytes
        and sha256_of(backup.path) == backup.sha256
    )
    if not intact:
        raise BackupError(
            f"{folder.parent.name}: the backup file is not what its manifest says.",
            hint="reimport run --phase backup --dry-run",
            id="R003",
        )
    return backup


def _written(
    url: str, path: Path, previous: Backup | None
) -> tuple[str, str, DatabaseDigest]:
    """Write the backup to *path*, whole or not at all; (server, client, digest)."""
    partial = path.with_name(_PARTIAL)
    write = _back_up_sqlite if is_sqlite(url) else _back_up_postgresql
    try:
        with private_open(partial, "w"):
            pass  # made with mode 0600 before anything is written into it
        server, client, digest = write(url, partial)
        _refuse_shrunk(digest, previous)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return server, client, digest


def _back_up_sqlite(url: str, target: Path) -> tuple[str, str, DatabaseDigest]:
    """By SQLite's own backup: a copy of the file may catch it in mid-write."""
    source = sqlite_uri(sqlite_file(url), mode="ro")
    with (
        closing(sqlite3.connect(source, uri=True, isolation_level=None)) as real,
        closing(sqlite3.connect(target)) as copy,
    ):
        real.execute("BEGIN")  # digest and backup then see the same state
        _refuse_copy(
            real.execute(
                "SELECT 1 FROM sqlite_master WHERE name = ?", (MARKER,)
            ).fetchone()
        )
        digest = digest_sqlite(real)
        real.backup(copy)
        answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        raise BackupError(
            f"{database_name(url)}: SQLite's integrity check fails.",
            hint="recover it with sqlite3's .recover, or put an earlier backup in its"
            " place, which loses all that was saved since",
            id="R004",
        )
    return f"SQLite {sqlite3.sqlite_version}", "", digest


def _back_up_postgresql(url: str, target: Path) -> tuple[str, str, DatabaseDigest]:
    """Dump and digests from one exported snapshot."""
    with connect(url, read_only=True) as connection:
        client = pgclient.find_client(connection.info.server_version)
        begin_snapshot(connection)
        _refuse_copy(
            connection.execute(
                "SELECT 1 WHERE to_regclass(%s) IS NOT NULL", (f"public.{MARKER}",)
            ).fetchone()
        )
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = str(row[0]) if row else ""
        with ThreadPoolExecutor(max_workers=1) as beside:
            dumped = beside.submit(
                pgclient.dump, client, url, target, snapshot=snapshot
            )
            digest = digest_postgresql(connection)
            dumped.result()
        version = connection.info.parameter_status("server_version")
    return f"PostgreSQL {version}", f"pg_dump {client.words}", digest


def _refuse_copy(marker: object) -> None:
    if marker is not None:
        raise BackupError(
            "This database is the copy of a rehearsal, not the real one.",
            hint="set DATABASE_URL to the real database",
            id="R005",
        )


def _refuse_shrunk(digest: DatabaseDigest, previous: Backup | None) -> None:
    if previous is None:
        return
    emptied = [
        name
        for name, table in previous.digest.tables.items()
        if table.rows
        and not name.startswith(_OF_DJANGO)
        and (name not in digest.tables or not digest.tables[name].rows)
    ]
    if emptied:
        raise BackupError(
            f"Tables that the last backup holds rows of are empty now:"
            f" {', '.join(sorted(emptied))}.",
            hint="find out who emptied them; if they are rightly empty, move that"
            f" backup to another place: {previous.folder}",
            id="R006",
        )


@contextmanager
def failures_named(database: str, what: str) -> Iterator[None]:
    """Failures of disk and database as BackupError, without texts that quote values."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupError(
            f"{database}: the {what} cannot be written: {reason}.",
            hint="make room, or set REIMPORT_RUNS to a larger disk",
            id="R007",
        ) from None
    except (sqlite3.Error, psycopg.Error) as error:
        raise BackupError(
            f"{database}: the {what} failed: {pgreasons.of_error(error)}.",
            hint="reimport doctor",
            id="R008",
        ) from None
