"""What plans and drift are made against, read from either database."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reimport_lib.write import read
from reimport_lib.write.managed_rows import ManagedDigest, managed_digest
from tests.plan.frames import patient
from tests.write.rows import LATER, Row, apply, pk, plan

pytestmark = pytest.mark.usefixtures("bound")

ZOE: Row = {"key": "k-1", "first_name": "Zoe", "dob": date(1990, 2, 28)}


def model(label: str) -> Any:
    from django.apps import apps

    return apps.get_model(label).objects


def test_rows_that_people_made_are_not_read() -> None:
    apply(plan("patients", ZOE))
    model("patients.Patient").create(first_name="Walk-in")

    assert list(read.target_rows("patients")["filemaker_id"]) == ["k-1"]


def test_an_empty_table_has_all_columns() -> None:
    frame = read.target_rows("documents")

    assert frame.empty
    assert {"id", "filemaker_id", "import_hash", "owner_type", "owner_id"} <= set(frame)


def test_known_patients_are_what_the_target_holds() -> None:
    clinic = model("clinics.Clinic").create(name="North", filemaker_id="n")
    apply(plan("patients", {**ZOE, "clinic_id": clinic.pk, "last_name": "Pin"}))

    known = read.known({"patients": frozenset({"k-1", "k-2"})})

    zoe = patient(pk("patients", "k-1"), clinic.pk, "Zoe", "Pin", date(1990, 2, 28))
    assert known.rows("patients") == {"k-1": zoe}
    assert known.in_snapshot == {"patients": {"k-1", "k-2"}}
    assert known.directory("clinics").by_key == {"n": clinic.pk}


def test_directories_are_found_by_key_name_and_code() -> None:
    funding = model("clinics.FundingSource").create(
        name="State  Fund", code="SF", filemaker_id="{7.0}"
    )

    directory = read.known().directory("funding_sources")

    assert directory.by_key == {"7": funding.pk}
    assert directory.by_name == {"state fund": funding.pk, "sf": funding.pk}


def test_a_name_that_two_people_share_names_neither() -> None:
    for name in ("Kim Keel", "Kim keel", "Lou Loom"):
        model("clinics.Clinician").create(full_name=name)

    assert list(read.known().directory("clinicians").by_name) == ["lou loom"]


def test_no_drift_without_a_change_of_a_managed_field() -> None:
    apply(plan("patients", ZOE))
    before = managed_digest()
    model("patients.Patient").update(updated_at=LATER, notes="local", archived=True)
    model("patients.Patient").create(first_name="Walk-in")

    assert before.drift(managed_digest()).empty
    assert before.total == managed_digest("real").total


def test_drift_names_every_row_and_what_happened_to_it() -> None:
    keys = ("k-1", "k-2", "k-3")
    apply(plan("patients", *({"key": key, "last_name": "Pin"} for key in keys)))
    before = managed_digest()
    rows = model("patients.Patient")
    rows.filter(filemaker_id="k-1").update(sex="F", first_name="Kim")
    rows.filter(filemaker_id="k-2").delete()
    made = rows.create(filemaker_id="k-4")

    drift = before.drift(managed_digest())

    assert set(drift.itertuples(index=False, name=None)) == {
        ("patients", str(pk("patients", "k-1")), "changed", "first_name;sex"),
        ("patients", str(pk("patients", "k-2")), "deleted", ""),
        ("patients", str(made.pk), "created", ""),
    }


def test_a_digest_survives_its_file() -> None:
    apply(plan("patients", ZOE))
    digest = managed_digest()

    again = ManagedDigest.from_json(json.loads(json.dumps(digest.to_json())))
    assert again == digest
    assert set(digest.by_table) == set(digest.tables)


def test_what_can_be_linked_to_is_read_once_and_only_where_it_is_asked_for() -> None:
    apply(plan("patients", ZOE))
    read.known().rows("patients")  # the connection is set up by now

    with CaptureQueriesContext(connection) as queries:
        known = read.known()
        later = known.with_rows("companies", {})
        assert len(queries) == 0
        asked = [later.rows("patients"), known.rows("patients"), later.rows("patients")]
        assert len(queries) == 1

    assert [list(rows) for rows in asked] == [["k-1"]] * 3
    assert "companies" in later.imported
    assert later.rows("nothing of the kind") == {}
