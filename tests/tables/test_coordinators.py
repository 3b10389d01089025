"""Support coordinators, made of what the patients' records say."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

import pytest

from reimport_lib.plan.decide import Decided, Link
from reimport_lib.plan.made import make_rows, pointing_at, spellings
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import Staged, snapshot_keys
from reimport_lib.show.previews import matches_stack
from reimport_lib.tables import registry
from reimport_lib.tables.coordinators import organisation_in
from tests.plan.frames import (
    SPACE,
    context,
    frame,
    no_rows,
    plan,
    staged,
    written,
)
from tests.show.invented import MASK, REVEALED

NAME, PHONE, EMAIL = (f"NDIS Coordinator {what}" for what in ("Name", "Phone", "Email"))
Row = dict[str, str]


def patient(key: str, name: str = "", **cells: str) -> Row:
    row = {"id": key, "nameFirst": "Ada", "nameLast": "Example", NAME: name}
    return row | {"contactType": "Patient", PHONE: "", EMAIL: ""} | cells


def made(*rows: Row) -> tuple[Staged, Decided, Decided]:
    """The patients, staged and decided, and the coordinators that they make."""
    patients = staged("patients", *rows)
    of = decide(patients, context())
    return patients, of, make_rows("coordinators", patients, of, context())


def coordinators(*rows: Row) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made(*rows)[2].values.to_dict("records")
    return found


def planned(*rows: Row) -> tuple[Staged, Plan, Plan]:
    patients, of, coordinators = made(*rows)
    first = plan(coordinators)
    return patients, plan(pointing_at(first, patients, of)), first


def test_spellings_that_differ_in_case_and_blanks_are_one() -> None:
    rows = [
        patient("A1", "Cy Example - Bright Path"),
        patient("A2", "CY  EXAMPLE - bright\xa0path"),
        patient("A3", " Cy Example - Bright Path "),
        patient("A4", "Cy Exampel - Bright Path"),
    ]

    (one, other) = sorted(coordinators(*rows), key=lambda row: -len(row["spellings"]))

    assert one["name"] == "Cy Example - Bright Path"
    assert one["spellings"] == ["CY EXAMPLE - bright path", "Cy Example - Bright Path"]
    assert other["spellings"] == ["Cy Exampel - Bright Path"]


def test_of_spellings_as_frequent_the_first_in_order_is_the_name() -> None:
    rows = [patient("A1", "cy example"), patient("A2", "Cy Example")]

    assert coordinators(*rows)[0]["name"] == "Cy Example"
    assert coordinators(*reversed(rows)) == coordinators(*rows)


def test_a_name_of_one_word_makes_one_whether_or_not_there_is_a_plan() -> None:
    rows = [
        patient("A1", "Kestrelcare"),
        patient("A2", **{"NDIS Plan Start Date": "2021-06-14", PHONE: "0491570006"}),
    ]

    patients, of, coordinators = made(*rows)

    assert list(coordinators.values["name"]) == ["Kestrelcare"]
    values = pointing_at(plan(coordinators), patients, of).values
    assert list(values["coordinator_id"].isna()) == [False, True]
    assert values.loc[3, "ndis_plan_start_date"].isoformat() == "2021-06-14"
    assert values.loc[3, "coordinator_phone"] == "+61491570006"


@pytest.mark.parametrize(
    ("name", "organisation"),
    [
        ("Cy Example - Bright Path", "Bright Path"),
        ("Cy \u2013 360 Together", "360 Together"),
        ("Cy Example \u2014 Kestrel-Wren", "Kestrel-Wren"),
        ("Cy Example", ""),
        ("Cy-Ann Example", ""),
        ("Cy- Bright Path", ""),
        ("Cy - Bright Path - North", ""),
        ("Cy - 0491 570 006", ""),
        ("Cy - cy@example.org", ""),
        ("Cy - 7", ""),
        ("", ""),
    ],
)
def test_an_organisation_is_told_apart_only_where_the_name_says_it_plainly(
    name: str, organisation: str
) -> None:
    assert organisation_in(name) == organisation


def test_numbers_and_addresses_of_all_records_are_kept_and_none_twice() -> None:
    rows = [
        patient("A1", "Cy", **{PHONE: "0491 570 006", EMAIL: "cy@example.org"}),
        patient("A2", "CY", **{PHONE: "+61491570006", EMAIL: "cy@example.org"}),
        patient("A3", "Cy", **{PHONE: "(02) 5550 1234", EMAIL: "cy at work"}),
    ]

    (one,) = coordinators(*rows)

    assert one["phones"] == ["+61255501234", "+61491570006"]
    assert one["emails"] == ["cy at work", "cy@example.org"]


@pytest.mark.parametrize(
    "typed",
    [
        "(02) 5550 1234 / 0491 570 006",
        "0491 570 006 ext 7",
        "ring after 5",
        "4.9E+08",
    ],
)
def test_a_number_that_cannot_be_read_in_full_is_kept_as_typed(typed: str) -> None:
    (one,) = coordinators(patient("A1", "Cy", **{PHONE: typed}))

    assert one["phones"] == [typed]


def test_a_patients_notes_and_plan_stand_with_the_patient_alone() -> None:
    rows = [
        patient("A1", "Cy", **{"NDIS notes": "of Ada"}),
        patient("A2", "cy", **{"NDIS notes": "of another"}),
    ]

    patients, of, coordinators = made(*rows)

    assert list(of.values["ndis_notes"]) == ["of Ada", "of another"]
    assert "of Ada" not in str(coordinators.values.to_dict("records"))
    assert not any("note" in field or "plan" in field for field in coordinators.managed)
    assert patients.frame.index.equals(of.values.index)


def test_each_patient_keeps_the_name_as_typed_and_points_at_its_coordinator() -> None:
    patients, of, coordinators = made(patient("A1", "Cy"), patient("A2", "CY"))
    first = plan(coordinators)

    linked = pointing_at(first, patients, of)

    assert list(linked.values["coordinator_name"]) == ["Cy", "CY"]
    assert {str(pk) for pk in linked.values["coordinator_id"]} == {
        first.rows.loc[0, "target_id"]
    }
    assert linked.links[-1] == Link("coordinator", 2, 2)


def test_patients_point_at_a_coordinator_that_kept_an_older_key() -> None:
    patients, of, coordinators = made(patient("A1", "Cy"))
    older = uuid5(SPACE, "older")
    target = written(no_rows(coordinators.managed), plan(coordinators)).assign(
        id=[older]
    )

    linked = pointing_at(plan(coordinators, target), patients, of)

    assert list(linked.values["coordinator_id"]) == [older]


def test_patients_who_do_not_come_in_make_none() -> None:
    rows = [
        patient("A1", "Cy", contactType="Supplier"),
        patient("", "Dee"),
        patient("A3", "Eve"),
    ]

    assert [row["name"] for row in coordinators(*rows)] == ["Eve"]


def test_the_snapshot_holds_the_keys_of_all_that_are_named() -> None:
    rows = frame(patient("A1", "Cy", contactType="Supplier"), patient("A2", "Eve"))

    keys = snapshot_keys(registry.named("coordinators"), rows, context())

    assert len(keys) == 2
    assert not any(name in key for key in keys for name in ("cy", "eve"))


def test_a_second_import_changes_nothing() -> None:
    *_, coordinators = made(patient("A1", "Cy", **{PHONE: "1"}))
    target = written(no_rows(coordinators.managed), plan(coordinators))

    again = plan(coordinators, target)

    assert again.counts["unchanged"] == 1
    assert again.values.empty
    assert isinstance(target.loc[0, "id"], UUID)


def test_a_reviewer_sees_which_spellings_were_taken_for_one() -> None:
    rows = [patient("A1", "Cy Example"), patient("A2", "CY EXAMPLE")]
    rows += [patient("A3", "Cy Example"), patient("A4", "Dee")]
    patients, of, first = planned(*rows)

    found = spellings(first, of, patients)
    shown = matches_stack("coordinators", found, REVEALED).text()
    masked = matches_stack("coordinators", found, MASK).text()

    assert sorted(zip(found["text"], found["rows"], strict=True)) == [
        ("CY EXAMPLE", 1),
        ("Cy Example", 2),
        ("Dee", 1),
    ]
    assert shown.index("Cy Example (2)") < shown.index("CY EXAMPLE (1)")
    assert "2 support coordinators, made of 3 spellings in 4 patients; 1 of" in shown
    assert "Example" not in masked
    assert "C. E. (2)" in masked


def test_without_a_coordinator_there_is_nothing_to_see() -> None:
    patients, of, first = planned(patient("A1"))

    assert spellings(first, of, patients).empty
