"""Texts that their values do not carry are kept, and named where no note does it."""

from __future__ import annotations

import pytest

from tests.plan.frames import decided, verdicts

PATIENT = {"id": "p9", "nameFirst": "Ada", "nameLast": "Example"}


def kept(column: str, text: str) -> tuple[str, dict[str, str]]:
    """The notes of a patient with *text* in *column*, and the metadata."""
    row = {**PATIENT, column: text}
    values = decided("patients", row).values.iloc[0]
    return verdicts("patients", row)[0], values["filemaker_metadata"]


@pytest.mark.parametrize(
    ("column", "text", "key"),
    [
        ("DOB", "1980-02-03 09:30:00", "dob_text"),
        ("DOB", "3 Feb 1980, 9:30 am", "dob_text"),
        ("NDIS Plan Start Date", "2020-06-13T14:00:00Z", "ndis_plan_start_text"),
        ("NDIS Coordinator Phone", "02 5550 1234 x12", "coordinator_phone_text"),
        ("title", ".", "title_text"),
    ],
)
def test_what_a_value_does_not_carry_is_kept_and_noted(
    column: str, text: str, key: str
) -> None:
    notes, metadata = kept(column, text)

    assert notes == "text_kept"
    assert metadata[key] == text


@pytest.mark.parametrize(
    ("column", "text", "key", "note"),
    [
        ("DOB", "about 1950", "dob_text", "bad_date"),
        ("DOB", "2999-01-01", "dob_text", "date_in_future"),
        ("gender", "ask her", "sex_text", "unknown_value"),
        ("NDIS Coordinator Phone", "4.9E+08", "coordinator_phone_text", "bad_number"),
    ],
)
def test_a_note_that_names_the_loss_is_enough(
    column: str, text: str, key: str, note: str
) -> None:
    notes, metadata = kept(column, text)

    assert notes == note
    assert metadata[key] == text


def test_a_doubt_about_the_day_does_not_name_the_time_behind_it() -> None:
    notes, metadata = kept("DOB", "1/2/1980 9:30")

    assert notes == "ambiguous_date;text_kept"
    assert metadata["dob_text"] == "1980-02-01 09:30:00"


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("DOB", "1980-02-03"),
        ("DOB", "1980-02-03 00:00:00"),
        ("DOB", "3rd February 1980"),
        ("title", "Mr."),
        ("title", "MR\u200b"),
        ("gender", "Female."),
        ("id_Clinic", "101.0"),
        ("Health Number", "6525326679.0"),
        ("NDIS Coordinator Phone", "(02) 5550 1234"),
        ("NDIS Coordinator Email", "Pat@EXAMPLE.org"),
        ("nameMiddle", "Mari\u0301a\xa0 del"),
        ("nameMiddle", "\u200b"),
    ],
)
def test_a_value_that_says_it_otherwise_carries_the_text(
    column: str, text: str
) -> None:
    assert kept(column, text)[0] == ""


def test_rows_that_differ_in_a_dropped_text_are_not_the_same() -> None:
    morning = {**PATIENT, "DOB": "1980-02-03 09:30"}
    noon = {**PATIENT, "DOB": "1980-02-03 12:00"}
    again = {**PATIENT, "DOB": " 1980-02-03\xa009:30 "}

    assert verdicts("patients", morning, noon) == ["rejected(duplicate_key)"] * 2
    assert verdicts("patients", morning, again) == [
        "text_kept",
        "skipped(duplicate_row)",
    ]
    assert (
        verdicts("patients", {**PATIENT, "DOB": "soon"}, PATIENT)
        == ["rejected(duplicate_key)"] * 2
    )


@pytest.mark.parametrize("cell", ["", " ", "\x0b", "\u200b", "\r\n"])
def test_a_cell_in_which_nothing_can_be_seen_leaves_no_text(cell: str) -> None:
    assert "sex_text" not in kept("gender", cell)[1]


@pytest.mark.parametrize(
    ("table", "row", "other"),
    [
        (
            "appointments",
            {
                "id": "E1",
                "id_Contact": "p1",
                "startDate": "2020-06-01",
                "startTime": "09:30",
                "Status": "Completed",
            },
            {"Status": "Attended"},
        ),
        (
            "sms",
            {"id": "s1", "id_Contact": "p1", "Message": "hello", "Direction": "out"},
            {"Direction": "sent"},
        ),
    ],
)
def test_another_word_of_the_same_meaning_makes_no_doubled_row(
    table: str, row: dict[str, str], other: dict[str, str]
) -> None:
    [column] = other
    alike = {**row, column: f" {row[column].upper()}\n"}

    assert verdicts(table, row, {**row, **other}) == ["rejected(duplicate_key)"] * 2
    assert verdicts(table, row, alike)[1] == "skipped(duplicate_row)"
