"""Which run to go on with: one that stopped, and that nothing has made out of date."""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.config import Settings
from reimport_lib.errors import Refused, UsageError
from reimport_lib.record import runs
from reimport_lib.record.manifest import DamagedRecord, has_gone_back
from reimport_lib.record.run import Run
from reimport_lib.record.status import FINISHED, ROW_BY_ROW, Mode, Status


def resumable(settings: Settings, run_id: str) -> Run:
    """
    The run to go on with: *run_id*, or the newest that stopped before its end and
    that no later run has made out of date.

    Raises:
        UsageError: there is none, or it is done.
        Refused: it was rolled back, or what it works on has been pruned.
    """
    run = runs.load(settings, run_id) if run_id else _newest_unfinished(settings)
    manifest = run.manifest()
    if run.mode in ROW_BY_ROW:
        raise UsageError(
            f"Run {run.run_id} is no import ({run.mode}): it was done whole or not"
            " at all.",
            hint=f"reimport show {run.run_id}",
            id="R311",
        )
    if manifest["status"] == Status.SUCCEEDED:
        raise UsageError(
            f"Run {run.run_id} is done.", hint="reimport run --dry-run", id="R065"
        )
    if taken := [each["by"] for each in manifest.get("undone", ())]:
        raise Refused(
            f"Run {run.run_id} cannot go on: what it had written was taken back by"
            f" {taken[-1]}.",
            hint="mend what stopped it, then reimport run --dry-run",
            id="R325",
        )
    if manifest["status"] in FINISHED or "pruned" in manifest:
        how = "pruned" if "pruned" in manifest else manifest["status"]
        raise Refused(
            f"Run {run.run_id} cannot go on: it is {how}.",
            hint="reimport run --dry-run",
            id="R066",
        )
    return run


def _newest_unfinished(settings: Settings) -> Run:
    """A rehearsal or an import that succeeded later leaves nothing to go on with."""
    superseded: set[Mode] = set()
    readable, damaged = runs.found(settings)
    for run in reversed(readable):
        status = run.status
        can_stop = run.mode not in ROW_BY_ROW
        is_over = status in FINISHED or has_gone_back(run.manifest())
        if can_stop and not is_over and run.mode not in superseded:
            _require_newest(run, damaged)
            return run
        if status is Status.SUCCEEDED:
            superseded |= {run.mode, Mode.REHEARSAL}
    raise UsageError(
        "There is no unfinished run that a later one has not made out of date.",
        hint="reimport runs, then reimport run --resume RUN",
        id="R067",
    )


def _require_newest(run: Run, damaged: Mapping[str, DamagedRecord]) -> None:
    later = [error for run_id, error in damaged.items() if run_id > run.run_id]
    if later:
        raise Refused(
            f"{later[-1].message} It may be the run to go on with.",
            hint=f"reimport run --resume {run.run_id}, if that one is meant",
            id="R068",
        )
