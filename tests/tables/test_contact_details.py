"""What becomes of phones, mobiles, e-mails and addresses."""

from __future__ import annotations

import random
from typing import Any

import pytest

from reimport_lib.plan.stage import snapshot_keys
from reimport_lib.tables import registry
from tests.plan.frames import context, decided, frame, verdicts

MOBILE = {"id.key": "p1", "type": "Mobile", "ph": "0491 570 006"}
EMAIL = {"id.key": "p1", "type": "Email", "ph": "ada@Example.ORG"}
ADDRESS = {
    "id.key": "p1",
    "type": "Address",
    "ph": "",
    "address 1": "1 Long Road",
    "suburb": "Sample",
    "post code": "800",
}


@pytest.mark.parametrize("kind", ["mobile", "MOBILE ", "Mobile\xa0", "Mo bile"])
def test_kinds_are_read_in_any_case_and_spacing(kind: str) -> None:
    values = _values({**MOBILE, "type": kind})

    assert (values["kind"], values["value"]) == ("mobile", "+61491570006")
    assert kind.strip() == values["filemaker_metadata"]["type"]


@pytest.mark.parametrize("kind", ["Pager", "Web", "??", ""])
def test_another_kind_is_rejected(kind: str) -> None:
    assert verdicts("contact_details", {**MOBILE, "type": kind}) == [
        "rejected(unknown_type)"
    ]


def test_a_number_is_stored_in_e164_and_its_text_kept() -> None:
    values = _values(MOBILE)

    assert values["value"] == "+61491570006"
    assert values["filemaker_metadata"]["ph_text"] == "0491 570 006"


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ({"ph": "", "PhoneMobileIntFormat": "+61491570006"}, "+61491570006"),
        ({"ph": "", "SMS Phone": "0491570006"}, "+61491570006"),
        ({"ph": "4.9E+08", "PhoneMobileIntFormat": "+61491570006"}, "+61491570006"),
    ],
)
def test_a_number_is_taken_from_the_first_column_that_holds_one(
    cells: dict[str, str], value: str
) -> None:
    row = {**MOBILE, **cells}

    assert value == _values(row)["value"]
    assert verdicts("contact_details", row) == [""]


def test_an_e_mail_falls_back_and_a_flag_is_never_one() -> None:
    fallback = {**EMAIL, "ph": "", "Email default": "ada@example.org"}
    flag = {**EMAIL, "ph": "", "Email default": "1"}

    assert _values(fallback)["value"] == "ada@example.org"
    assert verdicts("contact_details", flag) == ["skipped(no_content)"]


def test_an_e_mail_in_a_phone_row_is_an_e_mail() -> None:
    values = _values({**MOBILE, "ph": "ada@example.org"})

    assert (values["kind"], values["value"]) == ("email", "ada@example.org")


def test_a_flag_is_never_a_number() -> None:
    row = {**MOBILE, "ph": "", "SMS Phone": "1"}

    assert verdicts("contact_details", row) == ["skipped(no_content)"]


def test_a_number_that_is_lost_comes_in_empty_with_its_text_kept() -> None:
    row = {**MOBILE, "ph": "4.9E+08"}

    assert verdicts("contact_details", row) == ["bad_number"]
    assert _values(row)["value"] == ""
    assert _values(row)["filemaker_metadata"]["ph_text"] == "4.9E+08"


@pytest.mark.parametrize(
    ("row", "note"),
    [({**MOBILE, "ph": "555"}, "bad_number"), ({**EMAIL, "ph": "no"}, "bad_email")],
)
def test_a_value_that_is_not_valid_stays_as_text(
    row: dict[str, str], note: str
) -> None:
    assert [note] == verdicts("contact_details", row)
    assert row["ph"] == _values(row)["value"]


def test_the_same_value_again_is_skipped() -> None:
    rows = [
        {**MOBILE, "Name": "Home", "creationTimestamp": "1/2/2020 9:30"},
        {**MOBILE, "ph": "+61 491 570 006", "Name": "HOME ", "SMS Phone": "1"},
        {**MOBILE, "id.key": "p2"},
        {**MOBILE, "type": "Phone"},
    ]

    assert verdicts("contact_details", *rows) == ["", "skipped(duplicate_row)", "", ""]


