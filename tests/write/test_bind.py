"""What a process is bound to; the real database is never written by mistake."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reimport_lib import project
from reimport_lib.backup.backup import make_backup
from reimport_lib.backup.copies import copy_place, drop_copy, restore_copy
from reimport_lib.errors import SettingsError, TargetError
from reimport_lib.write import bind, identity
from reimport_lib.write.databases import configuration, database_name, libpq
from tests.write.rows import AS_OF
from tests.write.statements import execute, query

ROOT = Path(__file__).resolve().parents[2]


def patients(alias: str) -> Any:
    from django.apps import apps

    return apps.get_model("patients.Patient").objects.using(alias)


def test_a_write_through_the_real_alias_fails(bound: str) -> None:
    from django.db import DatabaseError

    with pytest.raises(DatabaseError):
        patients("real").create(last_name="Ninepin")

    assert patients("default").count() == 0


def test_a_process_that_may_not_write_cannot(migrated_database_url: str) -> None:
    from django.db import DatabaseError

    url = migrated_database_url
    bind.bind(url, real_database=url, writable=False)
    try:
        with pytest.raises(DatabaseError):
            patients("default").create(last_name="Ninepin")
    finally:
        bind.close()


def test_what_default_writes_the_real_alias_reads(bound: str) -> None:
    patients("default").create(last_name="Ninepin")

    assert patients("real").count() == 1


def test_a_plain_process_may_be_bound_anew(bound: str, tmp_path: Path) -> None:
    """A connection holds the settings it was made with: it must not survive."""
    patients("default").create(last_name="Ninepin")
    other = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    execute(other, "CREATE TABLE patients_patient (id text)")

    bind.bind(other, real_database=other, writable=True)
    assert patients("default").count() == 0

    bind.bind(bound, real_database=bound, writable=True)
    assert patients("default").count() == 1


def test_a_copy_that_is_not_there_yet_is_not_made_by_binding(
    migrated_database_url: str, tmp_path: Path
) -> None:
    from django.db import OperationalError

    copy = tmp_path / "copy.sqlite3"
    bind.bind(f"sqlite:///{copy}", real_database=migrated_database_url, writable=True)
    try:
        with pytest.raises(OperationalError):
            patients("default").count()
        assert not copy.exists()
        assert patients("real").count() == 0
    finally:
        bind.close()


def test_a_replaced_copy_is_the_one_that_is_read(bound: str, tmp_path: Path) -> None:
    """A connection left open would go on with the copy that was there before."""
    backup = make_backup(bound, tmp_path / "backup", made_at=AS_OF)
    place = copy_place(bound, run_id="run", folder=tmp_path)
    restore_copy(backup, place, real_url=bound, run_id="run")
    bind.bind(place.url, real_database=bound, writable=True)
    patients("default").create(last_name="Ninepin")

    restore_copy(backup, place, real_url=bound, run_id="run")

    assert patients("default").count() == 0
    assert drop_copy(place, real_url=bound)


def test_a_database_that_is_not_there_is_named_with_a_hint(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'nowhere.sqlite3'}"
    bind.bind(url, real_database=url, writable=False)

    with pytest.raises(TargetError, match=r"cannot|can be reached.*DATABASE_URL"):
        identity.database_identity()


def test_a_server_that_is_not_there_is_named_with_a_hint(tmp_path: Path) -> None:
    # pragma: allowlist nextline secret
    url = f"postgresql://postgres:secret@/clinic?host={tmp_path}"
    bind.bind(url, real_database=url, writable=False)

    with pytest.raises(TargetError, match="DATABASE_URL") as raised:
        identity.require_ready("real")
    assert "secret" not in str(raised.value)


def test_a_database_without_tables_is_told_to_migrate(database_url: str) -> None:
    execute(database_url, "CREATE TABLE other (id integer)")
    bind.bind(database_url, real_database=database_url, writable=False)
    try:
        with pytest.raises(TargetError, match=r"manage\.py migrate"):
            identity.require_ready("real")
    finally:
        bind.close()


def test_a_migration_that_is_missing_is_counted(bound: str) -> None:
    execute(bound, "DELETE FROM django_migrations WHERE app = 'images'")

    found = {check.name: check for check in identity.check_target()}

    assert found["migrations not applied"].verdict == "fail"
    assert found["tables of the backend"].verdict == "pass"


def test_content_types_that_are_missing_are_told_before_a_run(bound: str) -> None:
    """A migration that was cut short after its last step leaves none."""
    execute(bound, "DELETE FROM auth_permission")
    execute(bound, "DELETE FROM django_content_type")

    failed = [check for check in identity.check_target() if check.verdict == "fail"]

    assert [check.name for check in failed] == ["content types are there"]
    assert failed[0].hint == project.manage("migrate")


def test_a_copy_in_the_place_of_the_real_database_is_seen(bound: str) -> None:
    execute(bound, "CREATE TABLE reimport_rehearsal_copy (run_id text)")

    failed = [check for check in identity.check_target() if check.verdict == "fail"]

    assert [check.name for check in failed] == ["database is a rehearsal's copy"]


def test_the_identity_tells_two_databases_apart(bound: str) -> None:
    first = identity.database_identity()

    assert first == identity.database_identity("default")
    assert set(first) == {"engine", "name", "server", "migrations"}
    assert "ledger.00" in first["migrations"]
    assert all(first.values())


@pytest.mark.parametrize("url", ["", "mysql://host/name", "sqlite://:memory:", "name"])
def test_other_databases_are_refused_without_showing_the_url(url: str) -> None:
    with pytest.raises(SettingsError, match="neither a SQLite file nor"):
        configuration(url, read_only=True)


def test_a_socket_and_a_password_are_read_from_the_url() -> None:
    # pragma: allowlist nextline secret
    url = "postgresql://us%40er:p%3Aw@/clinic?host=/run/sockets&port=5433"

    found = libpq(url)

    assert {"statement_timeout=0", "lock_timeout=60s"} <= {
        *found.pop("options").split()
    }
    assert found == {
        "connect_timeout": "30",
        "keepalives_idle": "60",
        "keepalives_interval": "15",
        "keepalives_count": "4",
        "host": "/run/sockets",
        "port": "5433",
        "dbname": "clinic",
        "user": "us@er",
        # pragma: allowlist nextline secret
        "password": "p:w",
        "application_name": "reimport",
        "client_encoding": "UTF8",
    }
    assert database_name(url) == "clinic"


KERNEL = """
import os, sys
from types import SimpleNamespace
sys.modules["IPython"] = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=1))
from reimport_lib.errors import UsageError
from reimport_lib.write import bind
url, other = sys.argv[1:]
bind.bind(url, real_database=url, writable=True)
bind.bind(url, real_database=url, writable=True)
print(os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"])
try:
    bind.bind(other, real_database=url, writable=True)
except UsageError as error:
    print(error)
"""


CLOCK = """
import sys, time
from reimport_lib.write import bind
bind.bind(sys.argv[1], real_database=sys.argv[1], writable=True)
print(time.localtime().tm_zone)
"""


@pytest.mark.parametrize(
    ("zone", "names"),
    [("Australia/Sydney", ("AEST", "AEDT")), ("Australia/Perth", ("AWST",))],
)
def test_the_clock_of_a_process_is_the_clinics(
    tmp_path: Path, zone: str, names: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLOCK, f"sqlite:///{tmp_path / 'one'}"],
        cwd=ROOT,
        env={**os.environ, "TZ": "UTC", "REIMPORT_TIME_ZONE": zone},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() in names


def test_a_kernel_serves_one_run(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / name}" for name in ("one", "two")]
    done = subprocess.run(
        [sys.executable, "-c", KERNEL, *urls],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    guard, refusal = done.stdout.splitlines()
    assert guard == "true"
    assert refusal.startswith("This kernel already works on another run.")


def test_outside_a_kernel_django_keeps_its_guard(bound: str) -> None:
    assert "DJANGO_ALLOW_ASYNC_UNSAFE" not in os.environ
    assert query(bound, "SELECT count(*) FROM patients_patient") == [(0,)]
