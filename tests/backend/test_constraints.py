"""What the database itself refuses, whoever writes to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import builders
import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from appointments.models import Appointment
from imported.models import ImportedModel

pytestmark = pytest.mark.django_db

IMPORTED = [m for m in apps.get_models() if issubclass(m, ImportedModel)]


def refused(build: Callable[..., Any], constraint: str, **fields: Any) -> None:
    """*build* with *fields* meets the constraint of that name, and writes nothing."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        build(**fields)
    assert constraint in str(caught.value)


@pytest.mark.parametrize("model", IMPORTED, ids=lambda m: m._meta.label)
def test_two_rows_do_not_share_a_filemaker_id(model: type[models.Model]) -> None:
    build = builders.BUILDERS[model._meta.label]
    first = build()
    second = build()
    keyed = model._default_manager.filter(pk=second.pk)
    model._default_manager.filter(pk=first.pk).update(filemaker_id="K1")

    with pytest.raises(IntegrityError), transaction.atomic():
        keyed.update(filemaker_id="K1")
    with pytest.raises(IntegrityError), transaction.atomic():
        keyed.update(filemaker_id="")
    assert model._meta.get_field("filemaker_id").unique
    # Rows made here have none, and there may be many of them.
    assert model._default_manager.filter(filemaker_id=None).exists()


@pytest.mark.parametrize(
    ("build", "field", "value"),
    [
        (builders.patient, "sex", "X"),
        (builders.contact_detail, "kind", "fax"),
        (builders.appointment, "status", "done"),
        (builders.appointment, "status_source", "guess"),
        (builders.appointment, "clinic_source", "guess"),
        (builders.sms, "direction", "up"),
    ],
)
def test_a_word_outside_its_list_is_refused(
    build: Callable[..., Any], field: str, value: str
) -> None:
    refused(build, f"{field}_known", **{field: value})


def test_an_appointment_does_not_end_before_it_starts() -> None:
    name = "appointments_appointment_end_time_not_before"
    before = builders.NOON - timedelta(minutes=1)

    refused(builders.appointment, name, end_time=before)
    assert builders.appointment(end_time=builders.NOON).pk
    assert builders.appointment(end_time=None).pk


def test_imported_contacts_have_one_primary_per_patient_and_kind() -> None:
    person = builders.patient()
    primary = {"patient": person, "kind": "mobile", "is_primary": True}
    builders.contact_detail(filemaker_id="a", **primary)

    with pytest.raises(IntegrityError), transaction.atomic():
        builders.contact_detail(filemaker_id="b", **primary)
    assert builders.contact_detail(filemaker_id="c", **primary | {"kind": "phone"}).pk
    assert builders.contact_detail(**primary).pk  # a person's own choice


@pytest.mark.parametrize("owner", ["referrer", "company"])
def test_imported_contacts_of_others_have_one_primary_each(owner: str) -> None:
    primary = {owner: getattr(builders, owner)(), "is_primary": True}
    builders.contact_detail(filemaker_id="a", **primary)

    with pytest.raises(IntegrityError), transaction.atomic():
        builders.contact_detail(filemaker_id="b", **primary)
    other = {**primary, owner: getattr(builders, owner)()}
    assert builders.contact_detail(filemaker_id="b", **other).pk


def test_a_contact_detail_is_of_one_owner() -> None:
    owners = {"patient": builders.patient(), "referrer": builders.referrer()}
    name = "patients_contactdetail_one_owner"

    refused(builders.contact_detail, name, **owners)
    refused(builders.contact_detail, name, company=builders.company(), **owners)
    refused(builders.contact_detail, name, patient=None)


def test_half_an_owner_is_refused() -> None:
    person = builders.patient()
    kind = ContentType.objects.get_for_model(person)
    name = "documents_document_owner_whole"

    refused(builders.document, name, content_type=kind, object_id=None)
    refused(builders.document, name, content_type=None, object_id=person.pk)


@pytest.mark.parametrize("build", [builders.document, builders.image])
def test_a_size_is_not_negative(build: Callable[..., Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        build(file_size=-1)


def test_two_patients_do_not_share_an_mrn() -> None:
    builders.patient(mrn="7")

    with pytest.raises(IntegrityError), transaction.atomic():
        builders.patient(mrn="7")
    assert builders.patient(mrn=None).pk
    assert builders.patient(mrn=None).pk


def test_a_run_records_a_phase_and_a_row_once() -> None:
    run = builders.ledger_run()
    builders.ledger_phase(run=run, name="notes")
    image = {"run": run, "model": "notes.Note", "object_pk": "1"}
    builders.before_image(**image)

    with pytest.raises(IntegrityError), transaction.atomic():
        builders.ledger_phase(run=run, name="notes")
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.before_image(**image, action="deleted")
    assert builders.before_image(**image | {"run": builders.ledger_run()}).pk
    refused(builders.before_image, "action_known", action="moved")


def test_the_ledger_knows_a_row_once_by_its_key_and_once_by_its_number() -> None:
    row = builders.imported_row()

    for field in ("filemaker_id", "object_pk"):
        with pytest.raises(IntegrityError), transaction.atomic():
            builders.imported_row(**{field: getattr(row, field)})
    assert builders.imported_row(table="notes", filemaker_id=row.filemaker_id).pk


def test_what_a_deletion_takes_along_and_what_stops_it() -> None:
    person = builders.patient()
    builders.note(patient=person)
    builders.contact_detail(patient=person)
    booked = builders.appointment(patient=person)
    message = builders.sms(appointment=booked, patient=builders.patient())

    with pytest.raises(ProtectedError):
        person.delete()
    booked.delete()
    _, taken = person.delete()

    assert taken == {
        "notes.Note": 1,
        "patients.ContactDetail": 1,
        "patients.Patient": 1,
    }
    message.refresh_from_db()
    assert message.appointment is None


def test_configuration_in_use_outlives_its_rows() -> None:
    row = builders.full_appointment()
    clinic, clinician, kind = row.clinic, row.clinician, row.appointment_type

    with pytest.raises(ProtectedError):
        clinic.delete()
    clinician.delete()
    kind.delete()

    kept = Appointment.objects.get(pk=row.pk)
    assert (kept.clinician, kept.appointment_type, kept.clinic) == (None, None, clinic)


def test_a_content_type_with_rows_is_not_cleaned_away() -> None:
    person = builders.patient()
    builders.document(owner=person)

    with pytest.raises(ProtectedError):
        ContentType.objects.get_for_model(person).delete()


def test_every_constraint_has_a_name_of_its_own() -> None:
    names = [c.name for m in apps.get_models() for c in m._meta.constraints]

    assert len(names) == len(set(names))
    assert all(len(name) <= 63 for name in names)  # PostgreSQL cuts longer ones
