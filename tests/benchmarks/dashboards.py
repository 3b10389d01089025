"""What a hundred open dashboards cost a run: its processor seconds and its wall clock.

    python -m tests.benchmarks.dashboards [--clients 100] [--rounds 3] [--scale 0.02]

Pairs of a rehearsal of the small clinic: alone, and while clients ask every other
second for the page of that run, as browsers do, with the ETag of what they have. The
server, the clients and the run share the machine. Ratios of the medians; it fails where
the run needs more processor time than ``LIMIT`` allows.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
import psutil

from reimport_demo.clinic.build import LEAST_SCALE
from reimport_lib.config import Settings
from reimport_lib.record import runs
from tools.clinic import ready_to_import

LIMIT = 1.10  # of the run alone
LIVE_SECONDS = 2  # as pages ask of a run at work
COMMAND = (sys.executable, "-m", "reimport_lib")
WORDS = "of several words"
ACCOUNT = f"""
import sys; sys.path.insert(0, "backend")
import django; django.setup()
from django.contrib.auth.models import User
User.objects.create_superuser("anna", password="{WORDS}")
"""


@dataclass
class Asked:
    """Answers by their status, and the milliseconds until they were there."""

    statuses: Counter[int] = field(default_factory=Counter)
    waited: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Took:
    """Of one run: seconds of the wall and of processors; those of the server beside."""

    wall: float
    processor: float
    server: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=LEAST_SCALE)
    given = parser.parse_args()
    asked = Asked()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        ready_to_import(Path(name), scale=given.scale) as settings,
        _served() as (base, server),
    ):
        _rehearsed(settings)  # what is read for the first time
        alone, watched = [], []
        for _ in range(given.rounds):
            alone.append(_rehearsed(settings))
            watched.append(
                asyncio.run(_watched(settings, base, server, given.clients, asked))
            )
    _tell(given.clients, alone, watched, asked)


def _tell(clients: int, alone: list[Took], watched: list[Took], asked: Asked) -> None:
    wall, wall_beside = (median(t.wall for t in ts) for ts in (alone, watched))
    processor, beside = (median(t.processor for t in ts) for ts in (alone, watched))
    seconds = sum(t.wall for t in watched)
    total = asked.statuses.total()
    server = sum(t.server for t in watched)
    print(
        f"run alone: {processor:.1f} s of processors in {wall:.1f} s;"
        f" with {clients} dashboards {beside:.1f} s in {wall_beside:.1f} s:"
        f" {beside / processor:.2f} and {wall_beside / wall:.2f} times"
    )
    print(
        f"{total / seconds:.1f} requests/s, {asked.statuses[304] / seconds:.1f} of"
        f" them 304 ({dict(asked.statuses)}), answered in"
        f" {1000 * median(asked.waited):.1f} ms;"
        f" the server: {1000 * server / total:.2f} ms of processor each,"
        f" {server / seconds:.0%} of one"
    )
    sys.exit(0 if beside <= LIMIT * processor else 1)


@contextmanager
def _served() -> Iterator[tuple[str, psutil.Process]]:
    """The dashboard on a port of its own, with somebody who may sign in."""
    os.environ["DJANGO_SECRET_KEY"] = WORDS * 5
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "-c", ACCOUNT], env=environ, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, "dashboard", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    while True:
        try:
            httpx.get(f"{base}/login/")
            break
        except httpx.ConnectError:
            time.sleep(0.1)
    try:
        yield base, psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def _rehearsed(settings: Settings) -> Took:
    started = time.perf_counter()
    return _ended(_begun(settings), started)


def _begun(settings: Settings) -> subprocess.Popen[bytes]:
    """A rehearsal at work: it has its record when this returns."""
    before = runs.all_run_ids(settings)
    process = subprocess.Popen(
        [*COMMAND, "run", "--dry-run"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while runs.all_run_ids(settings) == before:
        if process.poll() is not None:
            sys.exit("the rehearsal did not begin")
        time.sleep(0.02)
    return process


def _ended(process: subprocess.Popen[bytes], started: float) -> Took:
    """What it took with its kernels, which it waits for."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the rehearsal ended with {process.returncode}")
    wall = time.perf_counter() - started
    return Took(wall, used.ru_utime + used.ru_stime, 0.0)


async def _watched(
    settings: Settings, base: str, server: psutil.Process, clients: int, asked: Asked
) -> Took:
    cookies = _signed_in(base)
    before, started = _processor(server), time.perf_counter()
    process = _begun(settings)
    page = f"{base}/runs/{runs.all_run_ids(settings)[-1]}/live/"
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(cookies=cookies, limits=limits, timeout=30) as client:
        each = [
            asyncio.create_task(_dashboard(client, page, n / clients, asked))
            for n in range(clients)
        ]
        took = await asyncio.to_thread(_ended, process, started)
        for one in each:
            one.cancel()
        await asyncio.gather(*each, return_exceptions=True)
    return Took(took.wall, took.processor, _processor(server) - before)


async def _dashboard(
    client: httpx.AsyncClient, page: str, share: float, asked: Asked
) -> None:
    """One browser: it begins somewhere in the interval, and asks until it is closed."""
    etag = ""
    await asyncio.sleep(share * LIVE_SECONDS)
    while True:
        started = time.perf_counter()
        answer = await client.get(page, headers={"If-None-Match": etag})
        asked.waited.append(time.perf_counter() - started)
        asked.statuses[answer.status_code] += 1
        etag = answer.headers.get("ETag", etag)
        await asyncio.sleep(LIVE_SECONDS)


def _signed_in(base: str) -> httpx.Cookies:
    with httpx.Client(base_url=base, follow_redirects=True) as client:
        client.get("/runs/")
        client.post(
            "/login/",
            data={
                "username": "anna",
                "password": WORDS,
                "csrfmiddlewaretoken": client.cookies["csrftoken"],
            },
            headers={"Referer": f"{base}/login/"},
        ).raise_for_status()
        if not client.get("/runs/").url.path.startswith("/runs"):
            sys.exit("nobody could sign in")
        return httpx.Cookies(dict(client.cookies.items()))


def _processor(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


if __name__ == "__main__":
    main()
