"""A database and a folder of runs as they are now, to be put back for every trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from reimport_lib.write.databases import conninfo, is_sqlite, sqlite_file
from tests.faults.folders import Folder, FolderReader
from tests.phases.sites import Site


@dataclass(frozen=True)
class Database:
    """
    Attributes:
        files: of a SQLite database: name -> content; a journal stands beside it where
            somebody was writing.
        tables: of a server's: name -> its rows, as COPY writes them.
        sequences: name -> the value it has given last.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    tables: Mapping[str, bytes] = field(default_factory=dict)
    sequences: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def mark(self) -> str:
        """The same for the same content."""
        told = sha256(repr(sorted(self.sequences.items())).encode())
        for parts in (self.files, self.tables):
            for name, content in sorted(parts.items()):
                told.update(f"{name} {len(content)} ".encode() + content)
        return told.hexdigest()

    def put_back(self, site: Site) -> None:
        """Give *site* back these rows; whoever is connected is thrown out."""
        if self.files:
            for path in _files(site):
                path.unlink()
            for name, content in self.files.items():
                sqlite_file(site.url).with_name(name).write_bytes(content)
            return
        with psycopg.connect(conninfo(site.url)) as connection:
            self._put_back(connection)

    def _put_back(self, connection: psycopg.Connection[Any]) -> None:
        """By rows: another database of the same name would be another one."""
        throw_out(connection)
        connection.execute("SET session_replication_role = replica")  # no foreign keys
        for name, rows in self.tables.items():
            if rows == _rows(connection, name):
                continue
            into = sql.Identifier(name)
            connection.execute(sql.SQL("DELETE FROM {}").format(into))
            if rows:
                copying = sql.SQL("COPY {} FROM STDIN").format(into)
                with connection.cursor().copy(copying) as copy:
                    copy.write(rows)
        for name, value in self.sequences.items():
            connection.execute(
                "SELECT setval(%s, greatest(%s, 1), %s)", (name, value, value > 0)
            )


@dataclass(frozen=True)
class Kept:
    """
    Attributes:
        runs: the folder of them.
    """

    database: Database
    runs: Folder

    def put_back(self, site: Site) -> None:
        """Give *site* back what it held; whoever is connected is thrown out."""
        self.database.put_back(site)
        self.runs.put_back(site.settings.runs)


def keep(site: Site) -> Kept:
    """What *site* holds now."""
    found = read_files(site) if is_sqlite(site.url) else read_server(site)
    assert found
    return Kept(found, FolderReader(site.settings.runs).read())


def read_files(site: Site) -> Database:
    """A SQLite database as it is in its folder."""
    return Database({path.name: path.read_bytes() for path in _files(site)})


def read_server(site: Site) -> Database | None:
    """A server's database as it is committed; None where a table of it is locked."""
    with psycopg.connect(conninfo(site.url)) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SET LOCAL lock_timeout = '20ms'")
        try:
            return _read(connection)
        except psycopg.errors.LockNotAvailable:
            return None


def _read(connection: psycopg.Connection[Any]) -> Database:
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    tables = {name: _rows(connection, name) for (name,) in names.fetchall()}
    sequences = connection.execute(
        "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences"
        " WHERE schemaname = 'public'"
    )
    return Database({}, tables, dict(sequences.fetchall()))


def throw_out(connection: psycopg.Connection[Any]) -> None:
    """End every other connection to the same database."""
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def _files(site: Site) -> list[Path]:
    """The file of a SQLite database and what SQLite writes beside it, in order."""
    file = sqlite_file(site.url)
    return sorted(file.parent.glob(f"{file.name}*"))


def _rows(connection: psycopg.Connection[Any], name: str) -> bytes:
    out = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))
    with connection.cursor().copy(out) as copy:
        return b"".join(bytes(part) for part in copy)
