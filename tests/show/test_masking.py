"""A mask shows no more than a reviewer needs; what nobody named is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest

from reimport_lib.show.masking import _SHOWN, HIDDEN, Masking, is_named
from reimport_lib.tables import registry
from reimport_lib.tables.declare import ShownAs
from tests.show.invented import MASK, REVEALED

BOATS = """
from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, LinkTo, Lookup, Table

TABLES = (
    Table(
        name="boats",
        noun="boats",
        phase="fleet",
        fields=(
            Field("skipper", ("Skipper",), convert.person_name),
            Field("launched", ("Launched",), convert.date, shown="year"),
            Field("rig", ("Rig",), convert.text, words=("Sloop", "Ketch")),
            Field("remark", ("Remark",), convert.text),
            Field("row", ("Row",), convert.text),
            Field("size", ("Size",), convert.number_text),
        ),
        links=(
            LinkTo("berth", "berths", ("berth",), "berth_id"),
            LinkTo("tow", "boats", ("tow",), "towed_by_id"),
        ),
        shown={"length": "plain"},
    ),
)
LOOKUPS = (Lookup("berths", "harbour.Berth", ("name",)),)
"""


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
        ("appointments", "first_name", "Ann Smith", HIDDEN),
        ("notes", "title", "Mr", HIDDEN),
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
    other = Masking(b"another secret of another place 0")

    assert MASK.key("key-one") == MASK.key("key-one")
    assert MASK.key("key-one") != other.key("key-one")
    assert MASK.key("") == ""


def test_revealed_values_are_plain() -> None:
    assert REVEALED.value("patients", "health_number", "4444555566") == "4444555566"
    assert REVEALED.key("key-one") == "key-one"


def test_the_secret_is_not_in_the_repr() -> None:
    assert "secret" not in repr(MASK)


def test_somebody_has_said_how_every_managed_field_is_shown() -> None:
    managed = [
        (table.name, f) for table in registry.all_tables() for f in table.managed
    ]

    assert managed
    assert [place for place in managed if not is_named(*place)] == []


def test_every_kind_of_mask_that_a_table_can_name_shows_something() -> None:
    assert {*_SHOWN, "", HIDDEN, "key", "object"} == set(get_args(ShownAs))


@pytest.fixture
def boats(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The name of a table of another module."""
    (tmp_path / "our_boats.py").write_text(BOATS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv(registry.SETTING, "our_boats")
    yield "boats"
    registry._tables.cache_clear()
    registry._lookups.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("skipper", "Ann Smith", "A. S."),
        ("launched", date(1950, 2, 1), "1950"),
        ("rig", "sloop", "sloop"),
        ("rig", "as Ann likes", "text, 12 characters"),
        ("length", 12, "12"),
        ("berth_id", UUID(int=255), "00000000…"),
        ("remark", "ask Ann", HIDDEN),
        ("row", "ask Ann", HIDDEN),
        ("size", 12, HIDDEN),
        ("first_name", "Ann", HIDDEN),
    ],
)
def test_another_table_is_shown_as_it_says_itself(
    boats: str, name: str, value: object, shown: str
) -> None:
    assert MASK.value(boats, name, value) == shown


def test_a_link_to_a_table_is_shown_as_a_pseudonym(boats: str) -> None:
    assert MASK.value(boats, "towed_by_id", UUID(int=7)).startswith("p-")


def test_a_field_of_which_nobody_has_spoken_is_not_named(boats: str) -> None:
    named = ("skipper", "rig", "length", "berth_id", "key")

    assert all(is_named(boats, name) for name in named)
    assert not any(is_named(boats, name) for name in ("remark", "row", "first_name"))
