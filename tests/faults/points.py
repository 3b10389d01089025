"""Where a process can be hit: before it asks a database, before it changes a file.

Watched in the process that a trial starts, and nowhere else: an audit hook cannot be
taken out again. A run that nobody disturbs records its points, so that no fault is left
to luck: each hits a point that is known to be there.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

SEND, FILE, S3 = "send", "file", "s3"

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = {
    "os.chmod",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.truncate",
    "subprocess.Popen",
}

Gen = Generator[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Point:
    """
    Attributes:
        kind: of what: ``send``, ``file`` or ``s3``.
        what: the first words of a statement; a call and the name of its file.
    """

    kind: str
    what: str

    @property
    def is_commit(self) -> bool:
        return self.what == "COMMIT"


@dataclass(slots=True)
class Here:
    """
    The process at a point, for a fault to act on.

    Attributes:
        connection: that is about to send; None where no server is asked.
        sending: what sends and reads the answer, step by step; a fault may replace it.
        answer: in place of the one that the object store would give.
    """

    point: Point
    connection: psycopg.Connection[Any] | None = None
    sending: Gen | None = None
    answer: Any = None


Hit = Callable[[Here], None]
Hits = Callable[[int], Hit | None]
"""What strikes at the point of a number."""


NOTHING: Hits = {}.get


@dataclass(slots=True)
class _Watch:
    """What this process watches: one at a time, from ``watch`` to its end."""

    folder: str = ""
    hits: Hits = NOTHING
    reached: list[Point] = field(default_factory=list)
    is_on: bool = False


class _Thread(threading.local):
    is_hit: bool = False


_watching = _Watch()
_this_thread = _Thread()
_turn = threading.RLock()  # while a thread stands at a point, none passes another


def watch(folder: Path, hits: Hits) -> list[Point]:
    """
    Count every point of this process from now on; *hits* says what strikes at which.

    Args:
        folder: of the files that count.

    Returns:
        The points that were reached; the list grows.
    """
    _watching.folder = f"{folder}{os.sep}"
    _watching.hits = hits
    _watching.is_on = True
    _watch_psycopg()
    _watch_sqlite()
    _watch_s3()
    _watch_fsync()
    sys.addaudithook(_heard)
    return _watching.reached


def rest() -> None:
    """Count nothing more."""
    _watching.is_on = False


def _reach(here: Here) -> None:
    if not _watching.is_on or _this_thread.is_hit or _is_heard_again(here.point):
        return
    with _turn:
        number = len(_watching.reached)
        _watching.reached.append(here.point)
        hit = _watching.hits(number)
        if hit is None:
            return
        _this_thread.is_hit = True  # what a fault does itself is no point
        try:
            hit(here)
        finally:
            _this_thread.is_hit = False


def _is_heard_again(point: Point) -> bool:
    """Opening a file with a mode of its own is told twice."""
    return point.what.startswith("open ") and _watching.reached[-1:] == [point]


def _watch_psycopg() -> None:
    """Whatever is sent to a server and waited for passes through one method."""
    wait = psycopg.Connection.wait

    def watched(self: Any, gen: Gen, *args: Any, **kwargs: Any) -> Any:
        point = Point(SEND, _words(gen))
        here = Here(point, connection=self, sending=gen)
        _reach(here)
        answer = wait(self, here.sending, *args, **kwargs)  # type: ignore[arg-type]
        if point.is_commit:
            _reach(Here(Point(SEND, "after COMMIT")))
        return answer

    psycopg.Connection.wait = watched  # type: ignore[method-assign, assignment]


def _words(gen: Gen) -> str:
    """Of the statement that *gen* is going to send."""
    name: str = getattr(getattr(gen, "gi_code", None), "co_name", "copy")
    if name == "_commit_gen":
        return "COMMIT"
    if name == "_rollback_gen":
        return "ROLLBACK"
    values = gen.gi_frame.f_locals if getattr(gen, "gi_frame", None) else {}
    said = values.get("query") or values.get("command") or values.get("statement")
    return _first(said) if said else name


def _first(statement: object) -> str:
    if isinstance(statement, bytes):
        statement = statement.decode(errors="replace")
    text = statement if isinstance(statement, str) else str(statement)
    return " ".join(text.split())[:48]


def _watch_sqlite() -> None:
    """Django's cursors, and connections that others open by themselves."""
    from django.db.backends.sqlite3.base import SQLiteCursorWrapper

    class Watched(sqlite3.Connection):
        def execute(self, *args: Any) -> Any:
            _reach(Here(Point(SEND, _first(args[0]))))
            return super().execute(*args)

        def commit(self) -> None:
            _reach(Here(Point(SEND, "COMMIT")))
            super().commit()
            _reach(Here(Point(SEND, "after COMMIT")))

        def rollback(self) -> None:
            _reach(Here(Point(SEND, "ROLLBACK")))
            super().rollback()

        def backup(self, *args: Any, **kwargs: Any) -> None:
            _reach(Here(Point(SEND, "backup")))
            super().backup(*args, **kwargs)

    opened = sqlite3.connect

    def connect(*args: Any, **kwargs: Any) -> Any:
        return opened(*args, **{"factory": Watched, **kwargs})

    sqlite3.connect = sqlite3.dbapi2.connect = connect  # type: ignore[assignment]
    for name in ("execute", "executemany"):
        setattr(SQLiteCursorWrapper, name, _asked(getattr(SQLiteCursorWrapper, name)))


def _asked(method: Callable[..., Any]) -> Callable[..., Any]:
    def watched(self: Any, query: str, *args: Any) -> Any:
        _reach(Here(Point(SEND, _first(query))))
        return method(self, query, *args)

    return watched


def _watch_s3() -> None:
    from botocore.httpsession import URLLib3Session

    send = URLLib3Session.send

    def watched(self: Any, request: Any) -> Any:
        here = Here(Point(S3, f"{request.method} {request.url.partition('?')[2][:40]}"))
        _reach(here)
        return send(self, request) if here.answer is None else here.answer(request)

    URLLib3Session.send = watched


def _watch_fsync() -> None:
    fsync = os.fsync

    def watched(number: Any) -> None:
        _reach(Here(Point(FILE, "fsync")))
        fsync(number)

    os.fsync = watched


def _heard(event: str, args: tuple[Any, ...]) -> None:
    """What an audit hook hears of files; raising here is the call's own failure."""
    if not _watching.is_on or not (event == "open" or event in _CHANGES):
        return
    if event == "open" and not (isinstance(args[2], int) and args[2] & _WRITING):
        return
    if event == "subprocess.Popen":
        _reach(Here(Point(FILE, f"start {Path(os.fsdecode(args[0])).name}")))
        return
    name = os.fsdecode(args[0]) if isinstance(args[0], str | bytes | Path) else ""
    # removing a tree names its files by their folder's number
    if name.startswith(_watching.folder) or (name and os.sep not in name):
        _reach(Here(Point(FILE, f"{event.removeprefix('os.')} {_short(name)}")))


def _short(name: str) -> str:
    """*name* below the watched folder, without what differs from run to run."""
    return name.removeprefix(_watching.folder).replace(f".{os.getpid()}.", ".PID.")
