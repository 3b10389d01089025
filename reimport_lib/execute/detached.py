"""Runs in a process of their own, which no closed terminal or lost connection ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reimport_lib.private_files import private_open, unwritable
from reimport_lib.record import lock
from reimport_lib.record.findings import PRIVATE
from reimport_lib.record.run import Run

LOG = f"{PRIVATE}/detached.log"
_LOOKED_AFTER_SECONDS = 0.1
_OF_A_NOTEBOOK = "JPY_"  # a kernel's own: kernels of the run would watch its parent


def start(run: Run) -> int | None:
    """
    Have another process execute what is left of *run*; it has begun when this returns.

    Returns:
        None while it is at work; else its exit code: it has said why in the log.

    Raises:
        ReimportError: the folder of the run cannot be written.
    """
    with _log(run.folder / LOG) as log, _hangup_ignored():
        process = subprocess.Popen(
            [sys.executable, "-m", "reimport_lib", "run", "--resume", run.run_id],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environ(),
            start_new_session=True,
        )
    _left.append(process)
    while lock.executor(run) != process.pid:
        if (code := process.poll()) is not None:
            return code
        time.sleep(_LOOKED_AFTER_SECONDS)
    return None


def told(run: Run) -> str:
    """What the last process of its own that executed *run* has said."""
    text = (run.folder / LOG).read_text(encoding="utf-8", errors="replace")
    return text.rpartition(_BEGINNING)[2].strip()


_left: list[subprocess.Popen[bytes]] = []
"""Nobody here waits for them to end."""
_BEGINNING = "--- a process of its own\n"


@contextmanager
def _log(path: Path) -> Iterator[int]:
    """The log at *path*, to add to; what earlier processes said stays."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with private_open(path, "a") as file:
            file.write(_BEGINNING)
            file.flush()
            yield file.fileno()
    except OSError as error:
        raise unwritable(path, error) from None


@contextmanager
def _hangup_ignored() -> Iterator[None]:
    """What is started here ignores SIGHUP, as by ``nohup``."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def environ() -> dict[str, str]:
    """What a process of its own is given; nothing of the notebook that starts it."""
    return {n: v for n, v in os.environ.items() if not n.startswith(_OF_A_NOTEBOOK)}
