"""Phase 2: delete what FileMaker no longer has, children before those they hang on.

A table that is not in the snapshot is never deleted from. Rows whose source row is
rejected or skipped today stay, unless the run is a clean slate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from reimport_lib.backup import restoring
from reimport_lib.checks import Check, equal
from reimport_lib.errors import GateFailed
from reimport_lib.phases import (
    asked,
    changes,
    data,
    findings,
    frozen,
    merging,
    outcomes,
    planning,
    recording,
    row_plans,
)
from reimport_lib.plan import gates
from reimport_lib.plan.context import Known
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.delete import DeletionPlan, Keys
from reimport_lib.prove.links import naming_deleted
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.tables.merging import Policy
from reimport_lib.write import dependents, ledger, read
from reimport_lib.write.apply import Applied

NAME = "delete"
FILE = "deletions"


def plan(run: Run) -> tuple[DeletionPlan, ...]:
    """What goes and what is kept, table by table; nothing is written yet."""
    with recording.recording(run, NAME):
        snapshot = frozen.snapshot_of(run)
        keys, out = _source_keys(run, snapshot)
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
                    run, NAME, row_plans.lines_of_deletions(run, plans)
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


def _source_keys(run: Run, snapshot: Snapshot) -> tuple[Keys, Keys]:
    """
    Table -> the keys its snapshot holds, and those of which no row comes in today.

    Both name every table that the snapshot has. Deciding takes as long as the data
    phases do, so a table is looked at only where an earlier import left rows in it.
    """
    tables = [
        table.name
        for table in registry.all_tables()
        if table.model and snapshot.has(table.snapshot_name)
    ]
    held = {table for table in tables if read.imported(table)}
    keys: dict[str, frozenset[str]] = dict.fromkeys(tables, frozenset())
    out = dict(keys)
    for found, decided in _decide(run, snapshot, held) if held else ():
        table = decided.table
        keys[table] = frozenset(key for key in found if key)
        out[table] = keys[table] - frozenset(decided.values["filemaker_id"])
    return keys, out


def _decide(
    run: Run, snapshot: Snapshot, held: Set[str]
) -> Iterator[tuple[Iterable[str], Decided]]:
    """
    The tables of *held* as their own phases will decide them, with the keys they hold.

    Tables that others are linked to are always decided.
    """
    known: Known = frozen.known_to(run, snapshot)
    for table in registry.sources():
        is_linked = table in registry.linked()
        wanted = is_linked or not held.isdisjoint({table, *registry.made_of(table)})
        if not snapshot.has(table) or not wanted:
            continue
        context = frozen.context_of(run, snapshot, known)
        staged = frozen.staged(run, snapshot, table)
        decided, made = planning.decide_table(run, snapshot, staged, context)
        yield staged.frame["key"], decided
        if is_linked:
            if run.clean_slate:  # then those that do not come in will be gone
                known = known.with_rows(table, {})
            plan = planning.plan_table(run, snapshot, decided)
            known = planning.with_planned(known, plan, decided)
        for rows, _ in made:
            yield registry.made(rows.table).keys(staged), rows
