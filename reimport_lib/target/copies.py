"""Copies of the real database: where a rehearsal works, and how a backup is proven.

A copy carries a marker table. Nothing here empties, overwrites or drops a database
that holds tables and no marker: a wrong URL then costs a message, not a clinic.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors, sql

from reimport_lib.errors import BackupError
from reimport_lib.run import private_open
from reimport_lib.target import bootstrap, pgclient
from reimport_lib.target.backup import Backup
from reimport_lib.target.databases import (
    conninfo,
    database_name,
    is_sqlite,
    sqlite_file,
    with_name,
)
from reimport_lib.target.digests import MARKER, DatabaseDigest, digest_url

COPY_FILE = "copy.sqlite3"
_LONGEST_NAME = 63  # bytes PostgreSQL keeps of a name
_MARK = f"CREATE TABLE {MARKER} (run_id varchar(100) NOT NULL)"
_MARK_RUN = f"INSERT INTO {MARKER} (run_id) VALUES"
_SQLITE_BESIDE = ("", "-wal", "-shm", "-journal")
_RELATIONS = """
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                          WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
           n.nspname, c.relname
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')
       AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                          AND d.deptype IN ('e', 'i', 'a'))
"""
# Together these tell any two databases of any two servers apart, for every role.
_WHICH = """
    SELECT pg_postmaster_start_time(), oid
      FROM pg_database WHERE datname = current_database()
