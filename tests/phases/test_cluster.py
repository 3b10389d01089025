"""A rehearsal whose reading and proof two workers of a Dask cluster share."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import distributed
import pytest

from reimport_lib import cluster, workers
from reimport_lib.errors import Unavailable
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from tests.cli.commands import Commands, wait_for
from tests.phases import sites
from tests.phases.sites import ONLY_POSTGRES, Site

WORKERS = 2


def dask(word: str, *words: str, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A scheduler or a worker, with the settings of *environ*."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", word, "--no-dashboard", *words],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def scheduler(ready: Site, tmp_path: Path) -> Iterator[Path]:
    """The file of a scheduler on this machine that has no workers yet."""
    file = tmp_path / "scheduler.json"
    environ = Commands(ready, tmp_path).environ()
    words = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    with dask("scheduler", *words, environ=environ) as process:
        try:
            wait_for(file.is_file)
            yield file
        finally:
            process.kill()


@pytest.fixture
def address(ready: Site, tmp_path: Path, scheduler: Path) -> Iterator[str]:
    """The setting that names the scheduler, once its two workers are there."""
    environ = Commands(ready, tmp_path).environ()
    words = ("--scheduler-file", str(scheduler), "--nthreads", "1", "--no-nanny")
    local = ("--local-directory", str(tmp_path))
    with ExitStack() as stack:
        for _ in range(WORKERS):
            process = dask("worker", *words, *local, environ=environ)
            stack.callback(process.wait)
            stack.callback(process.kill)
        with client_of(scheduler) as client:
            client.wait_for_workers(WORKERS, timeout=60)
        yield setting_of(scheduler)


def place_of(scheduler: Path) -> str:
    return str(json.loads(scheduler.read_text())["address"])


def setting_of(scheduler: Path) -> str:
    return place_of(scheduler).replace("tcp://", "dask://")


def client_of(scheduler: Path) -> Any:
    return distributed.Client(place_of(scheduler), set_as_default=False)


def tasks_done(scheduler: Path) -> int:
    """How often a task of the scheduler has come to its end in a worker's memory."""

    def ended(dask_scheduler: Any) -> int:
        log = dask_scheduler.transition_log
        return len({key for key, _, finish, *_ in log if finish == "memory"})

    with client_of(scheduler) as client:
        return int(client.run_on_scheduler(ended))


def recorded(run: Run) -> dict[str, Any]:
    """What a rehearsal found, whenever and by whomever: digests and checks."""
    manifest = run.manifest()
    return {
        "snapshot": manifest["snapshot_digest"],
        "plans": {e["name"]: e.get("plan_digests") for e in manifest["phases"]},
        "checks": run.phase("validation-post")["checks"],
    }


@ONLY_POSTGRES
def test_plans_and_checks_are_those_of_one_process(
    ready: Site, tmp_path: Path, scheduler: Path, address: str
) -> None:
    alone = ready.rehearse()
    commands = Commands(ready, tmp_path)

    told = commands("run", "--dry-run", REIMPORT_EXECUTOR=address)

    assert told.code == 0, told
    *_, run_id = commands.runs()
    shared = commands.run(run_id)
    assert shared.status is Status.SUCCEEDED, sites.error(shared)
    assert recorded(shared) == recorded(alone)
    assert tasks_done(scheduler) > WORKERS


@ONLY_POSTGRES
def test_what_workers_that_are_killed_leave_is_done_here(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_of_process", workers._OfProcess())
    monkeypatch.setattr(workers, "_LOOKED_AFTER_SECONDS", 0.2)
    workers.use(address, tmp_path)
    kills = [signal.SIGKILL] * 6

    found = workers.each(
        signal.raise_signal, kills, here=lambda _: None, on_cluster=True
    )

    assert [*found] == [None] * len(kills)
    there = workers._of_process.cluster
    assert there is not None
    assert not there.is_there()
    there.client.close()


@ONLY_POSTGRES
def test_a_cluster_that_could_not_do_the_work_is_refused(
    scheduler: Path, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="has no workers"):
        cluster.connect(setting_of(scheduler), tmp_path)


@ONLY_POSTGRES
def test_workers_of_another_version_are_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_digest", lambda: "of another version")

    with pytest.raises(Unavailable, match="has 2 workers; of 2 the version"):
        cluster.connect(address, tmp_path)
    assert [path.name for path in tmp_path.glob(".seen-*")] == []


def test_a_cluster_that_is_away_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_SECONDS", 0.5)

    with pytest.raises(Unavailable, match="cannot be reached") as raised:
        cluster.connect("dask://127.0.0.1:9", tmp_path)
    assert raised.value.hint.endswith("or unset REIMPORT_EXECUTOR")
