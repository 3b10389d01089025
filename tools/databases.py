"""The backend's tables, made in a process of their own, once for all who ask."""

from __future__ import annotations

import atexit
import fcntl
import os
import subprocess
import sys
import tempfile
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

import psycopg

from reimport_lib.write.databases import database_name, is_sqlite, sqlite_file
from tools import postgres

ROOT = Path(__file__).resolve().parent.parent
SHARED = "MIGRATED_SQLITE"
"""Variable of the environment: where processes keep the migrated file together."""


def migrate(url: str) -> None:
    """
    Give the database at *url* the tables of the backend.

    An empty one becomes a copy of one that was migrated before; on a server it is
    dropped for that and created anew.
    """
    if is_sqlite(url) and not sqlite_file(url).exists():
        sqlite_file(url).write_bytes(_migrated())
    elif not is_sqlite(url) and _is_empty(url):
        server, name = postgres.database_url(url, "postgres"), database_name(url)
        template = _template(server)
        postgres.drop_database(server, name)
        postgres.create_database(server, name, template=template)
    else:
        _migrate(url)


@cache
def _migrated() -> bytes:
    """A SQLite file with the tables; made once, tests ask for dozens."""
    if shared := os.environ.get(SHARED):
        file = Path(shared)
        with file.with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                made = file.with_suffix(".made")
                made.write_bytes(_new())
                made.replace(file)
        return file.read_bytes()
    return _new()


def _new() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.sqlite3"
        _migrate(f"sqlite:///{file}")
        return file.read_bytes()


@cache
def _template(server: str) -> str:
    """The name of a migrated database on *server*, gone when this process ends."""
    name = f"migrated_{uuid.uuid4().hex}"
    atexit.register(_drop, server, name)
    _migrate(postgres.create_database(server, name))
    return name


def _drop(server: str, name: str) -> None:
    with suppress(psycopg.Error):  # the server has ended
        postgres.drop_database(server, name)


def _is_empty(url: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"
        ).fetchone()
    return bool(found and found[0])


def _migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, "backend/manage.py", "migrate", "-v0"],
        cwd=ROOT,
        check=True,
        env={**os.environ, "DATABASE_URL": url},
    )
