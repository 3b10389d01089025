"""Conservation: a plan accounts for every source row, or it is not made.

Pure. The checks of the Plan's constructor; each counts what is wrong and refuses.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reimport_lib.errors import ReimportError
from reimport_lib.plan.codes import SOURCE_OUTCOMES, Note, Outcome, Reason

if TYPE_CHECKING:
    from reimport_lib.plan.plan import Plan

WRITES = {"create": Outcome.CREATED, "update": Outcome.UPDATED}
"""Kind of write -> the outcome of its row; ``rehash`` is the write of no outcome."""

_REASONS = frozenset(reason.value for reason in Reason)
_NOTES = frozenset(note.value for note in Note)
_STAYS_OUT = frozenset({Outcome.SKIPPED.value, Outcome.REJECTED.value})


def check_rows(plan: Plan) -> None:
    rows = plan.rows
    outcomes = frozenset(outcome.value for outcome in SOURCE_OUTCOMES)
    stays_out = rows["outcome"].isin(_STAYS_OUT)
    notes = rows.loc[rows["notes"] != "", "notes"]
    codes = {code for joined in notes for code in joined.split(";")}
    wrong = {
        "rows without a valid outcome": ~rows["outcome"].isin(outcomes),
        "skipped or rejected rows without a valid reason": stays_out
        & ~rows["reason"].isin(_REASONS),
        "rows that come in with a reason": ~stays_out & (rows["reason"] != ""),
        "skipped or rejected rows with notes": stays_out & (rows["notes"] != ""),
        "rows that occur twice": rows["row"].duplicated() & (not plan.derived),
    }
    for what, mask in wrong.items():
        _refuse(plan, what, int(mask.sum()))
    _refuse(plan, "unknown notes", len(codes - _NOTES))
    expected = len(rows) if plan.derived else plan.source_rows
    _refuse(plan, "rows more or fewer than source rows", abs(len(rows) - expected))


def check_writes(plan: Plan) -> None:
    """Every created or updated row is written once, and nothing else is."""
    rows, values = plan.rows, plan.values
    written = Counter(values["write"])
    for write, outcome in WRITES.items():
        count = int((rows["outcome"] == outcome.value).sum())
        _refuse(
            plan, f"{outcome.value} rows without values", abs(count - written[write])
        )
    strangers = set(written) - {*WRITES, "rehash"}
    _refuse(plan, "kinds of write that do not exist", len(strangers))
    _refuse(plan, "values for one row twice", int(values.index.duplicated().sum()))
    comes_in = rows.loc[~rows["outcome"].isin(_STAYS_OUT), "target_id"]
    shared = comes_in[comes_in != ""].duplicated()
    _refuse(plan, "rows that share a target row", int(shared.sum()))


def _refuse(plan: Plan, what: str, count: int) -> None:
    if count:
        raise ReimportError(
            f"{plan.table}: the plan does not account for every row: {count:,} {what}.",
            hint="a fault of the program, not of the data; nothing of this phase"
            " was written",
            id="R107",
        )
