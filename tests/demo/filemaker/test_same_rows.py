"""The server holds the same rows as the exports, each interface in its own forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
import xlsxwriter

from reimport_demo.clinic.build import Clinic
from reimport_demo.clinic.model import Cell
from reimport_demo.clinic.workbook import as_text
from reimport_demo.filemaker.contents import open_database
from reimport_demo.filemaker.model import Record, Stored
from reimport_demo.filemaker.server import serving
from tests.demo.filemaker.asking import CLINIC, DataApi, http, log_in

EXPORTS = {export.file: export for export in CLINIC.tables()}
FILES = list(EXPORTS)
RETURNS = re.compile(r"\r\n|[\n\v]")
SLASHED = re.compile(r"(\d+)/(\d+)/(\d{4})")


def meant(cell: Cell, header: str, file: str) -> str:
    """What a reader must see, whichever way it came."""
    if cell == timedelta(days=1):
        return "24:00:00"
    text = RETURNS.sub("\r", as_text(cell))
    slashed = SLASHED.fullmatch(text)
    if file == "Images" and header == "date" and slashed:
        month, day, year = map(int, slashed.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            return text
    return text


def exported(file: str) -> Iterator[dict[str, str]]:
    """The rows of an export, without what is empty."""
    for line in EXPORTS[file].lines():
        if not line.is_blank:
            yield {
                header.strip(): meant(cell, header, file)
                for header, cell in line.cells.items()
                if cell != ""
            }


def as_read(value: Any) -> str:
    """JSON as text: a moment without its T and Z, a number as it is."""
    moment = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z?", str(value))
    return f"{moment[1]} {moment[2]}" if moment else str(value)


def known(file: str) -> set[str]:
    return {header.strip() for header in EXPORTS[file].headers}


@pytest.mark.parametrize("file", FILES)
def test_the_data_api_gives_the_rows_of_the_exports(api: DataApi, file: str) -> None:
    records = api.records(f"API_{file}", _limit=10_000, dateformats=2)
    read = [
        {
            name: as_read(value)
            for name, value in record["fieldData"].items()
            if value != "" and name in known(file)
        }
        for record in records
    ]

    assert read == list(exported(file))


@pytest.mark.parametrize("file", FILES)
def test_odata_gives_the_rows_of_the_exports(
    odata_client: httpx.Client, file: str
) -> None:
    rows = odata_client.get(f"API_{file}?$orderby=ROWID").json()["value"]
    bare = {name.rpartition("::")[2] for name in known(file)}
    read = [
        {
            name: as_read(value)
            for name, value in row.items()
            if value is not None and name in bare
        }
        for row in rows
    ]
    expected = [
        {name.rpartition("::")[2]: text for name, text in row.items()}
        for row in exported(file)
    ]

    assert read == expected


@pytest.mark.parametrize("file", FILES)
def test_record_ids_are_unique_and_rise_with_the_rows(file: str) -> None:
    table = open_database(CLINIC, name="Clinic").tables[file]
    numbers = [record.number for record in table.records()]

    assert numbers == sorted(set(numbers))


def stored(record: Record, field: str) -> str:
    held = record.value(field)
    return held.key if isinstance(held, Stored) else ""


@pytest.mark.parametrize(("file", "field"), [("Docs", "Doc"), ("Images", "image_Full")])
def test_containers_hold_the_stored_objects_of_their_rows(
    file: str, field: str
) -> None:
    table = open_database(CLINIC, name="Clinic").tables[file]
    lines = [line for line in EXPORTS[file].lines() if not line.is_blank]

    assert [stored(record, field) for record in table.records()] == [
        line.objects[0] if line.objects else "" for line in lines
    ]


def test_a_folder_of_exports_is_served_as_well(small: Clinic) -> None:
    """Read back from the files, the records are those that were never written."""
    with serving(small.exports) as served, http(served) as client:
        session = log_in(client)
        from_files = {
            file: session.records(f"API_{file}", _limit=10_000, dateformats=2)
            for file in ("Contacts", "Coms", "Notes", "Replies")
        }
    with serving(small.folder) as served, http(served) as client:
        session = log_in(client)
        from_lines = {
            file: session.records(f"API_{file}", _limit=10_000, dateformats=2)
            for file in from_files
        }

    def fields(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**r["fieldData"], "faceImage_Full": ""} for r in records]

    for file, records in from_files.items():
        assert fields(records) == fields(from_lines[file]), file


def test_a_workbooks_times_and_numbers_keep_their_types(tmp_path: Any) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "Appointments.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "startDate", "startTime", "endTime", "No SMS"])
    sheet.write_row(1, 0, ["A1"])
    day = book.add_format({"num_format": "d/mm/yyyy"})
    clock = book.add_format({"num_format": "[h]:mm:ss"})
    sheet.write_datetime(1, 1, date(2026, 3, 2), day)
    sheet.write_datetime(1, 2, timedelta(hours=9, minutes=30), clock)
    sheet.write_datetime(1, 3, timedelta(days=1), clock)
    sheet.write_number(1, 4, 1)
    book.close()
    with serving(tmp_path) as served, http(served) as client:
        [record] = log_in(client).records("API_Appointments")

    assert record["fieldData"] == {
        "id": "A1",
        "startDate": "03/02/2026",
        "startTime": "09:30:00",
        "endTime": "24:00:00",
        "No SMS": 1,
    }


def test_a_folders_objects_are_found_by_the_names_of_their_rows(tmp_path: Any) -> None:
    (tmp_path / "Docs.csv").write_text("id,Date\n{AB-12},\nCD-34,\nEF-56,\n", "utf-8")
    (tmp_path / "Images.csv").write_text("recid,date\n 0017 ,1/2/2020\n", "utf-8")
    listing = [
        {"Key": "filemaker-docs/ab-12.pdf", "Size": 1},
        {"Key": "filemaker-docs/CD-34.PDF", "Size": 1},
        {"Key": "filemaker-images/17.jpg", "Size": 1},
    ]
    (tmp_path / "s3_listing.json").write_text(json.dumps(listing), "utf-8")
    tables = open_database(tmp_path, name="Clinic").tables

    docs = [stored(record, "Doc") for record in tables["Docs"].records()]
    images = [stored(record, "image_Full") for record in tables["Images"].records()]
    assert docs == ["filemaker-docs/ab-12.pdf", "filemaker-docs/CD-34.PDF", ""]
    assert images == ["filemaker-images/17.jpg"]