@pytest.mark.parametrize(
    ("other", "note"),
    [
        ({"Name": "Daughter"}, ""),
        ({"ph": "Daughter: 0491 570 006"}, "bad_number"),
        ({"ph": "0491 570 006 x7"}, "text_kept"),
        ({"ph": "ring twice", "PhoneMobileIntFormat": "+61491570006"}, "text_kept"),
        ({"suburb": "Sample"}, ""),
        ({"SMS Phone": "ask for Ada"}, ""),
    ],
)
def test_a_word_beside_the_value_makes_another_detail(
    other: dict[str, str], note: str
) -> None:
    rows = [MOBILE, {**MOBILE, **other}, {**MOBILE, **other}]
    made = decided("contact_details", *rows)

    again = "skipped(duplicate_row)"
    assert verdicts("contact_details", *rows) == ["", note, again]
    assert verdicts("contact_details", *rows[::-1]) == [note, again, ""]
    assert made.values["filemaker_id"].nunique() == 2
    assert set(decided("contact_details", *rows[::-1]).values["filemaker_id"]) == set(
        made.values["filemaker_id"]
    )


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ({"ph": "mum", "PhoneMobileIntFormat": "+61491570006"}, "text_kept"),
        ({"type": "Email", "ph": "no", "Email default": "a@b.example"}, "text_kept"),
        ({"type": "Address", "ph": "key at No 4", "address 1": "No 6"}, "text_kept"),
        ({"type": "Address", "ph": "no. 6", "address 1": "No 6"}, ""),
        ({"ph": "4.9E+08", "PhoneMobileIntFormat": "+61491570006"}, ""),
    ],
)
def test_what_the_number_column_says_beside_the_value_is_kept(
    cells: dict[str, str], note: str
) -> None:
    row = {**MOBILE, **cells}

    assert [note] == verdicts("contact_details", row)
    assert row["ph"] == _values(row)["filemaker_metadata"]["ph_text"]


def test_addresses_are_the_same_only_when_all_their_fields_are() -> None:
    rows = [ADDRESS, {**ADDRESS, "suburb": "Other"}, {**ADDRESS, "post code": "0800"}]

    assert verdicts("contact_details", *rows) == [
        "leading_zero_restored",
        "leading_zero_restored",
        "skipped(duplicate_row)",
    ]


def test_the_value_of_an_address_is_its_first_line() -> None:
    values = _values(ADDRESS)

    assert (values["value"], values["line1"]) == ("1 Long Road", "1 Long Road")
    assert (values["suburb"], values["postcode"]) == ("Sample", "0800")


def test_an_address_without_a_first_line_is_not_lost() -> None:
    box = {**ADDRESS, "address 1": ""}

    assert (_values(box)["value"], _values(box)["suburb"]) == ("", "Sample")
    assert verdicts(
        "contact_details", {**box, "suburb": "", "post code": "", "country": "Here"}
    ) == ["skipped(no_content)"]


def test_a_row_without_an_owner_says_so() -> None:
    rows = [{**MOBILE, "id.key": ""}, {**MOBILE, "id.key": "company"}]

    assert verdicts("contact_details", *rows) == [
        "rejected(no_owner)",
        "rejected(owner_not_imported)",
    ]


def test_the_lowest_value_is_the_primary_unless_another_is_flagged() -> None:
    low, high = {**MOBILE, "ph": "0491570006"}, {**MOBILE, "ph": "0491570156"}

    assert _primaries(low, high) == [True, False]
    assert _primaries(low, {**high, "SMS Phone": "1"}) == [False, True]
    assert _primaries(high, low) == [False, True]
    assert _primaries(low, EMAIL) == [True, True]


def test_a_flag_on_a_doubled_row_counts_for_its_value() -> None:
    low, high = {**MOBILE, "ph": "0491570006"}, {**MOBILE, "ph": "0491570156"}

    assert _primaries(low, high, {**high, "SMS Phone": "1"}) == [False, True]


def test_keys_do_not_depend_on_the_order_of_the_file() -> None:
    rows = [MOBILE, EMAIL, ADDRESS, {**MOBILE, "id.key": "p2"}]
    shuffled = random.Random(1).sample(rows, len(rows))

    details = registry.named("contact_details")
    keys = snapshot_keys(details, frame(*rows), context())

    assert len(keys) == 4
    assert keys == snapshot_keys(details, frame(*shuffled), context())
    assert all(key.split(":")[:2][0] in ("p1", "p2") for key in keys)


def _values(row: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = decided("contact_details", row).values.loc[2].to_dict()
    return values


def _primaries(*rows: dict[str, str]) -> list[bool]:
    return list(decided("contact_details", *rows).values["is_primary"])


@pytest.mark.parametrize(
    ("kind", "ph", "taken"),
    [
        ("email\nmobile", "0491 570 006", "mobile"),
        ("Address\x1dMobile", "0491 570 006", "mobile"),
        ("mobile; email", "ada@example.org", "email"),
        ("e-mail/phone", "ask Ada", "email"),
    ],
)
def test_of_several_kinds_the_one_that_fits_the_value_is_taken(
    kind: str, ph: str, taken: str
) -> None:
    assert _values({**MOBILE, "type": kind, "ph": ph})["kind"] == taken


def test_an_address_in_the_number_column_comes_in_with_that_text() -> None:
    """It had no key: the database refused the whole phase."""
    row = {**MOBILE, "type": "Address", "ph": "1 Long Road", "state": "NT"}
    rows = (row, {**row, "ph": "2 Long Road"}, row)

    assert verdicts("contact_details", *rows) == [
        "",
        "",
        "skipped(duplicate_row)",
    ]
    assert _values(row)["value"] == "1 Long Road"
