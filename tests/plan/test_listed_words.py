"""Coded columns that hold several words: checkboxes and repeated fields."""

from __future__ import annotations

import pandas as pd
import pytest

from reimport_lib.plan.values import conversions
from reimport_lib.plan.values.text import listed_words
from reimport_lib.prove.render import rendering
from tests.plan.frames import decided, verdicts

SIGNS = ["\n", "\r", "\r\n", "\x0b", "\x1d", "; ", ",", "/", "|"]
VISIT = {
    "id": "E1",
    "id_Contact": "p1",
    "idCal": "102",
    "startDate": "2020-06-01",
    "startTime": "09:30",
}
MESSAGE = {"id": "s1", "id_Contact": "p1", "Message": "hello"}
DETAIL = {"id.key": "p1", "ph": "0491 570 006"}


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_between_words_parts_them(sign: str) -> None:
    assert listed_words(f" One{sign}TWO{sign}one{sign}") == ["one", "two"]


@pytest.mark.parametrize("sign", SIGNS)
def test_words_of_one_meaning_are_that_meaning(sign: str) -> None:
    visit = decided("appointments", {**VISIT, "Status": f"Booked{sign}Confirmed"})
    message = decided("sms", {**MESSAGE, "Direction": f"in{sign}Incoming"})
    sex = conversions.sex(pd.Series([f"F{sign}Female"], dtype=object))

    assert list(visit.values["status"]) == ["scheduled"]
    assert list(message.values["direction"]) == ["in"]
    assert (sex.values[0], sex.codes[0]) == ("F", "")


@pytest.mark.parametrize("sign", SIGNS)
def test_words_that_disagree_or_are_unknown_are_no_value(sign: str) -> None:
    rejected = ["rejected(unknown_value)"]
    for words in (f"Booked{sign}Cancelled", f"Booked{sign}maybe"):
        assert verdicts("appointments", {**VISIT, "Status": words}) == rejected
    for words in (f"in{sign}out", f"in{sign}maybe"):
        assert verdicts("sms", {**MESSAGE, "Direction": words}) == rejected
    sex = conversions.sex(pd.Series([f"F{sign}M"], dtype=object))

    assert (sex.values[0], sex.codes[0]) == ("U", "unknown_value")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_detail_is_of_the_first_kind_that_is_known(sign: str) -> None:
    found = decided(
        "contact_details", {**DETAIL, "type": f"Home{sign}Mobile{sign}Phone"}
    )

    assert list(found.values["kind"]) == ["mobile"]
    assert next(iter(found.values["filemaker_metadata"]))["type"]


def test_a_detail_of_kinds_that_nobody_knows_is_rejected() -> None:
    row = {**DETAIL, "type": "Home\nWork"}

    assert verdicts("contact_details", row) == ["rejected(unknown_type)"]


@pytest.mark.parametrize(
    "between",
    [
        *"\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029;,/|\\&+\u2022\u00b7\u3001\uff1b\uff0c"
    ],
)
def test_whatever_stands_between_two_words_parts_them(between: str) -> None:
    cell = f"Patient {between} Carer{between}"

    assert listed_words(cell) == rendering.ticked(cell) == ["patient", "carer"]
