"""A rehearsal ends by undoing itself on its copy; digests say whether that leads back.

In one transaction, which is rolled back: the copy stays as a reviewer reads it. What is
compared is what its backup was proven by, and nothing that an undo keeps of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from reimport_lib.backup.backup import open_backup
from reimport_lib.backup.bound import digest_bound
from reimport_lib.backup.digests import DatabaseDigest
from reimport_lib.checks import Check, Verdict, equal
from reimport_lib.errors import ReimportError
from reimport_lib.phases import binding, fencing, recording
from reimport_lib.record.clock import now
from reimport_lib.record.manifest import UndoProof
from reimport_lib.record.run import Run
from reimport_lib.write import bind, ledger, undo

ProofElsewhere = Callable[[], UndoProof | None]
NAME = "tables that undoing this run brings back to what they were"
SHOWN = 5
_WAY = "reimport restore is the way back"


def prove(run: Run, found: ProofElsewhere = lambda: None) -> None:
    """
    Undo the rehearsal *run* on its copy, and record whether that led back.

    Nothing that goes wrong here ends it: that is what it records. A run that made no
    copy has nothing to go back from.

    Args:
        found: waits for what was found elsewhere (``undo_beside``).

    Raises:
        ReimportError: the record cannot be written.
    """
    if "backup" not in run.manifest():
        return
    try:
        if proof := found():
            run.record_undo_proof(proof)
        else:
            attempt(run, partial(binding.bind_run, run), run.record_undo_proof)
    except KeyboardInterrupt:
        stopped = "stopped before it was known"
        run.record_undo_proof(_unproven(stopped, Verdict.COULD_NOT_CHECK))
    finally:
        bind.close()


def attempt(
    run: Run, bound: Callable[[], None], record_undo_proof: Callable[[UndoProof], None]
) -> None:
    """
    Undo *run*, and record whether that led back; what goes wrong is what is recorded.

    Args:
        bound: binds this process to the rehearsal's copy, or to a copy of that.
    """
    try:
        bound()
        with fencing.taken(run):
            proof = _proof(run)
        record_undo_proof(proof)
    except ReimportError as error:
        record_undo_proof(_unproven(error.message))
    except Exception as error:  # recorded, and told without its text
        failure = recording.unexpected(run, "undo", error)
        record_undo_proof(_unproven(failure.message))


def _proof(run: Run) -> UndoProof:
    backup = open_backup(run.backup_folder)
    record = ledger.record_tables()
    done = undo.rehearse(
        run.run_id,
        f"{run.run_id}-undone",
        as_of=now(),
        measure=partial(digest_bound, leaving_out=record),
    )
    start, end = backup.digest.without(record), done.found
    differ = start.differences(end)
    return {
        "rows": done.plan.totals,
        "models": sum(any(of.values()) for of in done.plan.counts.values()),
        "differ": list(differ),
        "seconds": round(done.seconds, 2),
        "check": _check(start, differ).as_json(),
    }


def _check(start: DatabaseDigest, differ: tuple[str, ...]) -> Check:
    more = len(differ) - SHOWN
    named = ", ".join(differ[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
    return equal(
        NAME,
        expected=len(start.tables),
        actual=len(start.tables) - len(differ),
        hint=f"{named}: {_WAY}",
        id="C107",
    )


def _unproven(why: str, verdict: Verdict = Verdict.FAIL) -> UndoProof:
    check = Check(NAME, "all", why, verdict, hint=_WAY, id="C108")
    nothing: UndoProof = {
        "rows": {},
        "models": 0,
        "differ": [],
        "seconds": 0.0,
        "check": check.as_json(),
    }
    return nothing
