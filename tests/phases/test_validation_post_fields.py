"""Fields: whatever is not what the source says fails, and just that check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from reimport_lib.checks import Check
from reimport_lib.phases import validation_post as phase
from reimport_lib.prove import fields
from reimport_lib.prove.matching import match
from reimport_lib.prove.reference_data import reference_data
from reimport_lib.prove.render.comparison import declared
from reimport_lib.tables import registry
from reimport_lib.write.models import attname, managed
from tests.phases.checking import (
    Case,
    Line,
    case,
    failing,
    named,
    own_case,
    rows_of,
    spoilt,
)
from tests.phases.sites import ONLY_SQLITE

__all__ = ["case", "own_case"]

FILL_RATE = "{}: fill rate of all fields"
OTHER_WORDS = {
    "sex": ("M", "F"),
    "kind": ("phone", "mobile"),
    "status": ("cancelled", "no_show"),
    "status_source": ("filemaker", "clock"),
    "clinic_source": ("filemaker", "patient"),
    "direction": ("in", "out"),
}
"""Column with a closed list -> two words; the one that a row has not is taken."""

OWNERS = ("patient_id", "referrer_id", "company_id")
FOLLOW = {
    "contact_details.kind": {
        *("contact_details.value", "contact_details.is_primary"),
        "contact_details.filemaker_id",
    },
    **{f"contact_details.{owner}": {"contact_details.is_primary"} for owner in OWNERS},
    "contact_details.value": {
        *("contact_details.is_primary", "contact_details.filemaker_id"),
    },
    **{
        f"contact_details.{name}": {"contact_details.filemaker_id"}
        for name in ("line1", "line2", "suburb", "state", "postcode", "country")
    },
    "appointments.status_source": {"appointments.status"},
    "documents.s3_key": {
        *("documents.file_name", "documents.file_size", "documents.mime_type"),
        "documents.original_name",
    },
    "images.s3_key": {
        *("images.file_size", "images.mime_type", "images.original_name"),
    },
}
"""What else fails where a column is wrong on which another one rests."""


def table_checks(case: Case, table: str) -> dict[str, Check]:
    evidence = case.evidence()
    return named(fields.check_table(evidence, table, reference_data(evidence)))


def other(name: str, value: Any, others: list[Any]) -> Any:
    """Something else than *value* that the column can hold."""
    if name in OTHER_WORDS:
        return next(word for word in OTHER_WORDS[name] if word != value)
    if isinstance(value, bool):
        return not value
    changed: dict[type, Callable[[Any], Any]] = {
        str: lambda text: f"{text[:200]}x",
        int: lambda number: number + 1,
        datetime: lambda moment: moment + timedelta(minutes=1),
        date: lambda day: day + timedelta(days=40),
        UUID: lambda pk: next(other for other in others if other not in (None, pk)),
        dict: lambda stored: {**stored, "nobody": "said this"},
    }
    return changed[type(value)](value)


def spoil(case: Case, table: str, column: str) -> None:
    """Put something else into the managed *column* of one row without notes."""
    model = rows_of(registry.by_name()[table].model)
    pks = case.imported(table)
    if column in ("kind", *OWNERS) and table == "contact_details":
        # a primary one may not become another one's second
        others = model.filter(pk__in=pks, is_primary=False)
        pks = [str(pk) for pk in others.values_list("pk", flat=True)]
    held = dict(model.filter(pk__in=pks).values_list("pk", column))
    filled = [pk for pk in pks if held[UUID(pk)]]
    chosen = [*pks, *filled][-1]
    value = held[UUID(chosen)]
    others = list(model.values_list(column, flat=True))
    changed = other(column, "" if value is None else value, others)
    model.filter(pk=chosen).update(**{column: changed})


def columns_of(table: str) -> list[tuple[str, str]]:
    """The name of each check, and the attribute behind it."""
    return [(name, attname(name)) for name in ("filemaker_id", *managed(table))]


@ONLY_SQLITE
@pytest.mark.parametrize("table", list(registry.sources()))
def test_a_wrong_value_in_any_managed_field_fails_the_check_of_that_field(
    case: Case, table: str
) -> None:
    wrong = {}
    for name, column in columns_of(table):
        check = f"{table}.{name}"
        with spoilt():
            if name == "owner_type":
                _another_owner_type(case, table)
            else:
                spoil(case, table, column)
            found = failing(table_checks(case, table)) - {FILL_RATE.format(table)}
        if check not in found or not found <= {check} | FOLLOW.get(check, set()):
            wrong[check] = found

    assert wrong == {}


def _another_owner_type(case: Case, table: str) -> None:
    types = rows_of("contenttypes.ContentType")
    clinic = types.get(app_label="clinics", model="clinic")
    rows = rows_of(registry.by_name()[table].model).filter(pk=case.imported(table)[0])
    rows.update(content_type_id=clinic.pk)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("patients", "last_name", "Ninepin"),
        ("contact_details", "value", "+61299999999"),
        ("appointments", "start_time", None),
        ("notes", "content", "Something else."),
        ("documents", "document_date", date(2001, 2, 3)),
    ],
)
def test_on_both_databases_a_wrong_value_fails_only_its_own_check(
    case: Case, table: str, column: str, value: Any
) -> None:
    rows = rows_of(registry.by_name()[table].model).filter(pk=case.imported(table)[3])
    if value is None:
        value = rows.values_list(column, flat=True)[0] - timedelta(hours=1)
    rows.update(**{column: value})

    found = failing(phase.fields(case.evidence()))

    assert f"{table}.{column}" in found
    assert found <= {f"{table}.{column}", *FOLLOW.get(f"{table}.{column}", ())}


@ONLY_SQLITE
def test_a_lost_value_fails_its_field_and_the_fill_rate(case: Case) -> None:
    notes = rows_of("notes.Note").filter(pk__in=case.imported("notes"))
    some = notes.exclude(note_date=None).values_list("pk", flat=True)[:3]
    notes.filter(pk__in=list(some)).update(note_date=None)

    checks = table_checks(case, "notes")

    assert failing(checks) == {"notes.note_date", "notes: fill rate of all fields"}
    assert "3 values too few" in checks["notes: fill rate of all fields"].hint


@ONLY_SQLITE
def test_the_check_names_figures_digests_and_record_numbers(case: Case) -> None:
    imported = case.evidence().imported("notes")
    assert imported is not None
    chosen = imported.iloc[4]
    before = table_checks(case, "notes")["notes.content"]
    rows_of("notes.Note").filter(pk=chosen["target_id"]).update(content="Other.")
    after = table_checks(case, "notes")["notes.content"]
    rows = len(imported)

    digest = before.expected.partition("sha256 ")[2]
    assert len(digest) == 12
    assert before.expected == f"{rows:,} rows, sha256 {digest}"
    assert before.actual.startswith(f"{rows:,} of {rows:,} equal; 0 explained")
    assert before.actual.endswith(f"sha256 {digest}")
    assert after.expected == before.expected
    assert not after.actual.endswith(digest)
    assert f"{rows - 1:,} of {rows:,} equal" in after.actual
    assert f"1 not explained: rows {chosen['row']}" in after.actual
    assert "outcomes/notes.csv" in after.hint


@ONLY_SQLITE
def test_notes_are_counted_where_they_explain_a_difference(case: Case) -> None:
    checks = {
        **table_checks(case, "patients"),
        **table_checks(case, "appointments"),
    }

    assert "date_in_future" in checks["patients.dob"].actual
    assert "leading_zero_restored" in checks["patients.health_number"].actual
    assert "clinic_from_patient" in checks["appointments.clinic_id"].actual
    assert "dst_gap" in checks["appointments.start_time"].actual
    assert "end_before_start" in checks["appointments.end_time"].actual


@ONLY_SQLITE
def test_without_its_note_a_difference_is_not_explained(own_case: Case) -> None:
    """The rows are the same; only the outcomes file no longer says why they differ."""

    def forget(line: Line) -> Line:
        return {**line, "notes": ""}

    own_case.edit_outcomes("appointments", forget)

    assert {
        "appointments.clinic_id",
        "appointments.clinic_source",
        "appointments.start_time",
        "appointments.end_time",
    } <= failing(table_checks(own_case, "appointments"))


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("table", "column", "note", "value"),
    [
        ("patients", "dob", "unknown_value", None),
        ("patients", "dob", "bad_date", None),
        ("patients", "sex", "unknown_value", "U"),
        ("patients", "health_number", "leading_zero_restored", "0000000001"),
        ("patients", "clinic_id", "unknown_clinic", None),
        ("contact_details", "value", "bad_number", ""),
        ("appointments", "end_time", "bad_date", None),
        ("notes", "note_date", "bad_date", None),
        ("notes", "note_date", "other_date_order", date(2001, 2, 3)),
    ],
)
def test_a_note_is_no_excuse_for_a_value_that_could_be_read(
    own_case: Case, table: str, column: str, note: str, value: Any
) -> None:
    """The row is given the note, and the value that the note would leave behind."""
    model = rows_of(registry.by_name()[table].model)
    pks = own_case.imported(table)
    blank = {f"{column}__isnull": True} if value is None else {column: value}
    chosen = str(model.filter(pk__in=pks).exclude(**blank).order_by("pk")[0].pk)
    model.filter(pk=chosen).update(**{column: value})

    def excuse(line: Line) -> Line:
        return {**line, "notes": note} if line["target_id"] == chosen else line

    own_case.edit_outcomes(table, excuse)

    assert f"{table}.{column}" in failing(table_checks(own_case, table))


@ONLY_SQLITE
def test_an_appointment_given_to_a_patient_that_people_made_is_seen(
    case: Case,
) -> None:
    """Also a clinic event, which names nobody in the source."""
    local = rows_of("patients.Patient").create(first_name="Walk", last_name="In")
    event = case.imported("appointments", notes="clinic_event")[0]
    rows_of("appointments.Appointment").filter(pk=event).update(patient=local)

    assert failing(table_checks(case, "appointments")) == {
        "appointments.patient_id",
        "appointments: fill rate of all fields",
    }


@ONLY_SQLITE
def test_the_second_of_two_wall_times_is_seen(case: Case) -> None:
    doubtful = case.imported("appointments", notes="dst_ambiguous")[0]
    rows = rows_of("appointments.Appointment").filter(pk=doubtful)
    start = rows.values_list("start_time", flat=True)[0]
    rows.update(start_time=start + timedelta(hours=1), end_time=None)

    assert "appointments.start_time" in failing(table_checks(case, "appointments"))


@ONLY_SQLITE
def test_names_that_the_backend_does_not_hold_could_not_be_checked(case: Case) -> None:
    rows_of("appointments.Appointment").update(clinician=None)
    rows_of("clinics.Clinician").all().delete()

    checks = table_checks(case, "appointments")

    assert checks["appointments.clinician_id"].verdict == "could-not-check"


@ONLY_SQLITE
@pytest.mark.parametrize("table", list(registry.sources()))
def test_every_managed_field_is_compared_under_every_header_that_is_mapped(
    case: Case, table: str
) -> None:
    evidence = case.evidence()
    account = evidence.account(table)
    assert account is not None
    matched = match(evidence, account, table, reference_data(evidence))
    assert matched is not None
    made = declared(matched)
    mapped = {
        column.field: column.names
        for column in registry.sources()[table].all_fields
        if column.field
    }

    assert {"filemaker_id", *managed(table)} == {
        *(field.name for field in made),
        "filemaker_metadata",
    }
    for field in made:
        if field.name in mapped:
            assert field.headers[0] == mapped[field.name], field.name
    known = {header for field in made for group in field.headers for header in group}
    beside = {"owner_name", "owner_dob", "contact_type", "xero_address"}
    for name in mapped.keys() - beside:
        assert set(mapped[name]) <= known, name
