"""The undo of a rehearsal is tried beside its last phase, and nothing waits for it."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from reimport_lib.backup.digests import digest_url
from reimport_lib.execute import undo_beside, undo_proof
from reimport_lib.execute.prefork import forked
from reimport_lib.execute.undo_beside import Trial
from reimport_lib.phases import fencing
from reimport_lib.phases.binding import bind_run, place_of_copy
from reimport_lib.private_files import is_alive
from reimport_lib.record import lock
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.write import bind, databases, fence
from reimport_lib.write.databases import FENCE, conninfo
from tests.cli.commands import Commands, wait_for
from tests.phases import sites
from tests.phases.conftest import Whole
from tests.phases.sites import ONLY_SQLITE, Site

LAST = "validation-post"


@pytest.fixture
def rehearsal(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Bound and fenced, as the kernel of its last phase has it."""
    run = whole.rehearsal
    for name, value in whole.site.environ.items():
        monkeypatch.setenv(name, value)
    with lock.executing(run):
        bind_run(run)
        fencing.take(run)
        yield run
    bind.close()
    with sites.rewritten(run) as manifest:
        manifest.pop("undo_proof", None)


def left(run: Run) -> list[Path]:
    return list(run.folder.glob(".undone.*"))


def told(proof: Any) -> Any:
    return {name: value for name, value in proof.items() if name != "seconds"}


def test_another_process_finds_what_this_one_would_and_holds_nothing_up(
    rehearsal: Run,
) -> None:
    copy = place_of_copy(rehearsal).url
    held = digest_url(copy)
    databases.call_sessions(rehearsal.run_id)

    with undo_beside.of_run(rehearsal) as trial:
        assert trial.proof() is None  # nothing was begun
        trial.begin(LAST)
        wait_for(lambda: bool(left(rehearsal)))
        with fence.writing():  # as the last phase enters that it is done
            pass
        found = trial.proof()
        fencing.take(rehearsal)  # the phase has it still

    assert left(rehearsal) == []
    assert digest_url(copy) == held
    assert found is not None
    assert found["check"]["verdict"] == "pass", found["check"]
    assert found["rows"]["reversed"] > 300
    here: list[Any] = []
    undo_proof.attempt(rehearsal, lambda: bind_run(rehearsal), here.append)
    assert [told(found)] == list(map(told, here))


@pytest.mark.parametrize("engine", ["postgresql"])
def test_nobody_waits_for_what_is_only_tried_and_nobody_takes_the_fence(
    rehearsal: Run,
) -> None:
    url = conninfo(place_of_copy(rehearsal).url)
    with fence.trying(), psycopg.connect(url, autocommit=True) as other:
        row = other.execute("SELECT pg_try_advisory_lock(%s)", (fence.LOCK,)).fetchone()
        assert row == (True,)
        other.execute("SET lock_timeout = '100ms'")
        fence_row = sql.SQL("UPDATE {} SET ").format(sql.Identifier(FENCE))
        other.execute(fence_row + sql.SQL("heartbeat_at = now()"))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(fence_row + sql.SQL("epoch = epoch + 1"))


def test_a_file_that_is_written_to_while_it_is_copied_is_copied_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, to = tmp_path / "clinic.sqlite3", tmp_path / "copy.sqlite3"
    monkeypatch.setattr(undo_beside, "_PAGES", 1)
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("CREATE TABLE rows (text)")
        made.executemany("INSERT INTO rows VALUES (?)", [("x" * 3000,)] * 5000)

    with ThreadPoolExecutor(max_workers=1) as other:
        copied = other.submit(undo_beside._copied, file, to)
        wait_for(lambda: to.exists() or copied.done())
        with closing(sqlite3.connect(file, timeout=10)) as writer, writer:
            writer.execute("INSERT INTO rows VALUES ('entered meanwhile')")
        url = copied.result()

    with closing(sqlite3.connect(to)) as copy:
        (rows,) = copy.execute("SELECT count(*) FROM rows").fetchone()
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert url.endswith(str(to))
    assert rows in (5000, 5001)  # whichever came first
    assert to.stat().st_mode & 0o777 == 0o600


