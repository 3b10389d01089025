"""Runs in processes of their own: started, followed, stopped, gone on with."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from reimport_lib.execute import detached
from reimport_lib.record import heartbeat, lock, state
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from tests.cli.commands import Commands, wait_for
from tests.phases.sites import ONLY_SQLITE, Site


def test_a_run_of_its_own_outlives_its_terminal_and_ends_when_it_is_asked_to(
    ready: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = Commands(ready, tmp_path)
    words = ("run", "--dry-run", "--phase", "validation", "--detach")
    with commands.start(*words) as terminal:
        said, _ = terminal.communicate(timeout=60)
    assert terminal.returncode == 0, said
    (run_id,) = commands.runs()
    run = commands.run(run_id)
    try:
        process = psutil.Process(lock.executor(run))
        assert f"Next: reimport status {run_id} --follow" in said
        assert str(run.folder) in said
        assert os.getsid(process.pid) == process.pid != terminal.pid
        with suppress(ProcessLookupError):  # a terminal that is closed
            os.killpg(terminal.pid, signal.SIGHUP)
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: bool(state.of(run).phase) or not process.is_running())
        assert commands.here("status", "--json") == 0
        there = json.loads(capsys.readouterr().out)
        assert commands.here("stop") == 0
        stopped = capsys.readouterr().out
        assert (there["state"], there["pid"]) == ("running", process.pid)
        assert there["exit_code"] is None
        assert f"Run {run_id} (rehearsal): interrupted" in stopped
        assert not lock.is_executed(run)
        assert commands.here("status", run_id, "--json") == 130
        assert json.loads(capsys.readouterr().out)["state"] == "interrupted"

        assert commands.here("run", "--resume", run_id, "--detach") == 0
        assert commands.here("pause") == 0
        paused = capsys.readouterr().out
        assert "Paused behind 1 of 2 phases" in paused
        assert f"Next: reimport continue {run_id}" in paused
        assert commands.here("continue") == 0
        assert commands.here("status", "--follow") == 0
        followed = capsys.readouterr().out
        assert "1 backup" in followed
        assert f"Run {run_id} (rehearsal): succeeded" in followed
        assert f"Next: reimport run --full --reviewed {run_id}" in followed
        assert run.status is Status.SUCCEEDED
    finally:
        end(run)
    log = run.folder / detached.LOG
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700
    assert log.read_text().count("Traceback") == 0
    assert "succeeded: " in detached.told(run)
    assert commands.here("verify", run_id) == 0
    assert detached.LOG not in capsys.readouterr().out


def end(run: Run) -> None:
    """Let no test leave a process behind."""
    if pid := lock.executor(run):
        os.kill(pid, signal.SIGKILL)


@ONLY_SQLITE  # refused before a database is asked
def test_what_is_refused_is_refused_as_without_a_process_of_its_own(
    ready: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = Commands(ready, tmp_path)
    for words, why in (
        (("run", "--full", "--reviewed", "20200101T000000Z-x", "--detach"), "R220"),
        (("run", "--full", "--yes", "--detach"), "asked only after a rehearsal"),
        (("status",), "There is no run in"),
    ):
        assert commands.here(*words) == 2
        assert why in capsys.readouterr().err
    assert commands.runs() == []


@ONLY_SQLITE  # of locks and signs of life in a folder
def test_only_the_process_at_work_on_this_machine_is_asked_to_end(
    ready: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = Commands(ready, tmp_path)
    assert commands.here("open", "--dry-run", "--phase", "validation") == 0
    (run_id,) = commands.runs()
    run = commands.run(run_id)

    assert commands.here("stop", run_id) == 3
    assert f"Run {run_id} is not at work: it is open" in capsys.readouterr().err
    assert commands.here("status") == 0
    assert f"Next: reimport run --resume {run_id}" in capsys.readouterr().out

    run.begin()
    heartbeat.beat(run.folder)  # as the kernel of a notebook does: this process
    assert state.of(run).is_alive
    assert commands.here("stop") == 3
    assert f"process {os.getpid()}, and by no command" in capsys.readouterr().err

    with lock.executing(run):
        (run.folder / heartbeat.FILE).write_text(f"another-machine {os.getpid()}\n")
        assert commands.here("stop") == 3
        assert "at work on another machine, another-machine" in capsys.readouterr().err
        assert state.of(run).state == Status.RUNNING

    os.utime(run.folder / heartbeat.FILE, (0, 0))
    assert commands.here("status") == 130
    said = capsys.readouterr().out
    assert f"Run {run_id} (rehearsal): no sign of life since 1970-01-01" in said
    assert commands.here("runs") == 0
    assert "no sign of life since 1970-01-01" in capsys.readouterr().out
