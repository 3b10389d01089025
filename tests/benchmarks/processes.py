"""Processor seconds and memory of a command, with every process that it has started.

The kernels of notebooks are forked by a process that asks for no word of their end, so
that no parent is told what they used. The processes are looked at fifty times a second
instead; of each its last moments may be missing. Linux.
"""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOK_SECONDS = 0.02
NEW_EVERY, PEAK_EVERY = 10, 5  # looks
_PEAK = re.compile(r"VmHWM:\s*(\d+) kB")
_GONE = (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied, OSError)


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of the wall and of processors; the peak of the largest process."""

    wall: float
    processor: float
    peak_bytes: int


class Tree(threading.Thread):
    """
    Looks at a process and at all below it until it has ended.

    Args:
        root: its pid. Processes that it has started and that outlive it are not waited
            for.
    """

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(root)
        self._known = {self._root}
        self._processor: dict[psutil.Process, float] = {}
        self._peak = 0
        self._has_ended = threading.Event()

    def run(self) -> None:
        looks = 0
        while not self._has_ended.wait(LOOK_SECONDS):
            if looks % NEW_EVERY == 0:
                with suppress(*_GONE):
                    self._known.update(self._root.children(recursive=True))
            for process in list(self._known):
                self._look(process, at_peak=looks % PEAK_EVERY == 0)
            looks += 1

    def used(self, wall: float) -> Used:
        """What was seen, after the end."""
        self._has_ended.set()
        self.join()
        return Used(wall, sum(self._processor.values()), self._peak)

    def _look(self, process: psutil.Process, *, at_peak: bool) -> None:
        try:
            used = process.cpu_times()
            self._processor[process] = used.user + used.system
            if at_peak:
                self._peak = max(self._peak, peak_bytes(process.pid))
        except _GONE:
            self._known.discard(process)


def peak_bytes(pid: int | str = "self") -> int:
    """Of that process alone, so far; getrusage counts what its parent had as well."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = _PEAK.search(status)
    return int(found[1]) * 1024 if found else 0


def command(words: Sequence[str]) -> Used:
    """
    Run it to its end; what it says goes nowhere.

    Raises:
        CalledProcessError: it has failed; ``stderr`` has its last words.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        tree = Tree(process.pid)
        tree.start()
        _, said = process.communicate()
    used = tree.used(time.perf_counter() - started)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words, stderr=said)
    return used


def server_of(pid: int) -> psutil.Process:
    """The process of a database server whose children serve connections, as *pid*."""
    found = psutil.Process(pid).parent()
    assert found is not None
    return found


@contextmanager
def server_seconds(server: psutil.Process) -> Iterator[list[float]]:
    """Processor seconds of the server while the block runs, put into the list."""
    before = _of_server(server)
    found: list[float] = []
    yield found
    found.append(_of_server(server) - before)


def _of_server(server: psutil.Process) -> float:
    own = server.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in server.children():
        with suppress(*_GONE):
            used = child.cpu_times()
            total += used.user + used.system
    return float(total)
