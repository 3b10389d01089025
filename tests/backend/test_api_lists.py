"""What all lists have in common: pages, keys, queries, and what they refuse."""

from __future__ import annotations

import builders
import pytest
from builders import LISTS
from django.db import connection
from django.test.utils import CaptureQueriesContext
from reading import rows
from rest_framework.test import APIClient

from patients.models import Patient


@pytest.mark.parametrize("address", sorted(LISTS))
def test_the_number_of_queries_does_not_grow_with_the_rows(
    api: APIClient, address: str
) -> None:
    """A count and the page, whether it has one row or twenty."""
    LISTS[address]()
    with CaptureQueriesContext(connection) as one:
        assert api.get(address).json()["count"] >= 1
    for _ in range(19):
        LISTS[address]()
    with CaptureQueriesContext(connection) as twenty:
        assert len(rows(api, address)) >= 20

    assert (len(one), len(twenty)) == (2, 2)


@pytest.mark.parametrize("address", sorted(LISTS))
def test_a_row_has_the_key_of_its_list(api: APIClient, address: str) -> None:
    row = LISTS[address]()

    answer = api.get(f"{address}{row.pk}/")

    assert answer.status_code == 200
    assert answer.json()["id"] == str(row.pk)


@pytest.mark.parametrize("address", sorted(LISTS))
@pytest.mark.parametrize("key", ["00000000-0000-4000-8000-000000000000", "no-key", "0"])
def test_an_unknown_key_is_not_found(api: APIClient, address: str, key: str) -> None:
    LISTS[address]()

    assert api.get(f"{address}{key}/").status_code == 404


@pytest.mark.parametrize("address", sorted(LISTS))
def test_a_parameter_that_no_list_knows_is_refused(
    api: APIClient, address: str
) -> None:
    answer = api.get(address, {"oredring": "name"})

    assert answer.status_code == 400
    assert answer.json() == {
        "oredring": ["This list has no such parameter. Did you mean ordering?"]
    }


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("/api/patients/", {"clinic": "north"}),
        ("/api/patients/", {"sex": "X"}),
        ("/api/patients/", {"archived": "maybe"}),
        ("/api/patients/", {"ordering": "dob"}),
        ("/api/patients/", {"search": "a\x00b"}),
        ("/api/appointments/", {"from": "06/05/2024"}),
        ("/api/appointments/", {"to": "2024-02-30"}),
        ("/api/appointments/", {"from": "2024-02-30T10:00"}),
        ("/api/appointments/", {"status": "done"}),
        ("/api/appointment-types/", {"include_inactive": "perhaps"}),
        ("/api/notes/", {"patient_id": "7"}),
        ("/api/documents/", {"content_type_id": "patient"}),
        ("/api/documents/", {"content_type_id": "9" * 30}),
        ("/api/documents/", {"object_id": "7"}),
        ("/api/images/", {"batch_id": "x"}),
    ],
)
def test_a_value_that_cannot_be_read_is_refused(
    api: APIClient, address: str, query: dict[str, str]
) -> None:
    answer = api.get(address, query)

    assert answer.status_code == 400


def test_a_page_has_a_hundred_rows_and_every_row_is_on_one(api: APIClient) -> None:
    """Although all of them were created at the same moment, as an import does."""
    made = Patient.objects.bulk_create(
        Patient(first_name="A", created_at=builders.NOON) for _ in range(205)
    )

    pages = [api.get("/api/patients/", {"page": n}).json() for n in (1, 2, 3)]

    assert [len(page["results"]) for page in pages] == [100, 100, 5]
    assert {page["count"] for page in pages} == {205}
    assert "page=2" in pages[0]["next"]
    assert pages[0]["previous"] is None
    assert pages[2]["next"] is None
    seen = [row["id"] for page in pages for row in page["results"]]
    assert sorted(seen) == sorted(str(row.pk) for row in made)
    assert api.get("/api/patients/", {"page": 4}).status_code == 404


def test_a_page_can_be_smaller_but_not_larger(api: APIClient) -> None:
    Patient.objects.bulk_create(Patient() for _ in range(101))

    assert len(rows(api, "/api/patients/", page_size=7)) == 7
    assert len(rows(api, "/api/patients/", page_size=500)) == 100
