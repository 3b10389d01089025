"""What becomes of companies."""

from __future__ import annotations

import pytest

from tests.plan.frames import decided, verdicts

PRACTICE = {"id": "C1", "Name": "North Practice", "ABN": "12 345 678 901"}


def test_a_company_comes_in_with_its_own_words() -> None:
    row = {**PRACTICE, "Type": " podiatrist ", "_kf_XeroContactID": "X7"}

    of = decided("companies", row).values.loc[2]

    assert (of["filemaker_id"], of["name"]) == ("c1", "North Practice")
    assert (of["abn"], of["company_type"]) == ("12 345 678 901", "podiatrist")
    assert of["filemaker_metadata"] == {"xero_contact_id": "X7"}


@pytest.mark.parametrize("written", ["83000000001", "83000000001.0", " 83000000001 "])
def test_a_number_keeps_its_digits_and_no_more(written: str) -> None:
    of = decided("companies", {**PRACTICE, "ABN": written}).values.loc[2]

    assert of["abn"] == "83000000001"


@pytest.mark.parametrize("blank", ["", " ", "\xa0"])
def test_a_company_without_a_name_stays_out(blank: str) -> None:
    row = {**PRACTICE, "Name": blank}

    assert verdicts("companies", row) == ["rejected(missing_required)"]


def test_one_key_names_one_company() -> None:
    other = {**PRACTICE, "Location": "elsewhere"}

    assert verdicts("companies", PRACTICE, PRACTICE) == ["", "skipped(duplicate_row)"]
    assert set(verdicts("companies", PRACTICE, other)) == {"rejected(duplicate_key)"}
