"""A data phase's tables planned: each by its rules, held against the database.

Nothing here writes or is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from reimport_lib.phases.frozen import context_of, known_to, snapshot_of
from reimport_lib.phases.merging import merging_of
from reimport_lib.plan.context import Context, Held, Known
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.made import make_rows, pointing_at
from reimport_lib.plan.plan import Plan, make_plan
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.stored_objects import IMPORTED, plan_objects
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.write import read

Stageds = dict[str, Staged]
Plans = tuple[Plan, ...]


def plan_tables(
    run: Run, staged: Mapping[str, Staged], known: Known | None = None
) -> Plans:
    """
    Each table by its own rules, linked to what is in the database now.

    Tables may name rows of those planned before them. Rows that are made of a table's
    come with it, and an account of its stored objects.

    Args:
        known: what rows can be linked to, where the caller has it.
    """
    snapshot = snapshot_of(run)
    known = known or known_to(run, snapshot)
    plans: list[Plan] = []
    for table, frame in staged.items():
        context = context_of(run, snapshot, known)
        decided, made = decide_table(run, snapshot, frame, context)
        plan = plan_table(run, snapshot, decided)
        plans.append(plan)
        if listing := registry.listing_of(table):
            objects = snapshot.objects(listing.name)
            plans.append(plan_objects(listing.name, objects, plan, context))
        plans += [plan for _, plan in made]
        known = with_planned(known, plan, decided)
    return tuple(plans)


def decide_table(
    run: Run, snapshot: Snapshot, staged: Staged, context: Context
) -> tuple[Decided, list[tuple[Decided, Plan]]]:
    """What becomes of the rows of *staged*, and of those that are made of them."""
    listing = registry.listing_of(staged.table)
    objects = snapshot.objects(listing.name) if listing else None
    decided = decide(staged, context, objects)
    made = []
    for name in registry.made_of(staged.table):
        rows = make_rows(name, staged, decided, context)
        made.append((rows, plan_table(run, snapshot, rows)))
    for _, plan in made:
        decided = pointing_at(plan, staged, decided)
    return decided, made


def plan_table(run: Run, snapshot: Snapshot, decided: Decided) -> Plan:
    """*decided* against what the run's database holds."""
    manifest = snapshot.manifest.tables.get(decided.table)
    target, deleted = read.rows_to_merge(decided.table)
    return make_plan(
        decided,
        target,
        merging=merging_of(run.settings.rows, decided.table, target, deleted),
        system=run.settings.rows.system,
        source_rows=manifest.rows if manifest else 0,
        blank_rows=manifest.blank_rows if manifest else 0,
        clean_slate=run.clean_slate,
    )


def with_planned(known: Known, plan: Plan, decided: Decided) -> Known:
    """*known* with the rows that *plan* brings in, as they will be."""
    table = registry.named(plan.table)
    if table.name not in registry.linked():
        return known
    comes_in = plan.rows[plan.rows["outcome"].isin(IMPORTED)]
    told = (comes_in[name].tolist() for name in ("key", "target_id"))
    ids = dict(zip(*told, strict=True))
    columns = ("filemaker_id", *table.remembered)
    values = (decided.values[column] for column in columns)
    planned = {
        key: Held(UUID(ids[key]), dict(zip(table.remembered, row, strict=True)))
        for key, *row in zip(*values, strict=True)
        if key in ids
    }
    return known.with_rows(table.name, {**known.rows(table.name), **planned})
