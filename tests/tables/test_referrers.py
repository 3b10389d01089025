"""What becomes of referrers."""

from __future__ import annotations

import pytest

from reimport_lib.tables import registry
from tests.plan.frames import NORTH, decided, verdicts

DOCTOR = {
    "id": "R1",
    "title": "Dr.",
    "nameFirst": "Ruth",
    "nameLast": "Sample",
    "gender": "F",
    "contactType": "Podiatrist",
    "id_Clinic": "101",
}


def test_the_kind_of_contact_is_the_specialty() -> None:
    of = decided("referrers", DOCTOR).values.loc[2]

    assert (of["filemaker_id"], of["specialty"]) == ("r1", "Podiatrist")
    assert (of["title"], of["first_name"], of["last_name"]) == ("Dr", "Ruth", "Sample")
    assert (of["sex"], of["clinic_id"]) == ("F", NORTH)


@pytest.mark.parametrize("name", ["nameFirst", "nameLast"])
def test_one_name_is_enough(name: str) -> None:
    assert verdicts("referrers", {**DOCTOR, name: " "}) == [""]


def test_without_a_name_it_stays_out() -> None:
    nameless = {**DOCTOR, "nameFirst": "", "nameLast": "\xa0"}

    assert verdicts("referrers", nameless) == ["rejected(missing_required)"]


def test_an_unknown_clinic_is_noted_and_kept() -> None:
    row = {**DOCTOR, "id_Clinic": "999"}

    assert verdicts("referrers", row) == ["unknown_clinic"]
    of = decided("referrers", row).values.loc[2]
    assert of["clinic_id"] is None
    assert of["filemaker_metadata"]["id_clinic"] == "999"


def test_one_key_names_one_referrer() -> None:
    other = {**DOCTOR, "contactType": "Surgeon"}

    assert verdicts("referrers", DOCTOR, DOCTOR) == ["", "skipped(duplicate_row)"]
    assert set(verdicts("referrers", DOCTOR, other)) == {"rejected(duplicate_key)"}


@pytest.mark.parametrize("column", ["first_name", "middle_names", "last_name"])
def test_names_are_shown_as_initials(column: str) -> None:
    assert registry.named("referrers").shown_as(column) == "initials"
