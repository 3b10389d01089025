"""What one row shows: nested rows, computed values, metadata, generic owners."""

from __future__ import annotations

from datetime import date
from typing import Any

import builders
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from patients.models import age_on


def detail(api: APIClient, address: str) -> dict[str, Any]:
    answer = api.get(address)
    assert answer.status_code == 200
    return dict(answer.json())


def test_a_patient_comes_with_contact_details_and_metadata(api: APIClient) -> None:
    row = builders.full_patient(filemaker_metadata={"Area": "north"}, filemaker_id="K1")
    builders.full_patient()

    shown = detail(api, f"/api/patients/{row.pk}/")

    assert shown["filemaker_id"] == "K1"
    assert shown["filemaker_metadata"] == {"Area": "north"}
    assert [(d["kind"], d["value"]) for d in shown["contact_details"]] == [
        ("email", "a@example.org"),
        ("mobile", "+61491570006"),
    ]
    assert shown["clinic_name"] == row.clinic.name
    assert shown["funding_type_name"] == row.funding_type.name


def test_a_coordinator_says_nothing_of_any_patient(api: APIClient) -> None:
    shared = builders.coordinator(name="Cy - Bright Path", phones=["+61491570006"])
    row = builders.patient(coordinator=shared, ndis_notes="of Ada alone")
    builders.patient(coordinator=shared, ndis_notes="of another")

    shown = detail(api, f"/api/coordinators/{shared.pk}/")
    of_it = api.get("/api/patients/", {"coordinator": str(shared.pk)}).json()

    assert (shown["name"], shown["phones"]) == ("Cy - Bright Path", ["+61491570006"])
    assert not any("note" in name or "patient" in name for name in shown)
    assert of_it["count"] == 2
    own = detail(api, f"/api/patients/{row.pk}/")
    assert (own["coordinator"], own["ndis_notes"]) == (str(shared.pk), "of Ada alone")


def test_a_patient_takes_two_queries_however_many_details(api: APIClient) -> None:
    row = builders.full_patient()
    for number in range(10):
        builders.contact_detail(patient=row, kind="phone", value=str(number))

    with CaptureQueriesContext(connection) as queries:
        shown = detail(api, f"/api/patients/{row.pk}/")

    assert len(shown["contact_details"]) == 12
    assert len(queries) == 2


@pytest.mark.parametrize(
    ("owner", "address"), [("referrer", "referrers"), ("company", "companies")]
)
def test_who_is_no_patient_comes_with_contact_details(
    api: APIClient, owner: str, address: str
) -> None:
    row = getattr(builders, owner)()
    builders.contact_detail(**{owner: row}, kind="phone", value="+61270100001")
    builders.contact_detail(kind="phone")

    shown = detail(api, f"/api/{address}/{row.pk}/")

    assert [d["value"] for d in shown["contact_details"]] == ["+61270100001"]


def test_the_primary_mobile_and_email_stand_in_the_list(api: APIClient) -> None:
    row = builders.patient(first_name="Ann", last_name="Brook")
    builders.contact_detail(patient=row, value="+61491570001")
    builders.contact_detail(patient=row, value="+61491570009", is_primary=True)
    builders.contact_detail(patient=row, kind="email", value="b@example.org")
    builders.contact_detail(patient=row, kind="email", value="a@example.org")
    builders.contact_detail(patient=row, kind="email", value="")
    builders.contact_detail(value="+61491570002")

    listed = api.get("/api/patients/", {"search": "brook"}).json()["results"]

    assert [(p["full_name"], p["mobile"], p["email"]) for p in listed] == [
        ("Ann Brook", "+61491570009", "a@example.org")
    ]


def test_a_patient_without_name_date_or_contacts(api: APIClient) -> None:
    row = builders.patient(first_name="", last_name="Solo")

    shown = detail(api, f"/api/patients/{row.pk}/")

    assert shown["full_name"] == "Solo"
    assert shown["contact_details"] == []
    for field in ("age", "mobile", "email", "clinic", "clinic_name"):
        assert shown[field] is None


