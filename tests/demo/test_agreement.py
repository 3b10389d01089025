"""The importer and the answer key, made independently, agree on every single row."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from reimport_demo.clinic.build import Clinic
from reimport_demo.clinic.model import FULL_ROWS
from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.made import make_rows
from reimport_lib.plan.stage import stage
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.tables import registry
from tests.demo.imported import KEYS, decisions, frozen

SYDNEY = ZoneInfo("Australia/Sydney")
Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def decided(
    small: Clinic, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Decided], Context]:
    return decisions(small, tmp_path_factory.mktemp("snapshot"))


def key_rows(clinic: Clinic, table: str) -> dict[int, Row]:
    with (clinic.expected / "rows.csv").open(encoding="utf-8", newline="") as file:
        return {
            int(row["row"]): row
            for row in csv.DictReader(file)
            if row["table"] == table
        }


def key(text: Any) -> str:
    return str(canonical_key(pd.Series([str(text or "")])).iloc[0])


def wall(moment: datetime | None) -> str | None:
    shown = moment and moment.astimezone(SYDNEY).replace(tzinfo=None)
    return shown.isoformat() if shown else None


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def owner(row: Row) -> Any:
    return row["patient_id"] if "patient_id" in row else row.get("owner_id")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# name in the key -> the imported value in the key's own words
READ: dict[str, Callable[[Row], Any]] = {
    "nameFirst": lambda row: row["first_name"],
    "nameLast": lambda row: row["last_name"],
    "dob": lambda row: day(row["dob"]),
    "phone": lambda row: row["phone_number"],
    "sent": lambda row: wall(row.get("sent_at", row.get("received_at"))),
    "start": lambda row: wall(row["start_time"]),
    "end": lambda row: wall(row["end_time"]),
    "text_sha256": lambda row: sha256(row["content"]),
    "text_chars": lambda row: len(row["content"]),
    "type": lambda row: row["company_type"],
    "post_code": lambda row: row["postcode"],
    "key": lambda row: row.get("s3_key"),
    "clinic": lambda row: row["clinic_id"],
    "contact": owner,
    "referrer": lambda row: row["referrer_id"],
    "company": lambda row: row["company_id"],
    "id": lambda row: row["filemaker_id"],
    "recid": lambda row: row["filemaker_id"],
    **{
        name: lambda row, name=name: row[name]  # type: ignore[misc]
        for name in (
            *("title", "sex", "health_number", "kind", "value", "status"),
            *("name", "abn", "specialty"),
        )
    },
}
DAYS = {
    **{"notes": "note_date", "documents": "document_date", "images": "date_taken"},
    **{"patient_referrers": "referred_on", "referrer_companies": "since"},
}


def imported(name: str, row: Row, table: str) -> Any:
    return day(row[DAYS[table]]) if name == "date" else READ[name](row)


def wanted(name: str, value: Any, context: Context) -> Any:
    """What the key says, with its keys as the importer's."""
    if name in ("contact", "referrer", "company"):
        return uuid5(KEYS, key(value)) if value else None
    if name == "clinic":
        return context.known.directory("clinics").by_key[key(value)] if value else None
    return key(value) if name in ("id", "recid") else value


@pytest.mark.parametrize("table", FULL_ROWS)
def test_the_importer_and_the_key_agree_on_every_row(
    table: str, small: Clinic, decided: tuple[dict[str, Decided], Context]
) -> None:
    rows = decided[0][table].rows
    actual = {
        row: (said.outcome or "created", said.reason, said.notes)
        for row, said in zip(rows.index, rows.itertuples(index=False), strict=True)
    }

    expected = {
        row: (said["outcome"], said["reason"], said["notes"])
        for row, said in key_rows(small, table).items()
    }
    assert actual == expected


def test_the_importer_and_the_key_agree_on_every_coordinator(
    small: Clinic, decided: tuple[dict[str, Decided], Context], tmp_path: Path
) -> None:
    snapshot, _ = frozen(small, tmp_path / "snapshot")
    tables, context = decided
    patients = stage(registry.named("patients"), snapshot.table("patients"), context)

    made = make_rows("coordinators", patients, tables["patients"], context).values

    expected = small.answer()["coordinators"]
    columns = ("spellings", "organisation", "phones", "emails")
    assert sorted(made[list(columns)].itertuples(index=False, name=None)) == sorted(
        (list(each["spellings"]), *(each[name] for name in columns[1:]))
        for each in expected
    )
    several = [each for each in expected if len(each["spellings"]) > 1]
    assert several
    assert any(len(each["phones"]) > 1 for each in several)
    assert any(each["organisation"] for each in expected)


@pytest.mark.parametrize("table", FULL_ROWS)
def test_the_importer_and_the_key_agree_on_every_value(
    table: str, small: Clinic, decided: tuple[dict[str, Decided], Context]
) -> None:
    """Wall times in the spring gap do not exist; the key has them as written."""
    tables, context = decided
    values = tables[table].values.to_dict("index")
    differences = []
    for number, said in key_rows(small, table).items():
        row = values.get(number)
        if row is None or not said["values"]:
            continue
        for name, value in json.loads(said["values"]).items():
            if table == "images" and name in ("contact", "key") and name not in row:
                continue  # the batch names the patient
            moment = name in ("start", "end", "sent")
            if moment and "dst_gap" in said["notes"]:
                continue
            found, expected = imported(name, row, table), wanted(name, value, context)
            if (found or None) != (expected or None):
                differences.append((number, name))

    assert differences == []
