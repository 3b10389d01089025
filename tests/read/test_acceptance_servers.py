"""Answers of real servers, and of a clinic's, hold what its XML export holds."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.read.exports import kinds
from reimport_lib.read.reading import Reading
from reimport_lib.read.server import jsontext, odata_metadata
from reimport_lib.read.server.http import Answer
from reimport_lib.read.server.layouts import fields_of, page_of
from reimport_lib.read.server.odata import record_of
from reimport_lib.read.server.records import Record, Settled, reading
from reimport_lib.read.server.session import response_of
from reimport_lib.read.server.values import FieldKind, convert

DATA = Path(os.environ.get("REIMPORT_ACCEPTANCE_DATA", "/nonexistent"))
VARIANTS = DATA / "clinic_a" / "variants"
RECORDED = DATA / "filemaker"
SHARED = ("id", "nameFirst", "nameLast", "gender", "id_Clinic", "NDIS notes")

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="REIMPORT_ACCEPTANCE_DATA names no folder"
)


def table(records: list[Record]) -> Reading:
    settled = Settled(tuple(records), (), 2, None, None)
    return reading("patients", settled, (), way="data-api", convert=lambda field: None)


def exported() -> dict[str, list[str]]:
    found: dict[str, list[str]] = kinds.read(
        VARIANTS / "Contacts_mdy.xml"
    ).data.to_pydict()
    return found


def plain(texts: list[str]) -> list[str]:
    """Returns inside fields as the export writes them."""
    return [text.replace("\r", "\n") for text in texts]


def test_pages_of_the_data_api_hold_what_the_export_holds() -> None:
    records: list[Record] = []
    for number in (1, 2, 3):
        content = (VARIANTS / f"Contacts_dataapi_{number}.json").read_bytes()
        page = page_of(response_of(Answer(200, {}, content)))
        assert page.found == 250
        records += page.records

    found = table(records).data.to_pydict()
    expected = exported()

    for column in (*SHARED, "Phones"):
        assert plain(found[column]) == plain(expected[column]), column
    change = convert(FieldKind.DATE, us=True)
    assert change is not None
    assert list(map(change, found["DOB"])) == list(map(change, expected["DOB"]))


def test_an_odata_answer_with_bare_question_marks_is_read_whole() -> None:
    body = jsontext.loads((VARIANTS / "Contacts_odata.json").read_bytes())
    numbers: dict[str, int] = {}
    records = [record_of(row, "id", numbers) for row in body["value"]]

    found = table(records)

    assert found.data.num_rows == 250
    for column in SHARED:
        assert plain(found.data.column(column).to_pylist()) == plain(exported()[column])
    told = {check.name: check.actual for check in found.checks}
    assert told["values that FileMaker could not show"] == "7 cells with ?"


@pytest.mark.parametrize(
    "name", ["list-records-example", "find-records-example", "get-record-example"]
)
def test_recorded_records_of_the_data_api(name: str) -> None:
    file = RECORDED / "Luidog__fms-api-client" / f"{name}.json"

    page = page_of(jsontext.loads(file.read_bytes()))

    assert page.records
    for record in page.records:
        assert record.number == 1138
        assert record.values["id"] == "r2d2-c3po-l3-37-bb-8"
        assert "Streaming" not in record.values["image"]
        assert record.values["creationTimestamp"] == "05/25/1977 6:00:00"


def test_recorded_portals_are_lines() -> None:
    file = RECORDED / "fuzzzerd__fmdata" / "rest_fms-find-with-portal.json"
    content = file.read_bytes()

    [record, *_] = page_of(response_of(Answer(200, {}, content))).records

    assert record.values["action: ID"] == "16\n17\n18"
    assert record.values["ES_UTC_Time"] == "63670994415764"


def test_a_recorded_layout() -> None:
    file = RECORDED / "Luidog__fms-api-client" / "layout-details-example.json"

    fields = {f.name: f.kind for f in fields_of(jsontext.loads(file.read_bytes()))}

    assert fields["image"] is FieldKind.CONTAINER
    assert fields["name"] is FieldKind.TEXT


def test_recorded_lists_of_odata() -> None:
    folder = RECORDED / "proofgeist__proofkit" / "odata_recordings"
    for name in ("list-with-orderby", "list-with-select"):
        recorded: Any = json.loads((folder / f"{name}.json").read_text())
        rows = recorded["response"]["value"]

        found = [record_of(row, "PrimaryKey", {}) for row in rows]

        assert all(record.values["PrimaryKey"] for record in found)
        assert not [n for record in found for n in record.values if n.startswith("@")]


def test_recorded_metadata_of_odata() -> None:
    file = RECORDED / "proofgeist__proofkit" / "sample-metadata.json"

    found = odata_metadata.entities(file.read_bytes())

    assert found
    addresses = {field.name: field.kind for field in found["Addresses"].fields}
    assert addresses["ADDRESS code"] is FieldKind.NUMBER
    assert found["Addresses"].key == "ADDRESS address"