@pytest.mark.parametrize(
    ("day", "dob", "age"),
    [
        (date(2024, 5, 6), date(1984, 5, 6), 40),
        (date(2024, 5, 5), date(1984, 5, 6), 39),
        (date(2023, 2, 28), date(2004, 2, 29), 18),
        (date(2023, 3, 1), date(2004, 2, 29), 19),
        (date(2024, 5, 6), date(2024, 5, 6), 0),
    ],
)
def test_age_is_whole_years(day: date, dob: date, age: int) -> None:
    assert age_on(day, dob) == age


def test_a_clinic_event_has_no_patient(api: APIClient) -> None:
    row = builders.appointment(title="Holiday", all_day=True, clinic=builders.clinic())

    shown = detail(api, f"/api/appointments/{row.pk}/")

    assert (shown["patient"], shown["patient_name"]) == (None, None)
    assert (shown["clinic_name"], shown["all_day"]) == (row.clinic.name, True)
    # 02:00 UTC, in the clinic's own time.
    assert shown["start_time"] == "2024-05-06T12:00:00+10:00"


def test_an_appointment_without_clinic_and_end_is_shown(api: APIClient) -> None:
    row = builders.appointment(patient=builders.patient(), clinic=None, end_time=None)

    shown = detail(api, f"/api/appointments/{row.pk}/")

    for field in ("clinic", "clinic_name", "end_time", "clinician", "appointment_type"):
        assert shown[field] is None, field
    assert api.get("/api/appointments/").json()["count"] == 1


def test_a_document_names_its_owner(api: APIClient) -> None:
    person = builders.patient()
    row = builders.document(owner=person, filemaker_metadata={"id_Order": "7"})

    shown = detail(api, f"/api/documents/{row.pk}/")

    assert (shown["owner_type"], shown["owner_id"]) == (
        "patients.patient",
        str(person.pk),
    )
    assert shown["filemaker_metadata"] == {"id_Order": "7"}
    assert row.owner == person


def test_a_document_may_have_no_owner(api: APIClient) -> None:
    row = builders.document(content_type=None, object_id=None)

    shown = detail(api, f"/api/documents/{row.pk}/")

    assert (shown["owner_type"], shown["owner_id"]) == (None, None)
    assert row.owner is None


def test_a_batch_names_its_owner_and_shows_its_images(api: APIClient) -> None:
    person = builders.patient()
    batch = builders.image_batch(owner=person, image_count=2)
    second = builders.image(batch=batch, order=2)
    first = builders.image(batch=batch, order=1)
    builders.image()

    shown = detail(api, f"/api/images/batches/{batch.pk}/")

    assert (shown["owner_type"], shown["owner_id"]) == (
        "patients.patient",
        str(person.pk),
    )
    assert [image["id"] for image in shown["images"]] == [str(first.pk), str(second.pk)]
    assert shown["image_count"] == 2
    assert batch.owner == person


def test_an_image_names_the_owner_of_its_batch(api: APIClient) -> None:
    person = builders.patient()
    row = builders.image(batch=builders.image_batch(owner=person), caption="left")

    shown = detail(api, f"/api/images/{row.pk}/")

    assert (shown["owner_type"], shown["owner_id"], shown["caption"]) == (
        "patients.patient",
        str(person.pk),
        "left",
    )


@pytest.mark.parametrize(
    "build",
    [
        builders.appointment,
        builders.note,
        builders.sms,
        builders.sms_reply,
        builders.document,
        builders.image_batch,
        builders.image,
    ],
)
def test_every_imported_row_shows_its_metadata(api: APIClient, build: Any) -> None:
    row = build(filemaker_id="K", filemaker_metadata={"Old": "9"})
    address = next(a for a, b in builders.LISTS.items() if builds(b, type(row)))

    shown = detail(api, f"{address}{row.pk}/")

    assert shown["filemaker_metadata"] == {"Old": "9"}
    assert shown["filemaker_id"] == "K"


def builds(build: Any, model: type) -> bool:
    """Whether the builder's annotation names *model*."""
    return bool(build.__annotations__["return"] == model.__name__)
