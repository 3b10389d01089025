"""Which ``pg_dump`` is taken for a server, and what is said of its failures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from reimport_lib.backup import pgclient
from reimport_lib.backup.backup import make_backup, open_backup
from reimport_lib.backup.copies import copy_place, drop_copy, restore_copy
from reimport_lib.backup.digests import digest_url
from reimport_lib.backup.restoring import restore
from reimport_lib.errors import BackupError
from reimport_lib.write import pgreasons
from reimport_lib.write.databases import conninfo
from tests.write.statements import execute, query
from tools import postgres

AT = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
RUN = "20261122T101500Z-rehearsal"
Installed = Callable[..., dict[str, Path]]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """Puts programs of the given versions in the place of all that are here."""
    monkeypatch.delenv("REIMPORT_PG_BIN", raising=False)

    def install(*versions: str) -> dict[str, Path]:
        folders = {}
        for version in versions:
            folders[version] = folder = tmp_path / version
            folder.mkdir()
            for name in ("pg_dump", "pg_restore"):
                file = folder / name
                file.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
                file.chmod(0o755)
        monkeypatch.setattr(pgclient, "_folders", lambda: iter(folders.values()))
        return folders

    return install


@pytest.mark.parametrize(
    ("server", "versions", "taken"),
    [
        (150018, ["18.4", "15.18", "16.2", "17.1"], (15, 18)),
        (150018, ["18.4", "16.2", "17.1"], (16, 2)),
        (150018, ["14.9", "16.2", "16.4"], (16, 4)),
        (150018, ["15.3", "15.18"], (15, 18)),
        (180004, ["15.18", "18.4"], (18, 4)),
        (170002, ["18.4", "15.18"], (18, 4)),
        (170002, ["19.1", "18.4", "17.0"], (17, 0)),
        (140001, ["18.4", "15.18"], (15, 18)),
    ],
)
def test_the_servers_own_version_else_the_oldest_new_enough(
    installed: Installed, server: int, versions: list[str], taken: tuple[int, int]
) -> None:
    installed(*versions)

    assert pgclient.find_client(server).version == taken


@pytest.mark.parametrize(
    ("server", "versions", "said"),
    [
        (180004, ["15.18", "17.1"], "pg_dump 17.1 is older than the server"),
        (150018, ["14.1", "18.4"], "pg_restore 18.4 writes is not understood"),
        (150018, ["13.1", "14.2"], "pg_dump 14.2 is older than the server"),
        (150018, [], "pg_dump and pg_restore are not installed here"),
    ],
)
def test_where_none_suits_the_server_it_is_said_why(
    installed: Installed, server: int, versions: list[str], said: str
) -> None:
    installed(*versions)

    with pytest.raises(BackupError, match=said) as refused:
        pgclient.find_client(server)
    assert "REIMPORT_PG_BIN" in refused.value.hint


def test_the_setting_comes_before_what_would_suit_better(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = installed("18.4", "17.1", "17.9")
    monkeypatch.setenv("REIMPORT_PG_BIN", str(folders["18.4"]))

    assert pgclient.find_client(170009).folder == folders["18.4"]


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("14.1", "pg_dump 14.1 is older than the server, PostgreSQL 15.18"),
        ("18.4", "pg_restore 18.4 writes is not understood by the server"),
        ("nowhere", "no pg_dump and pg_restore that start in that folder"),
    ],
)
def test_a_setting_that_does_not_suit_is_refused_and_not_passed_over(
    installed: Installed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    said: str,
) -> None:
    installed("14.1", "15.18", "18.4")
    monkeypatch.setenv("REIMPORT_PG_BIN", str(tmp_path / folder))

    with pytest.raises(BackupError, match=rf"REIMPORT_PG_BIN: .*{said}"):
        pgclient.find_client(150018)


def test_half_a_pair_is_none(installed: Installed) -> None:
    folders = installed("15.18", "16.2")
    (folders["15.18"] / "pg_restore").unlink()

    assert pgclient.find_client(150018).version == (16, 2)


@pytest.fixture
def older_url(older_postgres_url: str) -> Iterator[str]:
    url = postgres.create_database(older_postgres_url, "older_clinic")
    execute(
        url,
        "CREATE TABLE patients (id serial PRIMARY KEY, name text)",
        "INSERT INTO patients (name) VALUES ('Zoe Ninepin'), (NULL)",
    )
    yield url
    postgres.drop_database(older_postgres_url, "older_clinic")


def test_an_older_server_is_backed_up_copied_and_put_back(
    older_url: str, tmp_path: Path
) -> None:
    """By the client of its own version, though the wheel's newer one is here too."""
    with psycopg.connect(conninfo(older_url)) as connection:
        major = connection.info.server_version // 10_000
    place = copy_place(older_url, run_id=RUN, folder=tmp_path)
    backup = make_backup(older_url, tmp_path / "backup", made_at=AT)

    assert restore_copy(backup, place, real_url=older_url, run_id=RUN) == backup.digest
    assert drop_copy(place, real_url=older_url)
    execute(older_url, "DELETE FROM patients")
    restore(backup, older_url, held=digest_url(older_url))
    assert digest_url(older_url) == backup.digest
    assert open_backup(backup.folder).client.startswith(f"pg_dump {major}.")
    assert backup.server.startswith(f"PostgreSQL {major}.")


def test_why_pg_restore_failed_is_said(
    older_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dump by a client that is too new for the server, as an archive may hold."""
    newer = max(
        (c for folder in pgclient._folders() if (c := pgclient._client(folder))),
        key=lambda client: client.version,
    )
    backup = make_backup(older_url, tmp_path / "backup", made_at=AT)

    with pytest.raises(
        BackupError, match='unrecognized configuration parameter "transaction_timeout"'
    ):
        pgclient.restore(newer, older_url, backup.path)
    assert query(older_url, "SELECT count(*) FROM patients") == [(2,)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "pg_restore: error: could not execute query: ERROR:  permission denied to"
            ' create extension "postgis"\nHINT:  Must be superuser.\n',
            'permission denied to create extension "postgis"',
        ),
        (
            'pg_restore: error: COPY failed for table "t": ERROR:  invalid input syntax'
            ' for type integer: "Ninepin"\nCONTEXT:  COPY t, line 1: "Ninepin"\n',
            pgreasons.UNKNOWN,
        ),
        (
            "pg_restore: error: could not execute query: ERROR:  duplicate key value"
            ' violates unique constraint "one_name"\nDETAIL:  Key (name)=(Ninepin)\n',
            'duplicate key value violates unique constraint "one_name"',
        ),
        (
            'pg_dump: error: query failed: ERROR:  value "Ninepin"\nCONTEXT:  "a\n'
            'ERROR:  permission denied for Ninepin"\n',
            pgreasons.UNKNOWN,
        ),
        (
            'pg_dump: error: connection to server at "h" failed: FATAL:  password'
            ' authentication failed for user "reader"\n',
            'password authentication failed for user "reader"',
        ),
        (
            "pg_dump: error: could not write: No space left on device",
            "the disk is full",
        ),
        ("", pgreasons.UNKNOWN),
    ],
)
def test_a_reason_is_passed_on_without_what_it_quotes(text: str, said: str) -> None:
    assert pgreasons.in_text(text) == said
    assert "Ninepin" not in said


def test_the_path_is_looked_through_as_well(
    installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    folder = tmp_path / "on the path"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    assert folder in list(pgclient._folders())