@ONLY_SQLITE  # of processes
def test_where_its_process_is_killed_it_is_tried_again_in_this_one(
    rehearsal: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []

    def call(*words: str) -> forked.Called:
        process = called(*words)
        os.kill(process.pid, signal.SIGKILL)
        killed.append(process.pid)
        return process

    called = forked.call
    monkeypatch.setattr(forked, "call", call)
    with undo_beside.of_run(rehearsal) as trial:
        trial.begin(LAST)
        undo_proof.prove(rehearsal, trial.proof)

    assert killed
    assert left(rehearsal) == []
    assert rehearsal.manifest()["undo_proof"]["check"]["verdict"] == "pass"


@ONLY_SQLITE
@pytest.mark.parametrize("why", ["no process", "no room"])
def test_where_it_cannot_be_tried_beside_it_is_tried_afterwards(
    rehearsal: Run, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "no process":
        monkeypatch.setattr(forked, "AVAILABLE", False)
    else:  # its folder cannot be made
        monkeypatch.setenv("REIMPORT_RUNS", str(rehearsal.folder / "run.json"))
    with undo_beside.of_run(rehearsal) as trial:
        trial.begin(LAST)

        assert trial.proof() is None
        undo_proof.prove(rehearsal, trial.proof)

    assert rehearsal.manifest()["undo_proof"]["check"]["verdict"] == "pass"


@ONLY_SQLITE
def test_nothing_is_begun_before_all_is_written_nor_of_what_has_not_succeeded(
    rehearsal: Run, whole: Whole
) -> None:
    with undo_beside.of_run(rehearsal) as trial:
        trial.begin("images")
        assert trial.proof() is None
    with undo_beside.of_run(whole.full) as trial:
        trial.begin(LAST)
        assert trial.proof() is None


@ONLY_SQLITE
def test_ctrl_c_while_it_is_waited_for_is_recorded_and_ends_its_process(
    rehearsal: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids: list[int] = []

    def interrupted(trial: Trial) -> None:
        wait_for(lambda: bool(left(rehearsal)))
        pids.append(int(left(rehearsal)[0].name.split(".")[2]))
        raise KeyboardInterrupt

    monkeypatch.setattr(Trial, "proof", interrupted)
    with undo_beside.of_run(rehearsal) as trial:
        trial.begin(LAST)
        undo_proof.prove(rehearsal, trial.proof)

    check = rehearsal.manifest()["undo_proof"]["check"]
    assert check["verdict"] == "could-not-check"
    assert "stopped before it was known" in check["actual"]
    assert left(rehearsal) == []
    assert not is_alive(pids[0])


def test_a_command_that_is_killed_with_it_leaves_no_process_and_is_gone_on_with(
    ready: Site, tmp_path: Path
) -> None:
    commands = Commands(ready, tmp_path)
    with commands.start("run", "--dry-run") as command:
        wait_for(lambda: bool(commands.runs()))
        run = commands.run(commands.runs()[0])
        wait_for(lambda: bool(left(run)) or command.poll() is not None)
        (folder,) = left(run)
        command.kill()
    pid = int(folder.name.split(".")[2])
    wait_for(lambda: not is_alive(pid))
    assert "undo_proof" not in run.manifest()
    # what a kernel has begun it may have brought to its end
    with suppress(TimeoutError):
        wait_for(lambda: not lock.is_executed(run), seconds=10)

    done = commands("run", "--resume", run.run_id)

    assert done.code == 0, done.out + done.err
    assert run.status is Status.SUCCEEDED
    assert run.manifest()["undo_proof"]["check"]["verdict"] == "pass"
    assert left(run) == []
    assert commands("verify", run.run_id).code == 0
