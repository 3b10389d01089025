"""What becomes of rows that say which company a referrer works for."""

from __future__ import annotations

import pytest

from tests.plan.frames import RUTH, WORKS, decided, verdicts

WORKPLACE = {"id_Company": "C9", "id_Referrer": "R9", "date": "2019-03-02"}


def test_referrer_company_and_day_are_the_key() -> None:
    of = decided("referrer_companies", WORKPLACE).values.loc[2]

    assert of["filemaker_id"] == "r9:c9:2019-03-02"
    assert (of["referrer_id"], of["company_id"]) == (RUTH, WORKS)
    assert of["since"].isoformat() == "2019-03-02"


def test_without_a_day_it_comes_in_once() -> None:
    row = {**WORKPLACE, "date": " "}

    said = verdicts("referrer_companies", row, row)

    assert said == ["", "skipped(duplicate_row)"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"id_Company": ""}, "no_owner"),
        ({"id_Company": "C7"}, "unknown_owner"),
        ({"id_Referrer": ""}, "no_owner"),
        ({"id_Referrer": "R7"}, "unknown_owner"),
    ],
)
def test_a_row_belongs_to_both(changed: dict[str, str], reason: str) -> None:
    said = verdicts("referrer_companies", {**WORKPLACE, **changed})

    assert said == [f"rejected({reason})"]
