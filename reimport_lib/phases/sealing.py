"""When what a run leaves is sealed as a whole, and where its root is kept.

A root goes into the ledger with each phase that writes, in its transaction; what comes
after it, notebooks and the report, is below the root of the run, which is kept when the
run is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress

from django.db import Error

from reimport_lib.errors import Refused, ReimportError, TargetError
from reimport_lib.phases.binding import bind_run
from reimport_lib.record import evidence
from reimport_lib.record.events import LedgerNotTold
from reimport_lib.record.run import Run
from reimport_lib.record.verify.leaves import PLANS
from reimport_lib.write import bind, fence, ledger


def checkpoint(run: Run, phase: str, planned: Mapping[str, str]) -> str:
    """
    Seal what *phase* is about to write; the root over all of the run so far.

    Args:
        planned: what is planned -> digest of its plan.
    """
    evidence.seal_value(run.folder, f"{PLANS}{phase}", planned)
    evidence.seal_events(run.folder)
    return evidence.settled_root(run.folder)


def close(run: Run) -> None:
    """
    Seal what *run* has left by now, and keep the root in the ledger of its database.

    Where that cannot be reached, or another run is at work on it, the statement in the
    folder is all that says so.

    Raises:
        ReimportError: the folder cannot be written, or the key that signs not read.
    """
    if evidence.holds_name(run.folder, PLANS):
        with suppress(ReimportError):  # no such database, or none that can be read
            bind_run(run)
            close_bound(run, taken=fence.of_command(f"the seal of {run.run_id}"))
            bind.close()
            return
    evidence.keep_root(run.folder, run.settings.runs)
    evidence.close(run.folder, None, run.settings)


def close_bound(run: Run, *, taken: AbstractContextManager[None] | None = None) -> None:
    """
    The same in a process that is bound to the database of *run*.

    Args:
        taken: the fence, where this process has not taken it.
    """
    evidence.keep_root(run.folder, run.settings.runs)
    said = None
    with suppress(Error):  # it may be what has failed, or a copy that was not made yet
        said = ledger.entries(run.run_id)
    root = evidence.close(run.folder, said, run.settings)
    try:
        if said is not None:
            with taken or nullcontext(), fence.writing():
                ledger.keep_root(run.run_id, root)
    except (Error, Refused, TargetError) as error:
        run.tell(LedgerNotTold(type(error).__name__))
