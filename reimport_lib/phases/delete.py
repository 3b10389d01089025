"""Phase 2: delete what FileMaker no longer has, children before those they hang on.

A table that is not in the snapshot is never deleted from. Rows whose source row is
rejected or skipped today stay, unless the run is a clean slate.
"""

from __future__ import annotations

from collections.abc import Sequence

from reimport_lib.backup import restoring
from reimport_lib.checks import Check, equal
from reimport_lib.errors import GateFailed
from reimport_lib.phases import (
    ahead,
    asked,
    changes,
    data,
    findings,
    frozen,
    merging,
    outcomes,
    recording,
    row_plans,
)
from reimport_lib.plan import gates
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.prove.links import naming_deleted
from reimport_lib.record.run import Run
from reimport_lib.tables.merging import Policy
from reimport_lib.write import dependents, ledger, read
from reimport_lib.write.apply import Applied

NAME = "delete"
FILE = "deletions"


def plan(run: Run) -> tuple[DeletionPlan, ...]:
    """What goes and what is kept, table by table; nothing is written yet."""
    with recording.recording(run, NAME):
        keys, out = ahead.keys(run, frozen.snapshot_of(run))
        settled = merging.of_lost(run.settings.rows)
        plans = dependents.plan_deletions(
            keys,
            out,
            ruled=lambda table, key: settled(table, key) is Policy.TAKE,
            clean_slate=run.clean_slate,
        )
        if ledger.phase_done(run.run_id, NAME) is None:
            run.record_plans(
                NAME,
                tables={
                    plan.table: recording.counts(
                        plan.counts, plan.reasons, {}, source_rows=0, blank_rows=0
                    )
                    for plan in plans
                    if len(plan.rows)
                },
                digests={plan.table: plan.digest for plan in plans},
                rows_sha256=row_plans.keep(
                    *(run, NAME),
                    row_plans.text(row_plans.lines_of_deletions(run, plans)),
                ),
            )
            asked.keep_deletions(run, NAME, plans, settled)
            left = changes.keep_deletions(run, NAME, plans, keys)
            findings.keep_left(run, NAME, left)
        return plans


def require(run: Run, plans: Sequence[DeletionPlan]) -> tuple[gates.GateResult, ...]:
    """
    May we proceed?

    Raises:
        GateFailed: more would be deleted than the gates allow.
        PlanDiffers: it is not the plan that was reviewed.
    """
    with recording.recording(run, NAME):
        limits = data.gates_of(run)
        measured = [
            gates.deletion_gates(
                plan.table,
                deleted=plan.counts["deleted"],
                imported=plan.imported_rows,
                gates=limits,
            )
            for plan in plans
        ]
        edits = (
            gates.measure(plan.table, "max_local_edits", edited, 0, limits)
            for plan in plans
            if (edited := len(plan.edited - plan.ruled))
        )
        measured += [(result,) for result in edits if result]
        try:
            results = gates.require_deletions(measured, file=FILE)
        except GateFailed:
            outcomes.write(run, {FILE: outcomes.deletions_text(run, plans)})
            raise
        data.record_leanings(run, NAME, gates.needed(results))
        data.require_reviewed(run, NAME, {plan.table: plan.digest for plan in plans})
        return results


def apply(run: Run, plans: Sequence[DeletionPlan]) -> Applied:
    """Write the outcomes file, then delete, with before-images and ledger."""
    with recording.recording(run, NAME):
        texts = {FILE: outcomes.deletions_text(run, plans)}
        return data.write(run, NAME, texts, deletions=plans)


def reconcile(run: Run, plans: Sequence[DeletionPlan]) -> list[Check]:
    """Read the database again: what was to go is gone, what was to stay is there."""
    with recording.recording(run, NAME):
        hint = restoring.advice(run)
        landed = [
            equal(
                f"{plan.table}: rows that came from FileMaker, after deleting",
                expected=plan.imported_rows - plan.counts["deleted"],
                actual=read.imported(plan.table),
                hint=hint,
                id="C019",
            )
            for plan in plans
        ]
        return [*landed, naming_deleted(run.run_id, hint=hint)]


def execute(run: Run) -> None:
    """The whole phase, without showing anything."""
    recording.begin(run, NAME)
    plans = plan(run)
    require(run, plans)
    apply(run, plans)
    recording.finish(run, NAME, reconcile(run, plans))
