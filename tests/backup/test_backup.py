"""A backup restores to the same rows, or says why it is none."""

from __future__ import annotations

import resource
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from reimport_lib.backup import pgclient
from reimport_lib.backup.backup import Backup, make_backup, open_backup
from reimport_lib.backup.copies import (
    CopyPlace,
    copy_place,
    drop_copy,
    prove,
    restore_copy,
)
from reimport_lib.backup.digests import digest_url
from reimport_lib.errors import BackupError
from reimport_lib.write.databases import MARKER, database_name, is_sqlite, sqlite_file
from tests.write.statements import execute, query
from tools import postgres

AT = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
RUN = "20261122T101500Z-rehearsal"
TABLES = (
    "CREATE TABLE visits (id integer PRIMARY KEY, day date, note text)",
    "CREATE TABLE patients (id integer PRIMARY KEY, name text)",
    "INSERT INTO patients VALUES (1, 'Zoe Ninepin'), (2, NULL), (3, '')",
    "INSERT INTO visits VALUES (1, '2026-03-01', 'line one\nline two')",
)


@pytest.fixture
def real_url(database_url: str) -> str:
    execute(database_url, *TABLES)
    return database_url


@pytest.fixture
def place(real_url: str, tmp_path: Path) -> Iterator[CopyPlace]:
    place = copy_place(real_url, run_id=RUN, folder=tmp_path)
    yield place
    drop_copy(place, real_url=real_url)


@pytest.fixture
def backup(real_url: str, tmp_path: Path) -> Backup:
    return make_backup(real_url, tmp_path / "backup", made_at=AT)


def test_a_restored_backup_holds_the_same_rows(
    real_url: str, place: CopyPlace, backup: Backup
) -> None:
    digest = restore_copy(backup, place, real_url=real_url, run_id=RUN)

    assert digest == digest_url(real_url) == backup.digest
    assert query(place.url, "SELECT id, name FROM patients ORDER BY id") == [
        (1, "Zoe Ninepin"),
        (2, None),
        (3, ""),
    ]


def test_a_backup_is_read_back_as_it_was_made(backup: Backup) -> None:
    assert open_backup(backup.folder) == backup
    assert backup.digest.tables["patients"].rows == 3


def test_backup_files_are_private(backup: Backup) -> None:
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in [backup.folder, *backup.folder.iterdir()]
    }

    assert modes == {"backup": 0o700, backup.file: 0o600, "manifest.json": 0o600}


def test_rows_written_while_the_backup_runs_are_not_in_it_half(
    real_url: str, backup: Backup, place: CopyPlace
) -> None:
    """What comes later is in neither the dump nor its digests."""
    execute(real_url, "INSERT INTO patients VALUES (4, 'Later')")

    assert restore_copy(backup, place, real_url=real_url, run_id=RUN) == backup.digest
    assert backup.digest.differences(digest_url(real_url)) == ("patients",)


def test_a_copy_that_differs_does_not_prove_the_backup(
    real_url: str, place: CopyPlace, backup: Backup
) -> None:
    restore_copy(backup, place, real_url=real_url, run_id=RUN)
    execute(place.url, "UPDATE patients SET name = 'Other' WHERE id = 1")

    with pytest.raises(BackupError, match=r"1 of 2 tables came back other.*patients"):
        prove(backup, place.url)


def test_null_and_empty_text_have_different_digests(real_url: str) -> None:
    before = digest_url(real_url)
    execute(real_url, "UPDATE patients SET name = '' WHERE id = 2")

    assert before.differences(digest_url(real_url)) == ("patients",)


def test_an_earlier_copy_of_the_run_is_replaced(
    real_url: str, place: CopyPlace, backup: Backup
) -> None:
    restore_copy(backup, place, real_url=real_url, run_id=RUN)
    execute(place.url, "DELETE FROM patients")

    restore_copy(backup, place, real_url=real_url, run_id=RUN)

    assert len(query(place.url, "SELECT * FROM patients")) == 3


def test_a_dropped_copy_is_gone(
    real_url: str, place: CopyPlace, backup: Backup
) -> None:
    restore_copy(backup, place, real_url=real_url, run_id=RUN)

    assert drop_copy(place, real_url=real_url) is True
    assert drop_copy(place, real_url=real_url) is False


