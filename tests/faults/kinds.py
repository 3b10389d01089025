"""The faults: what may happen to a process at a point; the real thing where it can be.

One that a driver or the system tells is raised where it would be told, with the code it
has; a server is told to fail its transaction first. Those that last, last to the end of
the process.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from tests.faults.points import FILE, S3, SEND, Gen, Here, Hit, Point

_SERVER = {
    "deadlock": "40P01",
    "serialization": "40001",
    "statement-timeout": "57014",
    "lock-timeout": "55P03",
    "disk-of-server": "53100",
    "memory-of-server": "53200",
}
_SQLITE = {
    "locked": ("SQLITE_BUSY", "database is locked"),
    "disk-of-server": ("SQLITE_FULL", "database or disk is full"),
    "disk-fails": ("SQLITE_IOERR", "disk I/O error"),
}
_SYSTEM = {"no-space": errno.ENOSPC, "io-error": errno.EIO, "denied": errno.EACCES}
_ANSWERS = {"s3-500": 500, "s3-503": 503, "s3-403": 403, "s3-404": 404}
_LITTLE = 1 << 20


@dataclass(frozen=True)
class Fault:
    """
    Attributes:
        on: kinds of points that it can meet.
        engines: of databases; only_sends: it needs a connection to a server.
        weight: how often it is chosen.
    """

    name: str
    hit: Hit
    on: frozenset[str]
    engines: frozenset[str] = frozenset({"sqlite", "postgresql"})
    weight: int = 1

    def meets(self, point: Point, engine: str) -> bool:
        is_after = point.what == "after COMMIT" and len(self.on) == 1  # no connection
        return point.kind in self.on and engine in self.engines and not is_after


def kill(_: Here) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _sent_and_killed(here: Here) -> None:
    """The server has the statement; nobody is there to hear its answer."""
    if here.sending is not None:
        _begin(here.sending)
    kill(here)


def _cut(here: Here) -> None:
    """The statement is on its way; the link breaks before the answer is back."""
    if here.connection is None or here.sending is None:
        return
    here.sending = _begin(here.sending)
    with socket.socket(fileno=os.dup(here.connection.pgconn.socket)) as link:
        link.shutdown(socket.SHUT_RDWR)


def _begin(gen: Gen) -> Gen:
    """Let *gen* send what it sends before it waits; the rest of it."""
    try:
        state = next(gen)
    except StopIteration as done:  # rows of a COPY: nobody waits for an answer
        return _answering(done.value)
    return _going_on(state, gen)


def _answering(value: Any) -> Gen:
    yield from ()
    return value


def _going_on(state: Any, gen: Gen) -> Gen:
    """*gen*, which was begun and is at *state*."""
    while True:
        ready = yield state
        try:
            state = gen.send(ready)
        except StopIteration as done:
            return done.value


def _ended_by_server(here: Here) -> None:
    """As an administrator ends a session, or a server that is stopped."""
    if here.connection is not None:
        with _beside(here.connection) as other:
            pid = here.connection.pgconn.backend_pid
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def _server_crashed(here: Here) -> None:
    """One process of the server is killed: it throws all out, recovers and is back."""
    if here.connection is None:
        return
    info = here.connection.info
    os.kill(here.connection.pgconn.backend_pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            psycopg.connect(info.dsn, password=info.password or None).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return


def _beside(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    info = connection.info
    return psycopg.connect(info.dsn, password=info.password or None, autocommit=True)


def _told_by_server(code: str) -> Hit:
    """The server fails the transaction with *code* in place of the statement."""
    failing = f"DO $$ BEGIN RAISE SQLSTATE '{code}'; END $$".encode()

    def hit(here: Here) -> None:
        if here.connection is None:
            return
        if here.connection.pgconn.transaction_status != TransactionStatus.ACTIVE:
            here.connection.pgconn.exec_(failing)
            raise psycopg.errors.lookup(code)("told by the server")

    return hit


def _told_by_sqlite(name: str, words: str) -> Hit:
    def hit(here: Here) -> None:
        if here.connection is None:
            error = sqlite3.OperationalError(words)
            error.sqlite_errorname = name
            error.sqlite_errorcode = getattr(sqlite3, name)
            raise error

    return hit


def _told_by_system(number: int) -> Hit:
    def hit(_: Here) -> None:
        raise OSError(number, os.strerror(number))

    return hit


def _interrupted(_: Here) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def _no_memory(_: Here) -> None:
    raise MemoryError


def _little_memory(_: Here) -> None:
    """From here on the process gets a mebibyte more than it has."""
    with open("/proc/self/statm") as file:  # noqa: PTH123
        pages = int(file.read().split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + _LITTLE
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


def _disk_full(_: Here) -> None:
    """From here on no file grows: what is written is cut where the room ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, resource.RLIM_INFINITY))


def _clock(days: int) -> Hit:
    """From here on it is *days* later, or earlier, by the clock of the machine."""

    def hit(_: Here) -> None:
        from reimport_lib.record import clock

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + timedelta(days=days)

        clock.datetime = Shifted  # type: ignore[misc]

    return hit


def _answered(status: int, body: bytes = b"") -> Hit:
    """The object store answers otherwise, to this request alone: it is asked again."""

    def hit(here: Here) -> None:
        from botocore.awsrequest import AWSResponse

        time.sleep = lambda _: None  # between two tries
        raw = SimpleNamespace(stream=lambda **_: iter([body]), headers={})
        here.answer = lambda request: AWSResponse(request.url, status, {}, raw)

    return hit


def _slow(_: Here) -> None:
    time.sleep(0.3)


def _all() -> Iterator[Fault]:
    every, sends = frozenset({SEND, FILE, S3}), frozenset({SEND})
    files, asked = frozenset({FILE}), frozenset({S3})
    server, file = frozenset({"postgresql"}), frozenset({"sqlite"})
    yield Fault("kill", kill, every, weight=10)
    yield Fault("sent-and-killed", _sent_and_killed, sends, server, 3)
    yield Fault("cut", _cut, sends, server, 3)
    yield Fault("ended-by-server", _ended_by_server, sends, server)
    yield Fault("server-crashed", _server_crashed, sends, server)
    for name, code in _SERVER.items():
        yield Fault(name, _told_by_server(code), sends, server)
    for name, words in _SQLITE.items():
        yield Fault(name, _told_by_sqlite(*words), sends, file)
    for name, number in _SYSTEM.items():
        yield Fault(name, _told_by_system(number), files)
    yield Fault("interrupted", _interrupted, every, weight=2)
    yield Fault("no-memory", _no_memory, every)
    yield Fault("little-memory", _little_memory, every)
    yield Fault("disk-full", _disk_full, every)
    yield Fault("clock-ahead", _clock(1), every)
    yield Fault("clock-back", _clock(-1), every)
    for name, status in _ANSWERS.items():
        yield Fault(name, _answered(status), asked)
    yield Fault("s3-truncated", _answered(200, b"<ListBucketResult><Con"), asked)
    yield Fault("s3-slow", _slow, asked)


FAULTS: dict[str, Fault] = {fault.name: fault for fault in _all()}
