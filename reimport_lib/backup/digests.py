"""Digests of whole databases: what a backup holds, and whether a copy is the same.

A table's digest is its number of rows and the sha256 over the sorted sha256 of each,
so that neither the order of rows nor that of pages counts. Sequences are left out.
Imports no Django: digests are taken inside the transaction that a dump is made from.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from reimport_lib import workers
from reimport_lib.errors import TargetError
from reimport_lib.write import pgreasons
from reimport_lib.write.databases import (
    NOT_COPIED,
    connect,
    database_name,
    is_sqlite,
    sqlite_file,
    sqlite_uri,
)

# The text of a row depends on these: the same rows under another TimeZone differ.
_PINNED = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "extra_float_digits": "1",
    "bytea_output": "hex",
}
_TABLES = """
    SELECT n.nspname, c.relname
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r'
       AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND c.relname <> ALL(%s)
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                          AND d.deptype = 'e')
"""
_TABLE_DIGEST = """
    SELECT count(*), encode(sha256(
               coalesce(string_agg(line, ''::bytea ORDER BY line), '')), 'hex')
      FROM (SELECT sha256(convert_to(t::text, 'UTF8')) AS line
              FROM {table} AS t) AS lines
"""


@dataclass(frozen=True, slots=True)
class TableDigest:
    """How many rows a table has, and the sha256 of them."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DatabaseDigest:
    """The digest of every table; those outside ``public`` are named with schema."""

    tables: Mapping[str, TableDigest]

    @property
    def total(self) -> str:
        """One sha256 over all tables."""
        lines = (
            f"{name} {table.rows} {table.sha256}\n"
            for name, table in sorted(self.tables.items())
        )
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def differences(self, other: DatabaseDigest) -> tuple[str, ...]:
        """Names of tables that differ, or that only one of the two has."""
        names = sorted({*self.tables, *other.tables})
        return tuple(
            name for name in names if self.tables.get(name) != other.tables.get(name)
        )

    def without(self, names: Collection[str]) -> DatabaseDigest:
        """The digests of all tables but those of *names*."""
        kept = {name: each for name, each in self.tables.items() if name not in names}
        return DatabaseDigest(kept)

    def to_json(self) -> dict[str, list[Any]]:
        return {
            name: [table.rows, table.sha256]
            for name, table in sorted(self.tables.items())
        }

    @classmethod
    def from_json(cls, values: Mapping[str, list[Any]]) -> DatabaseDigest:
        return cls(
            {name: TableDigest(int(rows), sha) for name, (rows, sha) in values.items()}
        )


def digest_url(url: str, *, resting: bool = False) -> DatabaseDigest:
    """
    The digest of the database at *url*, from one consistent view of it.

    Args:
        resting: nobody writes to it; the tables of a file are then shared out.

    Raises:
        TargetError: the database cannot be reached or read.
    """
    try:
        if is_sqlite(url):
            return (_digest_resting if resting else digest_file)(sqlite_file(url))
        with connect(url, read_only=True) as connection:
            begin_snapshot(connection)
            return digest_postgresql(connection)
    except (psycopg.Error, sqlite3.Error) as error:
        raise TargetError(
            f"Database {database_name(url)} cannot be read:"
            f" {pgreasons.of_error(error)}.",
            hint="reimport doctor",
            id="R014",
        ) from None


def begin_snapshot(connection: psycopg.Connection) -> None:
    """Make what follows on *connection* one read-only view of the database."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True


def digest_sqlite(
    connection: sqlite3.Connection, *, leaving_out: Collection[str] = ()
) -> DatabaseDigest:
    """
    The digest of what *connection* sees; rows are told apart by type too.

    Args:
        leaving_out: tables that are not read, as ``DatabaseDigest.without`` names them.
    """
    return DatabaseDigest(
        {
            name: _digest_sqlite_table(connection, name)
            for name in _tables_of(connection)
            if name not in leaving_out
        }
    )


def digest_postgresql(
    connection: psycopg.Connection, *, leaving_out: Collection[str] = ()
) -> DatabaseDigest:
    """The digest of what *connection* sees in its present transaction; as above."""
    for name, value in _PINNED.items():
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))
    found = connection.execute(_TABLES, (list(NOT_COPIED),)).fetchall()
    names = {
        table if schema == "public" else f"{schema}.{table}": (schema, table)
        for schema, table in found
    }
    return DatabaseDigest(
        {
            name: _digest_table(connection, sql.Identifier(*place))
            for name, place in names.items()
            if name not in leaving_out
        }
    )


def digest_file(path: Path) -> DatabaseDigest:
    """The digest of the SQLite database in the file at *path*."""
    with _opened(path) as connection:
        connection.execute("BEGIN")
        return digest_sqlite(connection)


def _digest_resting(path: Path) -> DatabaseDigest:
    """As ``digest_file``, where every table may be read at a moment of its own."""
    with _opened(path) as connection:
        names = _tables_of(connection)
    asked = [(path, name) for name in names]
    found = workers.each(_digest_of, asked, here=_digest_of)
    return DatabaseDigest(dict(zip(names, found, strict=True)))


def _digest_of(of: tuple[Path, str]) -> TableDigest:
    path, table = of
    with _opened(path) as connection:
        return _digest_sqlite_table(connection, table)


def _opened(path: Path) -> closing[sqlite3.Connection]:
    file = sqlite_uri(path, mode="ro")
    return closing(sqlite3.connect(file, uri=True, isolation_level=None))


def _tables_of(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN (?, ?)",
        NOT_COPIED,
    ).fetchall()
    return [name for (name,) in found]


def _digest_sqlite_table(connection: sqlite3.Connection, name: str) -> TableDigest:
    table = _quoted(name)
    columns = connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
    names = [name for _, name, *_, hidden in columns if hidden != 1]
    # +: an expression has no declared type, by which Django's connections convert
    values = ", ".join(f"+{_quoted(name)}" for name in names)
    rows = connection.execute(f"SELECT {values} FROM {table}")  # noqa: S608  # quoted
    lines = sorted(
        hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).digest()
        for row in rows
    )
    return TableDigest(len(lines), hashlib.sha256(b"".join(lines)).hexdigest())


def _quoted(name: str) -> str:
    return f'"{name.replace(chr(34), chr(34) * 2)}"'


def _digest_table(connection: psycopg.Connection, table: sql.Identifier) -> TableDigest:
    query = sql.SQL(_TABLE_DIGEST).format(table=table)
    row = connection.execute(query).fetchone()
    rows, sha256 = row if row is not None else (0, "")
    return TableDigest(rows, sha256)
