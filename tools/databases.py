"""The backend's tables, made in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from reimport_lib.write.databases import is_sqlite, sqlite_file

ROOT = Path(__file__).resolve().parent.parent


def migrate(url: str) -> None:
    """Give the database at *url* the tables of the backend."""
    if is_sqlite(url) and not sqlite_file(url).exists():
        sqlite_file(url).write_bytes(_migrated())
    else:
        _migrate(url)


@cache
def _migrated() -> bytes:
    """A SQLite file with the tables; made once, tests ask for dozens."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.sqlite3"
        _migrate(f"sqlite:///{file}")
        return file.read_bytes()


def _migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, "backend/manage.py", "migrate", "-v0"],
        cwd=ROOT,
        check=True,
        env={**os.environ, "DATABASE_URL": url},
    )
