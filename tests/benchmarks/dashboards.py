"""What a hundred open dashboards cost a run: its processor seconds and its wall clock.

    python -m tests.benchmarks.dashboards [--clients 100] [--rounds 5] [--scale 0.1]

Pairs of a rehearsal: alone, and while clients do as browsers do. Each has an account
and a login of its own. It has the list of all runs open when the rehearsal begins, asks
as often as the server says, with the ETag of what it has, loads the page anew where it
is told to, and then goes to the page of that run. Server, clients and run share the
machine. Ratios of the medians, beside the spread of the runs alone; it fails where the
run needs more processor time than ``LIMIT`` allows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from statistics import median

import httpx
import psutil

from reimport_lib.config import Settings
from reimport_lib.record import runs
from tests.benchmarks.processes import Tree
from tools.clinic import ready_to_import

LIMIT = 1.03  # of the run alone
SETTLE_SECONDS = 20  # until all have been told how often to ask
COMMAND = (sys.executable, "-m", "reimport_lib")
WORDS = "of several words"
LOGINS = """
import sys; sys.path.insert(0, "backend")
import django; django.setup()
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Permission, User
may = Permission.objects.get(codename="view_runs")
kept = import_module(settings.SESSION_ENGINE).SessionStore
keys = []
for number in range(int(sys.argv[1])):
    user = User.objects.create_user(f"watcher{number}")
    user.user_permissions.add(may)
    session = kept()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    keys.append(session.session_key)
