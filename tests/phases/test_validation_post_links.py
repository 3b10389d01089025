"""Links: one that dangles, or leads to another patient, fails just its own check."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.phases import validation_post as phase
from reimport_lib.tables import registry
from tests.phases.checking import (
    Case,
    Line,
    case,
    failing,
    named,
    own_case,
    rows_of,
    with_verdict,
)

__all__ = ["case", "own_case"]

NOBODY = UUID(int=7)
GENERIC = {"documents": "documents.Document", "image_batches": "images.ImageBatch"}
OF_PATIENT = ("contact_details", "appointments", "notes", "sms", "sms_replies")
OWNERS = {
    "patient_id": "patients",
    "referrer_id": "referrers",
    "company_id": "companies",
}
OWNER = "{}: owner in the source = owner in the database"
NO_PATIENT = "{}: imported rows whose owner is no patient in the database"
MISSING = "{}: foreign keys that name a missing row"
OTHERS = "{}: links of other rows (people's, an earlier system's) that dangle"
LISTED = "{}: stored objects that are in the frozen listing"
SHARED = "{}: stored objects, each of one row"
NAMED = "{}: rows that the account of stored objects names"


def links(case: Case) -> set[str]:
    return failing(phase.links(case.evidence()))


def change(case: Case, table: str, **values: Any) -> str:
    """Change one imported row of *table*: one of its kind of owner."""
    pk = first(case, table, *(values.keys() & OWNERS))
    rows_of(registry.by_name()[table].model).filter(pk=pk).update(**values)
    return pk


def first(case: Case, table: str, *filled: str) -> str:
    """The first imported row of *table* that has something in the columns *filled*."""
    rows = rows_of(registry.by_name()[table].model)
    there = rows.filter(**{f"{name}__isnull": False for name in filled})
    pks = {str(pk) for pk in there.values_list("pk", flat=True)}
    return next(pk for pk in case.imported(table) if pk in pks)


def another_patient(case: Case, table: str) -> UUID:
    """An imported patient who is not the owner of the first row of *table*."""
    of_patient = ("patient_id",) if table in OF_PATIENT else ()
    pk = first(case, table, *of_patient)
    row = rows_of(registry.by_name()[table].model).get(pk=pk)
    own = getattr(row, "object_id", None) or getattr(row, "patient_id", None)
    return next(UUID(pk) for pk in case.imported("patients") if UUID(pk) != own)


@pytest.mark.parametrize("table", OF_PATIENT)
def test_a_row_of_another_patient_is_seen(case: Case, table: str) -> None:
    values: dict[str, Any] = {"patient_id": another_patient(case, table)}
    if table == "contact_details":
        values["is_primary"] = False
    change(case, table, **values)

    assert links(case) == {OWNER.format(table)}


@pytest.mark.parametrize("owner", ["referrer_id", "company_id"])
def test_a_detail_of_another_referrer_or_company_is_seen(
    case: Case, owner: str
) -> None:
    details = rows_of("patients.ContactDetail")
    pk = first(case, "contact_details", owner)
    own = str(details.values_list(owner, flat=True).get(pk=pk))
    other = next(pk for pk in case.imported(OWNERS[owner]) if pk != own)
    details.filter(pk=pk).update(**{owner: other, "is_primary": False})

    assert links(case) == {OWNER.format("contact_details")}


def test_a_detail_of_a_referrer_that_is_given_to_a_patient_is_seen(case: Case) -> None:
    details = rows_of("patients.ContactDetail")
    pk, patient = (
        first(case, "contact_details", "referrer_id"),
        case.imported("patients"),
    )
    details.filter(pk=pk).update(
        referrer_id=None, patient_id=patient[0], is_primary=False
    )

    assert links(case) == {OWNER.format("contact_details")}


@pytest.mark.parametrize("table", OF_PATIENT)
def test_a_foreign_key_to_a_row_that_is_gone_is_seen(case: Case, table: str) -> None:
    """The database would refuse it, if its constraints were on when it came in."""
    change(case, table, patient_id=NOBODY)

    assert links(case) == {OWNER.format(table), MISSING.format(table)}


def test_an_appointment_taken_from_its_patient_is_seen(case: Case) -> None:
    change(case, "appointments", patient_id=None)

    assert links(case) == {OWNER.format("appointments")}


def test_a_clinic_event_given_to_a_patient_that_people_made_is_seen(
    case: Case,
) -> None:
    local = rows_of("patients.Patient").create(first_name="Walk", last_name="In")
    event = case.imported("appointments", notes="clinic_event")[0]
    rows_of("appointments.Appointment").filter(pk=event).update(patient=local)

    assert links(case) == {OWNER.format("appointments")}


def test_two_patients_who_change_their_keys_are_seen_in_every_table(
    case: Case,
) -> None:
    patients = rows_of("patients.Patient")
    owners = rows_of("notes.Note").filter(pk__in=case.imported("notes"))
    one = owners.values_list("patient_id", flat=True)[0]
    other = next(pk for pk in case.imported("patients") if UUID(pk) != one)
    keys = [patients.get(pk=pk).filemaker_id for pk in (one, other)]
    patients.filter(pk=one).update(filemaker_id="between")
    patients.filter(pk=other).update(filemaker_id=keys[0])
    patients.filter(pk=one).update(filemaker_id=keys[1])

    assert OWNER.format("notes") in links(case)


@pytest.mark.parametrize("table", GENERIC)
def test_an_imported_row_whose_owner_is_gone_is_seen(case: Case, table: str) -> None:
    change(case, table, object_id=NOBODY)

    assert NO_PATIENT.format(table) in links(case)
    assert links(case) <= {
        NO_PATIENT.format(table),
        OWNER.format("documents" if table == "documents" else "images"),
    }


@pytest.mark.parametrize("table", GENERIC)
def test_an_imported_row_whose_owner_is_no_patient_is_seen(
    case: Case, table: str
) -> None:
    types = rows_of("contenttypes.ContentType")
    clinic = types.get(app_label="clinics", model="clinic")
    change(case, table, content_type_id=clinic.pk)

    assert links(case) == {NO_PATIENT.format(table)}


@pytest.mark.parametrize("table", GENERIC)
def test_a_link_of_a_row_that_people_made_that_dangles_is_a_warning(
    case: Case, table: str
) -> None:
    types = rows_of("contenttypes.ContentType")
    patient = types.get(app_label="patients", model="patient")
    values: dict[str, Any] = {"content_type": patient, "object_id": NOBODY}
    if table == "image_batches":
        values["taken_on"] = date(2020, 1, 1)
    rows_of(GENERIC[table]).create(**values)

    checks = named(phase.links(case.evidence()))

    assert failing(checks) == set()
    assert with_verdict(checks, Verdict.WARN) == {OTHERS.format(table)}
    assert checks[OTHERS.format(table)].actual == "1"


def test_a_document_of_another_patient_is_seen(case: Case) -> None:
    change(case, "documents", object_id=another_patient(case, "documents"))

    assert links(case) == {OWNER.format("documents")}


def test_an_image_in_the_batch_of_another_patient_is_seen(case: Case) -> None:
    images = rows_of("images.Image")
    batches = rows_of("images.ImageBatch")
    image = images.get(pk=case.imported("images")[0])
    own = batches.get(pk=image.batch_id)
    other = batches.exclude(object_id=own.object_id)[0]
    batches.filter(pk=other.pk).update(taken_on=image.date_taken)
    images.filter(batch_id=other.pk).update(date_taken=image.date_taken)
    change(case, "images", batch_id=other.pk)

    assert links(case) == {OWNER.format("images")}


@pytest.mark.parametrize("table", ["documents", "images"])
def test_a_row_whose_object_the_bucket_does_not_hold_is_seen(
    case: Case, table: str
) -> None:
    change(case, table, s3_key="filemaker-docs/nowhere.pdf")

    assert links(case) == {LISTED.format(table)}


@pytest.mark.parametrize("table", ["documents", "images"])
def test_two_rows_that_share_an_object_are_seen(case: Case, table: str) -> None:
    rows = rows_of(registry.by_name()[table].model)
    change(case, table, s3_key=rows.get(pk=case.imported(table)[1]).s3_key)

    assert links(case) == {SHARED.format(table)}


@pytest.mark.parametrize("table", ["documents", "images"])
def test_an_account_of_objects_that_leaves_a_row_out_is_seen(
    own_case: Case, table: str
) -> None:
    pk = own_case.imported(table)[0]

    def forget(line: Line) -> Line:
        return {**line, "outcome": "skipped"} if line["target_id"] == pk else line

    own_case.edit_outcomes(f"{table}_objects", forget)

    assert links(own_case) == {NAMED.format(table)}


def test_figures_are_all_rows_and_a_wrong_one_is_named_by_its_record_number(
    case: Case,
) -> None:
    imported = case.evidence().imported("notes")
    assert imported is not None
    rows = len(imported)
    change(case, "notes", patient_id=another_patient(case, "notes"))

    check = named(phase.links(case.evidence()))[OWNER.format("notes")]

    assert check.expected == f"{rows:,} of {rows:,}"
    assert check.actual == (
        f"{rows - 1:,} of {rows:,}; not rows {imported['row'].iloc[0]} of Notes"
    )