"""


@dataclass(frozen=True, slots=True, repr=False)
class CopyPlace:
    """
    Where the copy of a run lies; the URL may hold a password: no repr.

    Attributes:
        lent: the database is there before and after the run (REIMPORT_REHEARSAL_URL)
            and is emptied; otherwise it is made for the run and dropped.
    """

    url: str
    lent: bool = False


def copy_place(
    real_url: str, *, run_id: str, folder: Path, rehearsal_url: str = ""
) -> CopyPlace:
    """
    Where the copy for run *run_id* lies; always the same answer, nothing is made.

    SQLite: a file in *folder*. PostgreSQL: a database beside the real one, named after
    it and the run, or the one that *rehearsal_url* names.
    """
    if is_sqlite(real_url):
        return CopyPlace(f"sqlite:///{folder.resolve() / COPY_FILE}")
    if rehearsal_url:
        return CopyPlace(rehearsal_url, lent=True)
    ending = f"_rehearsal_{run_id.lower()}"
    room = _LONGEST_NAME - len(ending.encode())
    stem = database_name(real_url).encode()[:room].decode(errors="ignore")
    return CopyPlace(with_name(real_url, stem + ending))


def restore_copy(
    backup: Backup, place: CopyPlace, *, real_url: str, run_id: str
) -> DatabaseDigest:
    """
    Restore *backup* into *place*, mark it as a copy, and prove that it is the same.

    A copy that is there already, from an attempt that was stopped, is replaced.

    Raises:
        BackupError: *place* is not ours, or the restored tables differ.
    """
    bootstrap.close()
    with _failures_named(database_name(place.url)):
        if is_sqlite(place.url):
            _restore_file(backup, sqlite_file(place.url), run_id)
        else:
            _refuse_same_database(place.url, real_url)
            _make_room(place, real_url, run_id)
            _restore_database(backup, place.url)
    return prove(backup, place.url)


def prove(backup: Backup, copy_url: str) -> DatabaseDigest:
    """
    Compare every table of the copy with the digests that the backup was made with.

    Raises:
        BackupError: tables differ; the message names them.
    """
    digest = digest_url(copy_url)
    different = backup.digest.differences(digest)
    if different:
        raise BackupError(
            f"The backup does not prove itself: {len(different)} of"
            f" {len(backup.digest.tables)} tables differ after restoring it:"
            f" {', '.join(different[:5])}.",
            hint="reimport run --phase backup --dry-run",
        )
    return digest


def drop_copy(place: CopyPlace, *, real_url: str) -> bool:
    """
    Remove the copy; whether there was one. A lent database is emptied instead.

    Raises:
        BackupError: what lies there is not a copy of ours.
    """
    bootstrap.close()
    with _failures_named(database_name(place.url)):
        if is_sqlite(place.url):
            return _remove_file(sqlite_file(place.url))
        if not place.lent and not _exists(place.url, real_url):
            return False
        _refuse_same_database(place.url, real_url)
        with psycopg.connect(conninfo(place.url), autocommit=True) as connection:
            found = _require_ours(connection, place.url)
            if place.lent:
                _empty(connection)
                return found
        _drop(place.url, real_url)
    return True


def _restore_file(backup: Backup, file: Path, run_id: str) -> None:
    _remove_file(file)
    partial = file.with_name(f"{file.name}.partial")
    with private_open(partial, "w"):
        pass
    # The backup is finished and nobody writes to it: its file may be copied as it is.
    shutil.copyfile(backup.path, partial)
    with closing(sqlite3.connect(partial)) as connection:
        connection.execute(_MARK)
        connection.execute(f"{_MARK_RUN} (?)", (run_id,))
        connection.commit()
    partial.replace(file)


def _remove_file(file: Path) -> bool:
    if not file.exists():
        return False
    with closing(sqlite3.connect(file)) as connection:
        names = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master")
        }
    if names and MARKER not in names:
        raise _not_ours(file.name)
    for ending in _SQLITE_BESIDE:
        file.with_name(file.name + ending).unlink(missing_ok=True)
    return True


def _make_room(place: CopyPlace, real_url: str, run_id: str) -> None:
    """Leave an empty, marked database at *place*."""
    if not place.lent:
        if _exists(place.url, real_url):
            with psycopg.connect(conninfo(place.url), autocommit=True) as connection:
                _require_ours(connection, place.url)
            _drop(place.url, real_url)
        _create(place.url, real_url)
    with psycopg.connect(conninfo(place.url)) as connection:
        if place.lent:
            _require_ours(connection, place.url)
            _empty(connection)
        connection.execute(_MARK)
        connection.execute(f"{_MARK_RUN} (%s)", (run_id,))


def _restore_database(backup: Backup, url: str) -> None:
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        client = pgclient.find_client(connection.info.server_version)
    pgclient.restore(client, url, backup.path)
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        # Without statistics the first queries on a fresh restore crawl.
        connection.execute("ANALYZE")


def _create(url: str, real_url: str) -> None:
    """A database like the real one in encoding and collation."""
    with psycopg.connect(conninfo(real_url), autocommit=True) as connection:
        row = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        encoding, collate, ctype = row if row else ("UTF8", "C", "C")
        statement = sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0"
            " ENCODING {} LC_COLLATE {} LC_CTYPE {}"
        ).format(
            sql.Identifier(database_name(url)),
            sql.Literal(encoding),
            sql.Literal(collate),
            sql.Literal(ctype),
        )
        try:
            connection.execute(statement)
        except errors.InsufficientPrivilege:
            raise BackupError(
                "This role may not create a database for the rehearsal.",
                hint="grant it CREATEDB, or set REIMPORT_REHEARSAL_URL to an empty"
                " database of its own",
            ) from None


def _drop(url: str, real_url: str) -> None:
    with psycopg.connect(conninfo(real_url), autocommit=True) as connection:
        name = sql.Identifier(database_name(url))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _exists(url: str, real_url: str) -> bool:
    with psycopg.connect(conninfo(real_url), autocommit=True) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        return connection.execute(query, (database_name(url),)).fetchone() is not None


def _require_ours(connection: psycopg.Connection[Any], url: str) -> bool:
    """True with our marker, False when empty; refused otherwise."""
    marker = connection.execute(
        "SELECT to_regclass(%s) IS NOT NULL", (f"public.{MARKER}",)
    ).fetchone()
    if marker is not None and marker[0]:
        return True
    if connection.execute(_RELATIONS).fetchone() is not None:
        raise _not_ours(database_name(url))
    return False


def _empty(connection: psycopg.Connection[Any]) -> None:
    """Drop every table, view and sequence that is not part of an extension."""
    for kind, schema, name in connection.execute(_RELATIONS).fetchall():
        connection.execute(
            sql.SQL("DROP {} IF EXISTS {} CASCADE").format(
                sql.SQL(kind), sql.Identifier(schema, name)
            )
        )


def _refuse_same_database(copy_url: str, real_url: str) -> None:
    """Two URLs may be written differently and still name one database."""
    if database_name(copy_url) != database_name(real_url):
        return
    found = []
    for url in (copy_url, real_url):
        with psycopg.connect(conninfo(url)) as connection:
            found.append(connection.execute(_WHICH).fetchone())
    if found[0] == found[1]:
        raise BackupError(
            "REIMPORT_REHEARSAL_URL names the real database.",
            hint="set it to an empty database of its own",
        )


def _not_ours(name: str) -> BackupError:
    return BackupError(
        f"{name} holds tables and is not a copy that a rehearsal made.",
        hint="set REIMPORT_REHEARSAL_URL to an empty database of its own",
    )


@contextmanager
def _failures_named(name: str) -> Iterator[None]:
    """Failures of disk and database as BackupError, without texts that quote values."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupError(
            f"{name}: the copy cannot be written: {reason}.",
            hint="make room, or set REIMPORT_RUNS to a larger disk",
        ) from None
    except (sqlite3.Error, psycopg.Error) as error:
        raise BackupError(
            f"{name}: the copy failed: {type(error).__name__}.", hint="reimport doctor"
        ) from None
