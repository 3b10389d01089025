"""Whole rows that people deleted, made or changed: each by a policy of its own name.

What the setting says goes its real way: read, laid over the declarations, applied.
"""

from __future__ import annotations

from typing import Any

import pytest

from reimport_lib.config import load_settings
from reimport_lib.phases import merging
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.plan.plan import Plan, make_plan
from reimport_lib.tables.merging import Policy, RowsThat
from reimport_lib.write import decisions, dependents, read, undo
from reimport_lib.write.decisions import PersonsRuling
from reimport_lib.write.models import model_of
from reimport_lib.write.touched import Narrowing
from tests.write.rows import AS_OF, LATER, SYSTEM, Row, apply, decided, pk

pytestmark = pytest.mark.usefixtures("bound")

A: Row = {"key": "a", "last_name": "Ninepin"}
B: Row = {"key": "b", "last_name": "Testling"}
B_NOW: Row = {**B, "last_name": "Married"}
"""What FileMaker changed beside it comes in whatever happens to the other."""


def plan(*rows: Row, merge: str = "", clean_slate: bool = False) -> Plan:
    """Patients, by policies as a run takes them from its settings."""
    settings = load_settings({"REIMPORT_MERGE": merge}).rows
    target, deleted = read.rows_to_merge("patients")
    return make_plan(
        decided("patients", rows),
        target,
        system=SYSTEM,
        source_rows=len(rows),
        blank_rows=0,
        merging=merging.merging_of(settings, "patients", target, deleted),
        clean_slate=clean_slate,
    )


def lose(*keys: str, merge: str = "") -> DeletionPlan:
    """What becomes of patients of whom FileMaker has those of *keys* alone."""
    settled = merging.of_lost(load_settings({"REIMPORT_MERGE": merge}).rows)
    (found,) = dependents.plan_deletions(
        {"patients": frozenset(keys)},
        {},
        ruled=lambda table, key: settled(table, key) is Policy.TAKE,
    )
    return found


def patients() -> Any:
    return model_of("patients")._base_manager


def names() -> dict[str, str]:
    return dict(patients().values_list("filemaker_id", "last_name"))


def becomes(found: Plan, key: str) -> tuple[str, str, str]:
    """outcome, reason and notes of the row of *key*."""
    (row,) = found.rows[found.rows["key"] == key].to_dict("records")
    return row["outcome"], row["reason"], row["notes"]


def rule(found: Plan, kind: RowsThat, policy: Policy) -> None:
    """Rule on the one row that *found* asks about."""
    (line,) = found.merged.to_dict("records")
    assert (line["field"], line["note"]) == (kind, "conflict")
    where = ("patients", line["key"], kind.value, line["source_digest"])
    decisions.enter([PersonsRuling(*where, policy, "Ada", "by phone", AS_OF)])


@pytest.fixture
def deleted(bound: str) -> None:
    """Two patients came in, and people deleted one of them."""
    apply(plan(A, B), run_id="first")
    patients().filter(filemaker_id="a").delete()


DELETED = [
    ("", ("rejected", "deleted_by_people", "")),
    ("*.rows-deleted=keep", ("skipped", "left_deleted", "")),
    ("patients.rows-deleted=take", ("created", "", "taken_by_decision")),
    ("patients.*=take; *.*=take", ("rejected", "deleted_by_people", "")),
]


@pytest.mark.usefixtures("deleted")
@pytest.mark.parametrize(("merge", "expected"), DELETED)
def test_a_row_that_people_deleted(merge: str, expected: tuple[str, ...]) -> None:
    found = plan(A, B_NOW, merge=merge)
    apply(found, run_id="second", as_of=LATER)

    assert becomes(found, "a") == expected
    comes_back = {"a": "Ninepin"} if expected[0] == "created" else {}
    assert names() == {"b": "Married", **comes_back}
    again = plan(A, B_NOW, merge=merge)
    assert len(again.values) == 0
    assert becomes(again, "a") == (("unchanged", "", "") if comes_back else expected)


@pytest.mark.usefixtures("deleted")
def test_a_ruling_on_a_deleted_row_holds_until_filemaker_changes_it() -> None:
    rule(plan(A, B), RowsThat.DELETED, Policy.KEEP)
    assert becomes(plan(A, B), "a")[1] == "left_deleted"
    changed = plan({**A, "first_name": "Zoe"}, B)
    assert becomes(changed, "a")[1] == "deleted_by_people"

    rule(changed, RowsThat.DELETED, Policy.TAKE)
    apply(plan({**A, "first_name": "Zoe"}, B), run_id="second", as_of=LATER)
    assert names() == {"a": "Ninepin", "b": "Testling"}

    patients().filter(filemaker_id="a").delete()
    anew = plan({**A, "first_name": "Ann"}, B)
    assert becomes(anew, "a")[1] == "deleted_by_people"


