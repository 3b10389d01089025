"""Each wait for somebody else ends, and says for whom it was."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_server

import psycopg
import pytest

from reimport_lib.backup import pgclient
from reimport_lib.errors import BackupError, TargetError
from reimport_lib.write import bind, pgreasons
from reimport_lib.write.databases import connect, conninfo, sqlite_file
from tests.write.rows import Row, plan, start
from tests.write.test_outside import apply_second, told

ROWS: list[Row] = [{"key": "k-1", "last_name": "Ninepin"}]
IMPATIENT = {"postgresql": "&options=-c%20lock_timeout=200ms", "sqlite": "?timeout=0"}


@pytest.fixture
def impatient(bound: str, engine: str) -> str:
    """The URL of a bound database whose locks are waited for only for a moment."""
    url = bound + IMPATIENT[engine]
    bind.bind(url, real_database=url, writable=True)
    return url


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody has patients for themselves: psql, in the words of PostgreSQL."""
    with psycopg.connect(conninfo(url), application_name="psql") as person:
        person.execute("LOCK TABLE patients_patient IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_table_that_somebody_locks_refuses_a_phase_that_reads_and_names_them(
    impatient: str,
) -> None:
    with locked(impatient), pytest.raises(Exception) as raised:  # noqa: PT011
        plan("patients", *ROWS)
    assert pgreasons.is_busy(raised.value)
    with locked(impatient):
        failure = told(raised.value)

    assert isinstance(failure, TargetError)
    assert failure.id == "R261"
    assert "psql as postgres since " in failure.message
    assert " UTC at patients_patient" in failure.message


def test_a_writer_that_does_not_end_refuses_a_phase_that_writes(
    impatient: str, engine: str
) -> None:
    start("second")
    wanted = plan("patients", *ROWS)

    with writer(impatient, engine), pytest.raises(TargetError) as raised:
        apply_second(wanted)

    assert raised.value.id == "R261"
    assert raised.value.hint.endswith("reimport run --resume second")
    assert ("reimport as postgres" in raised.value.message) == (engine == "postgresql")


@contextmanager
def writer(url: str, engine: str) -> Iterator[None]:
    """Another import, in the middle of a phase."""
    from reimport_lib.write.fence import LOCK

    if engine == "postgresql":
        with psycopg.connect(conninfo(url)) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            yield
        return
    with closing(sqlite3.connect(sqlite_file(url))) as file:
        file.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_backup_does_not_wait_for_a_locked_table(
    impatient: str, tmp_path: Path
) -> None:
    """Left to itself, pg_dump would wait without end."""
    with connect(impatient) as holder:
        client = pgclient.find_client(holder.info.server_version)
        row = holder.execute("SELECT pg_export_snapshot()").fetchone()
        with locked(impatient), pytest.raises(BackupError, match="has held a lock"):
            pgclient.dump(client, impatient, tmp_path / "dump", snapshot=str(row[0]))


def test_a_server_that_does_not_answer_the_door_is_not_waited_for() -> None:
    """It takes the connection, and says nothing."""
    with create_server(("127.0.0.1", 0)) as door:
        url = f"postgresql://x@127.0.0.1:{door.getsockname()[1]}/x?connect_timeout=2"
        before = time.monotonic()
        with pytest.raises(psycopg.OperationalError) as raised:
            connect(url)

    assert time.monotonic() - before < 20
    assert pgreasons.of_error(raised.value) == "the server does not answer"
    assert pgreasons.is_outside(raised.value)
