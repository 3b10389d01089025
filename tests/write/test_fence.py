"""One writer at a time: who loses hears of it, and what was cut off writes nothing."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from reimport_lib.errors import FenceLost, Refused
from reimport_lib.record import heartbeat
from reimport_lib.write import apply as writing
from reimport_lib.write import bind, fence, hold, ledger
from reimport_lib.write.databases import conninfo, sqlite_file
from reimport_lib.write.fence import Claim
from tests.write.rows import AS_OF, DIGEST, RUN, plan, start

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("FENCE_ROUNDS", "6"))
ROUND = """
import sys, time
from reimport_lib.errors import Refused
from reimport_lib.write import bind, fence
url, name = sys.argv[1:]
bind.bind(url, real_database=url, writable=True)
print("ready", flush=True)
for number, line in enumerate(sys.stdin):
    if line == "end\\n":
        fence.release()
        print("ended", flush=True)
        continue
    time.sleep(float(line))
    try:
        fence.take(fence.Claim(f"{name} {number}", f"run of {name}"))
        print("won", flush=True)
    except Refused as error:
        print(f"lost {error}", flush=True)
"""


def racer(url: str, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ROUND, url, name],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def say(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def test_of_two_that_start_at_once_one_writes_and_the_other_hears_of_it(
    bound: str,
) -> None:
    """As often as FENCE_ROUNDS says; one of them is killed in between, too."""
    fence.release()
    dice = random.Random(20261122)
    both = [racer(bound, "one"), racer(bound, "two")]
    try:
        assert [heard(each) for each in both] == ["ready\n"] * 2
        for _ in range(ROUNDS):
            for each in both:
                say(each, str(dice.choice([0, 0, dice.random() / 50])))
            told = [heard(each) for each in both]
            assert sorted(text[:4] for text in told) == ["lost", "won\n"]
            won = told.index("won\n")
            lost = told[1 - won]
            assert f"is held by run of {('one', 'two')[won]} (" in lost
            where = f" on {socket.gethostname()}, process {both[won].pid}"
            assert f"{where}) since 2" in lost
            assert "with a sign of life " in lost
            assert "Nothing was written." in lost
            say(both[won], "end")
            assert heard(both[won]) == "ended\n"

        say(both[0], "0")
        assert heard(both[0]) == "won\n"
        both[0].kill()
        both[0].wait()
        say(both[1], "0")
        assert heard(both[1]) == "won\n"  # at once, and nobody has unlocked anything
    finally:
        for each in both:
            each.kill()
            each.communicate()


@contextmanager
def taken_over(url: str, engine: str) -> Iterator[None]:
    """Another run has the fence, since the hold of this one was cut off."""
    first = fence._held
    assert first
    if engine == "postgresql":
        with psycopg.connect(conninfo(url), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND classid = %s",
                (hold.CLASS,),
            )
    else:
        first.close()
    fence._held = None
    fence.take(Claim("another word", "another run"))
    second, fence._held = fence._held, first
    try:
        yield
    finally:
        assert second
        second.close()


def test_a_run_that_was_taken_over_commits_nothing_more(
    bound: str, engine: str
) -> None:
    start()
    wanted = plan("patients", {"key": "k-1", "last_name": "Ninepin"})

    with taken_over(bound, engine):
        with pytest.raises(FenceLost) as raised:
            writing.apply(
                RUN,
                "patients",
                3,
                [wanted],
                snapshot_digest=DIGEST,
                outcomes_sha256="",
                as_of=AS_OF,
            )
        with pytest.raises(FenceLost), fence.writing():
            ledger.finish_run(RUN, status="succeeded", finished_at=AS_OF)
        with pytest.raises(FenceLost, match="taken over by another run"):
            fence.take(Claim("a test", "a test", limit_seconds=0), epoch=1)

    assert "it was taken over by another run (" in raised.value.message
    assert raised.value.exit_code == 3
    assert apps.get_model("patients", "Patient").objects.count() == 0
    assert ledger.phase_done(RUN, "patients") is None
    assert apps.get_model("ledger", "LedgerRun").objects.get().status == "running"


def test_who_has_not_taken_the_fence_writes_nothing(bound: str) -> None:
    fence.let_go()

    with pytest.raises(Refused, match="was not taken"), fence.writing():
        start()

    assert apps.get_model("ledger", "LedgerRun").objects.count() == 0


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_phase_that_writes_lets_signs_of_life_pass_and_nobody_over_the_fence(
    bound: str,
) -> None:
    before = told(bound)

    with fence.writing():
        assert fence._held
        fence._held.beat()
        assert told(bound) > before
        with (
            psycopg.connect(conninfo(bound)) as other,
            pytest.raises(psycopg.errors.LockNotAvailable),
        ):
            other.execute(
                "SET lock_timeout = '100ms'; UPDATE ledger_fence SET epoch = epoch + 1"
            )


def told(url: str) -> datetime:
    """The last sign of life, as others see it."""
    with psycopg.connect(conninfo(url)) as other:
        row = other.execute("SELECT heartbeat_at FROM ledger_fence").fetchone()
    assert row
    return row[0]  # type: ignore[no-any-return]


def test_a_hold_that_is_free_is_waited_for_as_long_as_its_run_may_come_back(
    bound: str, engine: str
) -> None:
    """It is of another machine, so that nobody here knows whether its process ended."""
    fence.let_go()
    while not (held := fence.holder()) or not held.is_free:
        time.sleep(0.01)  # the server has yet to see that its session ended
    rows = apps.get_model("ledger", "Fence").objects
    rows.update(host="elsewhere", heartbeat_at=datetime.now(UTC))
    if engine == "sqlite":
        os.utime(f"{sqlite_file(bound)}{heartbeat.BESIDE}")
    started = time.monotonic()

    taken = fence.take(Claim("another word", "another run", limit_seconds=1))

    assert time.monotonic() - started > 0.9
    assert taken.epoch == 2
    assert taken.over is not None
    assert taken.over.what == "a test"
    assert taken.over.silent_seconds > 1


def test_what_is_left_of_an_attempt_before_is_in_the_way_of_the_next(
    bound: str,
) -> None:
    """A kernel that lives on after its command was killed, until it ends."""
    left, fence._held = fence._held, None
    assert left
    again = Claim("a test", "a test", limit_seconds=0)

    with pytest.raises(Refused) as raised:
        fence.take(again)
    left.close()

    assert "end what is left of it" in raised.value.hint
    assert fence.take(again) == fence.Taken(2)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_statement_that_outlives_its_program_is_waited_for_and_named(
    bound: str,
) -> None:
    """Its transaction may still commit: who writes next comes after it, or says so."""
    url = f"{bound}&options=-c%20lock_timeout=200ms"
    bind.bind(url, real_database=url, writable=True)
    name = f"reimport {RUN}"
    with closing(psycopg.connect(conninfo(bound), application_name=name)) as orphan:
        orphan.execute("SELECT pg_advisory_xact_lock(%s)", (fence.LOCK,))
        with pytest.raises(Exception, match="lock timeout") as raised:
            fence.take(Claim("another word", "another run", limit_seconds=0))
        from reimport_lib.write import busy

        connection.close()
        said = busy.error("patients", RUN)

    assert raised.value
    assert name in said.message


def test_all_that_writes_to_a_database_comes_by_the_fence() -> None:
    """
    No exception among what writes rows; what replaces a database as a whole, or makes a
    copy, is in ``backup`` and speaks SQL of its own, with the fence held around it.
    """
    opening = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "reimport_lib").rglob("*.py")
        if "atomic(" in path.read_text(encoding="utf-8")
    }

    assert opening == {"reimport_lib/write/fence.py"}
