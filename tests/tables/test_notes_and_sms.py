"""What becomes of notes, messages and replies."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid5

import pytest

from reimport_lib.errors import SourceError
from reimport_lib.plan.context import Held
from reimport_lib.plan.decide import Link
from tests.plan.frames import ADA, KNOWN, SPACE, decided, verdicts

NOTE = {"id": "N1", "id_Key": "p1", "Note": "One\x0btwo ", "Date": "2013-07-01"}
SMS = {
    "id": "M1",
    "id_Contact": "p1",
    "Phone": "0491570006",
    "Message": "Reminder",
    "Direction": "out",
    "Status": "sent",
    "SentDate": "2020-06-01 09:30:00",
}
SENT = datetime(2020, 5, 31, 23, 30, tzinfo=UTC)


def test_a_note_keeps_its_own_date_author_and_type() -> None:
    row = {**NOTE, "CreatedBy": "Reception", "Note Type": "Clinic Dates"}

    values = decided("notes", row).values.loc[2]

    assert (ADA, date(2013, 7, 1), "Reception", "Clinic Dates", "One\ntwo") == tuple(
        values[["patient_id", "note_date", "author", "source_type", "content"]]
    )


def test_the_account_that_made_a_note_is_its_author_where_no_other_is_named() -> None:
    row = {**NOTE, "creationAccountName": "desk"}

    assert decided("notes", row).values.loc[2, "author"] == "desk"


@pytest.mark.parametrize("text", ["", " \xa0 ", "\x0b"])
def test_a_note_without_text_is_skipped(text: str) -> None:
    assert verdicts("notes", {**NOTE, "Note": text}) == ["skipped(no_content)"]


def test_a_text_that_no_database_stores_is_rejected_and_not_blank() -> None:
    row = {**NOTE, "Note": "One\x00"}

    assert verdicts("notes", row) == ["rejected(bad_character)"]


def test_a_note_date_that_cannot_be_read_stays_empty() -> None:
    row = {**NOTE, "Date": "00/00/00"}

    assert verdicts("notes", row) == ["bad_date"]
    values = decided("notes", row).values.loc[2]
    assert values["note_date"] is None
    assert values["filemaker_metadata"]["date_text"] == "00/00/00"


def test_messages_are_read_by_either_naming() -> None:
    other = {
        "_kp_MessageID": "m1",
        "_kf_ContactID": "P1",
        "RecipientPhoneMobile": "0491570006",
        "MessageBody": "Reminder",
        "MessageStatus": "sent",
        "SentTimestamp": "2020-06-01 09:30:00",
    }

    fields = ["patient_id", "direction", "phone_number", "message", "status", "sent_at"]
    expected = [ADA, "out", "+61491570006", "Reminder", "sent", SENT]

    assert expected == list(decided("sms", SMS).values.loc[2, fields])
    assert expected == list(decided("sms", other).values.loc[2, fields])


@pytest.mark.parametrize(("word", "direction"), [("In", "in"), ("", "out")])
def test_the_direction_of_a_message(word: str, direction: str) -> None:
    values = decided("sms", {**SMS, "Direction": word}).values

    assert direction == values.loc[2, "direction"]


def test_an_unknown_direction_is_never_guessed() -> None:
    assert verdicts("sms", {**SMS, "Direction": "up"}) == ["rejected(unknown_value)"]


def test_a_number_that_is_lost_stays_empty_with_its_text_kept() -> None:
    row = {**SMS, "Phone": "6.1491E+10"}

    values = decided("sms", row).values.loc[2]

    assert verdicts("sms", row) == ["bad_number"]
    assert values["phone_number"] == ""
    assert values["filemaker_metadata"]["phone_text"] == "6.1491E+10"


def test_a_column_of_appointments_without_their_digits_is_named() -> None:
    row = {"id": "S1", "id_Contact": "p1", "Message": "Hello", "id_Event": "1.7e+23"}

    with pytest.raises(SourceError, match='sms, column "id_Event": 1 of 1 keys'):
        verdicts("sms", row)


def test_a_message_is_linked_to_its_appointment_where_it_names_one() -> None:
    visit = uuid5(SPACE, "visit")
    known = KNOWN.with_rows("appointments", {"e1": Held(visit)})
    rows = [{**SMS, "_kf_EventID": "E1"}, {**SMS, "id": "M2", "_kf_EventID": "E2"}]

    of = decided("sms", *rows, known=known)

    assert [visit, None] == list(of.values["appointment_id"])
    assert Link("appointment", 1, 2) in of.links
    assert of.values.loc[3, "filemaker_metadata"]["event"] == "E2"


def test_replies_are_a_table_of_their_own() -> None:
    row = {
        "_kp_ReplyID": "R1",
        "_kf_ContactID": "p1",
        "ReplyMessageBody": "Yes",
        "Timestamp": "2020-06-01 09:30:00",
        "SenderPhoneMobileIntFormat": "+61491570006",
    }

    values = decided("sms_replies", row).values.loc[2]

    assert tuple(values[["patient_id", "phone_number", "message", "received_at"]]) == (
        ADA,
        "+61491570006",
        "Yes",
        SENT,
    )
    assert verdicts("sms_replies", {**row, "ReplyMessageBody": ""}) == [
        "skipped(no_content)"
    ]
