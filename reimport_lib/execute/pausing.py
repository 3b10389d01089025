"""Pausing a run: it ends behind the phase that it is at, and holds nothing then.

Who waits need not be the process that asks: the request is a file in the folder of the
run, which the process that executes it looks for before each phase.
"""

from __future__ import annotations

from reimport_lib.errors import Interrupted, Refused
from reimport_lib.private_files import write_private
from reimport_lib.record import lock, state
from reimport_lib.record.run import Run

_FILE = ".pause"


def ask(run: Run) -> None:
    """
    Ask whoever executes *run* to end it behind the phase that it is at.

    Raises:
        Refused: no command executes it.
    """
    if not lock.is_executed(run):
        stands = state.of(run)
        raise Refused(
            f"Run {run.run_id} is executed by no command: it is {stands.told}.",
            hint=f"reimport status {run.run_id}",
            id="R480",
        )
    write_private(run.folder / _FILE, "")


def is_asked(run: Run) -> bool:
    return (run.folder / _FILE).exists()


def forget(run: Run) -> None:
    """Nobody asks any more: it begins, or it has ended."""
    (run.folder / _FILE).unlink(missing_ok=True)


def paused(run: Run) -> Interrupted:
    """What the record of *run* says of how it ended."""
    done = sum(entry["status"] == "succeeded" for entry in run.manifest()["phases"])
    return Interrupted(
        f"Paused behind {done} of {len(run.phases)} phases, as somebody asked; what"
        " they have done stays.",
        hint=f"reimport continue {run.run_id}",
        id="R481",
    )