def test_a_damaged_backup_file_is_refused(backup: Backup) -> None:
    content = bytearray(backup.path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    backup.path.write_bytes(content)

    with pytest.raises(BackupError, match="not what its manifest says"):
        open_backup(backup.folder)


def test_a_cut_backup_does_not_restore(
    real_url: str, place: CopyPlace, backup: Backup
) -> None:
    """A listing of a cut dump succeeds; only restoring it tells."""
    content = backup.path.read_bytes()
    backup.path.write_bytes(content[: len(content) - 200])

    with pytest.raises(BackupError):
        restore_copy(backup, place, real_url=real_url, run_id=RUN)


def test_a_backup_without_manifest_does_not_exist(backup: Backup) -> None:
    (backup.folder / "manifest.json").unlink()

    with pytest.raises(BackupError, match="no finished backup"):
        open_backup(backup.folder)


def test_what_a_killed_process_left_behind_is_no_backup_and_in_nobodys_way(
    real_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    left = folder / ("database.sqlite3" if is_sqlite(real_url) else "database.dump")
    for file in (left, folder / "database.partial"):
        file.write_bytes(b"half of it")

    with pytest.raises(BackupError, match="no finished backup"):
        open_backup(folder)
    made = make_backup(real_url, folder, made_at=AT)

    assert open_backup(folder) == made
    assert {path.name for path in folder.iterdir()} == {left.name, "manifest.json"}


def test_a_table_that_was_emptied_since_is_refused(
    real_url: str, backup: Backup, tmp_path: Path
) -> None:
    execute(real_url, "DELETE FROM visits")

    with pytest.raises(BackupError, match="empty now: visits"):
        make_backup(real_url, tmp_path / "next", made_at=AT, previous=backup)
    assert list((tmp_path / "next").iterdir()) == []


def test_a_failed_backup_takes_the_manifest_of_an_earlier_try_away(
    real_url: str, backup: Backup
) -> None:
    execute(real_url, "DELETE FROM visits")

    with pytest.raises(BackupError):
        make_backup(real_url, backup.folder, made_at=AT, previous=backup)
    with pytest.raises(BackupError, match="no finished backup"):
        open_backup(backup.folder)


def test_a_copy_is_not_taken_for_the_real_database(
    real_url: str, place: CopyPlace, backup: Backup, tmp_path: Path
) -> None:
    restore_copy(backup, place, real_url=real_url, run_id=RUN)

    with pytest.raises(BackupError, match="copy of a rehearsal"):
        make_backup(place.url, tmp_path / "next", made_at=AT)


def test_a_folder_that_cannot_be_written_is_named_without_a_manifest(
    real_url: str, tmp_path: Path
) -> None:
    (tmp_path / "backup").write_text("a file where the folder should be")

    with pytest.raises(BackupError, match="cannot be written"):
        make_backup(real_url, tmp_path / "backup", made_at=AT)


def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(
    real_url: str, tmp_path: Path
) -> None:
    """The process may write 8 KB: the file is cut as a full disk cuts it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    execute(
        real_url,
        "CREATE TABLE big AS SELECT v.note || v.day || r.id AS note"
        " FROM visits v, (WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL"
        " SELECT id + 1 FROM n WHERE id < 30000) SELECT id FROM n) AS r",
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises(BackupError):
            make_backup(real_url, tmp_path / "backup", made_at=AT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert list((tmp_path / "backup").iterdir()) == []


def test_a_database_that_is_not_there_has_no_backup(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'nowhere.sqlite3'}"

    with pytest.raises(BackupError, match=r"nowhere\.sqlite3"):
        make_backup(url, tmp_path / "backup", made_at=AT)
    assert not (tmp_path / "nowhere.sqlite3").exists()


def test_a_damaged_sqlite_file_fails_its_integrity_check(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'real.sqlite3'}"
    execute(url, *TABLES, "CREATE INDEX by_name ON patients (name)")
    with closing(sqlite3.connect(sqlite_file(url))) as file, file:
        file.execute("PRAGMA writable_schema = ON")
        file.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'by_name'")

    with pytest.raises(BackupError):
        make_backup(url, tmp_path / "backup", made_at=AT)


def test_a_file_of_somebody_else_is_not_replaced_by_a_copy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'real.sqlite3'}"
    execute(url, *TABLES)
    backup = make_backup(url, tmp_path / "backup", made_at=AT)
    strange = CopyPlace(f"sqlite:///{tmp_path / 'strange.sqlite3'}")
    execute(strange.url, "CREATE TABLE kept (id integer)")

    with pytest.raises(BackupError, match="not a copy"):
        restore_copy(backup, strange, real_url=url, run_id=RUN)
    with pytest.raises(BackupError, match="not a copy"):
        drop_copy(strange, real_url=url)
    assert query(strange.url, "SELECT * FROM kept") == []


class TestPostgresql:
    """What only a server can refuse."""

    @pytest.fixture
    def engine(self) -> str:
        return "postgresql"

    @pytest.fixture
    def lent(self, postgres_url: str) -> Iterator[CopyPlace]:
        url = postgres.create_database(postgres_url, "lent_for_rehearsals")
        yield CopyPlace(url, lent=True)
        postgres.drop_database(postgres_url, "lent_for_rehearsals")

    @pytest.fixture
    def poor_url(self, real_url: str) -> Iterator[str]:
        """The real database, as a role that may read and write and nothing else."""
        execute(
            real_url,
            "CREATE ROLE poor LOGIN PASSWORD 'hard: to\\guess'",
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO poor",
        )
        yield real_url.replace("postgres:@", "poor:hard%3A%20to%5Cguess@", 1)
        execute(real_url, "DROP OWNED BY poor", "DROP ROLE poor")

    def test_an_empty_lent_database_takes_the_copy(
        self, real_url: str, lent: CopyPlace, backup: Backup
    ) -> None:
        digest = restore_copy(backup, lent, real_url=real_url, run_id=RUN)

        assert digest == backup.digest
        assert query(lent.url, "SELECT run_id FROM reimport_rehearsal_copy") == [(RUN,)]

    def test_a_lent_database_with_our_marker_is_emptied_first(
        self, real_url: str, lent: CopyPlace, backup: Backup
    ) -> None:
        restore_copy(backup, lent, real_url=real_url, run_id=RUN)
        execute(lent.url, "CREATE TABLE left_over (id serial)")

        assert restore_copy(backup, lent, real_url=real_url, run_id=RUN)
        assert drop_copy(lent, real_url=real_url) is True
        assert digest_url(lent.url).tables == {}

    def test_a_lent_database_with_tables_of_others_is_refused(
        self, real_url: str, lent: CopyPlace, backup: Backup
    ) -> None:
        execute(lent.url, "CREATE TABLE theirs (id integer)")

        with pytest.raises(BackupError, match="lent_for_rehearsals holds tables"):
            restore_copy(backup, lent, real_url=real_url, run_id=RUN)
        assert list(digest_url(lent.url).tables) == ["theirs"]

    def test_the_real_database_is_never_its_own_copy(
        self, real_url: str, backup: Backup
    ) -> None:
        """Also where it carries a marker, and its URL is written in another way."""
        execute(real_url, f"CREATE TABLE {MARKER} (run_id text)")
        same = CopyPlace(f"{real_url}&application_name=other", lent=True)

        with pytest.raises(BackupError, match="names the real database"):
            restore_copy(backup, same, real_url=real_url, run_id=RUN)

    def test_a_role_that_may_not_create_databases_is_told_what_to_set(
        self, real_url: str, poor_url: str, backup: Backup, tmp_path: Path
    ) -> None:
        place = copy_place(poor_url, run_id=RUN, folder=tmp_path)

        with pytest.raises(BackupError, match="REIMPORT_REHEARSAL_URL"):
            restore_copy(backup, place, real_url=poor_url, run_id=RUN)

    def test_a_password_reaches_the_client_and_no_command_line(
        self, poor_url: str, tmp_path: Path
    ) -> None:
        script = tmp_path / "bin"
        script.mkdir()
        real = pgclient.find_client(180000).folder
        for name in ("pg_dump", "pg_restore"):
            file = script / name
            file.write_text(
                f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\n'
                f'cat "$PGPASSFILE" >> {tmp_path}/password 2>/dev/null\n'
                f'exec {real / name} "$@"\n'
            )
            file.chmod(0o755)
        client = pgclient.Client(script, (18, 4))
        with psycopg.connect(poor_url) as connection:
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            pgclient.dump(client, poor_url, tmp_path / "dump", snapshot=row[0])

        assert "guess" not in (tmp_path / "arguments").read_text()
        assert (tmp_path / "password").read_text() == "*:*:*:*:hard\\: to\\\\guess\n"

    def test_the_name_of_a_copy_fits_the_server(self, tmp_path: Path) -> None:
        long = "postgresql://host/" + "n" * 60
        name = database_name(copy_place(long, run_id=RUN, folder=tmp_path).url)

        assert len(name) == 63
        assert name.endswith(f"_rehearsal_{RUN.lower()}")
        assert not is_sqlite(long)
