"""One contact detail of an owner and kind is the primary, and hands it over or not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.write.kept import before_images
from tests.write.rows import Row, apply, pk, plan

pytestmark = pytest.mark.usefixtures("bound")

ZOE: Row = {"key": "k-1", "first_name": "Zoë", "last_name": "Ninepin"}


def held() -> Any:
    from django.apps import apps

    return apps.get_model("patients.ContactDetail").objects.order_by("filemaker_id")


OWNERS: list[tuple[str, str, Row]] = [
    ("patients", "patient_id", ZOE),
    ("referrers", "referrer_id", {"key": "k-1", "last_name": "Ninepin"}),
    ("companies", "company_id", {"key": "k-1", "name": "Ninepin Rooms"}),
]


@pytest.mark.parametrize(("table", "field", "owner"), OWNERS)
def test_two_details_may_swap_which_is_primary(
    table: str, field: str, owner: Row
) -> None:
    apply(plan(table, owner))
    one: Row = {"key": "d-1", field: pk(table, "k-1"), "value": "1"}
    two: Row = {**one, "key": "d-2", "value": "2"}
    apply(plan("contact_details", {**one, "is_primary": True}, two), run_id="second")

    apply(plan("contact_details", one, {**two, "is_primary": True}), run_id="third")
    three: Row = {**one, "key": "d-3", "value": "3", "is_primary": True}
    apply(plan("contact_details", one, two, three), run_id="fourth")

    assert list(held().values_list("filemaker_id", "is_primary")) == [
        ("d-1", False),
        ("d-2", False),
        ("d-3", True),
    ]


def test_a_primary_whose_owner_is_now_of_another_table_is_that_ones_primary() -> None:
    apply(*(plan(table, owner) for table, _, owner in OWNERS))
    row: Row = {"key": "d-1", "value": "1", "is_primary": True}
    for number, (table, field, _) in enumerate(OWNERS):
        moved = plan("contact_details", {**row, field: pk(table, "k-1")})
        apply(moved, run_id=f"run-{number}")

        found = held().values_list("patient_id", "referrer_id", "company_id").get()
        assert [*filter(None, found)] == [found[number]] == [pk(table, "k-1")]


def details(*marked: str) -> list[Row]:
    """Three mobiles of one patient; those that are the primary one."""
    of = {"patient_id": pk("patients", "k-1"), "kind": "mobile"}
    keys = ("d-1", "d-2", "d-3")
    return [{**of, "key": k, "value": k, "is_primary": k in marked} for k in keys]


def marked() -> list[Any]:
    rows = list(held().values_list("filemaker_id", "is_primary"))
    return [key for key, is_primary in rows if is_primary]


def test_a_primary_that_does_not_come_in_today_hands_its_mark_over() -> None:
    apply(plan("patients", ZOE))
    apply(plan("contact_details", *details("d-1")), run_id="second")

    apply(plan("contact_details", *details("d-2")[1:]), run_id="third")
    after = plan("contact_details", *details("d-2"))

    assert marked() == ["d-2"]
    assert set(after.rows["outcome"]) == {"unchanged"}
    actions = sorted(action for _, _, action, _ in before_images("third"))
    assert actions == ["emptied", "updated"]


def test_a_mark_that_a_person_moved_is_not_taken_back() -> None:
    apply(plan("patients", ZOE))
    apply(plan("contact_details", *details("d-1")[:2]), run_id="second")

    held().filter(filemaker_id="d-1").update(is_primary=False)
    held().filter(filemaker_id="d-2").update(is_primary=True)

    as_before = plan("contact_details", *details("d-1")[:2])
    waiting = plan("contact_details", *details("d-3"))
    apply(waiting, run_id="third")

    assert as_before.note_counts == {"kept_local": 2}
    assert (as_before.reasons, len(as_before.values)) == ({}, 0)
    assert waiting.reasons == {"local_edit": 1}
    assert marked() == ["d-2"]


def test_a_row_that_is_updated_after_it_gave_up_its_mark_counts_as_updated() -> None:
    apply(plan("patients", ZOE))
    apply(plan("contact_details", *details("d-1")), run_id="second")
    apply(plan("contact_details", *details("d-2")[1:]), run_id="third", phase="a")

    one = {**details("d-2")[0], "label": "home"}
    apply(plan("contact_details", one), run_id="third", phase="b")

    actions = {key: action for _, key, action, _ in before_images("third")}
    assert actions[str(pk("contact_details", "d-1"))] == "updated"
