"""A cell that is blank, alone or in its whole column, stops nothing on the way.

Every mapped column of every table is left blank in one row, in a row where another
column holds a word that nobody knows and, among others, in all rows; then everything
happens that validation and a data phase do, down to what a reviewer is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pandas as pd
import pytest

from reimport_lib.plan import gates
from reimport_lib.plan.context import Directory, Held
from reimport_lib.plan.date_orders import date_order_checks, date_reading_checks
from reimport_lib.plan.directories import directory_checks
from reimport_lib.plan.made import make_rows, pointing_at
from reimport_lib.plan.mapping import column_checks, describe, resolve
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import stage
from reimport_lib.show import charts, plans, previews
from reimport_lib.show.explorer import explore
from reimport_lib.show.masking import Masking
from reimport_lib.show.results import checks_stack
from reimport_lib.tables import registry
from tests.plan import frames

TABLES = pytest.mark.parametrize("table", sorted(registry.sources()))
SOME = Directory({"cal-1": UUID(int=1)}, {"north clinic": UUID(int=1)})
KNOWN = replace(
    frames.KNOWN, directories=dict.fromkeys(registry.lookups(), SOME)
).with_rows("appointments", {"a1": Held(UUID(int=2))})
CONTEXT = frames.context(KNOWN)
OBJECTS = frames.listing("filemaker-docs/k1.pdf", "filemaker-images/1.jpg")
MASK = Masking(b"of a test")
UNKNOWN = "a word that nobody knows"
GOOD = {
    "key": "p1",
    "number key": "1",
    "flag": "1",
    "sex": "F",
    "phone": "0491570006",
    "e-mail": "ada@example.org",
    "date": "2020-06-01",
    "birth date": "1980-02-03",
    "time of day": "09:30",
    "date and time": "2020-06-01 09:30",
}
WORDS = {"contact_type": "Patient", "kind": "Mobile", "status": "", "direction": "in"}


def good_row(table: str) -> dict[str, str]:
    """A row that fills every mapped column with something that can be read."""
    return {
        column.names[0]: WORDS.get(column.name, GOOD.get(column.convert.name, "cal-1"))
        for column in registry.sources()[table].all_fields
    }


def with_blanks(table: str) -> Iterator[dict[str, str]]:
    """Rows with each column blank, alone and beside an unknown word in another."""
    good = good_row(table)
    for blank in good:
        yield good | {blank: ""}
        for unknown in good:
            if unknown != blank:
                yield good | {blank: "", unknown: UNKNOWN}


def planned(table: str, frame: pd.DataFrame) -> Plan:
    """Whatever validation and the phase of *table* do with *frame*, and its plan."""
    rule = registry.sources()[table]
    filled = {name: int((frame[name].str.strip() != "").sum()) for name in frame}
    resolved = resolve(rule, list(frame.columns), filled=filled)
    checks_stack(
        [
            *column_checks(rule, resolved, filled, rows=len(frame)),
            *date_order_checks(rule, frame, CONTEXT),
            *date_reading_checks(rule, frame, CONTEXT),
            *directory_checks(rule, frame, KNOWN),
        ]
    )._repr_mimebundle_()
    previews.mapping_table(table, describe(rule, resolved, filled))
    staged = stage(rule, frame, CONTEXT)
    decided = decide(staged, CONTEXT, OBJECTS)
    for name in registry.made_of(table):
        made = frames.plan(make_rows(name, staged, decided, CONTEXT))
        decided = pointing_at(made, staged, decided)
    plan = frames.plan(decided)
    gates.evaluate(plan, gates.Gates())
    for shown in (
        previews.sample_table(frame, MASK, table=table),
        previews.sample_table(staged.frame, MASK, table=table, rows=len(frame)),
        plans.links_table(plan),
        plans.outcomes_stack(plan),
        plans.changes_table(plan, MASK),
        plans.reasons_table(plan, MASK),
        plans.notes_table(plan),
        explore([plan], MASK, frames={table: staged.frame}),
    ):
        shown._repr_mimebundle_()
    return plan


@TABLES
def test_a_blank_cell_stops_nothing(table: str) -> None:
    rows = frames.frame(*with_blanks(table))

    plan = planned(table, rows)

    assert len(plan.rows) == len(rows)
    charts.outcome_bar(table, plan.counts)
    charts.match_rates(table, plan.links, {"owner": 0.5})


@TABLES
def test_blank_columns_stop_nothing(table: str) -> None:
    """Each in a third of them, in two thirds, and among all but the required."""
    good = good_row(table)
    required = {c.names[0] for c in registry.sources()[table].all_fields if c.required}
    thirds = [list(good)[start::3] for start in range(3)]
    columns = [*thirds, *([*thirds[i - 1], *thirds[i]] for i in range(3))]

    for blank in [*columns, sorted(set(good) - required)]:
        plan = planned(table, frames.frame(good | dict.fromkeys(blank, "")))
        assert len(plan.rows) == 1
