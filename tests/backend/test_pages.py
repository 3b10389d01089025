"""The pages for staff: who is found, and what is kept of a patient."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import (
    appointment,
    clinic,
    contact_detail,
    document,
    full_appointment,
    image_batch,
    note,
    patient,
    patient_referrer,
    sms,
    sms_reply,
)
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reading import WORDS, allow, text_of

from pages.models import Opening

LETTER = "documents/letter.pdf"


def test_staff_sign_in_and_land_on_the_first_page(client: Client, db: None) -> None:
    User.objects.create_user("keeper", password=WORDS)
    turned_away = client.get("/", follow=True)
    assert "Sign in" in text_of(turned_away)

    wrong = client.post("/login/", {"username": "keeper", "password": "other words"})
    assert "do not fit together" in text_of(wrong)
    right = {"username": "keeper", "password": WORDS, "next": "/"}
    answer = client.post("/login/", right, follow=True)

    assert "Nothing is open to you yet" in text_of(answer)
    assert client.post("/logout/").status_code == 302
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "words",
    [
        *("Quill", "quillfeather", "Ignatius quill", "quill ignatius", "M-17"),
        *("23/04/1981", "1981-04-23", "0491 570 006".replace(" ", ""), "+61491570006"),
        *("ignatius@example.org", "H12345", "Quillfeather 23.04.1981"),
    ],
)
def test_a_patient_is_found_by(staff: Client, words: str) -> None:
    there = patient(
        first_name="Ignatius",
        last_name="Quillfeather",
        dob=date(1981, 4, 23),
        mrn="M-17",
        health_number="H12345",
    )
    contact_detail(patient=there, value="+61491570006")
    contact_detail(patient=there, kind="email", value="ignatius@example.org")
    other = patient(first_name="Someone", last_name="Else", dob=date(1950, 1, 1))

    page = staff.get("/patients/", {"q": words})

    assert f"/patients/{there.pk}/" in page.content.decode()
    assert f"/patients/{other.pk}/" not in page.content.decode()


@pytest.mark.parametrize("words", ["%", "_", "'", "\0", "31/02/1980", "x" * 4_000, "1"])
def test_odd_words_find_nobody_and_break_nothing(staff: Client, words: str) -> None:
    patient(first_name="Ann", last_name="Other")

    said = text_of(staff.get("/patients/", {"q": words, "page": "nine"}))

    assert "0 found" in said or "\0" in words


def test_long_lists_come_in_pages(staff: Client) -> None:
    for number in range(53):
        patient(last_name=f"Same {number:02d}", first_name="A")

    first = staff.get("/patients/", {"q": "Same"}).content.decode()
    second = staff.get("/patients/", {"q": "Same", "page": 2}).content.decode()

    assert "1 to 50 of 53" in first
    assert "?q=Same&amp;page=2" in first
    assert "Same 52" in second
    assert "Same 02" not in second


def test_the_first_page_has_the_appointments_of_the_day(staff: Client) -> None:
    who = patient(first_name="Ignatius", last_name="Quillfeather")
    noon = timezone.localtime().replace(hour=12, minute=30)
    appointment(patient=who, start_time=noon)
    appointment(title="Team meeting", start_time=noon + timedelta(minutes=30))
    appointment(title="Not today", start_time=noon - timedelta(days=1))

    said = text_of(staff.get("/"))

    assert "12:30 p.m. Ignatius Quillfeather" in said
    assert "Team meeting" in said
    assert "Not today" not in said


def test_a_patients_page_has_everything_and_links_it(staff: Client) -> None:
    who = patient(
        first_name="Ignatius", last_name="Quillfeather", clinic=clinic(name="North")
    )
    whole = full_appointment()
    whole.patient = who
    whole.save()
    note(patient=who, content="Walks <b>better</b>", author="Dr Test")
    sms(patient=who, message="See you on Monday")
    sms_reply(patient=who, message="I will come")
    letter = document(owner=who, original_name="Letter.pdf", s3_key=LETTER)
    lost = document(owner=who, original_name="Lost.pdf")
    batch = image_batch(owner=who, name="Left foot")
    patient_referrer(patient=who)
    document(owner=patient(), original_name="Somebody else's.pdf")

    answer = staff.get(f"/patients/{who.pk}/")
    said, page = text_of(answer), answer.content.decode()

    assert "Ignatius Quillfeather" in said
    assert "North" in said
    for words in ("See you on Monday", "I will come", "Letter.pdf", "Left foot"):
        assert words in said
    assert "Walks &lt;b&gt;better" in page
    assert f"/documents/{letter.pk}/" in page
    assert f"/documents/{lost.pk}/" not in page
    assert f"/images/{batch.pk}/" in page
    assert "Somebody else" not in said
    kept = Opening.objects.get()
    assert (kept.what, kept.patient_id, kept.user_name) == ("patient", who.pk, "reader")


def test_many_rows_stand_on_a_page_of_their_own(staff: Client) -> None:
    who = patient()
    for number in range(12):
        note(patient=who, content=f"Number {number:02d}")

    page = staff.get(f"/patients/{who.pk}/").content.decode()
    assert page.count("Number ") == 10
    assert f"/patients/{who.pk}/notes/" in page
    assert text_of(staff.get(f"/patients/{who.pk}/notes/")).count("Number ") == 12
    assert staff.get(f"/patients/{who.pk}/nothing/").status_code == 404


def test_the_queries_of_a_page_do_not_grow_with_its_rows(staff: Client) -> None:
    def asked(rows: int) -> int:
        who = patient()
        for _ in range(rows):
            for made in (note, sms, sms_reply, patient_referrer):
                made(patient=who)
            document(owner=who)
            image_batch(owner=who)
        with CaptureQueriesContext(
            connection,
        ) as found:
            staff.get(f"/patients/{who.pk}/")
        return len(found)

    asked(1)
    assert asked(1) == asked(8)


def test_what_may_not_be_viewed_is_not_there(client: Client, stranger: User) -> None:
    who = patient(last_name="Quillfeather")
    note(patient=who, content="A secret")
    allow(stranger, "view_patient", "view_document")
    client.force_login(stranger)

    said = text_of(client.get(f"/patients/{who.pk}/"))

    assert "Quillfeather" in said
    assert "A secret" not in said
    assert "Notes" not in said
    assert client.get(f"/patients/{who.pk}/notes/").status_code == 404
    assert "Imports" not in said


def test_in_the_admin_a_patient_is_headed_by_name(office: Client) -> None:
    who = patient(first_name="Ignatius", last_name="Quillfeather")

    page = office.get(f"/admin/patients/patient/{who.pk}/change/").content.decode()

    assert "<h2>Ignatius Quillfeather</h2>" in page
    assert "&rsaquo; Ignatius Quillfeather" in " ".join(page.split())
