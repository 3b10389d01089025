"""Documents (Docs) and images (Images): rows that point at stored objects.

Pure. Most rows have an object; some objects have no row, or a name that fits none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from reimport_demo.clinic import words
from reimport_demo.clinic.defects import owner_cell, respelled
from reimport_demo.clinic.files_defects import document_defects, image_defects
from reimport_demo.clinic.model import (
    DOCUMENTS_PREFIX,
    DOCUMENTS_WITH_OBJECT,
    IMAGE_OBJECTS,
    IMAGES_PREFIX,
    Cell,
    Line,
    Roster,
    Size,
)
from reimport_demo.clinic.schedule import (
    Repeats,
    Schedule,
    draw_schedule,
    follow,
    key_of,
    random_for,
)

DOCUMENT_HEADERS = (
    "Date",
    "id",
    "id_Contact",
    "Type\u00a0",
    "id_Order",
    "imported",
    "num",
    "NexusExportDate",
    "creationAccountName",
    "creationTimestamp",
)
IMAGE_HEADERS = (
    "date",
    "fileNane",
    "id",
    "id_Contact",
    "Name of file",
    "NexusExportDate",
    "recid",
    "Type",
)
FIRST_RECID = 10_001
EXPORTED = (datetime(2025, 11, 9, 12), "1", "", "2025-11-13 08:30:00")


def recid_of(row: int) -> int:
    """The record number of image *row*: FileMaker leaves gaps where it deleted."""
    return FIRST_RECID + row + row // 7


def document_lines(seed: int, size: Size, roster: Roster) -> Iterator[Line]:
    """The lines of Docs, in file order."""
    rng = random_for(seed, "documents")
    planting = random_for(seed, "documents", "schedule")
    rows = size.rows_of("documents")
    repeats = Repeats(
        same=7, different=4, respell=_respell_document, differ=_differ_document
    )
    schedule = draw_schedule(
        rows,
        size,
        rng=planting,
        defects=document_defects(seed, roster, planting),
        repeats=repeats,
        blank_rows=5,
    )
    # a repeated row shares the object of the row it repeats
    owned = size.of(DOCUMENTS_WITH_OBJECT) - _second_objects(schedule)
    without = rows - owned - len(schedule.copies)
    bare = frozenset(planting.sample(schedule.plain(), without))

    def base(row: int) -> Line:
        return _document(seed, row, rng, roster, bare=row in bare)

    return follow(schedule, base, headers=DOCUMENT_HEADERS, repeats=repeats)


def _document(seed: int, row: int, rng: Random, roster: Roster, *, bare: bool) -> Line:
    key = key_of(seed, "document", row)
    person = rng.choice(roster.people)
    day = date(2014, 3, 1) + timedelta(days=rng.randrange(4_200))
    cells: dict[str, Cell] = {
        "id": key,
        "id_Contact": owner_cell(person.key, rng),
        DOCUMENT_HEADERS[3]: rng.choice(words.DOCUMENT_TYPES),
        "imported": 1,
        "NexusExportDate": rng.choice(EXPORTED),
        "creationAccountName": "admin",
        "creationTimestamp": datetime(day.year, day.month, day.day, 9, 30),
    }
    line = Line(cells, key=key)
    ending = rng.choice(("pdf",) * 17 + ("jpg", "PDF", "heic"))
    name = key if rng.random() < 0.02 else key.lower()
    stored = f"{DOCUMENTS_PREFIX}{name}.{ending}"
    line.values = {"id": key, "contact": person.key, "key": stored, "date": None}
    if rng.random() < 0.6:
        cells["Date"] = day
        line.values["date"] = day.isoformat()
    if bare:
        line.reject("no_object")
    else:
        line.objects = (stored,)
    return line


def image_lines(seed: int, size: Size, roster: Roster) -> Iterator[Line]:
    """The lines of Images, in file order: patients in turn, a few images a visit."""
    rng = random_for(seed, "images")
    planting = random_for(seed, "images", "schedule")
    rows = size.rows_of("images")
    repeats = Repeats(same=5, different=3, respell=_respell_image, differ=_differ_image)
    schedule = draw_schedule(
        rows,
        size,
        rng=planting,
        defects=image_defects(seed, roster, planting),
        repeats=repeats,
        blank_rows=4,
    )
    spare = len(image_extras(size)) + _second_objects(schedule)
    owned = size.of(IMAGE_OBJECTS) - spare
    without = rows - owned - len(schedule.copies)
    bare = frozenset(planting.sample(schedule.plain(), without))

    def base(row: int) -> Line:
        return _image(seed, row, rng, roster, bare=row in bare)

    return follow(schedule, base, headers=IMAGE_HEADERS, repeats=repeats)


def _second_objects(schedule: Schedule) -> int:
    """How many rows have an object too many."""
    twice = ("two objects", "two files")
    return sum(defect.name in twice for defect, _ in schedule.planted.values())


def _image(seed: int, row: int, rng: Random, roster: Roster, *, bare: bool) -> Line:
    visit = row // 4
    draw = int(key_of(seed, "image visit", visit)[:8], 16)
    person = roster.people[draw % len(roster.people)]
    day = date(2014, 3, 1) + timedelta(days=draw % 4_199)
    recid = recid_of(row)
    kind = rng.choice(words.IMAGE_TYPES)
    ending = rng.choice(("jpg",) * 15 + ("JPG", "png", "jpeg", "pdf"))
    cells: dict[str, Cell] = {
        "date": f"{day.month}/{day.day}/{day.year}",
        "fileNane": f"{recid}.{ending}",
        "id": key_of(seed, "image", row),
        "id_Contact": owner_cell(person.key, rng),
        "Name of file": f"{kind}, {day:%d %b %Y}.{ending}",
        "NexusExportDate": rng.choice(("1", "", "11/13/2025")),
        "recid": str(recid),
        "Type": kind,
    }
    stored = f"{IMAGES_PREFIX}{recid}.{ending}"
    line = Line(cells, key=str(recid))
    line.values = {
        "recid": str(recid),
        "contact": person.key,
        "date": day.isoformat(),
        "key": stored,
    }
    if bare:
        line.reject("no_object")
    else:
        line.objects = (stored,)
    return line


def document_extras(seed: int, size: Size) -> tuple[tuple[str, str], ...]:
    """Objects under the documents prefix without a row: (key, reason)."""
    orphans = [
        (f"{DOCUMENTS_PREFIX}{key_of(seed, 'orphan', n).lower()}.pdf", "no_metadata")
        for n in range(size.of(13))
    ]
    return (*orphans, (DOCUMENTS_PREFIX, "excluded_by_rule"))


def image_extras(size: Size) -> tuple[tuple[str, str], ...]:
    """Objects under the images prefix without a row of their own: (key, reason)."""
    rows = size.rows_of("images")
    orphans = [
        (f"{IMAGES_PREFIX}{recid_of(rows) + 50 + n}.jpg", "no_metadata")
        for n in range(size.of(10))
    ]
    thumbnails = [
        (f"{IMAGES_PREFIX}{recid_of(3 * n)}_thumb.jpg", "excluded_by_rule")
        for n in range(size.of(12))
    ]
    misnamed = [
        (f"{IMAGES_PREFIX}{name}", "excluded_by_rule")
        for name in ("", ".DS_Store", "Thumbs.db", "IMG 2041.jpg", "._10002.jpg")
    ]
    return (*orphans, *thumbnails, *misnamed)


def _respell_document(line: Line, row: int) -> None:
    line.cells["id"] = respelled(str(line.cells["id"]), row)


def _respell_image(line: Line, row: int) -> None:
    line.cells["recid"] = f"00{line.key}" if row % 2 else f" {line.key} "


def _differ_document(line: Line) -> None:
    line.cells[DOCUMENT_HEADERS[3]] = "Other view"


def _differ_image(line: Line) -> None:
    line.cells["Type"] = "Other view"
