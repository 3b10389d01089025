"""What happens to a phase is recorded in its run, also when it goes wrong.

The only place, beside the runner, that catches everything: to record and re-raise
without the text of errors that may quote a person's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps
from django.db import Error

from reimport_lib import outside
from reimport_lib.checks import Check, failed
from reimport_lib.counting import several, verb
from reimport_lib.errors import (
    CutOff,
    Interrupted,
    PhaseFailed,
    Refused,
    ReimportError,
    SettingsError,
    SourceError,
    TargetError,
    ValidationFailed,
    place_of,
)
from reimport_lib.phases import (
    ALWAYS,
    asked,
    attempts,
    fencing,
    row_plans,
    sealing,
)
from reimport_lib.phases.binding import bind_run, is_there
from reimport_lib.plan.decide import Link
from reimport_lib.plan.plan import Plan
from reimport_lib.record.clock import now
from reimport_lib.record.events import LedgerNotTold, NotSealed, PhaseError
from reimport_lib.record.manifest import Counts, LinkCounts
from reimport_lib.record.run import Run
from reimport_lib.record.status import STOPPED, Status
from reimport_lib.write import bind, busy, fence, ledger, pgreasons, sealed
from reimport_lib.write.rows import failures_named

_STATUS_OF = (
    (Interrupted, Status.INTERRUPTED),
    (ValidationFailed, Status.VALIDATION_FAILED),
    ((Refused, SourceError, SettingsError, TargetError), Status.REFUSED),
    (ReimportError, Status.FAILED),
)


def status_of(error: BaseException) -> Status:
    """The status that *error* leaves a phase and its run in."""
    for kinds, status in _STATUS_OF:
        if isinstance(error, kinds):
            return status
    return Status.FAILED


def begin(run: Run, name: str) -> None:
    """
    Mark phase *name*, and its run, as running; its seconds count from here.

    What an attempt before this one left is kept.
    """
    attempts.keep_last(run, name)
    bind.call_sessions(f"{run.run_id} {name}")
    run.begin_phase(name)


def finish(run: Run, name: str, checks: Sequence[Check]) -> None:
    """
    Record *checks* and close phase *name*; the last phase closes the run.

    Raises:
        Refused: a check failed, and nothing was written yet.
        ValidationFailed: a check failed afterwards.
    """
    bad = failed(checks)
    run.record_checks(name, checks)
    _record_held(run, name)
    if bad:
        error = Refused if name in ALWAYS else ValidationFailed
        failure = error(
            f"{name}: {len(bad)} of {several(len(checks), 'check')} "
            f"{verb(len(bad), 'does', 'do')} not hold: {bad[0].name} "
            f"(expected {bad[0].expected}, found {bad[0].actual}).",
            hint=bad[0].hint or f"reimport show {run.run_id}",
            id="R099",
        )
        record_failure(run, name, failure)
        raise failure
    ends = apps.ready and is_last(run, name)
    if ends and is_there(run):
        # first: a run that is done is never gone on with, so that nobody would tell it
        _finish_in_ledger(run, Status.SUCCEEDED)
    run.end_phase(name, Status.SUCCEEDED)
    if ends:
        _seal_all(run)


def is_last(run: Run, name: str) -> bool:
    """Every other phase is done."""
    others = (e for e in run.manifest()["phases"] if e["name"] != name)
    return all(entry["status"] is Status.SUCCEEDED for entry in others)


def record_failure(run: Run, name: str, error: ReimportError) -> None:
    """
    Record that phase *name* ended in *error*, and the run with it.

    What has ended stays as it is: an error after that is told among the events alone.
    Whether the phase wrote is what the ledger says: its process may have been killed
    after its transaction was committed.
    """
    run.tell(PhaseError(name, str(error)))
    _record_held(run, name)
    if run.phase(name)["status"] in (Status.PENDING, Status.RUNNING):
        status = status_of(error)
        is_known = name in ALWAYS or status is Status.VALIDATION_FAILED
        has_opened = apps.ready  # the runner has not, and waits for no writer
        committed = "" if is_known else _committed(run, name)
        ended = run.end_phase(
            name,
            status,
            error=str(error),
            committed=committed,
            goes_on=error.passes,
        )
        if ended and has_opened:
            tell_ledger(run, status)


def _record_held(run: Run, name: str) -> None:
    if apps.ready and (held := sealed.held()):
        run.record_held(name, held)


def _committed(run: Run, name: str) -> str:
    """When phase *name* was committed, by the ledger; "" where it does not say."""
    try:
        bind_run(run)
        bind.drop_broken()  # the server may be there, and only the link was lost
        done = ledger.phase_done(run.run_id, name)
    except (Error, ReimportError):  # no copy yet, or the database is what has failed
        return ""
    return done.finished_at.isoformat() if done else ""


def enter_ledger(run: Run) -> None:
    """
    Enter *run* into the ledger of its database; doing so again changes nothing.

    Raises:
        TargetError: another process is writing to the database.
    """
    manifest = run.manifest()
    with failures_named(run.run_id, run.run_id), fencing.writing(run):
        ledger.start_run(
            run.run_id,
            mode=str(run.mode),
            as_of=datetime.fromisoformat(manifest["as_of"]),
            started_at=datetime.fromisoformat(manifest["created_at"]),
            snapshot_digest=manifest["snapshot_digest"],
            reviewed=run.reviewed,
            confirmed=manifest.get("confirmed", {}).get("word", ""),
            gates=run.gates,
            origin=manifest.get("origin", ""),
            backup_digest=manifest.get("backup", {}).get("digest", ""),
            reviewed_seal=manifest.get("reviewed_seal", ""),
            reviewed_root=manifest.get("reviewed_root", ""),
        )


def tell_ledger(run: Run, status: Status) -> None:
    """
    Record in the ledger how the run ended, where it has been entered there.

    What it left is sealed with that.
    """
    if is_there(run):
        _finish_in_ledger(run, status)
    _seal_all(run)


def _seal_all(run: Run) -> None:
    try:
        sealing.close_bound(run)
    except ReimportError as error:  # whoever writes the report tries again
        run.tell(NotSealed(error.with_id))
    finally:
        fence.release()


def _finish_in_ledger(run: Run, status: Status) -> None:
    try:
        fencing.take(run)
        with fence.writing():
            ledger.finish_run(run.run_id, status=str(status), finished_at=now())
    except (Error, Refused, TargetError) as error:  # it may be what has failed
        run.tell(LedgerNotTold(type(error).__name__))


def record_plans(run: Run, name: str, plans: Sequence[Plan], by_row: str) -> None:
    """
    Write counts and digests of *plans* into the entry of phase *name*.

    Args:
        by_row: what ``row_plans.text`` gives of them.
    """
    run.record_plans(
        name,
        rows_sha256=row_plans.keep(run, name, by_row),
        tables={
            plan.table: counts(
                plan.counts,
                plan.reasons,
                plan.note_counts,
                source_rows=plan.source_rows,
                blank_rows=plan.blank_rows,
            )
            for plan in plans
        },
        digests={plan.table: plan.digest for plan in plans},
        links={plan.table: [_counted(link) for link in plan.links] for plan in plans},
    )
    asked.keep(run, name, plans)


def _counted(link: Link) -> LinkCounts:
    return {
        "name": link.name,
        "found": link.found,
        "named": link.named,
        "checked": link.checked,
    }


def counts(
    outcomes: Mapping[str, int],
    reasons: Mapping[str, int],
    notes: Mapping[str, int],
    *,
    source_rows: int,
    blank_rows: int,
) -> Counts:
    """The counts of a plan, as ``run.json`` holds them: rows by outcome and by code."""
    return {
        "source_rows": source_rows,
        "blank_rows": blank_rows,
        "created": outcomes.get("created", 0),
        "updated": outcomes.get("updated", 0),
        "unchanged": outcomes.get("unchanged", 0),
        "skipped": outcomes.get("skipped", 0),
        "rejected": outcomes.get("rejected", 0),
        "deleted": outcomes.get("deleted", 0),
        "kept": outcomes.get("kept", 0),
        "reasons": dict(reasons),
        "notes": dict(notes),
    }


@contextmanager
def recording(run: Run, name: str) -> Iterator[None]:
    """
    Whatever ends this block early is recorded against phase *name*.

    Raises:
        Refused: the phase has ended without success, so that nothing more is done in
            it; a cell that is run by hand after the one that stopped it comes here.
        ReimportError: as it was; anything else becomes PhaseFailed, which names the
            kind of error and the line, and not its text: that may quote a value.
    """
    status = run.phase(name)["status"]
    if status in STOPPED:
        raise Refused(
            f"Run {run.run_id}: {name} has ended ({status}); nothing more is done"
            " in it.",
            hint="run its notebook again from the first cell, or "
            f"reimport run --resume {run.run_id}",
            id="R100",
        )
    try:
        yield
    except ReimportError as error:
        record_failure(run, name, error)
        raise
    except KeyboardInterrupt:
        stopped = Interrupted(
            f"{name}: stopped by a person; what was not finished was rolled back.",
            hint=f"reimport run --resume {run.run_id}",
            id="R101",
        )
        record_failure(run, name, stopped)
        raise stopped from None
    except Exception as error:
        failure = unexpected(run, name, error)
        record_failure(run, name, failure)
        raise failure from None


def unexpected(run: Run, name: str, error: Exception) -> ReimportError:
    """*error* as one of ours: its kind and where it was raised, never its text."""
    if pgreasons.is_busy(error):
        return busy.error(name, run.run_id)
    if pgreasons.is_outside(error):
        return CutOff(
            f"{name}: the database failed: {pgreasons.of_error(error)}.",
            hint=f"mend that, then reimport run --resume {run.run_id}",
            id="R102",
        )
    if machine := outside.of_machine(error):
        return CutOff(
            f"{name}: {machine} ({place_of(error)}).",
            hint=f"mend that, then reimport run --resume {run.run_id}",
            id="R307",
        )
    return PhaseFailed(
        f"{name}: {place_of(error)}.",
        hint="this is a defect of the program: keep the run folder and report the line",
        id="R103",
    )
