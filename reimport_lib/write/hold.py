"""A lock on a database that ends with its process, and the signs of life beside it.

PostgreSQL: an advisory lock of a session of its own, shared by the processes of a run,
and a moment in the row of the fence. SQLite, which takes no word while a phase writes:
a lock on a file beside the database, and the time of that file.

Imports no Django: the command that executes a run holds on between its kernels.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from threading import Lock
from typing import IO, Any, Protocol

import psycopg

from reimport_lib.private_files import lock, private_open
from reimport_lib.record.heartbeat import EVERY_SECONDS, Heart, beside
from reimport_lib.write.databases import (
    FENCE,
    connect,
    is_sqlite,
    sqlite_file,
    sqlite_uri,
)

CLASS = 736_590_214  # of the advisory locks; the second number is an epoch
_RELEASE = f"UPDATE {FENCE} SET released = true WHERE epoch = {{0}} AND holder = {{0}}"  # noqa: S608
_BEAT = (
    f"UPDATE {FENCE} SET heartbeat_at = clock_timestamp()"  # noqa: S608
    " WHERE epoch = %s AND holder = %s"
)
_IMPATIENT = "SET lock_timeout = '2s'; SET statement_timeout = '5s'"


class Grip(Protocol):
    """
    One process's part in the hold of a run on a database.

    Attributes:
        epoch: that the run got; holder: the run's own word.
    """

    epoch: int
    holder: str

    def beat(self) -> None:
        """Give a sign of life; what keeps it from being given stops nothing."""

    def release(self) -> None:
        """The run needs the database no more, and this process lets go."""

    def close(self) -> None:
        """Let go, and leave the run to others of its processes or to its fate."""


def take(url: str, epoch: int, holder: str) -> Grip:
    """
    Hold the database at *url* until this process lets go or ends.

    Raises:
        OSError, psycopg.Error: it cannot be locked.
    """
    if is_sqlite(url):
        return _FileGrip(sqlite_file(url), epoch, holder)
    return _SessionGrip(url, epoch, holder)


class _SessionGrip:
    def __init__(self, url: str, epoch: int, holder: str) -> None:
        self.epoch, self.holder = epoch, holder
        self._url, self._guard = url, Lock()
        self._session: psycopg.Connection[Any] | None = self._opened()
        self._heart = Heart(self.beat, EVERY_SECONDS)

    def beat(self) -> None:
        with self._guard, suppress(psycopg.Error, OSError):
            if self._session is None or self._session.closed:
                self._session = self._opened()
            try:
                self._session.execute(_BEAT, (self.epoch, self.holder))
            except psycopg.OperationalError:
                if self._session.broken:  # somebody ended it: the next is a new one
                    self._session.close()
                raise

    def release(self) -> None:
        self._heart.stop()
        with self._guard, suppress(psycopg.Error, OSError):
            if self._session is None or self._session.closed:
                self._session = self._opened()
            self._session.execute(_RELEASE.format("%s"), (self.epoch, self.holder))
        self.close()

    def close(self) -> None:
        self._heart.stop()
        with self._guard:
            if self._session is not None:
                self._session.close()

    def _opened(self) -> psycopg.Connection[Any]:
        session = connect(self._url, autocommit=True)
        try:
            session.execute(_IMPATIENT)
            shared = "SELECT pg_advisory_lock_shared(%s, %s)"
            session.execute(shared, (CLASS, self.epoch))
        except BaseException:
            session.close()
            raise
        return session


class _FileGrip:
    def __init__(self, database: Path, epoch: int, holder: str) -> None:
        self.epoch, self.holder = epoch, holder
        self._database = database
        self._file = _opened(database)
        lock(self._file, wait=False, shared=True)
        self._heart = Heart(self.beat, EVERY_SECONDS)

    def beat(self) -> None:
        with suppress(OSError, ValueError):  # ValueError: closed meanwhile
            os.utime(self._file.fileno())

    def release(self) -> None:
        self._heart.stop()
        uri = sqlite_uri(self._database, mode="rw")
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(uri, uri=True)) as connection,
            connection,
        ):
            connection.execute(_RELEASE.format("?"), (self.epoch, self.holder))
        self.close()

    def close(self) -> None:
        self._heart.stop()
        self._file.close()


def is_free(cursor: Any, epoch: int, file: Path | None) -> bool:
    """
    Whether no process holds the database at *epoch*; asked in a transaction.

    Args:
        file: of a SQLite database.
    """
    if file is None:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [CLASS, epoch])
        if not cursor.fetchone()[0]:
            return False
        # Not kept: who asks may be about to hold it, by a session of its own.
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [CLASS, epoch])
        return True
    with closing(_opened(file)) as held:
        try:
            lock(held, wait=False)
        except BlockingIOError:
            return False
    return True


def _opened(database: Path) -> IO[Any]:
    path = beside(database)
    with private_open(path, "a"):
        pass
    return path.open("rb")
