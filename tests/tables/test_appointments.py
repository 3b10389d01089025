"""What becomes of appointments and clinic events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid5

import pytest

from reimport_lib.plan.context import Directory, Known
from tests.plan.frames import (
    ADA,
    EMPTY,
    KNOWN,
    NORTH,
    RUTH,
    SOUTH,
    SPACE,
    decided,
    knowing,
    verdicts,
)

VISIT = {
    "id": "E1",
    "id_Contact": "p1",
    "idCal": "102",
    "startDate": "2020-06-01",
    "startTime": "09:30",
    "endDate": "2020-06-01",
    "endTime": "10:00",
    "Status": "Completed",
}
WITHOUT_REFERRERS = replace(
    KNOWN,
    in_snapshot={"patients": KNOWN.in_snapshot["patients"]},
    imported={"patients": KNOWN.imported["patients"]},
)
HALF_PAST_NINE = datetime(2020, 5, 31, 23, 30, tzinfo=UTC)


def test_start_and_end_are_wall_times_of_the_clinic() -> None:
    values = _values(VISIT)

    assert values["start_time"] == HALF_PAST_NINE
    assert datetime(2020, 6, 1, 0, 0, tzinfo=UTC) == values["end_time"]
    assert values["patient_id"] == ADA


def test_one_column_may_say_date_and_time() -> None:
    row = {
        "id": "E1",
        "id_Contact": "p1",
        "Start": "2020-06-01 09:30:00",
        "idCal": "102",
    }

    values = _values(row)

    assert (values["start_time"], values["end_time"]) == (HALF_PAST_NINE, None)


@pytest.mark.parametrize(
    ("cells", "notes", "key", "text"),
    [
        ({"endDate": "2020-06-02", "endTime": ""}, "text_kept", "end_text", "06-02"),
        ({"endDate": "2020-06-01", "endTime": ""}, "", "end_text", None),
        ({"Start": "2020-06-01 09:45"}, "text_kept", "start_text", "09:45"),
        ({"Start": "2020-06-01 09:30"}, "", "start_text", None),
        ({"startDate": "2020-06-01 08:00"}, "text_kept", "start_text", "08:00"),
        ({"endTime": "later"}, "bad_date", "end_text", "later"),
        ({"endTime": "09:00"}, "end_before_start", "end_text", "09:00"),
        ({"endTime": "24:00"}, "", "end_text", None),
        ({"allDay": "perhaps"}, "unknown_value", "all_day_text", "perhaps"),
        ({"Name Full": "Ada Mary Example"}, "", "owner_name", "Mary"),
        ({"Name Full": "ADA\u200b example"}, "", "owner_name", None),
        ({"Contact DOB": "1980-02-03"}, "", "owner_dob", None),
        ({"Contact DOB": "in May"}, "", "owner_dob_text", "in May"),
        (
            {"id_Contact": "", "Name Full": "Walter Walk"},
            "clinic_event",
            "owner_name",
            "Walter",
        ),
    ],
)
def test_what_no_field_says_is_kept(
    cells: dict[str, str], notes: str, key: str, text: str | None
) -> None:
    row = {**VISIT, **cells}

    kept = _values(row)["filemaker_metadata"].get(key)
    assert [notes] == verdicts("appointments", row)
    assert kept is None if text is None else text in kept


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"startDate": ""}, "missing_required"),
        ({"startTime": ""}, "missing_required"),
        ({"startDate": "", "startTime": "", "allDay": "1"}, "missing_required"),
        ({"startDate": "31/02/2019"}, "bad_date"),
        ({"startDate": "31/02/2019", "startTime": ""}, "bad_date"),
        ({"startTime": "25:61"}, "bad_time"),
        ({"startTime": "?"}, "bad_time"),
        ({"Status": "perhaps"}, "unknown_value"),
    ],
)
def test_a_start_or_status_that_cannot_be_read_rejects(
    cells: dict[str, str], reason: str
) -> None:
    assert [f"rejected({reason})"] == verdicts("appointments", {**VISIT, **cells})


@pytest.mark.parametrize("flag", ["allDay", "FLAG All day"])
def test_an_event_of_the_whole_day_needs_no_time(flag: str) -> None:
    row = {**VISIT, "startTime": "", "endTime": "", flag: "1"}

    values = _values(row)

    assert values["all_day"] is True
    assert datetime(2020, 5, 31, 14, tzinfo=UTC) == values["start_time"]
    assert datetime(2020, 6, 1, 14, tzinfo=UTC) == values["end_time"]


@pytest.mark.parametrize("cell", ["24:00", "1 day, 0:00:00", "1.000"])
def test_midnight_at_the_end_of_a_date_is_on_the_next_day(cell: str) -> None:
    values = _values({**VISIT, "startTime": "23:00", "endTime": cell})

    assert datetime(2020, 6, 1, 14, tzinfo=UTC) == values["end_time"]


@pytest.mark.parametrize(
    ("clock", "verdict", "start"),
    [
        ("1.00", "ambiguous_time", datetime(2020, 5, 31, 15, tzinfo=UTC)),
        ("0.30", "ambiguous_time", datetime(2020, 5, 31, 14, 30, tzinfo=UTC)),
        ("2.00", "", datetime(2020, 5, 31, 16, tzinfo=UTC)),
        ("0.500", "", datetime(2020, 6, 1, 2, tzinfo=UTC)),
    ],
)
def test_a_start_typed_with_a_dot_is_a_time_of_its_day(
    clock: str, verdict: str, start: datetime
) -> None:
    row = {**VISIT, "startTime": clock, "endTime": "23:00"}
    values = _values(row)

    assert verdicts("appointments", row) == [verdict]
    assert values["start_time"] == start
    kept = values["filemaker_metadata"].get("start_text", "")
    assert kept == (f"2020-06-01 {clock}" if verdict else "")


def test_an_end_before_the_start_is_left_out() -> None:
    row = {**VISIT, "endTime": "09:00"}

    assert verdicts("appointments", row) == ["end_before_start"]
    assert _values(row)["end_time"] is None


def test_an_end_that_cannot_be_read_is_left_out() -> None:
    for cells in ({"endTime": "later"}, {"endDate": "31/02/2019"}):
        assert verdicts("appointments", {**VISIT, **cells}) == ["bad_date"]
        assert _values({**VISIT, **cells})["end_time"] is None


def test_an_end_without_a_date_is_on_the_day_of_the_start() -> None:
    values = _values({**VISIT, "endDate": ""})

    assert datetime(2020, 6, 1, 0, 0, tzinfo=UTC) == values["end_time"]


@pytest.mark.parametrize(
    ("day", "note", "moment"),
    [
        ("2019-10-06", "dst_gap", datetime(2019, 10, 5, 16, 5, tzinfo=UTC)),
        ("2019-04-07", "dst_ambiguous", datetime(2019, 4, 6, 15, 5, tzinfo=UTC)),
    ],
)
def test_an_hour_of_change_is_noted_and_its_text_kept(
    day: str, note: str, moment: datetime
) -> None:
    row = {**VISIT, "startDate": day, "endDate": day}
    row |= {"startTime": "02:05", "endTime": "04:00"}

    values = _values(row)

    assert [note] == verdicts("appointments", row)
    assert moment == values["start_time"]
    assert f"{day} 02:05:00" == values["filemaker_metadata"]["start_text"]
    assert "end_text" not in values["filemaker_metadata"]


def test_an_appointment_without_a_patient_is_a_clinic_event() -> None:
    row = {**VISIT, "id_Contact": ""}

    assert verdicts("appointments", row) == ["clinic_event"]
    assert _values(row)["patient_id"] is None
    assert verdicts("appointments", {**row, "idCal": "990"}) == [
        "clinic_event;unknown_clinic"
    ]


@pytest.mark.parametrize("calendar", ["", "990"])
def test_the_patients_clinic_stands_in_and_says_so(calendar: str) -> None:
    row = {**VISIT, "idCal": calendar}

    values = _values(row)

    assert verdicts("appointments", row) == ["clinic_from_patient"]
    assert (values["clinic_id"], values["clinic_source"]) == (NORTH, "patient")


def test_the_clinic_comes_from_the_calendar() -> None:
    values = _values(VISIT)

    assert (values["clinic_id"], values["clinic_source"]) == (SOUTH, "filemaker")


def test_an_unknown_clinic_stays_empty_where_the_patient_has_none() -> None:
    row = {**VISIT, "id_Contact": "p2", "idCal": "990"}

    assert verdicts("appointments", row) == ["unknown_clinic"]
    assert verdicts("appointments", row, known=EMPTY) == [""]
    assert (_values(row)["clinic_id"], _values(row)["clinic_source"]) == (None, "")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("done", "completed"),
        ("Canceled", "cancelled"),
        ("DNA", "no_show"),
        ("did not  attend", "no_show"),
        ("Booked", "scheduled"),
        ("ARRIVED", "checked_in"),
    ],
)
def test_the_status_is_read_by_a_table_of_words(word: str, status: str) -> None:
    values = _values({**VISIT, "Status": word})

    assert (status, "filemaker") == (values["status"], values["status_source"])


@pytest.mark.parametrize(
    ("day", "status"), [("2025-12-31", "completed"), ("2026-01-02", "scheduled")]
)
def test_a_blank_status_is_decided_by_the_clock(day: str, status: str) -> None:
    row = {**VISIT, "startDate": day, "endDate": day, "Status": ""}

    of = decided("appointments", row)

    assert (status, "clock") == tuple(of.values.loc[2, ["status", "status_source"]])
    assert list(of.create_only["status"]) == [True]


def test_clinician_and_type_are_linked_or_noted() -> None:
    row = {**VISIT, "id_Clinician": "c1", "Type": "Review"}
    someone = uuid5(SPACE, "c1")
    known = knowing(
        clinicians=Directory({"c1": someone}),
        appointment_types=Directory({}, {"initial": SOUTH}),
    )

    values = decided("appointments", row, known=known).values.loc[2]

    assert (someone, None) == (values["clinician_id"], values["appointment_type_id"])
    assert values["filemaker_metadata"]["type"] == "Review"
    assert verdicts("appointments", row, known=known) == ["unknown_value"]
    assert verdicts("appointments", {**VISIT, "id_Clinician": "c2"}, known=known) == [
        "unknown_clinician"
    ]


@pytest.mark.parametrize(
    ("known", "named", "note"),
    [
        (KNOWN, "{R9}", ""),
        (KNOWN, "R7", "unknown_referrer"),
        (WITHOUT_REFERRERS, "R7", ""),
        (KNOWN, "", ""),
    ],
)
def test_the_referrer_is_linked_or_noted_where_there_are_any(
    known: Known, named: str, note: str
) -> None:
    found = decided("appointments", {**VISIT, "id_Referrer": named}, known=known)

    assert found.rows.loc[2, "notes"] == note
    linked = RUTH if known is KNOWN and named == "{R9}" else None
    assert found.values.loc[2, "referrer_id"] == linked
    kept = found.values.loc[2, "filemaker_metadata"].get("referrer", "")
    assert kept == named


def test_the_same_moment_spelled_otherwise_is_the_same_row() -> None:
    rows = [VISIT, {**VISIT, "startTime": "9:30 am"}]

    assert verdicts("appointments", *rows) == ["", "skipped(duplicate_row)"]


def test_two_dates_in_the_other_order_are_one_note() -> None:
    row = {**VISIT, "startDate": "06/22/2020", "endDate": "06/22/2020"}

    assert verdicts("appointments", row) == ["other_date_order"]
    assert verdicts(
        "appointments", {**VISIT, "startDate": "02/06/2020", "endDate": "02/06/2020"}
    ) == ["ambiguous_date"]


def _values(row: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = decided("appointments", row).values.loc[2].to_dict()
    return values
