"""The way back: what ``docs/restore.md`` shows gives every row back."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reimport_lib.backup import pgclient
from reimport_lib.backup.backup import make_backup
from reimport_lib.backup.digests import digest_url
from reimport_lib.write.databases import is_sqlite
from tests.write.statements import execute

PAGE = Path(__file__).resolve().parents[2] / "docs" / "restore.md"
BLOCK = re.compile(r"^```sh\n(RUN=(\S+)\n.*?)^```", re.MULTILINE | re.DOTALL)
TABLES = (
    "CREATE TABLE patients (id integer PRIMARY KEY, name text)",
    "CREATE TABLE visits (id integer PRIMARY KEY, patient integer NOT NULL"
    " REFERENCES patients (id), note text)",
    "INSERT INTO patients VALUES (1, 'Zoe Ninepin'), (2, NULL), (3, '')",
    "INSERT INTO visits VALUES (1, 1, 'line one\nline two')",
)
WIPED = (
    "DELETE FROM visits",
    "DELETE FROM patients WHERE id < 3",
    "UPDATE patients SET name = 'Other'",
)


@pytest.fixture
def real_url(engine: str, database_url: str, tmp_path: Path) -> str:
    """A database where the page says that it is."""
    if engine == "sqlite":
        (tmp_path / "backend").mkdir()
        return f"sqlite:///{tmp_path / 'backend' / 'db.sqlite3'}"
    return database_url


def test_the_way_back_gives_every_row_back(real_url: str, tmp_path: Path) -> None:
    shown = dict(
        zip(("sqlite", "postgresql"), BLOCK.findall(PAGE.read_text()), strict=True)
    )
    commands, run_id = shown["sqlite" if is_sqlite(real_url) else "postgresql"]
    execute(real_url, *TABLES)
    folder = tmp_path / "runs" / run_id / "backup"
    backup = make_backup(real_url, folder, made_at=datetime(2026, 11, 22, tzinfo=UTC))
    execute(real_url, *WIPED)

    client = pgclient.find_client(180000)
    subprocess.run(
        ["sh", "-euc", commands],
        check=True,
        cwd=tmp_path,
        env={
            "PATH": f"{client.folder}{os.pathsep}{os.environ['PATH']}",
            "DATABASE_URL": real_url,
        },
    )

    assert digest_url(real_url) == backup.digest
