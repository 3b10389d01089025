"""The databases that tests are given: real, of their own, gone afterwards."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import dj_database_url
import psycopg
import pytest

from reimport_lib.write.databases import is_sqlite, sqlite_file
from tools import databases, postgres

ROOT = Path(__file__).resolve().parents[2]


def test_an_empty_database_is_of_the_kind_that_was_asked_for(
    engine: str, database_url: str
) -> None:
    config = dj_database_url.parse(database_url)

    assert config["ENGINE"] == f"django.db.backends.{engine}".replace(
        "sqlite", "sqlite3"
    )


def test_two_databases_of_one_server_hold_different_tables(postgres_url: str) -> None:
    names = ("test_left", "test_right")
    left, _right = (postgres.create_database(postgres_url, name) for name in names)
    with psycopg.connect(left, autocommit=True) as connection:
        connection.execute("CREATE TABLE only_left (id int)")

    found = {}
    for name in names:
        with psycopg.connect(postgres.database_url(postgres_url, name)) as connection:
            found[name] = connection.execute(
                "SELECT to_regclass('only_left') IS NOT NULL"
            ).fetchone()
        postgres.drop_database(postgres_url, name)

    assert found == {"test_left": (True,), "test_right": (False,)}


def test_a_command_finds_the_server_and_it_is_gone_afterwards(tmp_path: Path) -> None:
    program = (
        "import os, psycopg; url = os.environ['DATABASE_URL'];"
        "print(psycopg.connect(url).info.host)"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tools.postgres", sys.executable, "-c", program],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )

    assert done.stdout.strip()
    assert not Path(done.stdout.strip()).exists()
    assert done.stderr == ""


def test_a_failing_command_fails_the_caller() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.postgres", sys.executable, "-c", "exit(7)"],
        cwd=ROOT,
        check=False,
    )

    assert done.returncode == 7


@pytest.mark.parametrize("name", ["DATABASE_URL", "S3_BUCKET", "AWS_PROFILE"])
def test_a_developers_own_settings_do_not_reach_a_test(name: str) -> None:
    assert name not in os.environ


def tables(url: str) -> set[str]:
    if is_sqlite(url):
        with closing(sqlite3.connect(sqlite_file(url))) as connection:
            return {n for (n,) in connection.execute("SELECT name FROM sqlite_master")}
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables").fetchall()
        return {name for (name,) in found}


def test_a_database_is_migrated_once_and_then_copied(
    migrated_database_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated = tables(migrated_database_url)
    monkeypatch.setattr(databases, "_migrate", pytest.fail)  # it was done before

    databases.migrate(database_url)

    assert tables(database_url) == migrated
    assert {"patients_patient", "django_migrations"} <= migrated


def test_another_process_finds_what_was_migrated(migrated: Path) -> None:
    databases.migrate(f"sqlite:///{migrated.with_suffix('.looked_at')}")
    program = (
        "from tools import databases; databases._migrate = None;"
        "print(len(databases._migrated()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert int(done.stdout) == migrated.stat().st_size > 0
