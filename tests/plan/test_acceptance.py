"""The rules against clinics whose answers somebody else wrote down."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest

from reimport_lib.tables import registry
from tests.plan.given_clinics import CLINICS, SETTINGS, Clinic, planned

DATA = os.environ.get("REIMPORT_ACCEPTANCE_DATA", "")

pytestmark = pytest.mark.skipif(
    not DATA, reason="REIMPORT_ACCEPTANCE_DATA names no folder of acceptance data"
)


@pytest.fixture(scope="module", params=["clinic_a", "clinic_c"])
def named(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Clinic]:
    folder = Path(DATA) / request.param
    return folder, planned(folder / "exports", tmp_path_factory.mktemp(request.param))


def test_counts_per_outcome_reason_and_note(named: tuple[Path, Clinic]) -> None:
    folder, clinic = named
    expected = _expected(folder)

    actual = {
        table: {
            "source_rows": plan.source_rows,
            "outcomes": {name: count for name, count in plan.counts.items() if count},
            "reasons": plan.reasons,
            "notes": plan.note_counts,
        }
        for table, plan in clinic.plans.items()
        if table in registry.sources()
    }

    assert expected["tables"] == actual


def test_blank_rows_are_counted_apart(named: tuple[Path, Clinic]) -> None:
    folder, clinic = named

    blank = {
        table: clinic.plans[table].blank_rows
        for table in registry.sources()
        if table in clinic.plans
    }

    assert _expected(folder)["blank_rows"] == blank


def test_every_row_has_its_outcome_reason_and_notes(named: tuple[Path, Clinic]) -> None:
    folder, clinic = named
    expected = {
        (line["table"], int(line["row"])): (
            line["outcome"],
            line["reason"],
            line["notes"],
        )
        for line in _lines(folder)
    }

    actual = {
        (table, line.row): (line.outcome, line.reason, line.notes)
        for table, plan in clinic.plans.items()
        if table in registry.sources()
        for line in plan.rows.itertuples()
    }

    assert expected.keys() == actual.keys()
    assert [
        (row, actual[row]) for row in expected if expected[row] != actual[row]
    ] == []


def test_every_stored_object_is_accounted_for(named: tuple[Path, Clinic]) -> None:
    folder, clinic = named

    for table, expected in _expected(folder)["objects"].items():
        plan = clinic.plans[table]
        skipped = {name: count for name, count in expected["skipped"].items() if count}
        assert expected["stored_objects"] == plan.source_rows
        assert expected["unchanged"] == plan.counts["unchanged"]
        assert skipped == plan.reasons


def test_images_are_grouped_per_patient_and_day(named: tuple[Path, Clinic]) -> None:
    folder, clinic = named
    expected = _expected(folder)
    batches = clinic.plans["image_batches"].values

    assert expected["batches"] == len(batches)
    assert expected["patients_with_images"] == batches["owner_id"].nunique()
    assert set(clinic.plans["images"].values["batch_id"]) == set(batches["id"])


def test_listed_values_are_what_the_plan_would_write(
    named: tuple[Path, Clinic],
) -> None:
    folder, clinic = named
    patients = clinic.targets["patients"]
    owners = dict(zip(patients["id"], patients["filemaker_id"], strict=True))
    batches = clinic.targets["image_batches"]
    owners |= {
        batch: owners[owner]
        for batch, owner in zip(batches["id"], batches["owner_id"], strict=True)
    }
    written = {
        table: clinic.plans[table].values.to_dict("index")
        for table in registry.sources()
        if table in clinic.plans
    }

    wrong = [
        (line["table"], line["row"], name)
        for line in _lines(folder)
        for name, value in json.loads(line["values"] or "{}").items()
        if not _same(
            line["table"], name, value, written[line["table"]][int(line["row"])], owners
        )
    ]

    assert wrong == []


def test_a_second_import_of_the_same_source_writes_nothing(
    named: tuple[Path, Clinic], tmp_path: Path
) -> None:
    folder, clinic = named

    again = planned(folder / "exports", tmp_path, before=clinic)

    for table, plan in again.plans.items():
        before = clinic.plans[table]
        assert len(plan.values) == 0, table
        assert (
            before.counts["created"] + before.counts["unchanged"]
            == (plan.counts["unchanged"])
        )
        assert before.reasons == plan.reasons


def _expected(folder: Path) -> dict[str, Any]:
    text = (folder / "expected" / "expected.json").read_text(encoding="utf-8")
    expected: dict[str, Any] = json.loads(text)
    return expected


def _lines(folder: Path) -> list[dict[str, str]]:
    with (folder / "expected" / "rows.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _moment(wall: str | None) -> datetime | None:
    """A wall time of the clinic in UTC; in a gap the offset from before it."""
    if wall is None:
        return None
    zone = ZoneInfo(SETTINGS.time_zone)
    return datetime.fromisoformat(wall).replace(tzinfo=zone).astimezone(UTC)


def _iso(value: Any) -> str | None:
    return None if value is None else value.isoformat()


_DATES = {
    "patients": "dob",
    "notes": "note_date",
    "documents": "document_date",
    "images": "date_taken",
}
_OWNERS = {"documents": "owner_id", "images": "batch_id"}
_READ: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nameFirst": lambda row: row["first_name"],
    "nameLast": lambda row: row["last_name"],
    "health_number": lambda row: row["health_number"],
    "dob": lambda row: _iso(row["dob"]),
    "kind": lambda row: row["kind"],
    "value": lambda row: row["value"],
    "post_code": lambda row: row["postcode"],
    "phone": lambda row: row["phone_number"],
    "key": lambda row: row["s3_key"],
    "recid": lambda row: row["filemaker_id"],
    "text_sha256": lambda row: hashlib.sha256(row["content"].encode()).hexdigest(),
    "text_chars": lambda row: len(row["content"]),
}


def _same(
    table: str, name: str, value: Any, row: dict[str, Any], owners: dict[UUID, str]
) -> bool:
    """Whether *row* of *table*, as it would be written, holds *value* as *name*."""
    if name == "id":
        return str(value).casefold() == row["filemaker_id"]
    if name == "contact":
        return str(value).casefold() == owners[row[_OWNERS.get(table, "patient_id")]]
    if name == "clinic":
        return row["clinic_id"] == (uuid5(CLINICS, value) if value else None)
    if name in ("start", "end", "sent"):
        field = {"start": "start_time", "end": "end_time", "sent": "sent_at"}[name]
        return row[field] == _moment(value)
    if name == "date":
        return _iso(row[_DATES[table]]) == value
    return bool((_READ[name](row) or None) == (value or None))
