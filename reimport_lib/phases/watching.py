"""Whether an import still holds, hours after it: the checks of phase 8 made again.

The database is opened read only, and the record of the run stays as it is.
"""

from __future__ import annotations

from django.db import Error

from reimport_lib.checks import Check, Verdict
from reimport_lib.errors import Refused, Unavailable
from reimport_lib.phases import frozen, stored_objects, validation_post
from reimport_lib.phases.binding import bind_run, require_same_database
from reimport_lib.prove import since
from reimport_lib.prove.counts import check_counts
from reimport_lib.prove.doubled import check_doubled
from reimport_lib.prove.evidence import gather
from reimport_lib.prove.fields import check_fields
from reimport_lib.prove.links import check_links
from reimport_lib.record import watched
from reimport_lib.record.clock import now
from reimport_lib.record.manifest import has_gone_back
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.record.watched import Look
from reimport_lib.tables import registry
from reimport_lib.write import bind

_WRITES = frozenset({Mode.FULL, Mode.UNDO, Mode.PUT_BACK})
_WROTE_NOTHING = frozenset({Status.OPEN, Status.REFUSED})


def watchable(all_runs: list[Run]) -> Run | None:
    """
    The newest full run that was applied and proven, if nothing has written since.

    Args:
        all_runs: oldest first.
    """
    for run in reversed(all_runs):
        if run.mode in _WRITES and not (
            run.status in _WROTE_NOTHING or _has_gone_back(run)
        ):
            return run if is_proven(run) else None
    return None


def is_proven(run: Run) -> bool:
    """It is applied, and its phase 8 has ended."""
    manifest = run.manifest()
    ended = {Status.SUCCEEDED, Status.VALIDATION_FAILED}
    is_there = run.is_full and run.status in ended and "undone" not in manifest
    return is_there and any(
        entry["name"] == validation_post.NAME and entry["status"] in ended
        for entry in manifest["phases"]
    )


def look(run: Run, hours: tuple[int, ...]) -> Look:
    """
    Look at the database of *run* as it is now, and keep what was found.

    Raises:
        Refused: it is another database, or what the run froze is gone.
        TargetError: it cannot be reached.
    """
    if not run.snapshot_folder.is_dir():
        raise Refused(
            f"What {run.run_id} froze of its source is gone: there is nothing to"
            " compare the database with.",
            hint="reimport prune --keep 3 leaves the newest runs whole",
            id="R497",
        )
    bind_run(run, writable=False)
    try:
        require_same_database(run)
        found, edited = _asked(run)
    except Error as error:
        raise Unavailable(
            f"The database of {run.run_id} gave no answer ({type(error).__name__}).",
            hint=f"reimport watch {run.run_id}",
            id="R498",
        ) from None
    finally:
        bind.close()
    made = _compared(run, found, edited, hours)
    watched.keep(run, made)
    return made


def _asked(run: Run) -> tuple[list[Check], dict[str, int]]:
    """Every check, and table -> rows that people have changed since."""
    evidence = gather(run, frozen.snapshot_of(run))
    changed = since.since(evidence)
    evidence = since.as_edited(evidence, changed)
    ask_api = registry.api_checks()
    checks = [
        *since.check_unsaved(changed),
        *check_counts(evidence),
        *check_doubled(evidence),
        *check_fields(evidence),
        *check_links(evidence),
        *stored_objects.checks(run),
        *(ask_api(evidence) if ask_api else ()),
    ]
    edited = {table: len(each.edited_rows) for table, each in changed.items()}
    return checks, {table: rows for table, rows in edited.items() if rows}


def _compared(
    run: Run, checks: list[Check], edited: dict[str, int], hours: tuple[int, ...]
) -> Look:
    """What does not hold now and did, by what phase 8 recorded."""
    recorded = run.phase(validation_post.NAME)["checks"]
    then = {each["name"]: each["verdict"] for each in recorded}
    failed = [c for c in checks if c.verdict is Verdict.FAIL]
    unmade = [c for c in checks if c.verdict is Verdict.COULD_NOT_CHECK]
    return Look(
        now().isoformat(),
        hours,
        {
            c.name: f"expected {c.expected}, found {c.actual} [{c.id}]"
            for c in failed
            if then.get(c.name) != Verdict.FAIL
        },
        tuple(
            c.name for c in unmade if then.get(c.name) in (Verdict.PASS, Verdict.WARN)
        ),
        len(checks),
        edited,
    )


def _has_gone_back(run: Run) -> bool:
    manifest = run.manifest()
    return run.status is Status.ROLLED_BACK or has_gone_back(manifest)
