"""The file of referrers: who sends patients, and what is wrong with some.

Pure. Their phones and addresses are in Coms.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from reimport_demo.clinic import words
from reimport_demo.clinic.defects import cell, no_key, respell, respelled, too_long
from reimport_demo.clinic.directory import Directory, make_directory
from reimport_demo.clinic.model import Cell, Line, Size
from reimport_demo.clinic.schedule import (
    BLANKS,
    Defect,
    Plant,
    Repeats,
    draw_schedule,
    follow,
    key_of,
    random_for,
)

HEADERS = (
    "id",
    "title",
    "nameFirst",
    "nameMiddle",
    "nameLast",
    "gender",
    "contactType",
    "id_Clinic",
    "RECORD_ACTIVE_INDICATOR",
    "creationAccountName",
    "creationTimestamp",
    "modificationAccountName",
    "modificationTimestamp",
)
SPECIALTIES = tuple(
    """General Practitioner|Podiatrist|Physiotherapist|Orthopaedic Surgeon|
    Rheumatologist|Endocrinologist|Vascular Surgeon|Paediatrician|Neurologist|
    Occupational Therapist|Exercise Physiologist|Chiropractor|Osteopath|
    Rehabilitation Physician|Sports Physician|Diabetes Educator|Nurse Practitioner|
    Plan Manager|Case Manager|Prosthetist|Geriatrician""".replace("\n    ", "").split(
        "|"
    )
)


def referrer_lines(seed: int, size: Size) -> Iterator[Line]:
    """The lines of Referrers, in file order."""
    directory = make_directory(seed)
    rng = random_for(seed, "referrers")
    repeats = Repeats(same=3, different=2, respell=_respell, differ=_differ)
    schedule = draw_schedule(
        size.rows_of("referrers"),
        size,
        rng=random_for(seed, "referrers", "schedule"),
        defects=referrer_defects(directory),
        repeats=repeats,
        blank_rows=3,
    )

    def base(row: int) -> Line:
        return _referrer(seed, row, rng, directory)

    return follow(schedule, base, headers=HEADERS, repeats=repeats)


def referrer_defects(directory: Directory) -> list[Defect]:
    """All defects of Referrers with their number of rows at full size."""
    unknown = ("999", "Atlantis")
    return [
        Defect("no key", 2, no_key("id")),
        Defect("key respelled", 6, respell("id")),
        Defect("no name", 2, _no_name),
        Defect("last name only", 6, _one_name("nameFirst")),
        Defect("first name only", 3, _one_name("nameLast")),
        Defect("name too long", 2, too_long("nameLast", 100)),
        Defect("name with runs of blanks", 3, _blank_runs),
        Defect("sex unknown", 3, _sex_unknown),
        Defect("clinic unknown", 2, _clinic(unknown, "unknown_clinic")),
        Defect("clinic by name", 3, _clinic_by_name(directory)),
        Defect("specialty in other words", 4, _other_specialty),
        Defect("no title", 4, _no_title),
    ]


def _referrer(seed: int, row: int, rng: Random, directory: Directory) -> Line:
    """One referrer without any defect."""
    key = key_of(seed, "referrer", row)
    first, last = words.first_name(rng), words.last_name(rng)
    title = "Dr." if rng.random() < 0.6 else rng.choice(("Mr.", "Ms.", "Mrs."))
    sex = words.SEX_OF_TITLE.get(title) or rng.choice("MF")
    specialty = rng.choice(SPECIALTIES)
    clinic = rng.choice(directory.clinics) if rng.random() < 0.3 else None
    made = datetime(2014, 1, 6, 9) + timedelta(hours=rng.randrange(40_000))
    cells: dict[str, Cell] = {
        "id": key,
        "title": title,
        "nameFirst": first,
        "nameMiddle": words.first_name(rng) if rng.random() < 0.1 else "",
        "nameLast": last,
        "gender": sex,
        "contactType": specialty,
        "id_Clinic": clinic.key if clinic else "",
        "RECORD_ACTIVE_INDICATOR": "Active",
        "creationAccountName": "admin",
        "creationTimestamp": made,
    }
    values = {
        "id": key,
        "nameFirst": first,
        "nameLast": last,
        "title": title.removesuffix("."),
        "sex": sex,
        "specialty": specialty,
        "clinic": clinic.key if clinic else None,
    }
    return Line(cells, key=key, values={**values})


def _no_name(line: Line, number: int) -> None:
    blank = BLANKS[number % len(BLANKS)]
    line.cells |= {"nameFirst": blank, "nameMiddle": "", "nameLast": blank}
    line.reject("missing_required")


def _one_name(column: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells[column] = BLANKS[number % len(BLANKS)]
        line.values[column] = ""

    return plant


def _blank_runs(line: Line, number: int) -> None:
    last = line.values["nameLast"]
    line.cells["nameLast"] = f" {last} \u00a0 Rae "
    line.values["nameLast"] = f"{last} Rae"


def _sex_unknown(line: Line, number: int) -> None:
    cell("gender", ("?", "practice", "see notes"), "unknown_value")(line, number)
    line.values["sex"] = "U"


def _clinic(spellings: tuple[str, ...], note: str) -> Plant:
    written = cell("id_Clinic", spellings, note)

    def plant(line: Line, number: int) -> None:
        written(line, number)
        line.values["clinic"] = None

    return plant


def _clinic_by_name(directory: Directory) -> Plant:
    def plant(line: Line, number: int) -> None:
        clinic = directory.clinics[number % len(directory.clinics)]
        line.cells["id_Clinic"] = clinic.name.upper()
        line.values["clinic"] = clinic.key

    return plant


def _other_specialty(line: Line, number: int) -> None:
    specialty = (" GP ", "podiatrist", "Physio")[number % 3]
    line.cells["contactType"] = specialty
    line.values["specialty"] = specialty.strip()


def _no_title(line: Line, number: int) -> None:
    line.cells["title"], line.values["title"] = "", ""


def _respell(line: Line, row: int) -> None:
    line.cells["id"] = respelled(str(line.cells["id"]), row)


def _differ(line: Line) -> None:
    line.cells["contactType"] = "another specialty under the same key"
