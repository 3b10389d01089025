"""The export files: kinds of cells, headers, line ends, numbering of the answer key."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from reimport_demo.clinic import parts, workbook
from reimport_demo.clinic.build import Clinic
from reimport_demo.clinic.model import DOCUMENTS_PREFIX, IMAGES_PREFIX, Line
from reimport_demo.objects import content_of

WORKBOOKS = (
    *("Appointments", "Companies", "Coms", "Contacts", "Docs", "Notes", "Referrers"),
    *("PatientToReferrer", "ReferrerToCompanies", "Replies", "SMS"),
)


def cells(path: Path) -> list[list[Any]]:
    book = CalamineWorkbook.from_path(str(path))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def key_rows(clinic: Clinic) -> list[dict[str, str]]:
    with (clinic.expected / "rows.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_files_are_those_of_a_clinic(small: Clinic) -> None:
    names = {path.name for path in small.exports.iterdir()}

    assert names == {
        *(f"{name}.xlsx" for name in WORKBOOKS),
        "Images.csv",
        "clinics.json",
        "config.json",
        "s3_listing.json",
    }


def test_workbooks_hold_every_kind_of_cell(small: Clinic) -> None:
    rows = cells(small.exports / "Appointments.xlsx")
    kinds = {type(cell) for row in rows[1:] for cell in row}

    assert {str, float, date, datetime, time, timedelta} <= kinds
    assert rows[0][:3] == ["id", "title", "startDate"]


def test_image_metadata_is_csv_with_bom_and_windows_line_ends(small: Clinic) -> None:
    data = (small.exports / "Images.csv").read_bytes()

    header = b"date,fileNane,id,id_Contact,Name of file,NexusExportDate,recid,Type"
    assert data.startswith(b"\xef\xbb\xbf" + header + b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("0491", "0491"),
        (101, "101"),
        (101.0, "101"),
        (0.4375, "0.4375"),
        (date(2013, 7, 1), "2013-07-01"),
        (datetime(2013, 7, 1, 14, 20), "2013-07-01 14:20:00"),
        (time(14, 20), "14:20:00"),
        (timedelta(days=1), "1 day, 0:00:00"),
    ],
)
def test_cells_have_one_text(cell: Any, text: str) -> None:
    assert workbook.as_text(cell) == text


def test_a_table_too_long_for_a_sheet_becomes_a_csv(tmp_path: Path) -> None:
    assert workbook.export_path(tmp_path, "Notes", 11_408).name == "Notes.xlsx"
    assert workbook.export_path(tmp_path, "Notes", 1_140_800).name == "Notes.csv"


def test_both_kinds_of_file_say_the_same(tmp_path: Path) -> None:
    headers = ("a", "b")
    lines = [
        Line({"a": "x\vy", "b": 7}),
        Line({"a": " "}, outcome=""),
        Line({"b": time(9, 30)}),
    ]

    workbook.write_export(tmp_path / "t.xlsx", headers, lines)
    workbook.write_export(tmp_path / "t.csv", headers, lines)

    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            list(headers),
            ["x\vy", "7"],
            [" ", ""],
            ["", "09:30:00"],
        ]
    assert cells(tmp_path / "t.xlsx") == [
        list(headers),
        ["x\vy", 7.0],
        [" ", ""],
        ["", time(9, 30)],
    ]


def test_two_processes_write_what_one_writes(tmp_path: Path, small: Clinic) -> None:
    written = {}
    for alone_below in (0.0, 1.0):
        folder = tmp_path / str(alone_below)
        for name in ("exports", "expected"):
            (folder / name).mkdir(parents=True)
        written[folder] = parts.write_tables(
            folder,
            seed=small.seed,
            scale=small.scale,
            excel=False,
            alone_below=alone_below,
        )

    (by_two, two), (by_one, one) = written.items()
    assert two == one
    names = {path.relative_to(by_one) for path in by_one.rglob("*.csv")}
    assert {path.relative_to(by_two) for path in by_two.rglob("*.*")} == names
    for name in names:
        assert (by_two / name).read_bytes() == (by_one / name).read_bytes()


def test_the_key_numbers_rows_as_the_files_do(small: Clinic) -> None:
    rows = cells(small.exports / "Contacts.xlsx")
    names = rows[0].index("nameLast")
    checked = 0
    for expected in key_rows(small):
        values = json.loads(expected["values"] or "{}")
        if expected["table"] == "patients" and values:
            assert (
                str(rows[int(expected["row"]) - 1][names]).strip()
                == (values["nameLast"])
            )
            checked += 1

    assert checked == small.answer()["tables"]["patients"]["outcomes"]["created"]


def test_the_key_has_a_line_for_every_row(small: Clinic) -> None:
    counted: dict[str, int] = {}
    for expected in key_rows(small):
        counted[expected["table"]] = counted.get(expected["table"], 0) + 1

    tables = small.answer()["tables"]
    assert counted == {name: table["source_rows"] for name, table in tables.items()}


def test_the_listing_holds_every_object_with_its_size(small: Clinic) -> None:
    listing = json.loads(small.listing.read_text(encoding="utf-8"))
    keys = [item["Key"] for item in listing]

    objects = small.answer()["objects"]
    for prefix, name in (
        (DOCUMENTS_PREFIX, "documents_objects"),
        (IMAGES_PREFIX, "images_objects"),
    ):
        found = [key for key in keys if key.startswith(prefix)]
        assert len(found) == objects[name]["stored_objects"]
    assert keys == sorted(set(keys))
    assert all(item["Size"] == len(content_of(item["Key"])) for item in listing)


def test_contents_begin_as_their_kind_does() -> None:
    assert content_of("filemaker-docs/a.pdf").startswith(b"%PDF-")
    assert content_of("filemaker-images/1.PNG").startswith(b"\x89PNG")
    assert content_of("filemaker-images/2.jpg").startswith(b"\xff\xd8\xff")
    assert content_of("filemaker-images/") == b""
    names = [content_of(f"filemaker-images/{n}.jpg") for n in range(400)]
    assert {b"\xff\xd8", b"%P", b"\x89P"} == {content[:2] for content in names}
