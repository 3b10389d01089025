"""What a server is set to does not stop a run, or is told before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from reimport_lib.backup import pgserver
from reimport_lib.backup.backup import make_backup
from reimport_lib.backup.copies import copy_place, drop_copy, restore_copy
from reimport_lib.backup.digests import digest_url
from reimport_lib.backup.restoring import restore
from reimport_lib.checks import Check, Verdict
from reimport_lib.errors import TargetError
from reimport_lib.write import bind, identity, pgreasons, pgrights
from reimport_lib.write.databases import QUIET, connect, database_name
from tests.write.statements import execute
from tools import postgres

AT = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
RUN = "20261122T101500Z-rehearsal"
SHORT = (
    "statement_timeout = '1ms'",
    "lock_timeout = '1ms'",
    "idle_in_transaction_session_timeout = '1ms'",
    "idle_session_timeout = '1ms'",
    "transaction_timeout = '100ms'",  # pg_dump lifts it, but not in its first moment
)
STYLES = (
    ("DateStyle = 'SQL, DMY'", "IntervalStyle = 'iso_8601'"),
    ("DateStyle = 'German'", "TimeZone = 'Australia/Perth'"),
    ("DateStyle = 'Postgres, MDY'", "client_encoding = 'LATIN1'"),
)

LOG = "settings by which the server's log may quote rows"


@pytest.fixture
def engine() -> str:
    return "postgresql"


def set_to(url: str, *settings: str) -> None:
    """Set the database to *settings*, for every connection from now on."""
    name = sql.Identifier(database_name(url))
    with psycopg.connect(url, autocommit=True) as connection:
        for each in settings:
            statement = sql.SQL("ALTER DATABASE {} SET {}")
            connection.execute(statement.format(name, sql.SQL(each)))


def checked(url: str) -> dict[str, Check]:
    with connect(url) as connection:
        return {check.name: check for check in pgserver.checks(connection)}


@pytest.mark.parametrize("settings", STYLES, ids=lambda settings: settings[0])
def test_dates_and_times_are_what_they_are_whatever_the_server_writes(
    migrated_database_url: str, settings: tuple[str, ...]
) -> None:
    url = migrated_database_url
    set_to(url, *settings)
    bind.bind(url, real_database=url, writable=True)
    try:
        from patients.models import Patient

        born, at = date(1980, 2, 3), datetime(2026, 11, 22, 10, 15, 1, tzinfo=UTC)
        Patient(
            pk=UUID(int=7),
            first_name="Zoë",
            dob=born,
            created_at=at,
            updated_at=at,
        ).save()
        found = Patient.objects.get(dob=born)

        assert (found.first_name, found.dob) == ("Zoë", born)
        assert found.created_at == at
    finally:
        bind.close()


def test_timeouts_of_the_database_cut_nothing_short(
    migrated_database_url: str, tmp_path: Path
) -> None:
    url = migrated_database_url
    before = digest_url(url)
    set_to(url, *SHORT, "DateStyle = 'SQL, DMY'")
    place = copy_place(url, run_id=RUN, folder=tmp_path)

    backup = make_backup(url, tmp_path / "backup", made_at=AT)
    assert restore_copy(backup, place, real_url=url, run_id=RUN) == before
    drop_copy(place, real_url=url)
    restore(backup, url, held=before)
    bind.bind(url, real_database=url, writable=True)
    try:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.1)")
            cursor.execute("SELECT 1")
        assert {check.verdict for check in identity.check_target()} == {Verdict.PASS}
    finally:
        bind.close()


def test_what_a_run_sets_aside_is_named(migrated_database_url: str) -> None:
    set_to(migrated_database_url, "statement_timeout = '5s'", "datestyle = 'German'")

    check = checked(migrated_database_url)[
        "settings of the database or role that a run does without"
    ]

    assert check.verdict is Verdict.PASS
    assert check.actual.startswith("statement_timeout, DateStyle; set aside")


def test_a_good_database_passes_every_check(migrated_database_url: str) -> None:
    found = checked(migrated_database_url)

    assert {check.verdict for check in found.values()} == {Verdict.PASS}


def test_another_encoding_is_told(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE western TEMPLATE template0 ENCODING 'LATIN1'"
            " LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    try:
        check = checked(postgres.database_url(postgres_url, "western"))[
            "encoding of the database"
        ]
    finally:
        postgres.drop_database(postgres_url, "western")

    assert (check.verdict, check.actual) == (Verdict.FAIL, "LATIN1")
    assert "UTF8" in check.hint


def test_a_database_that_only_reads_is_told(database_url: str) -> None:
    set_to(database_url, "default_transaction_read_only = on")

    check = checked(database_url)["the database can be written to"]

    assert check.verdict is Verdict.FAIL
    assert check.actual == "no: default_transaction_read_only is on"


@pytest.fixture
def modest_url(database_url: str) -> Iterator[str]:
    """Two tables, as a role that owns neither."""
    execute(
        database_url,
        "CREATE TABLE open_to_all (id serial PRIMARY KEY)",
        "CREATE TABLE closed (id integer)",
        "CREATE ROLE modest_reader LOGIN",
        "GRANT ALL ON open_to_all, open_to_all_id_seq TO modest_reader",
    )
    yield database_url.replace("postgres:@", "modest_reader:@", 1)
    execute(database_url, "DROP OWNED BY modest_reader", "DROP ROLE modest_reader")


def test_missing_rights_are_told_table_by_table(
    modest_url: str, database_url: str
) -> None:
    found = checked(modest_url)

    wrong = {
        name: (check.verdict, check.actual)
        for name, check in found.items()
        if check.verdict is not Verdict.PASS
    }
    with connect(modest_url) as connection:
        unread = pgrights.readable(connection)
    assert (unread.verdict, unread.actual) == (Verdict.FAIL, "1: public.closed")
    assert wrong == {
        "tables that this role may not change": (Verdict.FAIL, "1: public.closed"),
        "tables that only another role may put back from a backup": (
            Verdict.WARN,
            "2: public.closed, public.open_to_all",
        ),
        LOG: (
            Verdict.WARN,
            "3: log_error_verbosity, log_min_error_statement, log_parameter_max_length",
        ),
    }
    execute(
        database_url,
        *(f"ALTER ROLE modest_reader SET {n} = {value}" for n, value in QUIET.items()),
    )
    assert checked(modest_url)[LOG].verdict is Verdict.PASS
    execute(database_url, "ALTER TABLE open_to_all ENABLE ROW LEVEL SECURITY")
    partly = checked(modest_url)["tables whose rows this role sees only in part"]
    assert (partly.verdict, partly.actual) == (Verdict.FAIL, "1: public.open_to_all")


@pytest.mark.parametrize("table", ["django_migrations", "django_content_type"])
def test_a_role_that_may_not_read_what_is_asked_first_is_told_so(
    migrated_database_url: str, table: str
) -> None:
    """Without an error of the driver's, which would be taken for a defect."""
    execute(
        migrated_database_url,
        "CREATE ROLE modest_asker LOGIN",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO modest_asker",
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO modest_asker",
        f"REVOKE SELECT ON {table} FROM modest_asker",  # noqa: S608  of this test
    )
    url = migrated_database_url.replace("postgres:@", "modest_asker:@", 1)
    bind.bind(url, real_database=url, writable=False)
    try:
        with pytest.raises(TargetError, match=f"may not read: 1: public.{table}") as no:
            identity.require_ready(bind.REAL)
    finally:
        bind.close()
        execute(
            migrated_database_url,
            "DROP OWNED BY modest_asker",
            "DROP ROLE modest_asker",
        )
    assert no.value.hint.startswith("GRANT SELECT on them")


