"""What both sides changed, and by what it was settled, for the notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import pandas as pd

from reimport_lib.phases import asked
from reimport_lib.phases.asked import Asked
from reimport_lib.phases.merging import policies
from reimport_lib.plan.codes import Note
from reimport_lib.plan.merge import Merging
from reimport_lib.plan.plan import Plan
from reimport_lib.record.run import Run
from reimport_lib.tables.merging import Policy
from reimport_lib.write import decisions
from reimport_lib.write.decisions import PersonsRuling

COLUMNS = (*Asked.__dataclass_fields__, "by")


def settled(run: Run, plan: Plan) -> pd.DataFrame:
    """One line for each field and row of *plan* that is asked about, or was."""
    lines = list(_lines(run, plan))
    return pd.DataFrame(lines, columns=list(COLUMNS), dtype=object)


def _lines(run: Run, plan: Plan) -> Iterator[Mapping[str, object]]:
    of_table = policies(run.settings.rows, plan.table)
    rulings = {
        (one.key, one.field): one
        for one in decisions.newest()
        if one.table == plan.table and one.ruling is not Policy.ASK
    }
    unfit = Note.UNFIT_TOGETHER.value
    notes = dict(zip(plan.rows["key"], plan.rows["notes"], strict=True))
    for each in asked.of_plan(run, plan):
        ruling = rulings.get((each.key, each.field))
        by = _by(each, ruling, Merging(of_table))
        if ruling is None and unfit in notes[each.key].split(";"):
            by = f"with other fields of the row: {unfit}"
        yield {**asdict(each), "by": by}


def _by(each: Asked, ruling: PersonsRuling | None, merging: Merging) -> str:
    if ruling is None:
        settled = merging.settle(each.key, each.field, each.source_digest)
        return f"policy: {settled}"
    when = f"the ruling of {ruling.decided_at:%Y-%m-%d} by {ruling.decided_by}"
    if ruling.source_digest == each.source_digest:
        return f"{when}: {ruling.ruling}"
    return f"FileMaker changed it since {when}"
