"""Plans into the database: one transaction per phase, the ledger's row in it.

The transaction asks the ledger first whether the phase is done: a process that lost its
connection while committing may have succeeded.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from django.db import Error, InterfaceError, OperationalError, connections

from reimport_lib.errors import CutOff, PhaseFailed, Refused
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.signoffs import Leaning
from reimport_lib.record.clock import now
from reimport_lib.write import changes, fence, images, ledger, signoffs
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.ledger import PhaseRecord, TableCounts
from reimport_lib.write.models import parents_of
from reimport_lib.write.rows import failures_named


@dataclass(frozen=True, slots=True)
class Applied:
    """
    What was done.

    Attributes:
        counts: table -> outcome -> rows.
        seconds: that the transaction took.
        repeated: the ledger says it was done before; nothing was written now.
    """

    counts: TableCounts
    seconds: float
    repeated: bool = False


def apply(
    run_id: str,
    phase: str,
    number: int,
    plans: Sequence[Plan],
    deletions: Sequence[DeletionPlan] = (),
    *,
    snapshot_digest: str,
    outcomes_sha256: str,
    as_of: datetime,
    leanings: Sequence[tuple[str, Leaning]] = (),
    evidence_root: str = "",
) -> Applied:
    """
    Write *plans* and *deletions*, and the phase into the ledger: all of it or nothing.

    What phases so far leant on (*leanings*) is entered beside it. Deletions come
    children first; ``created_at`` and ``updated_at`` are *as_of*.

    Args:
        evidence_root: over what was sealed of the run until now, for the ledger.

    Raises:
        PhaseFailed: the database refused a row; everything was rolled back.
        Drifted: a row is no longer what the plan was made for.
        Refused: the run is not in the ledger, or with another snapshot.
        TargetError: another process is writing.
        FenceLost: another run has taken the database over.
    """
    started = time.monotonic()
    try:
        with failures_named(phase, run_id), fence.writing():
            done = begin(run_id, phase, snapshot_digest)
            if done is not None:
                return Applied(done.counts, done.seconds, repeated=True)
            _write(run_id, phase, plans, deletions, as_of)
            done_to: tuple[Plan | DeletionPlan, ...] = (*plans, *deletions)
            result = PhaseRecord(
                name=phase,
                number=number,
                finished_at=now(),
                seconds=round(time.monotonic() - started, 3),
                counts={plan.table: plan.counts for plan in done_to},
                plan_digests={plan.table: plan.digest for plan in done_to},
                outcomes_sha256=outcomes_sha256,
                evidence_root=evidence_root,
            )
            ledger.record_phase(run_id, result)
            signoffs.record_uses(run_id, leanings)
    except PhaseFailed:
        outcome = after_failure(run_id, phase, snapshot_digest)
        if outcome is None:
            raise
        return outcome
    return Applied(result.counts, result.seconds)


def _write(
    run_id: str,
    phase: str,
    plans: Sequence[Plan],
    deletions: Sequence[DeletionPlan],
    as_of: datetime,
) -> None:
    going = [deletion for deletion in deletions if deletion.deleted_ids]
    changes.hold_generic_links([deletion.table for deletion in going])
    deleted = {
        deletion.table: changes.delete_plan(run_id, phase, deletion, as_of=as_of)
        for deletion in going
    }
    changes.refuse_dangling(deleted)
    for plan in _parents_first(plans):
        changes.write_plan(run_id, phase, plan, as_of=as_of)
    tables = {plan.table for plan in plans} | {one.table for one in deletions}
    changes.recount(run_id, phase, tables)
    images.keep_after(run_id)


def _parents_first(plans: Sequence[Plan]) -> list[Plan]:
    """*plans* so that no row is written before one that its foreign keys name."""
    by_table = {plan.table: plan for plan in plans}
    parents = {
        name: [parent for parent in parents_of(name) if parent in by_table]
        for name in by_table
    }
    return [by_table[name] for name in TopologicalSorter(parents).static_order()]


def begin(run_id: str, phase: str, snapshot_digest: str) -> PhaseRecord | None:
    """The phase as the ledger holds it, where it is done already."""
    ledger.require_run(run_id, snapshot_digest=snapshot_digest)
    return ledger.phase_done(run_id, phase)


def after_failure(run_id: str, phase: str, snapshot_digest: str) -> Applied | None:
    """
    Whether the transaction was committed all the same, asked on a new connection.

    Raises:
        PhaseFailed: the database does not answer, so nobody knows yet.
    """
    connection: Any = connections[DEFAULT]
    connection.close()
    try:
        with fence.locked():
            done = begin(run_id, phase, snapshot_digest)
    except (OperationalError, InterfaceError) as error:
        raise CutOff(
            f"{phase}: the connection was lost ({type(error).__name__}); whether the"
            " phase was committed is in the ledger.",
            hint=f"reimport run --resume {run_id}",
            id="R241",
        ) from None
    except (Error, Refused):
        return None
    return Applied(done.counts, done.seconds, repeated=True) if done else None