def test_a_server_that_ends_a_connection_or_refuses_a_role_is_no_defect(
    migrated_database_url: str,
) -> None:
    url = migrated_database_url
    bind.bind(url, real_database=url, writable=True)
    try:
        from django.db import Error, connection

        for statement, outside in (
            ("SELECT pg_terminate_backend(pg_backend_pid())", True),
            ("SELECT 1", True),  # on the connection that was ended
            ("SELECT nothing_of_that_name", False),
        ):
            if not outside:
                connection.close()
            with pytest.raises(Error) as raised, connection.cursor() as cursor:
                cursor.execute(statement)
            assert pgreasons.is_outside(raised.value) is outside, statement
    finally:
        bind.close()


def test_a_server_too_old_to_be_connected_to_is_said_to_be_so() -> None:
    """As 13.23 says it: it is refused with the first of our settings it lacks."""
    said = pgreasons.in_text(
        'connection to server on socket "/tmp/.s.PGSQL.5432" failed: FATAL:  '
        'unrecognized configuration parameter "idle_session_timeout"'
    )

    assert said == f"the server is older than PostgreSQL {pgserver.OLDEST}," + (
        " the oldest that will do"
    )


def test_a_failure_is_told_by_its_reason(postgres_url: str) -> None:
    nowhere = postgres.database_url(postgres_url, "nowhere_to_be_found")
    bind.bind(nowhere, real_database=nowhere, writable=False)
    try:
        (check,) = identity.check_target()
    finally:
        bind.close()

    assert check.actual == 'no: database "nowhere_to_be_found" does not exist'
    with connect(postgres_url) as connection:
        connection.execute("SET statement_timeout = '1ms'")
        with pytest.raises(psycopg.Error) as cut:
            connection.execute("SELECT pg_sleep(1)")
    assert pgreasons.of_error(cut.value) == (
        "canceling statement due to statement timeout"
    )


def test_a_value_that_a_server_quotes_is_not_passed_on(database_url: str) -> None:
    with (
        connect(database_url) as connection,
        pytest.raises(psycopg.Error) as wrong,
    ):
        connection.execute("SELECT 'Ninepin'::integer")

    assert pgreasons.of_error(wrong.value) == (
        "a value cannot be stored as its column wants it"
    )
