"""Settings, migrations and the schema: the project as a whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import databases, environment

BACKEND = Path(__file__).resolve().parents[2] / "backend"
PRODUCTION = {
    "DJANGO_SECRET_KEY": "".join(map(chr, range(48, 123))),
    "DJANGO_ALLOWED_HOSTS": "clinic.example.org",
}


def backend(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Python in the backend's folder, with none of this process's own settings."""
    kept = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://:memory:"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=BACKEND,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_every_migration_is_applied_to_the_tests_own_database() -> None:
    executor = MigrationExecutor(connection)

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@pytest.mark.django_db
def test_the_schema_is_valid_and_without_warnings(tmp_path: Path) -> None:
    call_command(
        "spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema")
    )


def test_a_production_environment_passes_the_deployment_checks() -> None:
    done = backend(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION
    )

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


SERVERS = [
    ("-m", "config.wsgi"),
    ("-m", "config.asgi"),
    ("manage.py", "runserver", "--noreload", "127.0.0.1:0"),
    ("manage.py", "check", "--deploy"),
]


@pytest.mark.parametrize("arguments", SERVERS, ids=" ".join)
def test_without_a_secret_key_nothing_is_served(arguments: tuple[str, ...]) -> None:
    done = backend(*arguments)

    assert done.returncode != 0
    assert "DJANGO_SECRET_KEY is not set" in done.stderr


@pytest.mark.parametrize("arguments", SERVERS[:2], ids=" ".join)
def test_on_a_developers_machine_a_key_is_made_up(arguments: tuple[str, ...]) -> None:
    done = backend(*arguments, DJANGO_DEBUG="1")

    assert done.returncode == 0, done.stderr


def test_migrations_need_no_secret_key() -> None:
    assert backend("manage.py", "migrate", "--plan").returncode == 0


def test_debug_is_off_unless_asked_for() -> None:
    shown = ("-c", "from config import settings; print(settings.DEBUG)")

    assert backend(*shown).stdout == "False\n"
    assert backend(*shown, DJANGO_DEBUG="").stdout == "False\n"
    assert backend(*shown, DJANGO_DEBUG="1").stdout == "True\n"


def test_a_made_up_key_is_another_in_each_process() -> None:
    shown = ("-c", "from config import settings; print(settings.SECRET_KEY)")

    keys = {backend(*shown, DJANGO_DEBUG="1").stdout for _ in range(2)}

    assert len(keys) == 2


def test_the_clinics_time_zone_comes_from_the_environment() -> None:
    shown = ("-c", "from config import settings; print(settings.TIME_ZONE)")

    assert backend(*shown).stdout == "Australia/Sydney\n"
    assert backend(*shown, REIMPORT_TIME_ZONE="Australia/Perth").stdout == (
        "Australia/Perth\n"
    )


def test_a_setting_that_cannot_be_read_is_named() -> None:
    done = backend("manage.py", "check", DJANGO_DEBUG="perhaps")

    assert done.returncode != 0
    assert "DJANGO_DEBUG must be 1 or 0." in done.stderr


def test_the_environment_wins_over_the_file(
    tmp_path: Path,
) -> None:
    file = tmp_path / ".env"
    file.write_text("ONE=file\nTWO=file\nTHREE=\n")

    read = environment.read(file, {"ONE": "process", "FOUR": "a, b c"})

    assert (read.text("ONE"), read.text("TWO")) == ("process", "file")
    assert read.text("THREE", "default") == "default"
    assert read.words("FOUR") == ["a", "b", "c"]
    assert "process" not in repr(read)


def test_an_empty_variable_hides_the_file_and_leaves_the_default(
    tmp_path: Path,
) -> None:
    """As it does for the import, which reads the same file."""
    file = tmp_path / ".env"
    file.write_text("DATABASE_URL=sqlite:///a\n")

    assert environment.read(file, {"DATABASE_URL": ""}).text("DATABASE_URL") == ""


def test_numbers_and_flags_are_refused_by_name() -> None:
    read = environment.Environment({"A": "x", "B": "-1", "C": "yes"})

    with pytest.raises(ImproperlyConfigured, match=r"^A must be a whole number"):
        read.number("A", 1)
    with pytest.raises(ImproperlyConfigured, match=r"^B must be a whole number"):
        read.number("B", 1)
    assert read.flag("C", default=False) is True
    assert read.number("D", 7) == 7


def test_sqlite_writers_wait_for_each_other() -> None:
    options = databases.database("sqlite:////tmp/clinic.sqlite3")["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] >= 20
    assert "journal_mode=WAL" in options["init_command"]


def test_a_sqlite_file_is_the_same_one_from_every_folder() -> None:
    named = databases.database("sqlite:///clinic.sqlite3")["NAME"]

    assert named == str(BACKEND.parent / "clinic.sqlite3")
    assert databases.database("sqlite:////srv/a.sqlite3")["NAME"] == "/srv/a.sqlite3"
    assert databases.database("sqlite://:memory:")["NAME"] == ":memory:"


def test_postgresql_gets_no_options_of_sqlite() -> None:
    database = databases.database("postgresql://u:p@h:5433/clinic")

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["NAME"], database["HOST"], database["PORT"]) == (
        "clinic",
        "h",
        5433,
    )
    assert set(database["OPTIONS"]) == {"options"}


def test_dates_come_in_the_one_form_that_django_reads() -> None:
    """A German DateStyle of the database or the role ended every migration."""
    url = "postgresql://h/clinic?options=-c%20DateStyle=German%20-c%20work_mem=8MB"
    words = databases.database(url)["OPTIONS"]["options"]

    assert words.split("-c ")[1:] == [
        "DateStyle=German ",
        "work_mem=8MB ",
        "DateStyle=ISO ",
        "IntervalStyle=postgres",
    ]
