"""The ledger of files: one line per record of FileMaker, kept from run to run.

What is stored is told by the bucket's own listing; the ledger tells what was tried, how
often, and why it failed. No names or values of persons are in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from reimport_lib.errors import SourceError

FOLDER = "files"
FILE = "ledger.sqlite3"

_TABLE = """
CREATE TABLE IF NOT EXISTS records (
    system TEXT NOT NULL,
    source_table TEXT NOT NULL,
    number INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    why TEXT NOT NULL,
    object_key TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    tries INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (system, source_table, number)
)
"""
_UPSERT = """
INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (system, source_table, number) DO UPDATE SET
    outcome = CASE
        WHEN outcome = 'stored' AND excluded.outcome = 'already there'
        AND object_key = excluded.object_key THEN outcome
        ELSE excluded.outcome END,
    why = excluded.why,
    object_key = CASE excluded.object_key
        WHEN '' THEN object_key ELSE excluded.object_key END,
    size_bytes = max(size_bytes, excluded.size_bytes),
    sha256 = CASE excluded.sha256 WHEN '' THEN sha256 ELSE excluded.sha256 END,
    tries = tries + excluded.tries,
    at = excluded.at
"""


def path(runs: Path) -> Path:
    """Where the ledger lies in the folder of *runs*."""
    return runs / FOLDER / FILE


class FileOutcome(StrEnum):
    """What became of the file of one record."""

    STORED = "stored"
    THERE = "already there"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Line:
    """
    What became of one record's file.

    Attributes:
        number: FileMaker's record id.
        why: of a failure, in words; "" else.
        object_key: where it lies; "" where it lies nowhere.
        sha256: hex, of its bytes; "" where they were not read.
        tries: how often it was asked for.
    """

    number: int
    outcome: FileOutcome
    why: str = ""
    object_key: str = ""
    size_bytes: int = 0
    sha256: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Ledger:
    """An open ledger of one system."""

    connection: sqlite3.Connection
    system: str

    def lines(self, table: str) -> list[Line]:
        """Every line of *table*, by record id."""
        rows = self.connection.execute(
            "SELECT number, outcome, why, object_key, size_bytes, sha256, tries "
            "FROM records WHERE system = ? AND source_table = ? ORDER BY number",
            (self.system, table),
        )
        return [Line(row[0], FileOutcome(row[1]), *row[2:]) for row in rows]

    def write(self, table: str, *lines: Line) -> None:
        """
        Keep *lines*, at once and for good.

        Raises:
            SourceError: the disk is full.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [(self.system, table, *astuple(line), at) for line in lines]
        try:
            with self.connection:
                self.connection.executemany(_UPSERT, rows)
        except sqlite3.Error as error:
            raise unusable(error) from None


@contextmanager
def opened(runs: Path, *, system: str) -> Iterator[Ledger]:
    """
    The ledger in the folder of *runs*, made if needed; private, and nobody else's now.

    Raises:
        SourceError: it cannot be written, or another command is writing it.
    """
    with closing(connected(path(runs), _TABLE)) as connection:
        yield Ledger(connection, system)


def connected(file: Path, *tables: str) -> sqlite3.Connection:
    """
    The private database in *file* with its *tables*, made if needed; nobody else's now.

    Raises:
        SourceError: it cannot be written, or another command is writing it.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        connection = sqlite3.connect(file, timeout=1.0)
        # held to the end: two commands would do everything twice
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        for table in tables:
            connection.execute(table)
        connection.commit()
    except OSError as error:
        raise SourceError(
            f"The ledger of files cannot be written ({error.strerror}).",
            hint="set REIMPORT_RUNS to a folder of your own",
            id="R076",
        ) from None
    except sqlite3.Error as error:
        raise unusable(error) from None
    return connection


def unusable(error: sqlite3.Error) -> SourceError:
    """What *error* means; SQLite's own texts name no values."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_BUSY:
        return SourceError(
            "The ledger of files is in use.",
            hint="wait until the other command on files has ended",
            id="R077",
        )
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return SourceError(
            f"A ledger of files is no whole database: one in {FOLDER}/ of the runs"
            " folder.",
            hint="move it away: the bucket itself tells what is stored",
            id="R078",
        )
    return SourceError(
        f"The ledger of files cannot be written ({error}).",
        hint="make room, or set REIMPORT_RUNS to a folder of your own; then run it "
        "again",
        id="R079",
    )
