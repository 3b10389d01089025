"""Databases for copies on PostgreSQL: made, emptied and dropped, where they are ours.

Ours is a database that holds nothing, or the marker table of a copy. Every other one
is refused: a wrong URL then costs a message, not a clinic.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import errors, sql

from reimport_lib.backup import pgclient
from reimport_lib.errors import BackupError
from reimport_lib.write import pgrights
from reimport_lib.write.databases import FENCE, MARKER, connect, database_name

MARK = f"CREATE TABLE {MARKER} (run_id varchar(100) NOT NULL)"
MARK_RUN = f"INSERT INTO {MARKER} (run_id) VALUES"
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
_LACKING = """
    SELECT pg_encoding_to_char(encoding),
           current_setting('transaction_read_only') = 'on',
           coalesce(has_schema_privilege(to_regnamespace('public'), 'CREATE'), false)
      FROM pg_database WHERE datname = current_database()
"""
# Together these tell any two databases of any two servers apart, for every role.
_WHICH = """
    SELECT pg_postmaster_start_time(), oid
      FROM pg_database WHERE datname = current_database()
"""


def lacking(connection: psycopg.Connection) -> str:
    """Why no copy can be put into the database of *connection*; "" where one can."""
    row = connection.execute(_LACKING).fetchone()
    encoding, reads_only, may_create = row or ("", False, False)
    if encoding != "UTF8":
        return f"the encoding of that database is {encoding}, and must be UTF8"
    if reads_only:
        return "that database can only be read"
    if not may_create:
        return "its role may make no table in the schema public of that database"
    kinds = (*pgrights.TABLES, "v", "m", "S")
    if pgrights.such(connection, kinds, "NOT pg_has_role(c.relowner, 'USAGE')"):
        return "its role may not remove what another role has left in that database"
    return ""


def make_room(url: str, real_url: str, run_id: str, *, lent: bool) -> None:
    """
    Leave an empty, marked database at *url*.

    Args:
        lent: it is there already and stays; otherwise it is made, anew where ours.

    Raises:
        BackupError: it is not ours, or this role may not create one.
    """
    if not lent:
        if exists(url, real_url):
            with connect(url, autocommit=True) as connection:
                require_ours(connection, url)
            drop(url, real_url)
        _create(url, real_url)
    with connect(url) as connection:
        if lent:
            require_ours(connection, url)
            empty(connection)
        connection.execute(MARK)
        connection.execute(f"{MARK_RUN} (%s)", (run_id,))


def restore(dump: Path, url: str) -> None:
    """Restore *dump* into the empty database at *url*."""
    with connect(url, autocommit=True) as connection:
        client = pgclient.find_client(connection.info.server_version)
    pgclient.restore(client, url, dump)


@contextmanager
def analyzing(url: str) -> Iterator[None]:
    """Statistics are taken beside what is read of the database meanwhile."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        taken = beside.submit(analyze, url)
        yield
        taken.result()


def forget_holder(copy: sqlite3.Connection) -> None:
    """Nobody holds a copy, whoever held what it is a copy of; nor does a dump say."""
    held = "SELECT 1 FROM sqlite_master WHERE name = ?"
    if copy.execute(held, (FENCE,)).fetchone():
        copy.execute(f"DELETE FROM {FENCE}")  # noqa: S608  # a name of ours
        copy.commit()


def analyze(url: str) -> None:
    """Without statistics the first queries on a fresh restore crawl."""
    with connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def lock_tables(connection: psycopg.Connection, *, wait_seconds: int) -> None:
    """
    Keep everybody else out of every table until the transaction ends.

    Raises:
        BackupError: somebody has been using one for longer than *wait_seconds*.
    """
    connection.execute(sql.SQL("SET lock_timeout = {}").format(f"{wait_seconds}s"))
    tables = [
        sql.Identifier(schema, name)
        for kind, schema, name in connection.execute(_RELATIONS).fetchall()
        if kind == "TABLE"
    ]
    lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
    try:
        if tables:
            connection.execute(lock.format(sql.SQL(", ").join(tables)))
    except errors.LockNotAvailable:
        raise BackupError(
            f"{connection.info.dbname}: somebody has been using its tables for"
            f" {wait_seconds} s. Nothing was written.",
            hint="stop the backend, and what else writes, then once more",
            id="R020",
        ) from None


def drop(url: str, real_url: str) -> None:
    with connect(real_url, autocommit=True) as connection:
        name = sql.Identifier(database_name(url))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def exists(url: str, real_url: str) -> bool:
    with connect(real_url, autocommit=True) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        return connection.execute(query, (database_name(url),)).fetchone() is not None


def size_of(url: str, real_url: str, run_id: str, *, lent: bool) -> int | None:
    """Bytes of the copy of run *run_id* at *url*; None: it is not there."""
    if not lent and not exists(url, real_url):
        return None
    with connect(url, autocommit=True) as connection:
        marked = connection.execute("SELECT to_regclass(%s)", (MARKER,)).fetchone()
        if marked is None or marked[0] is None:
            return None
        row = connection.execute(
            sql.SQL(
                "SELECT pg_database_size(current_database()) FROM {} WHERE run_id = %s"
            ).format(sql.Identifier(MARKER)),
            (run_id,),
        ).fetchone()
    return int(row[0]) if row else None


def empty(connection: psycopg.Connection) -> None:
    """Drop every table, view and sequence that is not part of an extension."""
    for kind, schema, name in connection.execute(_RELATIONS).fetchall():
        connection.execute(
            sql.SQL("DROP {} IF EXISTS {} CASCADE").format(
                sql.SQL(kind), sql.Identifier(schema, name)
            )
        )


def require_ours(connection: psycopg.Connection, url: str) -> bool:
    """True with our marker, False when empty; refused otherwise."""
    marker = connection.execute(
        "SELECT to_regclass(%s) IS NOT NULL", (f"public.{MARKER}",)
    ).fetchone()
    if marker is not None and marker[0]:
        return True
    if connection.execute(_RELATIONS).fetchone() is not None:
        raise not_ours(database_name(url))
    return False


def refuse_same_database(copy_url: str, real_url: str) -> None:
    """Two URLs may be written differently and still name one database."""
    if are_same(copy_url, real_url):
        raise BackupError(
            "REIMPORT_REHEARSAL_URL names the real database.",
            hint="set it to an empty database of its own",
            id="R021",
        )


def are_same(url: str, other: str) -> bool:
    """Whether both URLs name one database; the roles in them may differ."""
    if database_name(url) != database_name(other):
        return False
    found = []
    for each in (url, other):
        with connect(each, read_only=True) as connection:
            found.append(connection.execute(_WHICH).fetchone())
    return found[0] == found[1]


def may_not_create() -> BackupError:
    return BackupError(
        "This role may not create a database for the rehearsal.",
        hint="grant it CREATEDB, or set REIMPORT_REHEARSAL_URL to an empty"
        " database of its own",
        id="R022",
    )


def not_ours(name: str) -> BackupError:
    return BackupError(
        f"{name} holds tables and is not a copy that a rehearsal made.",
        hint="set REIMPORT_REHEARSAL_URL to an empty database of its own",
        id="R023",
    )


def _create(url: str, real_url: str) -> None:
    """A database like the real one in encoding and collation."""
    with connect(real_url, autocommit=True) as connection:
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
            raise may_not_create() from None
