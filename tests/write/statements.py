"""Plain SQL against a database of either kind, without Django."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import psycopg

from reimport_lib.write.databases import conninfo, is_sqlite, sqlite_file


def execute(url: str, *statements: str) -> None:
    """Run *statements* in one transaction; a SQLite file is made if there is none."""
    if is_sqlite(url):
        with closing(sqlite3.connect(sqlite_file(url))) as file, file:
            for statement in statements:
                file.execute(statement)
        return
    with psycopg.connect(conninfo(url)) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """The rows that *statement* gives."""
    if is_sqlite(url):
        with closing(sqlite3.connect(sqlite_file(url))) as file:
            return file.execute(statement).fetchall()
    with psycopg.connect(conninfo(url)) as connection:
        return connection.execute(statement).fetchall()  # type: ignore[call-overload]
