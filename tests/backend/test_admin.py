"""The admin: every model has its pages, and nobody edits what the import lives on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import builders
import pytest
from builders import BUILDERS
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imported.admin import TECHNICAL
from imported.models import ImportedModel
from patients.models import Patient

OURS = [m for m in apps.get_models() if m._meta.label in BUILDERS]
LABELS = sorted(BUILDERS)
ONE_ROW = "ledger.Fence"
TO_LOOK_AT = [label for label in LABELS if label.startswith(("ledger.", "pages."))]


def page(label: str, name: str, *keys: Any) -> str:
    return reverse(f"admin:{label.lower().replace('.', '_')}_{name}", args=keys)


def test_every_model_of_the_clinic_is_in_the_admin() -> None:
    others = ("django.", "axes.")
    ours = {
        m
        for m in apps.get_models()
        if m._meta.managed and not m.__module__.startswith(others)
    }

    assert ours == set(OURS)
    assert ours <= set(admin.site._registry)


@pytest.mark.parametrize("label", LABELS)
def test_the_list_opens_searches_and_filters(office: Client, label: str) -> None:
    row = BUILDERS[label]()
    registered = admin.site._registry[type(row)]

    assert office.get(page(label, "changelist")).status_code == 200
    assert office.get(page(label, "changelist"), {"q": "x"}).status_code == 200
    assert registered.search_fields
    assert registered.list_filter


@pytest.mark.parametrize("label", LABELS)
def test_the_page_of_a_row_opens(office: Client, label: str) -> None:
    row = BUILDERS[label]()

    answer = office.get(page(label, "change", row.pk))

    assert answer.status_code == 200
    heading = getattr(row, "full_name", "") or str(row)
    assert heading in answer.content.decode()


@pytest.mark.parametrize(
    "label", [label for label in LABELS if label not in TO_LOOK_AT]
)
def test_the_page_to_add_a_row_opens(office: Client, label: str) -> None:
    assert office.get(page(label, "add")).status_code == 200


@pytest.mark.parametrize("label", [label for label in LABELS if label != ONE_ROW])
def test_the_list_takes_as_many_queries_for_twenty_rows_as_for_two(
    office: Client, label: str
) -> None:
    model = apps.get_model(label)
    for _ in range(2):
        BUILDERS[label]()
    with CaptureQueriesContext(connection) as two:
        office.get(page(label, "changelist"))
    for _ in range(18):
        BUILDERS[label]()
    with CaptureQueriesContext(connection) as twenty:
        answer = office.get(page(label, "changelist"))

    assert answer.context["cl"].result_count == model._default_manager.count() >= 20
    assert len(twenty) == len(two)


@pytest.mark.parametrize("label", TO_LOOK_AT)
def test_what_happened_is_only_read(office: Client, label: str) -> None:
    row = BUILDERS[label]()

    assert office.get(page(label, "add")).status_code == 403
    assert office.post(page(label, "change", row.pk), {}).status_code == 403
    assert (
        office.post(page(label, "delete", row.pk), {"post": "yes"}).status_code == 403
    )
    assert (
        'name="_save"' not in office.get(page(label, "change", row.pk)).content.decode()
    )


@pytest.mark.parametrize(
    "model", [m for m in OURS if issubclass(m, ImportedModel)], ids=str
)
def test_what_the_import_lives_on_is_not_editable(
    office: Client, model: type[models.Model]
) -> None:
    row = BUILDERS[model._meta.label]()

    form = office.get(page(model._meta.label, "change", row.pk)).context["adminform"]

    assert not set(TECHNICAL) & set(form.form.fields)
    assert set(TECHNICAL) <= set(form.readonly_fields)


def test_an_edit_is_dated_and_leaves_the_imported_hash_alone(office: Client) -> None:
    """So that the next import sees that a person changed the row."""
    row = builders.patient(
        filemaker_id="K1", import_hash="a" * 64, updated_at=builders.NOON
    )

    answer = office.post(page("patients.Patient", "change", row.pk), edited(row))

    assert answer.status_code == 302, answer.context["adminform"].errors
    kept = Patient.objects.get(pk=row.pk)
    assert (kept.first_name, kept.sex) == ("Edited", "F")
    assert kept.updated_at > builders.NOON + timedelta(days=1)
    assert (kept.filemaker_id, kept.import_hash) == ("K1", "a" * 64)
    assert kept.created_at == row.created_at


def test_a_second_primary_contact_is_refused_in_the_form(office: Client) -> None:
    first = builders.contact_detail(filemaker_id="a", is_primary=True)
    second = builders.contact_detail(filemaker_id="b", patient=first.patient)
    form = {"patient": str(first.patient_id), "kind": "mobile", "is_primary": "on"}

    answer = office.post(page("patients.ContactDetail", "change", second.pk), form)

    assert list(answer.context["adminform"].errors) == ["is_primary"]
    second.refresh_from_db()
    assert not second.is_primary


def test_a_contact_detail_of_two_owners_is_refused_in_the_form(office: Client) -> None:
    row, practice = builders.contact_detail(), builders.company()
    form = {"patient": str(row.patient_id), "company": str(practice.pk)}

    answer = office.post(
        page("patients.ContactDetail", "change", row.pk), {**form, "kind": "mobile"}
    )

    assert answer.context["adminform"].form.non_field_errors() == [
        "A contact detail is a patient's, a referrer's or a company's."
    ]


def test_technical_values_in_a_request_are_ignored(office: Client) -> None:
    row = builders.patient(filemaker_id="K1")
    forged = edited(row) | {"filemaker_id": "K2", "import_hash": "b" * 64}

    office.post(page("patients.Patient", "change", row.pk), forged)

    kept = Patient.objects.get(pk=row.pk)
    assert (kept.first_name, kept.filemaker_id, kept.import_hash) == (
        "Edited",
        "K1",
        "",
    )


def edited(row: Patient) -> dict[str, str]:
    return {
        "first_name": "Edited",
        "last_name": row.last_name,
        "sex": "F",
        "contact_details-TOTAL_FORMS": "0",
        "contact_details-INITIAL_FORMS": "0",
    }


def test_imported_rows_are_not_deleted_here_and_local_ones_are(office: Client) -> None:
    imported = builders.note(filemaker_id="K1")
    local = builders.note()

    def delete(row: Any) -> int:
        address = page("notes.Note", "delete", row.pk)
        return office.post(address, {"post": "yes"}).status_code

    assert (delete(imported), delete(local)) == (403, 302)
    assert list(type(local).objects.all()) == [imported]


def test_imported_rows_are_not_deleted_in_bulk(office: Client) -> None:
    imported = builders.note(filemaker_id="K1")
    local = builders.note()
    chosen = {
        "action": "delete_selected",
        "_selected_action": [str(imported.pk), str(local.pk)],
        "post": "yes",
    }

    office.post(page("notes.Note", "changelist"), chosen)

    assert type(local).objects.count() == 2


def test_a_patient_is_archived_and_not_deleted(office: Client) -> None:
    """Documents and images point at patients in a way no database can protect."""
    local = builders.patient()

    answer = office.post(page("patients.Patient", "delete", local.pk), {"post": "yes"})

    assert answer.status_code == 403
    assert Patient.objects.filter(pk=local.pk).exists()
