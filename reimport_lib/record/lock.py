"""One process at a time executes a run: a lock that ends with the process holding it.

``run.json`` cannot say so: of a process that was killed it says "running" for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from reimport_lib.errors import Refused
from reimport_lib.private_files import lock, private_open, unwritable
from reimport_lib.record.run import Run

_LOCK = ".executing"


@contextmanager
def executing(run: Run) -> Iterator[None]:
    """
    Hold *run* for this process.

    Raises:
        Refused: another process is executing it.
        ReimportError: the folder of the run cannot be written.
    """
    path = run.folder / _LOCK
    with ExitStack() as held:
        try:
            file = held.enter_context(private_open(path, "a"))
            lock(file, wait=False)
        except BlockingIOError:
            raise Refused(
                f"Run {run.run_id} is being executed by another process.",
                hint=f"reimport show {run.run_id}",
                id="R217",
            ) from None
        except OSError as error:
            raise unwritable(path, error) from None
        yield


def is_executed(run: Run) -> bool:
    """Whether a process is executing *run* now; nothing is written to find out."""
    try:
        with (run.folder / _LOCK).open("rb") as file:
            lock(file, wait=False, shared=True)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
