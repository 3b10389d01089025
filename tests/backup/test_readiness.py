"""What a backup and its copy need is asked for before a run begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from reimport_lib.backup import pgclient
from reimport_lib.backup.copies import copy_place
from reimport_lib.backup.readiness import check_copies
from reimport_lib.checks import Check, Verdict
from reimport_lib.config import load_settings
from reimport_lib.errors import SettingsError
from tests.write.statements import execute
from tools import postgres

CLIENT = "pg_dump and pg_restore suit the server"
PLACE = "a database to rehearse in"


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def role_url(database_url: str) -> Iterator[str]:
    """The database, as a role that may not create another one."""
    execute(database_url, "CREATE ROLE modest LOGIN")
    yield database_url.replace("postgres:@", "modest:@", 1)
    execute(database_url, "DROP OWNED BY modest", "DROP ROLE modest")


@pytest.fixture
def lent_url(postgres_url: str) -> Iterator[str]:
    yield postgres.create_database(postgres_url, "lent_to_look_at")
    postgres.drop_database(postgres_url, "lent_to_look_at")


def checked(url: str, **others: str) -> dict[str, Check]:
    found = check_copies(load_settings({"DATABASE_URL": url, **others}))
    return {check.name: check for check in found}


def test_a_role_that_may_create_databases_needs_no_other(database_url: str) -> None:
    checks = checked(database_url)

    assert checks.keys() >= {CLIENT, PLACE}
    assert {check.verdict for check in checks.values()} == {Verdict.PASS}


def test_a_role_that_may_not_is_told_of_both_ways_out(role_url: str) -> None:
    check = checked(role_url)[PLACE]

    assert check.verdict is Verdict.FAIL
    assert "may not create a database" in check.actual
    assert "CREATEDB" in check.hint
    assert "REIMPORT_REHEARSAL_URL" in check.hint


def test_a_lent_database_will_do(role_url: str, lent_url: str) -> None:
    check = checked(role_url, REIMPORT_REHEARSAL_URL=lent_url)[PLACE]

    assert (check.verdict, check.actual) == (
        Verdict.PASS,
        "yes: REIMPORT_REHEARSAL_URL",
    )


def test_a_lent_database_with_tables_of_others_is_none(
    role_url: str, lent_url: str
) -> None:
    execute(lent_url, "CREATE TABLE theirs (id integer)")

    check = checked(role_url, REIMPORT_REHEARSAL_URL=lent_url)[PLACE]

    assert check.verdict is Verdict.FAIL
    assert "lent_to_look_at holds tables" in check.actual


def test_a_copy_is_made_in_no_other_kind_of_database(
    database_url: str, tmp_path: Path
) -> None:
    """Nor does a run get that far: it is said wherever the place is asked for."""
    file = "sqlite:///lent.sqlite3"

    check = checked(database_url, REIMPORT_REHEARSAL_URL=file)[PLACE]

    assert check.verdict is Verdict.FAIL
    assert "REIMPORT_REHEARSAL_URL names no PostgreSQL database" in check.actual
    assert check.hint.startswith("set REIMPORT_REHEARSAL_URL to ")
    with pytest.raises(SettingsError, match="REIMPORT_REHEARSAL_URL names no"):
        copy_place(database_url, run_id="r", folder=tmp_path, rehearsal_url=file)


def another_role(url: str) -> str:
    """*url* as the role that may not create a database, nor a table in this one."""
    return url.replace("postgres:@", "modest:@", 1)


@pytest.mark.parametrize(
    ("statements", "as_role", "said"),
    [
        (("DROP SCHEMA public",), True, "may make no table in the schema public"),
        (
            ("REVOKE CREATE ON SCHEMA public FROM PUBLIC",),
            True,
            "may make no table in the schema public",
        ),
        (
            (
                "GRANT CREATE ON SCHEMA public TO modest",
                "CREATE TABLE reimport_rehearsal_copy (run_id varchar(100))",
            ),
            True,
            "may not remove what another role has left",
        ),
        (
            ("ALTER DATABASE lent_to_look_at SET default_transaction_read_only = on",),
            False,
            "can only be read",
        ),
        (("REVOKE CONNECT ON DATABASE lent_to_look_at FROM PUBLIC",), True, "denied"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_lent_database_that_no_copy_fits_into_is_told(
    role_url: str, lent_url: str, statements: tuple[str, ...], as_role: bool, said: str
) -> None:
    execute(lent_url, *statements)
    url = another_role(lent_url) if as_role else lent_url

    check = checked(role_url, REIMPORT_REHEARSAL_URL=url)[PLACE]

    assert check.verdict is Verdict.FAIL
    assert said in check.actual
    assert check.hint.startswith("set REIMPORT_REHEARSAL_URL to ")


def test_a_lent_database_of_another_encoding_or_that_is_not_there_is_told(
    postgres_url: str, database_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE western_lent TEMPLATE template0 ENCODING 'LATIN1'"
            " LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    for name, said in (
        ("western_lent", "the encoding of that database is LATIN1"),
        ("nowhere", 'database "nowhere" does not exist'),
    ):
        url = postgres.database_url(postgres_url, name)
        check = checked(database_url, REIMPORT_REHEARSAL_URL=url)[PLACE]

        assert check.verdict is Verdict.FAIL
        assert said in check.actual
        assert check.hint.startswith("set REIMPORT_REHEARSAL_URL to ")
    postgres.drop_database(postgres_url, "western_lent")


def test_the_real_database_is_not_lent_to_itself(database_url: str) -> None:
    same = f"{database_url}&application_name=other"

    check = checked(database_url, REIMPORT_REHEARSAL_URL=same)[PLACE]

    assert check.verdict is Verdict.FAIL
    assert "names the real database" in check.actual


def test_missing_client_programs_are_said(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pgclient, "_folders", lambda: iter([tmp_path]))

    check = checked(database_url)[CLIENT]

    assert check.verdict is Verdict.FAIL
    assert "not installed" in check.actual
    assert "REIMPORT_PG_BIN" in check.hint


def test_a_sqlite_file_needs_neither(tmp_path: Path) -> None:
    assert checked(f"sqlite:///{tmp_path / 'clinic.sqlite3'}") == {}
