"""What is shared out is answered in order, wherever it is done; nothing outlives it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reimport_lib import workers
from reimport_lib.cluster import Cluster
from reimport_lib.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked")


def script(text: str, *, processes: int = 3) -> Any:
    """What a process of its own prints as JSON, which has *processes* to work with."""
    command = [sys.executable, "-c", f"{HEAD.format(processes)}\n{text}"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


HEAD = """
import json, os, time
from reimport_lib import workers
from tests import test_workers as doing
workers.fork("{}")
def here(item):
    return "here", *doing.done(item)[1:]
"""


def done(item: int) -> tuple[str, int, int]:
    """Where it was done, in which process, and the square."""
    time.sleep(0.02)
    return "there", os.getpid(), item * item


def failing(item: int) -> tuple[str, int, int]:
    if item % 2:
        raise ValueError(item)
    return done(item)


def killing(item: int) -> tuple[str, int, int]:
    if item == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return done(item)


@LINUX
def test_answers_come_in_order_from_several_processes() -> None:
    text = "print(json.dumps([*workers.each(doing.done, range(12), here=here)]))"

    found = script(text)

    assert [square for *_, square in found] == [n * n for n in range(12)]
    places = {place for place, *_ in found}
    assert places == {"here", "there"}
    assert found[0][0] == "here"
    assert found[-1][0] == "there"
    assert len({pid for _, pid, _ in found}) == 3


@LINUX
@pytest.mark.parametrize("way", ["failing", "killing"])
def test_what_a_worker_cannot_do_is_done_here(way: str) -> None:
    text = (
        f"first = [*workers.each(doing.{way}, range(8), here=here)]\n"
        "again = [*workers.each(doing.done, range(8), here=here)]\n"
        "print(json.dumps([first, again]))"
    )

    for found in script(text):
        assert [square for *_, square in found] == [n * n for n in range(8)]


@LINUX
def test_an_error_is_met_by_who_asked() -> None:
    text = """
try:
    [*workers.each(doing.failing, range(8), here=doing.failing)]
except ValueError as error:
    print(json.dumps(error.args))
"""
    assert script(text) == [1]


@LINUX
def test_one_process_does_all_itself() -> None:
    text = "print(json.dumps([*workers.each(doing.done, range(3), here=here)]))"

    found = script(text, processes=1)

    assert [place for place, *_ in found] == ["here"] * 3


@LINUX
def test_workers_end_with_a_process_that_is_killed() -> None:
    text = """
pids = {pid for _, pid, _ in workers.each(doing.done, range(12), here=here)}
print(json.dumps([*(pids - {os.getpid()})]), flush=True)
time.sleep(60)
"""
    command = [sys.executable, "-c", f"{HEAD.format(3)}\n{text}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pids = json.loads(process.stdout.readline())
        assert len(pids) == 2
        assert all(is_there(pid) for pid in pids)
        process.kill()

    ends = time.monotonic() + 10
    while any(map(is_there, pids)) and time.monotonic() < ends:
        time.sleep(0.02)
    assert [pid for pid in pids if is_there(pid)] == []


def is_there(pid: int) -> bool:
    """It runs: a process that has ended and is not yet waited for does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("may_leave", [True, False])
def test_what_tells_of_somebody_does_not_go_to_a_cluster(
    monkeypatch: pytest.MonkeyPatch, *, may_leave: bool
) -> None:
    with ThreadPoolExecutor(1) as pool:
        cluster = Cluster(pool, 1, SimpleNamespace(nthreads=lambda: {"one": 1}))
        of_process = workers._OfProcess(pool, 1, cluster=cluster)
        monkeypatch.setattr(workers, "_of_process", of_process)
        found = list(
            workers.each(
                done, [1, 2], here=lambda n: ("here", 0, n * n), on_cluster=may_leave
            )
        )

    assert [square for _, _, square in found] == [1, 4]
    assert ("there" in [where for where, *_ in found]) is may_leave


def test_without_workers_all_is_done_here() -> None:
    found = workers.each(done, [1, 2], here=lambda item: ("here", 0, item))

    assert [*found] == [("here", 0, 1), ("here", 0, 2)]


def test_the_setting_is_a_number_of_processes() -> None:
    assert workers.read("REIMPORT_EXECUTOR", "") == ""
    assert workers.read("REIMPORT_EXECUTOR", "3") == "3"
    with pytest.raises(SettingsError, match="REIMPORT_EXECUTOR"):
        workers.read("REIMPORT_EXECUTOR", "many")
