"""One process at a time executes a run: a lock that ends with the process holding it.

``run.json`` cannot say so: of a process that was killed it says "running" for ever.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from reimport_lib.errors import Refused
from reimport_lib.private_files import private_open
from reimport_lib.run import Run

_LOCK = ".executing"


@contextmanager
def executing(run: Run) -> Iterator[None]:
    """
    Hold *run* for this process.

    Raises:
        Refused: another process is executing it.
    """
    with private_open(run.folder / _LOCK, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                f"Run {run.run_id} is being executed by another process.",
                hint=f"reimport show {run.run_id}",
            ) from None
        yield


def is_executed(run: Run) -> bool:
    """Whether a process is executing *run* now."""
    try:
        with executing(run):
            return False
    except Refused:
        return True
