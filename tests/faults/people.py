"""Others at work: they swap the source, start the same command, edit in between.

What a person has saved is there afterwards, whatever became of the import: it is looked
for, and taken out again, so that what the import left can be compared.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from reimport_lib.write.databases import conninfo, is_sqlite, sqlite_file
from tests.faults.points import Here, Hit

_THEIRS = "'0000000000004000800000000000aaaa'"


@dataclass(frozen=True)
class Edit:
    """
    Attributes:
        make, undo: SQL; saved: asks how many rows of theirs are there.
    """

    name: str
    make: str
    saved: str
    undo: str


EDITS = {
    edit.name: edit
    for edit in (
        Edit(
            "adds-a-note",
            "INSERT INTO notes_note (id, patient_id, created_at, updated_at, content,"
            " author, source_type, filemaker_metadata, import_hash)"
            " SELECT THEIRS, id, created_at, created_at, 'added', 'staff', '',"
            " '{}', '' FROM patients_patient WHERE filemaker_id LIKE '%1'",
            "SELECT count(*) FROM notes_note WHERE id = THEIRS"
            " AND patient_id IN (SELECT id FROM patients_patient)",
            "DELETE FROM notes_note WHERE id = THEIRS",
        ),
        Edit(
            "files-a-letter",
            "INSERT INTO documents_document (id, content_type_id, object_id,"
            " created_at, updated_at, filemaker_metadata, import_hash, file_name,"
            " original_name, mime_type, s3_bucket, s3_key, category, source_type,"
            " description, tags, is_active) SELECT THEIRS, t.id, p.id,"
            " p.created_at, p.created_at, '{}', '', 'letter', '', '', '', '', '', '',"
            " '', '[]', true FROM django_content_type t, patients_patient p"
            " WHERE t.model = 'patient' AND t.app_label = 'patients'"
            " AND p.filemaker_id LIKE '%4'",
            "SELECT count(*) FROM documents_document WHERE id = THEIRS"
            " AND object_id IN (SELECT id FROM patients_patient)",
            "DELETE FROM documents_document WHERE id = THEIRS",
        ),
        Edit(
            "renames-a-patient",
            "UPDATE patients_patient SET last_name = last_name || ' of staff'"
            " WHERE filemaker_id LIKE '%2'",
            "SELECT count(*) FROM patients_patient"
            " WHERE last_name LIKE '% of staff' AND filemaker_id LIKE '%2'",
            "UPDATE patients_patient SET last_name = replace(last_name, ' of staff',"
            " '') WHERE filemaker_id LIKE '%2'",
        ),
        Edit(  # another import; what was committed by then is noted with it
            "takes-the-database",
            "UPDATE ledger_fence SET epoch = epoch + 1, holder = 'another', released ="
            " false, what = (SELECT CAST(count(*) AS varchar(20)) FROM"
            " ledger_ledgerphase)",
            "SELECT count(*) FROM ledger_fence WHERE holder <> 'another' OR what ="
            " (SELECT CAST(count(*) AS varchar(20)) FROM ledger_ledgerphase)",
            "UPDATE ledger_fence SET released = true",
        ),
    )
}


def saves(edit: Edit, url: str, word: Path) -> Hit:
    """A person saves *edit*, unless the import keeps them waiting; *word* tells it."""

    def hit(_: Here) -> None:
        with suppress(sqlite3.OperationalError, psycopg.OperationalError):
            if ask(url, edit.make):
                word.write_text(edit.name)

    return hit


def found_again(url: str, word: Path) -> list[str]:
    """What a person saved is there, and is taken out again; what is wrong with it."""
    if not word.exists():
        return []
    edit = EDITS[word.read_text()]
    word.unlink()
    is_there = ask(url, edit.saved)
    ask(url, edit.undo)
    return [] if is_there else [f"lost: a person {edit.name}"]


def swaps_source(exports: Path) -> Hit:
    """Somebody exports anew, into the same folder, while the import is at work."""

    def hit(_: Here) -> None:
        for file in exports.glob("*.csv"):
            file.write_bytes(file.read_bytes().replace(b"Testling", b"Swapped"))

    return hit


def texts(url: str, statement: str) -> list[tuple[str, ...]]:
    """The rows that *statement* answers."""
    if is_sqlite(url):
        with closing(sqlite3.connect(sqlite_file(url))) as file:
            return file.execute(statement).fetchall()
    with psycopg.connect(conninfo(url)) as connection:
        return connection.execute(statement.encode()).fetchall()


def ask(url: str, statement: str) -> int:
    """Rows that *statement* changed, or the number that it answers."""
    statement = statement.replace("THEIRS", _THEIRS)
    if is_sqlite(url):
        with closing(sqlite3.connect(sqlite_file(url), timeout=0)) as file:
            cursor: Any = file.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            file.commit()
            return int(row[0]) if row else int(cursor.rowcount)
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        connection.execute("SET lock_timeout = '50ms'")
        cursor = connection.execute(statement.encode())
        return int(cursor.fetchone()[0]) if cursor.description else int(cursor.rowcount)
