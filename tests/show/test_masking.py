"""A mask shows no more than a reviewer needs; what nobody named is hidden."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from reimport_lib.show.masking import HIDDEN, KINDS, Mask
from reimport_lib.tables import registry
from tests.show.invented import MASK, REVEALED


@pytest.mark.parametrize(
    ("table", "field", "value", "shown"),
    [
        ("patients", "first_name", "jo anne", "J. A."),
        ("patients", "last_name", "O", "•."),
        ("patients", "last_name", "李明", "•."),
        ("patients", "coordinator_name", "Ann - Care Ltd", "A. C. L."),
        ("patients", "dob", date(1950, 2, 1), "1950"),
        ("patients", "dob", "1950-02-01", "1950"),
        ("patients", "dob", "the first of May", HIDDEN),
        ("patients", "coordinator_phone", "+61412345678", "•••78"),
        ("patients", "coordinator_phone", "ask Ann", HIDDEN),
        ("contact_details", "value", "ann@care.example", HIDDEN),
        ("contact_details", "value", "12 Long Street", HIDDEN),
        ("contact_details", "value", "(02) 9999 1234", "•••34"),
        ("contact_details", "kind", "email", "email"),
        ("contact_details", "line1", "12 Long Street", HIDDEN),
        ("patients", "health_number", "4444555566", HIDDEN),
        ("patients", "coordinator_email", "ann@care.example", HIDDEN),
        ("patients", "title", "Dr", "Dr"),
        ("patients", "title", "Mrs.", "Mrs."),
        ("patients", "title", "Ann Smith", "text, 9 characters"),
        ("patients", "funding_source", "Ann Smith", "text, 9 characters"),
        ("appointments", "title", "Mr", "text, 2 characters"),
        ("appointments", "status", "no_show", "no_show"),
        ("appointments", "status", "told Ann", "text, 8 characters"),
        ("notes", "content", "x", "text, 1 character"),
        ("documents", "file_name", "Ann Smith.PDF", "file name.pdf"),
        ("documents", "mime_type", "application/pdf", "application/pdf"),
        ("documents", "mime_type", "Ann/Smith", "text, 9 characters"),
        ("patients", "filemaker_metadata", {"a": 1, "b": 2}, "2 entries"),
        ("patients", "clinic_id", UUID(int=255), "00000000…"),
        ("appointments", "start_clock", timedelta(hours=13, minutes=5), "13:05"),
        ("appointments", "all_day", True, "1"),
        (
            "appointments",
            "start_time",
            "2026-01-05T03:20:00Z",
            "2026-01-05 03:20:00 UTC",
        ),
        ("appointments", "start_time", "with Ann", "text, 8 characters"),
        ("documents", "file_size", 1_200_000_000, "1200000000"),
        ("appointments", "start_clock", "2:02:00 pm", "2:02:00 pm"),
        ("appointments", "start_date", "1/07/2013", "1/07/2013"),
        ("appointments", "start_date", "0412345678", "text, 10 characters"),
        ("patients", "anything_else", "Ann Smith", HIDDEN),
        ("patients", "first_name", None, ""),
        ("patients", "dob", float("nan"), ""),
    ],
)
def test_a_field_is_shown_by_its_kind(
    table: str, field: str, value: object, shown: str
) -> None:
    assert MASK.value(table, field, value) == shown


def test_a_moment_and_its_canonical_text_look_the_same() -> None:
    moment = datetime(2026, 1, 5, 3, 20, tzinfo=UTC)

    shown = MASK.value("appointments", "start_time", moment)

    assert shown == MASK.value("appointments", "start_time", "2026-01-05T03:20:00Z")


def test_an_id_and_its_canonical_text_have_one_pseudonym() -> None:
    pk = UUID(int=7)

    shown = MASK.value("notes", "patient_id", pk)

    assert shown.startswith("p-")
    assert shown == MASK.value("notes", "patient_id", pk.hex)


def test_an_object_keeps_its_ending_and_nothing_else() -> None:
    shown = MASK.value("documents", "s3_key", "filemaker-docs/KEY-ONE.PDF")

    assert shown.startswith("p-")
    assert shown.endswith(".pdf")


def test_pseudonyms_are_stable_and_of_one_installation() -> None:
    other = Mask(b"another secret of another place 0")

    assert MASK.key("key-one") == MASK.key("key-one")
    assert MASK.key("key-one") != other.key("key-one")
    assert MASK.key("") == ""


def test_revealed_values_are_plain() -> None:
    assert REVEALED.value("patients", "health_number", "4444555566") == "4444555566"
    assert REVEALED.key("key-one") == "key-one"


def test_the_secret_is_not_in_the_repr() -> None:
    assert "secret" not in repr(MASK)


def test_somebody_has_said_how_every_managed_field_is_shown() -> None:
    coded = {"sex", "kind", "direction", "status_source", "clinic_source"}
    coded |= {"owner_type", "mime_type"}

    managed = {field for rule in registry.sources().values() for field in rule.managed}

    assert managed - set(KINDS) == coded
