"""Whether the database can be backed up and copied, asked before anything is done."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from reimport_lib.backup import copies, pgclient, pgcopies, pgserver
from reimport_lib.checks import Check, Verdict, equal
from reimport_lib.config import Settings
from reimport_lib.errors import ReimportError
from reimport_lib.write import pgreasons, pgrights
from reimport_lib.write.databases import connect, is_sqlite

_MAY_CREATE = (
    "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
)


def check_copies(settings: Settings) -> list[Check]:
    """
    What a backup and its restored copy need: a server that lets them, client programs,
    and a place.

    A SQLite file needs neither. Nothing is made.
    """
    real_url = settings.database_url.reveal()
    rehearsal_url = settings.rehearsal_url.reveal()
    if is_sqlite(real_url):
        return _of_reader(settings)
    try:
        with connect(real_url) as connection:
            version = connection.info.server_version
            row = connection.execute(_MAY_CREATE).fetchone()
            of_server = pgserver.checks(connection)
    except psycopg.Error:  # then it is said of the database itself
        return []

    def client() -> str:
        found = pgclient.find_client(version)
        return f"yes: {found.words} in {found.folder}"

    def place() -> str:
        if rehearsal_url:
            copies.require_usable(rehearsal_url, real_url)
            return "yes: REIMPORT_REHEARSAL_URL"
        if not (row and row[0]):
            raise pgcopies.may_not_create()
        return "yes: one of its own"

    return [
        *of_server,
        *_of_reader(settings),
        _answer("pg_dump and pg_restore suit the server", client, id="C001"),
        _answer("a database to rehearse in", place, id="C002"),
    ]


def _of_reader(settings: Settings) -> list[Check]:
    """The role that is to read alone reads the very database, and may do no more."""
    if not settings.reader_url:
        return []
    name = "REIMPORT_READER_URL names the database of DATABASE_URL"
    if is_sqlite(settings.database_url.reveal()):
        hint = "unset it: a SQLite file is opened so that it cannot be written to"
        return [Check(name, "yes", "no, that is a file", Verdict.FAIL, hint, id="C109")]
    urls = settings.reader_url.reveal(), settings.database_url.reveal()
    try:
        is_same = pgcopies.are_same(*urls)
        with connect(urls[0], read_only=True) as connection:
            changed = pgrights.changeable(connection)
    except psycopg.Error as error:
        hint = "mend that, or unset it"
        no = f"no: {pgreasons.of_error(error)}"
        return [Check(name, "yes", no, Verdict.FAIL, hint, id="C109")]
    hint = "set it to the same database, with another role"
    return [
        equal(
            name,
            expected="yes",
            actual="yes" if is_same else "no",
            hint=hint,
            id="C109",
        ),
        changed,
    ]


def _answer(name: str, look: Callable[[], str], *, id: str) -> Check:
    try:
        return Check(name, "yes", look(), Verdict.PASS, id=id)
    except ReimportError as error:
        return Check(
            name, "yes", f"no: {error.with_id}", Verdict.FAIL, error.hint, id=id
        )
