"""What breaks outside of the program is told as that, and never as its defect."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connections

from reimport_lib.cli.errors import defect
from reimport_lib.errors import PhaseFailed, ReimportError
from reimport_lib.phases import recording
from reimport_lib.plan.plan import Plan
from reimport_lib.write import apply as writing
from reimport_lib.write import bind
from reimport_lib.write.databases import conninfo
from tests.write.faults import SLOW_LEDGER
from tests.write.rows import DIGEST, LATER, RUN, Row, apply, plan, start
from tests.write.statements import execute

ROWS: list[Row] = [{"key": f"k-{n}", "last_name": "Ninepin"} for n in range(3)]
CHANGED: list[Row] = [
    *({**row, "first_name": "Zoe"} for row in ROWS),
    {"key": "k-9", "last_name": "Skittle"},
]


@pytest.fixture
def engine() -> str:
    return "postgresql"


@contextmanager
def ended_before(url: str, number: int) -> Iterator[list[str]]:
    """The server ends the connection before the statement *number*; those sent."""
    sent: list[str] = []

    def send(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        if len(sent) == number:
            backend = context["connection"].connection.info.backend_pid
            with psycopg.connect(conninfo(url), autocommit=True) as person:
                person.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])
        return execute(sql, params, many, context)

    with connections[bind.DEFAULT].execute_wrapper(send):
        yield sent


def apply_second(changed: Plan) -> None:
    """*changed* by a run that is in the ledger."""
    writing.apply(
        "second",
        "patients",
        3,
        [changed],
        snapshot_digest=DIGEST,
        outcomes_sha256="",
        as_of=LATER,
    )


def told(error: Exception) -> ReimportError:
    """What becomes of *error* in a phase."""
    run: Any = SimpleNamespace(run_id=RUN)
    return recording.unexpected(run, "patients", error)


def test_a_connection_that_the_server_ends_at_any_statement_is_no_defect(
    bound: str,
) -> None:
    apply(plan("patients", *ROWS))
    changed = plan("patients", *CHANGED)
    start("second")
    failures = []
    while True:
        number = len(failures) + 1
        with ended_before(bound, number) as sent:
            try:
                apply_second(changed)
            except ReimportError as error:
                failures.append(error)
        if len(sent) < number:
            break

    assert len(failures) > 5
    assert {error.id for error in failures} == {"R262"}
    assert {error.hint for error in failures} == {
        "mend that, then reimport run --resume second"
    }


def test_a_connection_that_ends_while_a_phase_reads_is_no_defect(bound: str) -> None:
    with ended_before(bound, 1), pytest.raises(Exception) as raised:  # noqa: PT011
        plan("patients", *ROWS)

    failure = told(raised.value)
    assert (failure.id, failure.hint) == (
        "R102",
        f"mend that, then reimport run --resume {RUN}",
    )
    assert "terminating connection due to administrator command" in failure.message


def test_a_statement_that_takes_longer_than_the_server_allows_is_no_defect(
    bound: str,
) -> None:
    start()
    execute(bound, *SLOW_LEDGER["postgresql"])
    connections[bind.DEFAULT].ensure_connection()
    with connections[bind.DEFAULT].cursor() as cursor:
        cursor.execute("SET statement_timeout = 300")

    with pytest.raises(PhaseFailed, match="due to statement timeout") as raised:
        apply(plan("patients", *ROWS))
    assert raised.value.id == "R262"


@pytest.mark.parametrize("code", ["40P01", "40001", "53200", "58030", "XX000"])
def test_what_a_server_fails_of_is_no_defect(bound: str, code: str) -> None:
    start()
    execute(
        bound,
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'Jane Citizen' USING ERRCODE = '{code}'; END $$",
        "CREATE TRIGGER fail BEFORE INSERT ON patients_patient EXECUTE FUNCTION fail()",
    )

    with pytest.raises(PhaseFailed) as raised:
        apply(plan("patients", *ROWS))

    assert raised.value.id == "R262"
    assert "Citizen" not in str(raised.value)


RUNNING_OUT = """
import resource, sys, threading
import zmq
from reimport_lib import outside

def told(act):
    try:
        act()
    except BaseException as error:
        return outside.of_machine(error)

context = zmq.Context()
files = [told(lambda: bytearray(1 << 60))]
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
files += [told(lambda: open("/dev/null")), told(lambda: context.socket(zmq.PUSH))]
threading.stack_size(1 << 38)
resource.setrlimit(resource.RLIMIT_AS, (1 << 34, 1 << 34))
files += [told(threading.Thread(target=print).start), told(lambda: {}["Jane"])]
sys.stdout.write(repr(files))
sys.stdout.flush()
import os; os._exit(0)
"""


def test_memory_files_and_threads_that_run_out_are_no_defect() -> None:
    """In a process of its own, with real limits."""
    done = subprocess.run(
        [sys.executable, "-c", RUNNING_OUT], capture_output=True, text=True, check=True
    )

    files = "this process may open no more files (ulimit -n)"
    threads = "no process or thread can be started (ulimit -u)"
    assert repr(["there is no memory left", files, files, threads, ""]) == done.stdout


@pytest.mark.parametrize("tell", [told, defect])
def test_what_runs_out_is_told_with_its_place_and_without_a_text(tell: Any) -> None:
    try:
        raise OSError(24, "Too many open files", "jane_citizen.csv")
    except OSError as error:
        failure = tell(error)

    assert "may open no more files (ulimit -n) (OSError at " in failure.message
    assert "jane" not in str(failure)
    assert "defect" not in failure.hint
