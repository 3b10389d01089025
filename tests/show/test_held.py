"""A backup is said to be restored by the run that restored it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reimport_lib.backup.backup import Backup
from reimport_lib.backup.digests import DatabaseDigest, TableDigest
from reimport_lib.show.held import backup_table

FULL = {"notes": TableDigest(2, "ab" * 32), "sms": TableDigest(1, "cd" * 32)}
DIGEST = DatabaseDigest({**FULL, "empty": TableDigest(0, "ef" * 32)})
MADE = Backup(
    folder=Path("runs/20261121T101500Z-rehearsal/backup"),
    engine="postgresql",
    database="clinic",
    server="PostgreSQL 17",
    file="database.dump",
    bytes=2_000_000,
    sha256="01" * 32,
    digest=DIGEST,
    made_at="2026-11-21T10:15:00+00:00",
)


def test_a_backup_of_the_runs_own_was_restored_now() -> None:
    table = backup_table(MADE, replace(DIGEST, tables={"notes": FULL["notes"]}))

    assert table.caption == (
        "database.dump, 2.0 MB, PostgreSQL 17: restored and compared;"
        " 1 further table is empty"
    )
    assert table.rows == [("notes", "2", "2", "equal"), ("sms", "1", "", "different")]


def test_one_that_was_taken_over_was_restored_by_its_rehearsal() -> None:
    made = replace(MADE, digest=DatabaseDigest(FULL))

    assert backup_table(made, DIGEST, taken_over=True).caption == (
        "database.dump, 2.0 MB, PostgreSQL 17: restored and compared by"
        " 20261121T101500Z-rehearsal; now compared with the real database;"
        " 0 further tables are empty"
    )
