"""What is known of the copies of stored objects, kept from command to command.

That a copy lies there is told by the listing of its place; what it was proven to be,
and by what, is told here. Object keys are in it, and nothing else of a record.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from reimport_lib.files.ledger import FOLDER, connected, unusable
from reimport_lib.private_files import private_open, unwritable
from reimport_lib.read.s3_guard import BucketPlace
from reimport_lib.record.clock import now

FILE = "copies.sqlite3"
MANIFEST = "backup.csv"

_COPIES = """
CREATE TABLE IF NOT EXISTS copies (
    place TEXT NOT NULL,
    key TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    version TEXT NOT NULL,
    etag TEXT NOT NULL,
    checksum TEXT NOT NULL,
    proof TEXT NOT NULL,
    copy_key TEXT NOT NULL,
    copy_etag TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (place, copy_key)
)
"""
_READ_AGAIN = """
CREATE TABLE IF NOT EXISTS read_again (
    place TEXT NOT NULL,
    at TEXT NOT NULL,
    sample TEXT NOT NULL,
    seed INTEGER NOT NULL,
    copies INTEGER NOT NULL,
    wrong INTEGER NOT NULL,
    unknown INTEGER NOT NULL
)
"""


class Proof(StrEnum):
    """What showed that a copy is its object."""

    CHECKSUM = "checksum"
    ETAG = "etag"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Copy:
    """
    A proven copy of an object, as it was at one time.

    Attributes:
        key: of the object.
        version: of the object, where its bucket keeps versions; "" else.
        etag: of the object, without quotes.
        checksum: ``sha256:HEX``, or another algorithm's, of the bytes of both.
        proof: what was compared.
        copy_key, copy_etag: of the copy.
        at: when it was proven, ISO, UTC.
    """

    key: str
    size_bytes: int
    version: str
    etag: str
    checksum: str
    proof: Proof
    copy_key: str
    copy_etag: str
    at: str


COLUMNS = tuple(each.name for each in fields(Copy))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Copybook:
    """The copies in one place."""

    connection: sqlite3.Connection
    place: BucketPlace

    def copies(self) -> dict[str, Copy]:
        """Key of the copy -> what it is, in the order in which they were proven."""
        rows = self.connection.execute(
            "SELECT key, size_bytes, version, etag, checksum, proof, copy_key,"
            " copy_etag, at FROM copies WHERE place = ? ORDER BY at, rowid",
            (str(self.place),),
        )
        copies = (_copy(dict(zip(COLUMNS, row, strict=True))) for row in rows)
        return {copy.copy_key: copy for copy in copies}

    def write(self, *copies: Copy) -> None:
        """
        Keep *copies*, at once and for good.

        Raises:
            SourceError: the disk is full.
        """
        rows = [(str(self.place), *astuple(copy)) for copy in copies]
        self._write(
            "INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )

    def write_reading(
        self, *, sample: str, seed: int, copies: int, wrong: int, unknown: int
    ) -> None:
        """Keep that *copies* were read again, and how many were not what they were."""
        row = (str(self.place), now().isoformat(), sample, seed, copies, wrong, unknown)
        self._write("INSERT INTO read_again VALUES (?, ?, ?, ?, ?, ?, ?)", [row])

    def _write(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        try:
            with self.connection:
                self.connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise unusable(error) from None


@contextmanager
def opened(runs: Path, place: BucketPlace) -> Iterator[Copybook]:
    """
    The book of copies in *place*, in the folder of *runs*; nobody else's now.

    Raises:
        SourceError: it cannot be written, or another command is writing it.
    """
    file = runs / FOLDER / FILE
    with closing(connected(file, _COPIES, _READ_AGAIN)) as connection:
        yield Copybook(connection, place)


def manifest(runs: Path) -> Path:
    """Where the list of all copies lies in the folder of *runs*."""
    return runs / FOLDER / MANIFEST


def write_manifest(
    path: Path, copies: Iterable[Copy], failures: Iterable[tuple[str, str]]
) -> None:
    """
    Write every copy, then every object that has none with the reason, as CSV.

    Raises:
        ReimportError: the disk is full, or the folder cannot be written.
    """
    unfinished = path.with_suffix(".part")
    try:
        with private_open(unfinished, "w") as file:
            writer = csv.writer(file)
            writer.writerow((*COLUMNS, "why_not"))
            writer.writerows((*astuple(copy), "") for copy in copies)
            blank = ("",) * (len(COLUMNS) - 1)
            writer.writerows((key, *blank, why) for key, why in failures)
        unfinished.replace(path)
    except OSError as error:
        raise unwritable(path, error) from None


def read_manifest(file: IO[str]) -> list[Copy]:
    """The copies that a manifest lists."""
    return [_copy(line) for line in csv.DictReader(file) if line["copy_key"]]


def _copy(of: Mapping[str, Any]) -> Copy:
    """The copy that a row of the table or of a manifest tells of."""
    return Copy(
        key=of["key"],
        size_bytes=int(of["size_bytes"]),
        version=of["version"],
        etag=of["etag"],
        checksum=of["checksum"],
        proof=Proof(of["proof"]),
        copy_key=of["copy_key"],
        copy_etag=of["copy_etag"],
        at=of["at"],
    )
