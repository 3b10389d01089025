"""Search, filters and ordering of each list, by its contents."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import builders
import pytest
from reading import keys, rows
from rest_framework.test import APIClient

from clinics.models import Clinic


def test_patients_come_newest_first(api: APIClient) -> None:
    old = builders.patient(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    new = builders.patient(created_at=datetime(2024, 1, 1, tzinfo=UTC))

    assert keys(api, "/api/patients/") == [str(new.pk), str(old.pk)]


def test_patients_are_ordered_by_name(api: APIClient) -> None:
    b = builders.patient(first_name="Ann", last_name="Brook")
    a = builders.patient(first_name="Zoe", last_name="Alder")

    by_last = keys(api, "/api/patients/", ordering="last_name")
    by_first = keys(api, "/api/patients/", ordering="first_name")
    backwards = keys(api, "/api/patients/", ordering="-last_name")

    assert by_last == [str(a.pk), str(b.pk)]
    assert by_first == by_last[::-1]
    assert backwards == by_last[::-1]


def test_archived_patients_are_left_out_unless_asked_for(api: APIClient) -> None:
    active = builders.patient()
    archived = builders.patient(archived=True)

    assert keys(api, "/api/patients/") == [str(active.pk)]
    assert keys(api, "/api/patients/", archived="false") == [str(active.pk)]
    assert keys(api, "/api/patients/", archived="true") == [str(archived.pk)]
    assert api.get(f"/api/patients/{archived.pk}/").status_code == 200


@pytest.mark.parametrize(
    "term", ["ignat", "QUILL", "MRN-7", "22333", "Ignatius Quillfeather"]
)
def test_patients_are_searched_by_name_and_number(api: APIClient, term: str) -> None:
    wanted = builders.patient(
        first_name="Ignatius",
        last_name="Quillfeather",
        mrn="MRN-7",
        health_number="2233344455",
    )
    builders.patient()

    assert keys(api, "/api/patients/", search=term) == [str(wanted.pk)]


def test_patients_are_filtered_by_clinic_funding_and_sex(api: APIClient) -> None:
    wanted = builders.full_patient(sex="F")
    other = builders.full_patient(sex="M")

    for query in (
        {"clinic": wanted.clinic_id},
        {"funding_type": wanted.funding_type_id},
        {"sex": "F"},
    ):
        assert keys(api, "/api/patients/", **query) == [str(wanted.pk)]
    assert keys(api, "/api/patients/", clinic=other.clinic_id, sex="F") == []
    assert keys(api, "/api/patients/", clinic=uuid4()) == []


def test_contact_details_of_a_patient_and_kind(api: APIClient) -> None:
    person = builders.full_patient()
    builders.full_patient()

    mobile = rows(api, "/api/contact-details/", patient_id=person.pk, kind="mobile")

    assert [row["value"] for row in mobile] == ["+61491570006"]
    assert len(rows(api, "/api/contact-details/", patient=person.pk)) == 2


@pytest.mark.parametrize("owner", ["referrer", "company"])
def test_contact_details_of_those_who_are_no_patients(
    api: APIClient, owner: str
) -> None:
    one, other = (getattr(builders, owner)() for _ in range(2))
    wanted = builders.contact_detail(**{owner: one})
    builders.contact_detail(**{owner: other})
    builders.contact_detail()

    (row,) = rows(api, "/api/contact-details/", **{owner: one.pk})

    assert (row["id"], row[owner]) == (str(wanted.pk), str(one.pk))
    assert row["patient"] is None


def test_appointments_of_days_in_the_clinics_own_time(api: APIClient) -> None:
    """2024-05-06 in Sydney begins at 14:00 UTC of the day before."""
    first = builders.appointment(start_time=datetime(2024, 5, 5, 14, 0, tzinfo=UTC))
    last = builders.appointment(start_time=datetime(2024, 5, 6, 13, 59, tzinfo=UTC))
    after = builders.appointment(start_time=datetime(2024, 5, 6, 14, 0, tzinfo=UTC))
    day = {"from": "2024-05-06", "to": "2024-05-06"}

    assert keys(api, "/api/appointments/", **day) == [str(last.pk), str(first.pk)]
    assert keys(api, "/api/appointments/", **{"from": "2024-05-07"}) == [str(after.pk)]
    assert len(keys(api, "/api/appointments/", to="9999-12-31")) == 3


@pytest.mark.parametrize(
    "moment", ["2024-05-06T02:00:00Z", "2024-05-06T12:00:00+10:00", "2024-05-06T12:00"]
)
def test_appointments_from_and_to_a_moment(api: APIClient, moment: str) -> None:
    at = builders.appointment(start_time=builders.NOON)

    assert keys(api, "/api/appointments/", **{"from": moment}) == [str(at.pk)]
    assert keys(api, "/api/appointments/", to=moment) == [str(at.pk)]


def test_appointments_are_filtered_by_what_they_link_to(api: APIClient) -> None:
    wanted = builders.full_appointment()
    builders.full_appointment()

    for query in (
        {"patient": wanted.patient_id},
        {"patient_id": wanted.patient_id},
        {"clinic": wanted.clinic_id},
        {"clinician": wanted.clinician_id},
        {"appointment_type": wanted.appointment_type_id},
    ):
        assert keys(api, "/api/appointments/", **query) == [str(wanted.pk)]


def test_appointments_are_filtered_by_status_and_searched(api: APIClient) -> None:
    person = builders.patient(last_name="Quillfeather")
    missed = builders.appointment(patient=person, status="no_show")
    event = builders.appointment(reason="yearly stocktake")

    assert keys(api, "/api/appointments/", status="no_show") == [str(missed.pk)]
    assert keys(api, "/api/appointments/", search="quill") == [str(missed.pk)]
    assert keys(api, "/api/appointments/", search="stocktake") == [str(event.pk)]
    assert rows(api, "/api/appointments/", search="stock")[0]["patient"] is None


def test_inactive_appointment_types_only_when_asked_for(api: APIClient) -> None:
    active = builders.appointment_type(name="Fitting")
    inactive = builders.appointment_type(name="Old kind", is_active=False)
    both = [str(active.pk), str(inactive.pk)]

    assert keys(api, "/api/appointment-types/") == both[:1]
    assert keys(api, "/api/appointment-types/", include_inactive="false") == both[:1]
    assert keys(api, "/api/appointment-types/", include_inactive="true") == both
    assert api.get(f"/api/appointment-types/{inactive.pk}/").status_code == 200


def test_notes_of_a_patient_and_a_type_with_undated_ones_last(api: APIClient) -> None:
    person = builders.patient()
    undated = builders.note(patient=person, source_type="Clinic Dates")
    old = builders.note(patient=person, note_date=date(2020, 1, 1))
    new = builders.note(patient=person, note_date=date(2024, 1, 1), content="gait")
    builders.note()
    order = [str(new.pk), str(old.pk), str(undated.pk)]

    assert keys(api, "/api/notes/", patient=person.pk) == order
    assert keys(api, "/api/notes/", patient_id=person.pk) == order
    assert keys(api, "/api/notes/", note_type="clinic dates") == [str(undated.pk)]
    assert keys(api, "/api/notes/", search="gait") == [str(new.pk)]
    assert keys(api, "/api/notes/", patient=person.pk, ordering="note_date") == [
        str(old.pk),
        str(new.pk),
        str(undated.pk),
    ]


def test_messages_are_filtered_by_patient_direction_and_status(api: APIClient) -> None:
    sent = builders.sms(direction="out", status="Delivered")
    received = builders.sms(direction="in", message="yes please")

    assert keys(api, "/api/sms/", direction="in") == [str(received.pk)]
    assert keys(api, "/api/sms/", status="delivered") == [str(sent.pk)]
    assert keys(api, "/api/sms/", patient=sent.patient_id) == [str(sent.pk)]
    assert keys(api, "/api/sms/", search="please") == [str(received.pk)]


def test_replies_of_a_patient(api: APIClient) -> None:
    wanted = builders.sms_reply()
    builders.sms_reply()

    found = keys(api, "/api/sms-replies/", patient_id=wanted.patient_id)
    assert found == [str(wanted.pk)]


def test_documents_of_a_patient_and_a_category(api: APIClient) -> None:
    person = builders.patient()
    letter = builders.document(owner=person, category="letter")
    script = builders.document(owner=person, category="script", file_name="x.pdf")
    builders.document(category="letter")
    both = {str(letter.pk), str(script.pk)}
    query = {
        "content_type_id": letter.content_type_id,
        "object_id": person.pk,
    }

    assert set(keys(api, "/api/documents/", patient_id=person.pk)) == both
    assert set(keys(api, "/api/documents/", **query)) == both
    assert keys(api, "/api/documents/", patient_id=person.pk, category="Letter") == [
        str(letter.pk)
    ]
    assert keys(api, "/api/documents/", search="x.pdf") == [str(script.pk)]


def test_another_owner_with_the_key_of_a_patient_is_not_that_patient(
    api: APIClient,
) -> None:
    person = builders.patient()
    namesake = Clinic.objects.create(pk=person.pk, name="same key")
    builders.document(owner=namesake)
    batch = builders.image_batch(owner=namesake)
    builders.image(batch=batch)

    for address in ("/api/documents/", "/api/images/", "/api/images/batches/"):
        assert keys(api, address, patient_id=person.pk) == []
        assert len(keys(api, address)) == 1


def test_images_of_a_patient_a_batch_and_a_category(api: APIClient) -> None:
    person = builders.patient()
    batch = builders.image_batch(owner=person)
    wanted = builders.image(batch=batch, category="plantar")
    builders.image(category="plantar")

    for query in ({"batch_id": batch.pk}, {"batch": batch.pk}):
        assert keys(api, "/api/images/", **query) == [str(wanted.pk)]
    assert keys(api, "/api/images/", patient_id=person.pk) == [str(wanted.pk)]
    assert keys(api, "/api/images/batches/", patient_id=person.pk) == [str(batch.pk)]
    assert len(keys(api, "/api/images/", category="Plantar")) == 2
    assert keys(api, "/api/images/", patient_id=person.pk, category="dorsal") == []


def test_clinics_and_clinicians(api: APIClient) -> None:
    north = builders.clinic(name="North")
    south = builders.clinic(name="South", is_active=False)
    person = builders.clinician(clinic=north)
    builders.clinician(clinic=south)

    assert keys(api, "/api/clinics/") == [str(north.pk), str(south.pk)]
    assert keys(api, "/api/clinics/", is_active="true") == [str(north.pk)]
    assert keys(api, "/api/clinics/", search="sou") == [str(south.pk)]
    assert keys(api, "/api/clinicians/", clinic=north.pk) == [str(person.pk)]
