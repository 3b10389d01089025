"""What becomes of contacts."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid5

import pytest

from reimport_lib.plan.context import Directory
from reimport_lib.plan.stage import stage
from reimport_lib.tables.patients import PATIENTS
from tests.plan.frames import (
    EMPTY,
    NORTH,
    SPACE,
    context,
    decided,
    frame,
    knowing,
    verdicts,
)

PERSON = {
    "id": "A1",
    "nameFirst": "Ada",
    "nameLast": "Example",
    "contactType": "Patient",
}


def test_one_name_is_enough_and_none_is_missing() -> None:
    assert verdicts("patients", {**PERSON, "nameFirst": ""}) == [""]
    assert verdicts("patients", {**PERSON, "nameFirst": " ", "nameLast": "\xa0"}) == [
        "rejected(missing_required)"
    ]


@pytest.mark.parametrize("between", ["\n", "\r\n", "\r", "\x0b", "\x1d", ", "])
@pytest.mark.parametrize(
    "kinds", [("Patient", "Carer"), ("Carer", "PATIENT", "Patient")]
)
def test_one_of_several_kinds_is_enough(kinds: tuple[str, ...], between: str) -> None:
    row = {**PERSON, "contactType": between.join(kinds)}

    assert verdicts("patients", row) == [""]


@pytest.mark.parametrize(
    "kind", ["Patiant", "Carer\nPatiant", "Client", "In-patient", "\x00"]
)
def test_a_kind_that_nobody_knows_is_never_left_out_as_fine(kind: str) -> None:
    row = {**PERSON, "contactType": kind}

    assert verdicts("patients", row) == ["rejected(unknown_value)"]


@pytest.mark.parametrize("kind", ["Company", "Supplier", "", "Carer\x1dReferrer"])
def test_contacts_of_another_kind_are_left_out(kind: str) -> None:
    row = {**PERSON, "contactType": kind}

    assert verdicts("patients", row) == ["skipped(excluded_by_rule)"]


def test_a_file_without_kinds_holds_only_patients() -> None:
    row = {name: cell for name, cell in PERSON.items() if name != "contactType"}

    assert verdicts("patients", row) == [""]


def test_a_row_without_a_key_is_rejected() -> None:
    assert verdicts("patients", {**PERSON, "id": "\xa0"}) == ["rejected(no_key)"]


def test_the_same_row_again_is_skipped_whatever_the_case_of_its_key() -> None:
    rows = [PERSON, {**PERSON, "id": "{a1}"}, {**PERSON, "nameFirst": "Ada "}]

    assert verdicts("patients", *rows) == [
        "",
        "skipped(duplicate_row)",
        "skipped(duplicate_row)",
    ]


def test_rows_with_one_key_and_different_values_are_all_rejected() -> None:
    rows = [PERSON, PERSON, {**PERSON, "nameLast": "Other"}]

    assert verdicts("patients", *rows) == ["rejected(duplicate_key)"] * 3


def test_columns_kept_as_metadata_count_when_rows_are_compared() -> None:
    rows = [{**PERSON, "Area": "East"}, {**PERSON, "Area": "West"}]

    assert verdicts("patients", *rows) == ["rejected(duplicate_key)"] * 2


def test_a_birth_date_that_cannot_be_stays_empty_with_its_text_kept() -> None:
    values = _values({**PERSON, "DOB": "31/02/1980"})

    assert verdicts("patients", {**PERSON, "DOB": "31/02/1980"}) == ["bad_date"]
    assert values["dob"] is None
    assert values["filemaker_metadata"]["dob_text"] == "31/02/1980"


def test_a_birth_date_is_in_the_future_by_the_clock_of_the_clinic() -> None:
    # The run's clock is midnight UTC, 11 in the morning of 1 January in Sydney.
    assert verdicts("patients", {**PERSON, "DOB": "2026-01-01"}) == [""]
    assert verdicts("patients", {**PERSON, "DOB": "2026-01-02"}) == ["date_in_future"]


def test_title_sex_and_number_are_converted() -> None:
    values = _values(
        {**PERSON, "title": "Mrs.", "gender": "female", "Health Number": "12345678.0"}
    )

    assert (
        values["title"],
        values["sex"],
        values["health_number"],
    ) == ("Mrs", "F", "0012345678")


def test_the_clinic_is_found_by_key_and_then_by_name() -> None:
    by_key = _values({**PERSON, "id_Clinic": "101.0", "Clinic_Name": "Elsewhere"})
    by_name = _values({**PERSON, "id_Clinic": "999", "Clinic_Name": "North  Clinic"})

    assert NORTH == by_key["clinic_id"] == by_name["clinic_id"]


def test_an_unknown_clinic_is_noted_where_there_is_a_list_of_clinics() -> None:
    row = {**PERSON, "id_Clinic": "999"}

    assert verdicts("patients", row) == ["unknown_clinic"]
    assert verdicts("patients", row, known=EMPTY) == [""]
    assert not decided("patients", row, known=EMPTY).links[0].checked


def test_the_funding_word_stays_whether_or_not_it_is_known() -> None:
    fund = uuid5(SPACE, "fund")
    known = knowing(funding_sources=Directory({"f1": fund}, {"dva": fund}))

    found = _values({**PERSON, "Funding": "DVA"}, known=known)
    lost = _values({**PERSON, "Funding": "Barter"}, known=known)

    assert (fund, "DVA") == (found["funding_type_id"], found["funding_source"])
    assert (lost["funding_type_id"], lost["funding_source"]) == (None, "Barter")
    assert verdicts("patients", {**PERSON, "Funding": "Barter"}, known=known) == [
        "unknown_value"
    ]


def test_plan_dates_and_coordinator_load_without_each_other() -> None:
    dates = _values({**PERSON, "NDIS Plan Start Date": "2021-06-14"})
    words = _values({**PERSON, "NDIS Coordinator Name": "Cy  Example"})

    assert date(2021, 6, 14) == dates["ndis_plan_start_date"]
    assert words["coordinator_name"] == "Cy Example"


def test_a_coordinator_of_one_word_is_kept_as_written() -> None:
    row = {**PERSON, "NDIS Coordinator Name": "Kestrelcare"}

    values = _values(row)

    assert verdicts("patients", row) == [""]
    assert values["coordinator_name"] == "Kestrelcare"
    assert values["ndis_plan_start_date"] is None


def test_patients_with_one_coordinator_keep_their_own_notes() -> None:
    rows = [
        {**PERSON, "id": key, "NDIS Coordinator Name": "Cy Example", "NDIS notes": note}
        for key, note in (("A1", "of Ada"), ("A2", ""), ("A3", "of another"))
    ]

    values = decided("patients", *rows).values

    assert list(values["ndis_notes"]) == ["of Ada", "", "of another"]


def test_ids_flags_and_stamps_of_the_source_are_kept() -> None:
    row = {"_kf_XeroContactID": "x-1", "Diabetes": "Yes", "Xmas": "1"}
    row |= {"creationTimestamp": "2012-01-01 10:00:00", "old.id": ""}

    kept = _values({**PERSON, **row})["filemaker_metadata"]

    assert kept == {
        "contact_type": "Patient",
        "xero_contact_id": "x-1",
        "diabetes": "Yes",
        "xmas": "1",
        "created_at": "2012-01-01 10:00:00",
    }


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("x" * 101, "value_too_long"), ("A\x00da", "bad_character")],
)
def test_values_that_the_backend_cannot_hold_reject_their_row(
    cell: str, reason: str
) -> None:
    row = {**PERSON, "nameFirst": cell}

    assert [f"rejected({reason})"] == verdicts("patients", row)


def test_wholly_blank_rows_are_counted_apart() -> None:
    rows = frame(PERSON, {"id": " ", "nameFirst": "", "nameLast": "\xa0"}, PERSON)

    staged = stage(PATIENTS, rows, context())

    assert (staged.source_rows, staged.blank_rows) == (2, 1)
    assert list(staged.frame.index) == [2, 4]


def _values(row: dict[str, str], **more: Any) -> dict[str, Any]:
    values: dict[str, Any] = decided("patients", row, **more).values.loc[2].to_dict()
    return values
