"""Killed processes and cut connections: the ledger tells what was done."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from reimport_lib.backup.digests import digest_url
from reimport_lib.errors import PhaseFailed
from reimport_lib.write import bind, ledger
from reimport_lib.write.databases import conninfo, sqlite_file
from tests.write.faults import QUICK_LEDGER, SLOW_LEDGER, cutting_proxy
from tests.write.rows import RUN, Row, apply, plan, start
from tests.write.statements import execute, query

ROOT = Path(__file__).resolve().parents[2]
ROWS: list[Row] = [{"key": f"k-{n}", "last_name": "Ninepin"} for n in range(50)]
APPLYING = """
import sys
from reimport_lib.write import bind
bind.bind(sys.argv[1], real_database=sys.argv[1], writable=True)
from tests.write.rows import apply, plan
apply(plan("patients", *({"key": f"k-{n}", "last_name": "Ninepin"} for n in range(50))))
"""


def writing(engine: str, url: str) -> bool:
    """Whether another process is inside its writing transaction."""
    if engine == "postgresql":
        with psycopg.connect(conninfo(url)) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                " AND datname = current_database()"
            ).fetchone()
        return bool(row and row[0])
    # longer than it writes before its phase
    with closing(sqlite3.connect(sqlite_file(url), timeout=0.3)) as file:
        try:
            file.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def started(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", APPLYING, url], cwd=ROOT)


def test_a_killed_process_leaves_nothing_and_its_phase_can_be_done_again(
    bound: str, engine: str
) -> None:
    """Killed with all rows written and the ledger's row on its way."""
    start()
    execute(bound, *SLOW_LEDGER[engine])
    before = digest_url(bound)

    process = started(bound)
    wait_until(lambda: writing(engine, bound))
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert before == digest_url(bound)
    # Waits for the statement that the server still runs for the dead process.
    wait_until(lambda: not writing(engine, bound))
    execute(bound, *QUICK_LEDGER[engine])
    assert not apply(plan("patients", *ROWS)).repeated
    assert query(bound, "SELECT count(*) FROM patients_patient") == [(50,)]


def test_two_processes_do_a_phase_once(bound: str, engine: str) -> None:
    """The second waits for the first, then finds the phase done."""
    start()
    execute(bound, *SLOW_LEDGER[engine])
    wanted = plan("patients", *ROWS)

    process = started(bound)
    wait_until(lambda: writing(engine, bound))
    applied = apply(wanted)

    assert process.wait() == 0
    assert applied.repeated
    assert query(bound, "SELECT count(*) FROM ledger_ledgerphase") == [(1,)]


class TestPostgresql:
    """A connection that breaks; SQLite has none."""

    @pytest.fixture
    def engine(self) -> str:
        return "postgresql"

    def test_a_commit_whose_answer_is_lost_is_found_in_the_ledger(
        self, bound: str, tmp_path: Path
    ) -> None:
        start()
        wanted = plan("patients", *ROWS)
        with cutting_proxy(bound, tmp_path, words=b"COMMIT") as url:
            bind.bind(url, real_database=bound, writable=True)
            applied = apply_started(wanted)

        assert applied.repeated
        assert applied.counts["patients"]["created"] == 50
        assert ledger.phase_done(RUN, "patients")

    def test_a_connection_cut_before_the_commit_leaves_nothing(
        self, bound: str, tmp_path: Path
    ) -> None:
        start()
        wanted = plan("patients", *ROWS)
        before = digest_url(bound)
        words = b'INSERT INTO "ledger_ledgerphase"'
        with cutting_proxy(bound, tmp_path, words=words) as url:
            bind.bind(url, real_database=bound, writable=True)
            with pytest.raises(PhaseFailed, match="Nothing of this phase was written"):
                apply_started(wanted)

        assert before == digest_url(bound)


def apply_started(wanted: object) -> object:
    """Apply to a run that is entered already."""
    from reimport_lib.write import apply as applying
    from tests.write.rows import AS_OF, DIGEST

    return applying.apply(
        RUN,
        "patients",
        3,
        [wanted],
        snapshot_digest=DIGEST,
        outcomes_sha256="",
        as_of=AS_OF,
    )


def test_a_disk_that_is_full_is_named_and_nothing_is_written(
    bound: str, engine: str
) -> None:
    """SQLite with all its pages taken; a server that says that it has no room."""
    start()
    if engine == "postgresql":
        execute(
            bound,
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$",
            "CREATE TRIGGER full_disk BEFORE INSERT ON patients_patient"
            " EXECUTE FUNCTION full_disk()",
        )
    before = digest_url(bound)
    if engine == "sqlite":
        with connections[bind.DEFAULT].cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1")

    with pytest.raises(PhaseFailed, match="has no room for the rows") as raised:
        apply(plan("patients", *({"key": f"k-{n}"} for n in range(2000))))

    assert "make room on its disk" in raised.value.hint
    assert before == digest_url(bound)
