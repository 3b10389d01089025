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
from urllib.parse import quote

import psycopg

from reimport_lib.backup import pgcopies
from reimport_lib.backup.backup import Backup, failures_named
from reimport_lib.backup.digests import DatabaseDigest, digest_url
from reimport_lib.counting import several
from reimport_lib.errors import BackupError, SettingsError
from reimport_lib.private_files import private_open
from reimport_lib.record import heartbeat
from reimport_lib.write import bind, pgreasons
from reimport_lib.write.databases import (
    MARKER,
    connect,
    database_name,
    is_sqlite,
    sqlite_file,
    with_name,
)

COPY_FILE = "copy.sqlite3"
_ANOTHER = "set REIMPORT_REHEARSAL_URL to an empty PostgreSQL database of its own"
_LONGEST_NAME = 63  # bytes PostgreSQL keeps of a name
_SQLITE_BESIDE = ("", "-wal", "-shm", "-journal", heartbeat.BESIDE)


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

    Raises:
        SettingsError: that is no PostgreSQL database, and the real one is.
    """
    if is_sqlite(real_url):
        return CopyPlace(f"sqlite:///{quote(str(folder.resolve() / COPY_FILE))}")
    if rehearsal_url:
        require_postgresql(rehearsal_url)
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
    bind.disconnect()
    with failures_named(database_name(place.url), "copy"):
        if is_sqlite(place.url):
            _restore_file(backup, sqlite_file(place.url), run_id)
        else:
            pgcopies.refuse_same_database(place.url, real_url)
            pgcopies.make_room(place.url, real_url, run_id, lent=place.lent)
            pgcopies.restore(backup.path, place.url)
            with pgcopies.analyzing(place.url):
                return prove(backup, place.url)
    return prove(backup, place.url)


@contextmanager
def opened(
    backup: Backup, place: CopyPlace, *, real_url: str, run_id: str
) -> Iterator[str]:
    """
    The URL of a database with what *backup* holds, to be read alone.

    Raises:
        BackupError: no copy of it can be made, or it does not prove itself.
    """
    if is_sqlite(place.url):
        yield f"sqlite:///{quote(str(backup.path.resolve()))}"
        return
    try:
        restore_copy(backup, place, real_url=real_url, run_id=run_id)
        yield place.url
    finally:
        drop_copy(place, real_url=real_url)


def require_postgresql(rehearsal_url: str) -> None:
    """
    A copy of a PostgreSQL database can be made in no other kind.

    Raises:
        SettingsError: *rehearsal_url* names a SQLite file.
    """
    if is_sqlite(rehearsal_url):
        raise SettingsError(
            "REIMPORT_REHEARSAL_URL names no PostgreSQL database, and DATABASE_URL"
            " does.",
            hint=_ANOTHER,
            id="R009",
        )


def require_usable(rehearsal_url: str, real_url: str) -> None:
    """
    The database that *rehearsal_url* names may be emptied for a copy, and filled.

    Raises:
        SettingsError: it is no PostgreSQL database.
        BackupError: it is the real one, cannot be reached or written to, has another
            encoding, or holds tables of others.
    """
    require_postgresql(rehearsal_url)
    try:
        pgcopies.refuse_same_database(rehearsal_url, real_url)
        with connect(rehearsal_url) as connection:
            pgcopies.require_ours(connection, rehearsal_url)
            lacking = pgcopies.lacking(connection)
    except psycopg.Error as error:
        lacking = pgreasons.of_error(error)
    if lacking:
        raise BackupError(
            f"REIMPORT_REHEARSAL_URL: {lacking}.", hint=_ANOTHER, id="R010"
        )


def prove(backup: Backup, copy_url: str) -> DatabaseDigest:
    """
    Compare every table of the copy with the digests that the backup was made with.

    Raises:
        BackupError: tables differ; the message names them.
    """
    digest = digest_url(copy_url, resting=True)
    require_same(backup.digest, digest)
    return digest


def require_same(wanted: DatabaseDigest, found: DatabaseDigest) -> None:
    """
    What came back is what was backed up.

    Raises:
        BackupError: tables differ; the message names them.
    """
    different = wanted.differences(found)
    if different:
        raise BackupError(
            f"The backup does not prove itself: {len(different)} of"
            f" {several(len(wanted.tables), 'table')} came back otherwise:"
            f" {', '.join(different[:5])}.",
            hint="reimport run --phase backup --dry-run",
            id="R011",
        )


def size_of(place: CopyPlace, *, real_url: str, run_id: str) -> int | None:
    """
    How many bytes the copy for run *run_id* takes; None: there is none.

    Raises:
        BackupError: the server cannot be reached.
    """
    if is_sqlite(place.url):
        file = sqlite_file(place.url)
        parts = (file.with_name(file.name + ending) for ending in _SQLITE_BESIDE)
        there = [part.stat().st_size for part in parts if part.is_file()]
        return sum(there) if there else None
    with failures_named(database_name(place.url), "copy"):
        return pgcopies.size_of(place.url, real_url, run_id, lent=place.lent)


def drop_copy(place: CopyPlace, *, real_url: str) -> bool:
    """
    Remove the copy; whether there was one. A lent database is emptied instead.

    Raises:
        BackupError: what lies there is not a copy of ours.
    """
    bind.close()
    with failures_named(database_name(place.url), "copy"):
        if is_sqlite(place.url):
            return _remove_file(sqlite_file(place.url))
        if not place.lent and not pgcopies.exists(place.url, real_url):
            return False
        pgcopies.refuse_same_database(place.url, real_url)
        with connect(place.url, autocommit=True) as connection:
            found = pgcopies.require_ours(connection, place.url)
            if place.lent:
                pgcopies.empty(connection)
                return found
        pgcopies.drop(place.url, real_url)
    return True


def _restore_file(backup: Backup, file: Path, run_id: str) -> None:
    _remove_file(file)
    partial = file.with_name(f"{file.name}.partial")
    with private_open(partial, "w"):
        pass
    # The backup is finished and nobody writes to it: its file may be copied as it is.
    shutil.copyfile(backup.path, partial)
    with closing(sqlite3.connect(partial)) as connection:
        connection.execute(pgcopies.MARK)
        connection.execute(f"{pgcopies.MARK_RUN} (?)", (run_id,))
        pgcopies.forget_holder(connection)
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
        raise pgcopies.not_ours(file.name)
    for ending in _SQLITE_BESIDE:
        file.with_name(file.name + ending).unlink(missing_ok=True)
    return True
