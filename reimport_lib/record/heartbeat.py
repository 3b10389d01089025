"""Signs of life of a run: the last one is the time of a file in its folder.

A file, since a sign must be given while a phase keeps the database for itself.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from math import inf
from pathlib import Path

from reimport_lib.private_files import is_alive, private_open
from reimport_lib.record.clock import now

FILE = ".heartbeat"
BESIDE = "-fence"
"""What the name of the file beside a SQLite database ends with."""
EVERY_SECONDS = 2.0
LIMIT_SECONDS = 30.0
"""Without a sign for that long, a run counts as ended; a setting says otherwise."""


def beat(folder: Path) -> None:
    """The run in *folder* is alive; what keeps the sign from being given stops none."""
    with suppress(OSError), private_open(folder / FILE, "a") as file:
        file.truncate(0)
        file.write(f"{here()} {os.getpid()}\n")


def last(folder: Path) -> datetime | None:
    """When the run in *folder* gave its last sign of life; None where it gave none."""
    try:
        return datetime.fromtimestamp((folder / FILE).stat().st_mtime, tz=UTC)
    except OSError:
        return None


def is_silent(folder: Path, limit_seconds: float) -> bool:
    """No sign for so long, or of a process that this machine no longer has."""
    seen = last(folder)
    if seen is None or (now() - seen).total_seconds() > limit_seconds:
        return True
    host, pid = giver(folder)
    return bool(pid) and host == here() and not is_alive(pid)


def giver(folder: Path) -> tuple[str, int]:
    """Machine and process that gave the last sign; "" and 0 where that is not known."""
    with suppress(OSError, ValueError):
        text = (folder / FILE).read_text(encoding="utf-8")
        host, _, pid = text.partition(" ")
        return host, int(pid)
    return "", 0


def beside(database: Path) -> Path:
    """The file that whoever writes to a SQLite *database* locks, and touches."""
    return database.with_name(f"{database.name}{BESIDE}")


def silent_seconds(database: Path) -> float:
    """Since the last sign beside a SQLite *database*; ever, where none is."""
    try:
        return max(0.0, time.time() - beside(database).stat().st_mtime)
    except FileNotFoundError:  # it is a copy of a database that somebody held
        return inf


class Heart:
    """A thread that calls *beat* at once and then every few seconds, until it stops."""

    def __init__(self, beat: Callable[[], None], every: float = EVERY_SECONDS) -> None:
        self._beat, self._every = beat, every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="heartbeat")
        self._thread.start()

    def stop(self) -> None:
        """No beat begins after this."""
        self._stopped.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=self._every)

    def _run(self) -> None:
        self._beat()
        while not self._stopped.wait(self._every):
            self._beat()


def here() -> str:
    """The name of this machine."""
    return socket.gethostname()


_kept: list[tuple[Path, Heart]] = []


def keep(folder: Path) -> None:
    """Give signs of life of the run in *folder* as long as this process lives."""
    if _kept and _kept[0][0] == folder:
        return
    stop()
    _kept.append((folder, Heart(partial(beat, folder))))


def stop() -> None:
    """Give none any more."""
    while _kept:
        _kept.pop()[1].stop()


@contextmanager
def beating(beat: Callable[[], None], every: float = EVERY_SECONDS) -> Iterator[None]:
    """Call *beat* all the while."""
    heart = Heart(beat, every)
    try:
        yield
    finally:
        heart.stop()
