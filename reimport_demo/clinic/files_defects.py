"""What is wrong or odd with some rows of Docs and Images.

Pure. A row that is rejected keeps its object, which then belongs to no imported row.
"""

from __future__ import annotations

from datetime import date
from random import Random

from reimport_demo.clinic.defects import (
    UNREADABLE_DATES,
    date_defects,
    date_with_time,
    no_key,
    no_owner,
    owner_not_imported,
    rejecting,
    respell,
    text_dates,
    unknown_owner,
)
from reimport_demo.clinic.model import IMAGES_PREFIX, Line, Roster
from reimport_demo.clinic.schedule import BLANKS, Defect

OWNER = "id_Contact"


def document_defects(seed: int, roster: Roster, rng: Random) -> list[Defect]:
    """All defects of Docs with their number of rows at full size."""
    dates = text_dates(["Date"], "date", rng, 2014, 2025)
    return [
        Defect("no key", 3, no_key("id")),
        Defect("key respelled", 20, respell("id")),
        Defect("no owner", 6, no_owner(OWNER)),
        Defect("unknown owner", 12, unknown_owner(OWNER, seed)),
        Defect("owner left out", 6, owner_not_imported(OWNER, roster.left_out)),
        Defect("owner key respelled", 20, respell(OWNER)),
        *date_defects(dates, "date", 8),
        Defect("date unreadable", 4, _bad_date),
        Defect("date with a time of day", 4, date_with_time("Date")),
        Defect("two files", 4, _two_files),
        Defect("file without a byte", 4, _hollow),
    ]


def image_defects(seed: int, roster: Roster, rng: Random) -> list[Defect]:
    """All defects of Images with their number of rows at full size."""
    unreadable = ("unknown", "02/30/2019", "13/13/2020", "#########")
    return [
        Defect("no key", 3, no_key("recid", "id")),
        Defect("no owner", 8, no_owner(OWNER)),
        Defect("unknown owner", 14, unknown_owner(OWNER, seed)),
        Defect("owner left out", 4, owner_not_imported(OWNER, roster.left_out)),
        Defect("owner key respelled", 14, respell(OWNER)),
        Defect("no date", 4, rejecting("date", BLANKS, "bad_date")),
        Defect("date unreadable", 4, rejecting("date", unreadable, "bad_date")),
        Defect("date in the other order", 8, _other_order),
        Defect("date as ISO text", 6, _iso),
        Defect("record number with zeros", 6, _zeros),
        Defect("record number with point", 6, _point),
        Defect("object with zeros", 5, _object_with_zeros),
        Defect("two objects", 3, _two_objects),
        Defect("two files", 3, _two_files, least=0),
        Defect("file without a byte", 3, _hollow, least=0),
        Defect("return in the name", 4, _return_in_name),
    ]


def _bad_date(line: Line, number: int) -> None:
    line.cells["Date"] = UNREADABLE_DATES[number % len(UNREADABLE_DATES)]
    line.values["date"] = None
    line.note("bad_date")


def _other_order(line: Line, number: int) -> None:
    day = date(2015 + number % 9, 1 + number % 12, 13 + number % 15)
    line.cells["date"] = f"{day:%d/%m/%Y}"
    line.values["date"] = day.isoformat()
    line.note("other_date_order")


def _iso(line: Line, number: int) -> None:
    line.cells["date"] = str(line.values["date"])


def _zeros(line: Line, number: int) -> None:
    """A record number is a number: its leading zeros do not count."""
    line.cells["recid"] = f"{line.key:0>8}"


def _point(line: Line, number: int) -> None:
    line.cells["recid"] = f"{line.key}.0"


def _object_with_zeros(line: Line, number: int) -> None:
    line.objects = (_padded(line.objects[0]),)
    line.values["key"] = line.objects[0]


def _two_objects(line: Line, number: int) -> None:
    """Two objects that differ only in zeros: nobody knows which one it is."""
    line.objects = (line.objects[0], _padded(line.objects[0]))
    line.reject("duplicate_key")


def _two_files(line: Line, number: int) -> None:
    """Two files that differ in their ending: nobody knows which one it is."""
    stem, _, ending = line.objects[0].rpartition(".")
    other = "png" if ending.lower() != "png" else "pdf"
    line.objects = (line.objects[0], f"{stem}.{other}")
    line.reject("ambiguous_object")


def _hollow(line: Line, number: int) -> None:
    """A scan that broke off."""
    line.objects = (f"{line.objects[0].rpartition('.')[0]}.tif",)
    line.reject("empty_object")


def _padded(stored: str) -> str:
    return f"{IMAGES_PREFIX}000{stored.removeprefix(IMAGES_PREFIX)}"


def _return_in_name(line: Line, number: int) -> None:
    line.cells["Name of file"] = f'Left,\v"heel" {line.key}'
