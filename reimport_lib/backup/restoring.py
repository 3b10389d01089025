"""The way back: a proven backup in place of what the real database holds now."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from reimport_lib.backup import pgcopies
from reimport_lib.backup.backup import Backup, failures_named, open_backup
from reimport_lib.backup.copies import prove
from reimport_lib.record.run import Run
from reimport_lib.write import bind
from reimport_lib.write.databases import (
    database_name,
    is_sqlite,
    sqlite_file,
    sqlite_uri,
)

_WAIT_SECONDS = 15  # for others to end what they are writing


def advice(run: Run) -> str:
    """
    What to do where what *run* wrote is not what it should be.

    A rehearsal has written to its copy alone; going back takes more along than the run.
    """
    if not run.is_full:
        return "report this with the run folder; the real database was not written to"
    return (
        f"report this with the run folder; reimport restore {run.run_id} goes back, "
        "and takes along all that was saved since the backup"
    )


def restore(backup: Backup, url: str) -> None:
    """
    Give the database at *url* the tables of *backup*, all or none, and prove it.

    Raises:
        BackupError: the file is damaged, somebody is writing, or tables differ
            afterwards; only in the last case has anything changed.
    """
    open_backup(backup.folder)
    bind.close()
    with failures_named(database_name(url), "copy"):
        if is_sqlite(url):
            _restore_sqlite(backup, url)
        else:
            pgcopies.require_unused(url, wait_seconds=_WAIT_SECONDS)
            pgcopies.restore(backup.path, url, replace=True)
    prove(backup, url)


def _restore_sqlite(backup: Backup, url: str) -> None:
    """By SQLite's own backup: those who have the file open go on with what it holds."""
    kept = sqlite_uri(backup.path, mode="ro")
    with (
        closing(sqlite3.connect(kept, uri=True)) as source,
        closing(sqlite3.connect(sqlite_file(url), timeout=_WAIT_SECONDS)) as real,
    ):
        real.execute("BEGIN IMMEDIATE")  # the backup itself would wait for ever
        real.execute("ROLLBACK")
        source.backup(real)
