"""A clinic of thirty invented people with a row of each kind, for a test to bend.

Written as workbooks or as CSV files; a cell may be written into a workbook word for
word, where no library would write it so.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

PEOPLE = 30
CLINICS = {"101": "North Testville", "102": "South Testville"}
DOCUMENTS = "filemaker-docs/"
IMAGES = "filemaker-images/"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Raw:
    """A cell of a workbook as its XML says it: its type and what stands in ``<v>``."""

    kind: str
    text: str


@dataclass
class SmallClinic:
    """
    Attributes:
        tables: stem of an export -> its rows, column -> value.
        objects: keys of the stored objects.
    """

    tables: dict[str, list[Row]]
    objects: list[str] = field(default_factory=list)

    def row(self, stem: str, number: int) -> Row:
        """The row of person *number*, from 1."""
        return self.tables[stem][number - 1]

    def write(
        self, folder: Path, *, kind: str = "xlsx", charsets: Mapping[str, str] = {}
    ) -> Path:
        """
        Write the exports and what the bucket holds into *folder*, which is made.

        Args:
            kind: ``xlsx`` or ``csv``; images are always CSV.
            charsets: stem -> character set of its CSV file instead of UTF-8; such a
                table is CSV whatever *kind* says.
        """
        folder.mkdir(parents=True)
        for stem, rows in self.tables.items():
            if stem == "Images" or kind == "csv" or stem in charsets:
                charset = charsets.get(stem, "utf-8-sig")
                _write_csv(folder / f"{stem}.csv", rows, charset)
            else:
                _write_workbook(folder / f"{stem}.xlsx", rows)
        listing = [{"Key": key, "Size": len(key) + 100} for key in self.objects]
        (folder / "s3_listing.json").write_text(json.dumps(listing), encoding="utf-8")
        (folder / "clinics.json").write_text(json.dumps(CLINICS), encoding="utf-8")
        return folder


def patient(number: int) -> str:
    return _key("A", number)


def document(number: int) -> str:
    return _key("E", number)


def small_clinic(
    keys: Mapping[int, str] | None = None,
    *,
    people: int = PEOPLE,
    referrers: bool = False,
) -> SmallClinic:
    """
    The clinic with nothing odd in it.

    Args:
        keys: other keys of patients.
        referrers: it has the exports of referrers and companies, too.
    """
    owners = [(keys or {}).get(n, patient(n)) for n in range(1, people + 1)]
    rows = _ROWS | (_OF_REFERRERS if referrers else {})
    tables: dict[str, list[Row]] = {
        stem: [make(number, owner) for number, owner in enumerate(owners, start=1)]
        for stem, make in rows.items()
    }
    objects = [f"{DOCUMENTS}{row['id'].lower()}.pdf" for row in tables["Docs"]]
    objects += [f"{IMAGES}{row['recid']}.jpg" for row in tables["Images"]]
    return SmallClinic(tables, objects)


def _key(kind: str, number: int) -> str:
    return f"0000000{kind}-0000-4000-8000-{number:012d}"


def _day(number: int) -> date:
    return date(2024, 1 + number % 12, 1 + number % 28)


def _contact(number: int, owner: str) -> Row:
    return {
        "id": owner,
        "title": "Ms",
        "nameFirst": f"Probe{chr(97 + number % 26)}",
        "nameLast": f"Testling{chr(97 + number % 25)}",
        "DOB": date(1950 + number % 50, 1 + number % 12, 1 + number % 28),
        "gender": "F",
        "contactType": "Patient",
        "id_Clinic": "101",
        "Health Number": str(1_000_000_000 + number),
    }


def _detail(number: int, owner: str) -> Row:
    return {
        "id.key": owner,
        "type": "Mobile",
        "Name": f"P{number}",
        "ph": f"0491 {570_000 + number}",
    }


def _appointment(number: int, owner: str) -> Row:
    day = _day(number)
    return {
        "id": _key("B", number),
        "id_Contact": owner,
        "id_Clinic": "101",
        "startDate": day,
        "startTime": time(9 + number % 8, 0),
        "endDate": day,
        "endTime": time(9 + number % 8, 30),
        "Status": "Completed",
        "notes": f"T{number}",
    }


def _note(number: int, owner: str) -> Row:
    return {
        "id": _key("C", number),
        "id_Key": owner,
        "Date": _day(number),
        "Note Type": "Clinical",
        "Note": f"Invented note {number}",
        "CreatedBy": "Reception",
        "creationTimestamp": datetime(2024, 1 + number % 12, 3, 8, 15, number % 60),
    }


def _message(number: int, owner: str) -> Row:
    return {
        "id": _key("D", number),
        "id_Contact": owner,
        "Phone": "0491570006",
        "Message": f"Reminder {number}",
        "Status": "delivered",
        "Direction": "out",
        "SentDate": datetime(2024, 1 + number % 12, 2, 10, number % 60),
    }


def _reply(number: int, owner: str) -> Row:
    return {
        "id": _key("F", number),
        "id_Contact": owner,
        "Phone": "0491570006",
        "Message": f"Answer {number}",
        "ReceivedDate": datetime(2024, 1 + number % 12, 2, 11, number % 60),
    }


def _document(number: int, owner: str) -> Row:
    return {
        "id": document(number),
        "id_Contact": owner,
        "FileName": f"Letter {number}.pdf",
        "Type": "Letter",
        "Date": _day(number),
    }


def _image(number: int, owner: str) -> Row:
    day = _day(number)
    return {
        "recid": str(10_000 + number),
        "id_Contact": owner,
        "date": f"{day.month}/{day.day}/{day.year}",
        "Type": "Foot",
    }


def _company(number: int, _: str) -> Row:
    return {"id": _key("7", number), "Name": f"Practice {number}", "Type": "Podiatry"}


def _referrer(number: int, _: str) -> Row:
    return {
        "id": _key("8", number),
        "nameFirst": f"Probe{chr(97 + number % 26)}",
        "nameLast": f"Sender{number}",
        "contactType": "Doctor",
    }


def _referral(number: int, owner: str) -> Row:
    day = _day(number)
    return {"id_Contact": owner, "id_Perscriber": _key("8", number), "date": day}


def _place_of_work(number: int, _: str) -> Row:
    return {
        "id_Company": _key("7", number),
        "id_Referrer": _key("8", number),
        "date": _day(number),
    }


_ROWS = {
    "Contacts": _contact,
    "Coms": _detail,
    "Appointments": _appointment,
    "Notes": _note,
    "SMS": _message,
    "Replies": _reply,
    "Docs": _document,
    "Images": _image,
}
_OF_REFERRERS = {
    "Companies": _company,
    "Referrers": _referrer,
    "PatientToReferrer": _referral,
    "ReferrerToCompanies": _place_of_work,
}


def _columns(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _write_csv(path: Path, rows: list[Row], charset: str) -> None:
    with path.open("w", encoding=charset, newline="") as file:
        writer = csv.DictWriter(file, _columns(rows), restval="")
        writer.writeheader()
        writer.writerows({n: _as_text(v) for n, v in row.items()} for row in rows)


def _as_text(value: object) -> str:
    """As FileMaker writes it in Australia."""
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y} {_clock(value.time())}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return _clock(value)
    return value.text if isinstance(value, Raw) else str(value)


def _clock(value: time) -> str:
    return f"{value.hour % 12 or 12}:{value:%M:%S %p}"


_FORMATS = {datetime: "dd/mm/yyyy hh:mm:ss", date: "dd/mm/yyyy", time: "hh:mm:ss"}


def _write_workbook(path: Path, rows: list[Row]) -> None:
    columns = _columns(rows)
    raw: dict[str, Raw] = {}
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Export")
        formats = {
            kind: book.add_format({"num_format": text})
            for kind, text in _FORMATS.items()
        }
        sheet.write_row(0, 0, columns)
        for line, row in enumerate(rows, start=1):
            for place, name in enumerate(columns):
                value = row.get(name, "")
                if isinstance(value, Raw):
                    raw[f"raw-{line}-{place}"] = value
                    value = f"raw-{line}-{place}"
                if type(value) in formats:
                    sheet.write_datetime(line, place, value, formats[type(value)])
                elif isinstance(value, (int, float)):
                    sheet.write_number(line, place, value)
                else:
                    sheet.write_string(line, place, value)
    if raw:
        _put_raw_cells(path, raw)


def _put_raw_cells(path: Path, raw: Mapping[str, Raw]) -> None:
    """Write the cells of *raw*, whose marks stand in their places, word for word."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    texts = re.findall(
        r"<si><t[^>]*>(.*?)</t></si>", parts["xl/sharedStrings.xml"], re.DOTALL
    )
    sheet = parts["xl/worksheets/sheet1.xml"]
    for mark, cell in raw.items():
        number = texts.index(mark)
        sheet = sheet.replace(
            f' t="s"><v>{number}</v>', f' t="{cell.kind}"><v>{escape(cell.text)}</v>'
        )
    parts["xl/worksheets/sheet1.xml"] = sheet
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
