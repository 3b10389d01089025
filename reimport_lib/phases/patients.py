"""Phase 3: patients, and the contact details that hang on them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from reimport_lib.phases.data import DataPhase, Plans, Stageds, plan_table
from reimport_lib.phases.frozen import context_of, known_to, snapshot_of
from reimport_lib.plan.context import Known, Owner
from reimport_lib.plan.decide import Decided, decide
from reimport_lib.plan.plan import Plan
from reimport_lib.record.run import Run

COMES_IN = frozenset({"created", "updated", "unchanged"})


def plan_tables(run: Run, staged: Stageds) -> Plans:
    """Patients first; contact details may hang on a patient of this very plan."""
    snapshot = snapshot_of(run)
    known = known_to(run, snapshot)
    plans: list[Plan] = []
    for table, frame in staged.items():
        context = context_of(run, snapshot, known)
        decided = decide(frame, context)
        plans.append(plan_table(run, snapshot, decided))
        if table == "patients":
            known = with_planned(known, plans[-1], decided)
    return tuple(plans)


def with_planned(known: Known, plan: Plan, decided: Decided) -> Known:
    """*known* with the patients that *plan* brings in, as they will be."""
    comes_in = plan.rows[plan.rows["outcome"].isin(COMES_IN)]
    ids = dict(zip(comes_in["key"], comes_in["target_id"], strict=True))
    columns = ("filemaker_id", "clinic_id", "first_name", "last_name", "dob")
    values = (decided.values[column] for column in columns)
    planned = {
        key: Owner(UUID(ids[key]), clinic, first, last, dob)
        for key, clinic, first, last, dob in zip(*values, strict=True)
        if key in ids
    }
    return replace(known, patients={**known.patients, **planned})


PHASE = DataPhase("patients", plan_tables)
execute = PHASE.execute
