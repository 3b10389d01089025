"""A notifier beside a run: a process of its own, which outlives the run's.

So a run waits for no server, and who is told of a run that was killed is not killed
with it. It ends when the run has, and nothing waits any more.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reimport_lib.config import Settings
from reimport_lib.errors import CutOff, ReimportError

Complain = Callable[[ReimportError], object]

_OF_A_NOTEBOOK = "JPY_"
_started: list[subprocess.Popen[bytes]] = []
"""Nobody here waits for them to end."""


def start(settings: Settings, run_id: str, complain: Complain) -> None:
    """
    Have a process tell of the run, where anybody is to be told; it raises nothing.

    Args:
        complain: told what keeps them from being told; the run goes on.
    """
    if _subscribe(settings, complain):
        _start(run_id, complain)


@contextmanager
def afterwards(settings: Settings, run_id: str, complain: Complain) -> Iterator[None]:
    """The same of what is done in this block, once it has ended."""
    is_wanted = _subscribe(settings, complain)
    try:
        yield
    finally:
        if is_wanted:
            _start(run_id, complain)


def _subscribe(settings: Settings, complain: Complain) -> bool:
    """Whether anybody is told of what happens from now on."""
    if not settings.notify:
        return False
    from reimport_lib.notify import delivering  # it takes a while to import

    try:
        delivering.notifier(settings)
    except ReimportError as error:
        complain(error)
        return False
    return True


def _start(run_id: str, complain: Complain) -> None:
    environ = {n: v for n, v in os.environ.items() if not n.startswith(_OF_A_NOTEBOOK)}
    command = [sys.executable, "-m", "reimport_lib", "notify", "--follow", run_id]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environ,
            start_new_session=True,
        )
    except OSError as error:
        complain(
            CutOff(
                f"Nobody is told of {run_id} for now: no process can be started"
                f" ({error.strerror}).",
                hint="reimport notify",
                id="R441",
            )
        )
    else:
        _started.append(process)
