"""Rows that other tables' rows make: what is not as those say fails, and just that."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from reimport_lib.checks import Check
from reimport_lib.prove import fields
from reimport_lib.prove.reference_data import reference_data
from reimport_lib.tables.coordinator_proof import check_coordinators
from reimport_lib.tables.image_batch_proof import check_batches
from tests.phases.checking import Case, case, failing, named, rows_of
from tests.phases.sites import ONLY_SQLITE

__all__ = ["case"]

IN_THEIR_BATCH = "images: taken on the day of their batch"


def of_patients(case: Case) -> dict[str, Check]:
    evidence = case.evidence()
    return named(fields.check_table(evidence, "patients", reference_data(evidence)))


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("filemaker_id", "another:2020-01-01"),
        ("name", "1 Jan 1970"),
        ("taken_on", date(1970, 1, 1)),
        ("image_count", 99),
        ("object_id", UUID(int=7)),
    ],
)
def test_a_batch_that_is_not_what_its_images_say_is_seen(
    case: Case, column: str, value: Any
) -> None:
    batch = case.imported("image_batches")[0]
    rows_of("images.ImageBatch").filter(pk=batch).update(**{column: value})
    evidence = case.evidence()

    found = failing(check_batches(evidence, reference_data(evidence)))

    name = {"object_id": "owner_id"}.get(column, column)
    rest = {"taken_on": {"filemaker_id", "name"}, "object_id": {"filemaker_id"}}
    expected = {name, *rest.get(column, ())}
    days = {IN_THEIR_BATCH} if column == "taken_on" else set()
    assert found == {f"image_batches.{each}" for each in expected} | days


def orla(case: Case) -> Any:
    """The coordinator whom several patients spell in several ways."""
    rows = rows_of("patients.Coordinator").filter(pk__in=case.imported("coordinators"))
    return rows.filter(name="Orla Brindale")


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("filemaker_id", "0" * 32),
        ("name", "ORLA BRINDALE"),
        ("name", "Orla Brindel"),
        ("organisation", "Harbour Care"),
        ("spellings", ["Orla Brindale"]),
        ("spellings", []),
        ("phones", ["+61491570006"]),
        ("phones", []),
        ("emails", ["orla@example.com"]),
        ("emails", ["orla@example.org", "another@example.org"]),
        ("filemaker_metadata", {"notes": "of one patient"}),
    ],
)
def test_a_coordinator_that_is_not_what_its_patients_say_is_seen(
    case: Case, column: str, value: Any
) -> None:
    assert orla(case).update(**{column: value}) == 1
    evidence = case.evidence()

    found = failing(check_coordinators(evidence, reference_data(evidence)))

    assert f"coordinators.{column}" in found
    if column != "filemaker_id":
        assert found == {f"coordinators.{column}"}


def test_a_patient_with_another_coordinator_is_seen(case: Case) -> None:
    (own,) = orla(case)
    other = rows_of("patients.Coordinator").exclude(pk=own.pk)[0]
    first, second = rows_of("patients.Patient").filter(coordinator=own)[:2]
    patients = rows_of("patients.Patient")
    patients.filter(pk=first.pk).update(coordinator=other)

    assert failing(of_patients(case)) == {"patients.coordinator_id"}

    patients.filter(pk=first.pk).update(coordinator=own)
    patients.filter(pk=second.pk).update(coordinator=None)

    assert failing(of_patients(case)) == {
        "patients.coordinator_id",
        "patients: fill rate of all fields",
    }


@ONLY_SQLITE
def test_an_image_in_the_batch_of_another_day_is_seen(case: Case) -> None:
    rows_of("images.Image").filter(pk=case.imported("images")[0]).update(
        date_taken=date(1999, 1, 1)
    )
    evidence = case.evidence()

    assert IN_THEIR_BATCH in failing(check_batches(evidence, reference_data(evidence)))


@ONLY_SQLITE
def test_a_batch_of_another_kind_of_owner_is_seen(case: Case) -> None:
    types = rows_of("contenttypes.ContentType")
    clinic = types.get(app_label="clinics", model="clinic")
    batch = rows_of("images.ImageBatch").filter(pk=case.imported("image_batches")[0])
    batch.update(content_type_id=clinic.pk)
    evidence = case.evidence()

    assert failing(check_batches(evidence, reference_data(evidence))) == {
        "image_batches.owner_type"
    }