@pytest.mark.usefixtures("deleted")
def test_a_clean_slate_makes_deleted_rows_again() -> None:
    apply(plan(A, B, clean_slate=True), run_id="second", as_of=LATER)

    assert names() == {"a": "Ninepin", "b": "Testling"}


@pytest.fixture
def made(bound: str) -> None:
    """One patient came in, and people made the other by hand, with its key."""
    apply(plan(B), run_id="first")
    patients().create(filemaker_id="a", last_name="Typed", sex="U")


MADE = [
    ("", ("rejected", "made_by_people", ""), "Typed"),
    ("*.rows-made=keep", ("skipped", "left_as_made", ""), "Typed"),
    ("*.rows-made=take", ("updated", "", "taken_by_decision"), "Ninepin"),
    ("*.*=take", ("rejected", "made_by_people", ""), "Typed"),
]


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(("merge", "expected", "name"), MADE)
def test_a_row_that_people_made(
    merge: str, expected: tuple[str, ...], name: str
) -> None:
    found = plan(A, B_NOW, merge=merge)
    apply(found, run_id="second", as_of=LATER)

    assert becomes(found, "a") == expected
    assert found.adopted == 0
    assert names() == {"a": name, "b": "Married"}
    again = plan(A, B_NOW, merge=merge)
    assert len(again.values) == 0
    undo.apply("undo", undo.plan("second"), Narrowing(), as_of=LATER)
    assert names() == {"a": "Typed", "b": "Testling"}


@pytest.mark.usefixtures("made")
def test_a_row_that_people_made_as_filemaker_has_it_is_nobodys_question() -> None:
    same = {**A, "last_name": "Typed"}
    found = plan(same, B)
    apply(found, run_id="second", as_of=LATER)

    assert becomes(found, "a") == ("unchanged", "", "")
    assert plan({**same, "first_name": "Zoe"}, B).counts["updated"] == 1


@pytest.mark.usefixtures("made")
def test_a_ruling_on_a_row_that_people_made_is_remembered() -> None:
    rule(plan(A, B), RowsThat.MADE, Policy.KEEP)
    assert becomes(plan(A, B), "a")[1] == "left_as_made"

    changed = plan({**A, "first_name": "Zoe"}, B)
    assert becomes(changed, "a")[1] == "made_by_people"
    rule(changed, RowsThat.MADE, Policy.TAKE)
    apply(plan({**A, "first_name": "Zoe"}, B), run_id="second", as_of=LATER)
    assert names() == {"a": "Ninepin", "b": "Testling"}


@pytest.mark.usefixtures("made")
def test_a_row_that_people_made_stays_when_filemaker_loses_its_key() -> None:
    found = lose("b")
    assert list(found.rows["reason"]) == ["local_changes"]
    assert lose("b", merge="*.rows-gone=take").counts["deleted"] == 1


GONE = [
    ("", "local_changes"),
    ("*.rows-gone=ask", "local_changes"),
    ("*.rows-gone=keep", "local_changes"),
    ("*.rows-gone=take; patients.rows-gone=keep", "local_changes"),
    ("*.rows-gone=take", ""),
    ("*.*=take", "local_changes"),
]


@pytest.mark.parametrize(("merge", "reason"), GONE)
def test_a_row_that_filemaker_lost_and_people_changed(merge: str, reason: str) -> None:
    apply(plan(A, B), run_id="first")
    patients().filter(filemaker_id="a").update(last_name="Typed")

    found = lose("b", merge=merge)
    apply(phase="delete", run_id="second", deletions=(found,))

    assert list(found.rows["reason"]) == [reason]
    assert names() == {"b": "Testling", **({"a": "Typed"} if reason else {})}
    if not reason:
        assert found.ruled == {pk("patients", "a")}
        undo.apply("undo", undo.plan("second"), Narrowing(), as_of=LATER)
        assert names() == {"a": "Typed", "b": "Testling"}


def test_no_policy_takes_rows_along_that_people_made() -> None:
    apply(plan(A, B), run_id="first")
    patient = patients().get(filemaker_id="a")
    patients().filter(pk=patient.pk).update(last_name="Typed")
    model_of("notes")._base_manager.create(patient=patient, content="seen")

    found = lose("b", merge="*.rows-gone=take")
    apply(phase="delete", run_id="second", deletions=(found,))

    assert list(found.rows["reason"]) == ["has_local_rows"]
    assert names() == {"a": "Typed", "b": "Testling"}


def test_the_setting_settles_a_field() -> None:
    apply(plan(A), run_id="first")
    patients().update(last_name="Typed")

    found = plan({**A, "last_name": "Changed"}, merge="*.*=take; patients.*=keep")

    assert found.note_counts == {"kept_by_decision": 1}
