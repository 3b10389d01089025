"""One process at a time executes a run: a lock that ends with the process holding it.

``run.json`` cannot say so: of a process that was killed it says "running" for ever.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from reimport_lib.errors import Refused
from reimport_lib.private_files import (
    lock,
    private_open,
    unwritable,
    write_private,
)
from reimport_lib.record.run import Run

_LOCK = ".executing"
_EPOCH = ".epoch"
_TRIES = 10
_BETWEEN_SECONDS = 0.02


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
            take(file)
        except BlockingIOError:
            raise Refused(
                f"Run {run.run_id} is being executed by another process.",
                hint=f"reimport show {run.run_id}",
                id="R217",
            ) from None
        except OSError as error:
            raise unwritable(path, error) from None
        keep_epoch(run, 0)  # what is left of an attempt before writes nothing more
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def take(file: IO[str]) -> None:
    """
    Lock *file*, which whoever asks whether somebody has it holds for a moment.

    Raises:
        BlockingIOError: somebody has it.
    """
    for _ in range(_TRIES - 1):
        with suppress(BlockingIOError):
            lock(file, wait=False)
            return
        time.sleep(_BETWEEN_SECONDS)
    lock(file, wait=False)


def epoch(run: Run) -> int:
    """In which *run* may write to its database (``write.fence``); 0: in none yet."""
    with suppress(OSError, ValueError):
        return int((run.folder / _EPOCH).read_text(encoding="utf-8"))
    return 0


def keep_epoch(run: Run, number: int) -> None:
    """All processes of *run* write in this epoch."""
    write_private(run.folder / _EPOCH, f"{number}\n")


def executor(run: Run) -> int:
    """The process that executes *run*, whose end ends it all; 0 where none does."""
    if not is_executed(run):
        return 0
    text = (run.folder / _LOCK).read_text(encoding="utf-8")
    return int(text) if text.isdigit() else 0


def is_executed(run: Run) -> bool:
    """Whether a process is executing *run* now; nothing is written to find out."""
    return is_held(run.folder)


def is_held(folder: Path) -> bool:
    """The same of the run in *folder*."""
    try:
        with (folder / _LOCK).open("rb") as file:
            lock(file, wait=False, shared=True)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