print(json.dumps(keys))
"""
"""Logins without a password, whose digest alone would take a second each."""

POLLED = re.compile(r'<div id="polled" hx-get="([^"]+)" hx-trigger="every (\d+)s')
ETAG = re.compile(r'"If-None-Match": "([^"}]+)"')


@dataclass
class Asked:
    """Answers by their status, pages that were loaded, milliseconds until an answer."""

    statuses: Counter[int] = field(default_factory=Counter)
    pages: int = 0
    waited: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Took:
    """Of one run, and processor seconds of the server beside it."""

    wall: float
    processor: float
    server: float


@dataclass
class Dashboard:
    """One browser with one page open."""

    client: httpx.AsyncClient
    login: str
    asked: Asked
    page: str = "/runs/"
    at: str = ""
    etag: str = ""
    seconds: float = 0.0

    async def load(self) -> None:
        """Load the page, as a click or ``HX-Refresh`` does."""
        self.asked.pages += 1
        self.read(await self.get(self.page))

    async def ask(self) -> bool:
        """Ask for what is new; whether the page had to be loaded anew."""
        answer = await self.get(self.at, {"If-None-Match": self.etag})
        self.asked.statuses[answer.status_code] += 1
        if "HX-Refresh" in answer.headers:
            await self.load()
            return True
        if answer.status_code == 304:
            self.seconds = float(answer.headers["Ask-Again"])
        else:
            self.read(answer)
        return False

    async def get(
        self, address: str, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        started = time.perf_counter()
        cookie = {"Cookie": f"sessionid={self.login}"}
        answer = await self.client.get(address, headers=(headers or {}) | cookie)
        if answer.status_code not in (200, 304):
            sys.exit(f"{address} was answered with {answer.status_code}")
        self.asked.waited.append(time.perf_counter() - started)
        return answer

    def read(self, answer: httpx.Response) -> None:
        """What htmx reads of a page: where, how often and with what to ask."""
        text = answer.text
        polled, etag = POLLED.search(text), ETAG.search(text)
        assert polled is not None
        assert etag is not None
        self.at, self.seconds = unescape(polled[1]), float(polled[2])
        self.etag = json.loads(f'"{etag[1]}"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=0.1)
    given = parser.parse_args()
    asked = Asked()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        ready_to_import(Path(name), scale=given.scale) as settings,
    ):
        os.environ["DJANGO_SECRET_KEY"] = WORDS * 5  # logins outlast the server
        logins = logins_of(given.clients)
        _rehearsed(settings)  # what is read for the first time
        alone, watched = [], []
        for _ in range(given.rounds):
            alone.append(_rehearsed(settings))
            with served() as (base, server):
                watched.append(
                    asyncio.run(_watched(settings, base, server, logins, asked))
                )
    sys.exit(_tell(given.clients, alone, watched, asked))


def _tell(clients: int, alone: list[Took], watched: list[Took], asked: Asked) -> bool:
    """Print what was found; whether it is more than the limit."""
    wall, wall_beside = (median(t.wall for t in ts) for ts in (alone, watched))
    processor, beside = (median(t.processor for t in ts) for ts in (alone, watched))
    least, most = (end(t.processor for t in alone) / processor for end in (min, max))
    seconds = sum(t.wall for t in watched)
    total = asked.statuses.total() + asked.pages
    server = sum(t.server for t in watched)
    print(
        f"run alone: {processor:.1f} s of processors in {wall:.1f} s;"
        f" with {clients} dashboards {beside:.1f} s in {wall_beside:.1f} s:"
        f" {beside / processor:.3f} and {wall_beside / wall:.3f} times"
        f" (limit {LIMIT}); the runs alone lie between {least:.3f} and {most:.3f} of"
        " their median"
    )
    for name, took in (("alone", alone), ("watched", watched)):
        each = ", ".join(f"{t.processor:.2f} in {t.wall:.2f}" for t in took)
        print(f"  {name}: {each} s")
    print(
        f"{total / seconds:.1f} requests/s: {asked.statuses[304]} times nothing new,"
        f" {asked.statuses[200]} times something, {asked.pages} pages; answered in"
        f" {1000 * median(asked.waited):.1f} ms;"
        f" the server: {1000 * server / total:.2f} ms of processor each,"
        f" {server / seconds:.1%} of one"
    )
    return beside > LIMIT * processor


@contextmanager
def served() -> Iterator[tuple[str, psutil.Process]]:
    """The dashboard on a port of its own."""
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
    return _ended(*_begun(settings), started)


def _begun(settings: Settings) -> tuple[subprocess.Popen[bytes], Tree]:
    """A rehearsal at work: it has its record when this returns."""
    before = runs.all_run_ids(settings)
    process = subprocess.Popen(
        [*COMMAND, "run", "--dry-run"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    tree = Tree(process.pid)
    tree.start()
    while runs.all_run_ids(settings) == before:
        if process.poll() is not None:
            sys.exit("the rehearsal did not begin")
        time.sleep(0.02)
    return process, tree


def _ended(process: subprocess.Popen[bytes], tree: Tree, started: float) -> Took:
    """What it took with its kernels."""
    if process.wait():
        sys.exit(f"the rehearsal ended with {process.returncode}")
    used = tree.used(time.perf_counter() - started)
    return Took(used.wall, used.processor, 0.0)


async def _watched(
    settings: Settings,
    base: str,
    server: psutil.Process,
    logins: list[str],
    asked: Asked,
) -> Took:
    limits = httpx.Limits(max_connections=len(logins))
    began: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=30) as client:
        before_all = Asked()
        dashboards = [Dashboard(client, login, before_all) for login in logins]
        each = [
            asyncio.create_task(_open(dashboard, number / len(logins), began))
            for number, dashboard in enumerate(dashboards)
        ]
        await asyncio.sleep(SETTLE_SECONDS)
        for dashboard in dashboards:
            dashboard.asked = asked
        before, started = _processor(server), time.perf_counter()
        process, tree = await asyncio.to_thread(_begun, settings)
        began.set_result(f"/runs/{runs.all_run_ids(settings)[-1]}/")
        took = await asyncio.to_thread(_ended, process, tree, started)
        after = _processor(server)
        for task in each:
            task.cancel()
        for failed in await asyncio.gather(*each, return_exceptions=True):
            if not isinstance(failed, asyncio.CancelledError):
                sys.exit(f"a dashboard ended: {failed!r}")
    return Took(took.wall, took.processor, after - before)


async def _open(dashboard: Dashboard, share: float, began: asyncio.Future[str]) -> None:
    """Open the list, somewhere in the first seconds; ask until it is closed."""
    await asyncio.sleep(share * SETTLE_SECONDS / 2)
    await dashboard.load()
    while True:
        await asyncio.sleep(dashboard.seconds)
        is_new = await dashboard.ask()
        if is_new and began.done() and dashboard.page != began.result():
            dashboard.page = began.result()
            await dashboard.load()


def logins_of(number: int) -> list[str]:
    """A session each of so many people who may see runs."""
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", LOGINS, str(number)],
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return list(json.loads(done.stdout))


def _processor(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


if __name__ == "__main__":
    main()
