"""What each side changed is right, and the database refuses both in one row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from reimport_lib.plan.bases import digest
from reimport_lib.plan.plan import Plan
from reimport_lib.prove import peoples
from reimport_lib.tables.merging import Policy
from reimport_lib.write import conditions, decisions
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.decisions import PersonsRuling
from reimport_lib.write.models import model_of
from tests.write.rows import AS_OF, LATER, apply, plan

pytestmark = pytest.mark.usefixtures("bound")

ASK, KEEP, TAKE = Policy
BASE = {"key": "r", "first_name": "Ada", "last_name": "Testling", "specialty": "gp"}
NOW = {**BASE, "last_name": "", "specialty": "surgeon"}
"""FileMaker takes off the last name, where people took off the first."""
THEIRS, SOURCE = ("", "Testling", "surgeon"), ("Ada", "", "surgeon")


@pytest.fixture
def edited(bound: str) -> Any:
    """A referrer whose first name people took off."""
    apply(plan("referrers", BASE), run_id="first")
    referrers = model_of("referrers")._base_manager
    referrers.update(first_name="")
    return referrers


def names(referrers: Any) -> Any:
    return referrers.values_list("first_name", "last_name", "specialty").get()


def rule(policy: Policy, field: str) -> None:
    said = digest(NOW[field])
    one = PersonsRuling("referrers", "r", field, said, policy, "Ada", "", AS_OF)
    decisions.enter([one])


def proven(found: Plan, referrers: Any, run_id: str) -> set[str]:
    """Fields of the row that phase 8 takes for people's."""
    (values,) = referrers.values()
    held = pd.DataFrame([{**values, "pk": values["id"]}], dtype=object)
    held = held.set_axis([str(values["id"])])
    theirs = peoples.kept("referrers", found.rows, held, run_id, DEFAULT)
    return {name for name, ids in theirs.items() if ids}


@pytest.mark.parametrize(
    ("policy", "note", "holds"),
    [
        (ASK, "conflict", THEIRS),
        (KEEP, "kept_by_decision", THEIRS),
        (TAKE, "taken_by_decision", SOURCE),
    ],
)
def test_such_a_row_is_of_one_side_and_all_else_in_it_comes_in(
    edited: Any, policy: Policy, note: str, holds: tuple[str, ...]
) -> None:
    found = plan("referrers", NOW, policies={"*": policy})
    apply(found, run_id="second", as_of=LATER)

    assert found.note_counts == {note: 1, "unfit_together": 1}
    assert names(edited) == holds
    kept = {"first_name", "last_name"} if holds is THEIRS else set()
    assert proven(found, edited, "second") == kept
    again = plan("referrers", NOW, policies={"*": policy})
    assert again.counts["unchanged"] == 1
    assert again.note_counts == ({} if holds is SOURCE else found.note_counts)


@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_a_ruling_on_one_of_the_fields_is_on_both(edited: Any, field: str) -> None:
    asked = plan("referrers", NOW).merged
    assert list(asked["field"]) == ["first_name", "last_name"]
    assert list(asked["note"]) == ["conflict", "conflict"]

    rule(TAKE, field)
    apply(plan("referrers", NOW), run_id="second", as_of=LATER)

    assert names(edited) == SOURCE


def test_a_later_change_that_fits_is_taken(edited: Any) -> None:
    apply(plan("referrers", NOW), run_id="second", as_of=LATER)

    found = plan("referrers", {**NOW, "last_name": "Married"})

    assert found.note_counts == {"kept_local": 1}
    assert list(found.changes["after"]) == ["Married"]


def test_moments_are_compared_as_the_database_does(bound: str) -> None:
    """People move the start behind the end that FileMaker sets."""

    def at(hour: int) -> datetime:
        return datetime(2026, 3, 2, hour, tzinfo=UTC)

    row = {"key": "a", "start_time": at(9), "end_time": at(12)}
    apply(plan("appointments", row), phase="appointments", run_id="first")
    appointments = model_of("appointments")._base_manager
    appointments.update(start_time=at(11))

    fits = plan("appointments", {**row, "end_time": at(11)})
    found = plan("appointments", {**row, "end_time": at(10)})
    apply(found, phase="appointments", run_id="second", as_of=LATER)

    assert fits.note_counts == {"kept_local": 1}
    assert found.note_counts == {"conflict": 1, "unfit_together": 1}
    held = appointments.values_list("start_time", "end_time").get()
    assert held == (at(11), at(12))


def test_conditions_on_one_field_are_nobodys_question(bound: str) -> None:
    found = {
        table: [set(each.fields) for each in conditions.of_table(table)]
        for table in ("patients", "referrers", "appointments")
    }

    assert found == {
        "patients": [],
        "referrers": [{"first_name", "last_name"}],
        "appointments": [{"start_time", "end_time"}],
    }
