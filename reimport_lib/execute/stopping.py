"""Ending a run that another process executes, as by Ctrl-C there."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from reimport_lib.errors import Refused
from reimport_lib.record import heartbeat, lock, state
from reimport_lib.record.run import Run
from reimport_lib.record.state import RunState

_LOOKED_AFTER_SECONDS = 0.1


def ask(run: Run) -> int:
    """
    Ask the process that executes *run* to end: it rolls back what it is at, and records
    that it was interrupted.

    It is known by the lock that it holds while it lives, never by its number alone.

    Returns:
        Its process id.

    Raises:
        Refused: none does; or it is on another machine, or the kernel of a notebook.
    """
    stands = state.of(run)
    if not stands.is_alive:
        raise Refused(
            f"Run {run.run_id} is not at work: it is {stands.told}.",
            hint=f"reimport status {run.run_id}",
            id="R432",
        )
    if stands.host not in ("", heartbeat.here()) and _is_heard(run):
        raise Refused(
            f"Run {run.run_id} is at work on another machine, {stands.host}, process"
            f" {stands.pid}; from here it cannot be asked to end.",
            hint=f"on {stands.host}: reimport stop {run.run_id}",
            id="R433",
        )
    if not (pid := lock.executor(run)):
        raise Refused(
            f"Run {run.run_id} is executed notebook by notebook: by the kernel that is"
            f" process {stands.pid}, and by no command.",
            hint="interrupt that kernel in JupyterLab",
            id="R434",
        )
    with suppress(ProcessLookupError):  # it has just ended
        os.kill(pid, signal.SIGTERM)
    return pid


def ended(run: Run) -> RunState:
    """How it stands once no process executes it any more."""
    while lock.is_executed(run):
        time.sleep(_LOOKED_AFTER_SECONDS)
    return state.of(run)


def _is_heard(run: Run) -> bool:
    return not heartbeat.is_silent(run.folder, run.settings.silent_seconds)
