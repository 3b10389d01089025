"""The patients' file, Contacts: people, their NDIS plans, and what is wrong with some.

Pure; see ``schedule`` for how defects get their rows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from reimport_demo.clinic import coordinators, words
from reimport_demo.clinic.coordinators import Coordinator
from reimport_demo.clinic.defects import respelled
from reimport_demo.clinic.directory import Directory, make_directory
from reimport_demo.clinic.model import Cell, Line, Person, Roster, Size
from reimport_demo.clinic.people_defects import patient_defects
from reimport_demo.clinic.schedule import (
    Repeats,
    Schedule,
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
    "DOB",
    "gender",
    "contactType",
    "Health Number",
    "id_Clinic",
    "Clinic_Name",
    "Funding",
    "Area",
    "CYS_ID",
    "old.id",
    "Old",
    "Diabetes",
    "Impaired Vision",
    "Impaired Hearing",
    "selfDoc",
    "sms",
    "Xmas",
    "Flaged",
    "NDIS Plan Start Date",
    "NDIS Plan End Date",
    "NDIS Coordinator Name",
    "NDIS Coordinator Phone",
    "NDIS Coordinator Email",
    "NDIS notes",
    "NDIS Report",
    "_kf_XeroContactID",
    "RECORD_ACTIVE_INDICATOR",
    "creationAccountName",
    "creationTimestamp",
    "modificationAccountName",
    "modificationTimestamp",
)
NUMERIC_KEYS = 5
ACCOUNTS = ("admin", "front desk", "workshop")


def patient_lines(seed: int, size: Size) -> Iterator[Line]:
    """The lines of Contacts, in file order."""
    directory = make_directory(seed)
    rng = random_for(seed, "patients")
    people = coordinators.make_coordinators(
        random_for(seed, "coordinators"), size.of(coordinators.PEOPLE, least=8)
    )
    repeats = Repeats(same=10, different=4, respell=_respell, differ=_differ)
    schedule = _schedule(seed, size, directory, repeats)
    plain, few = schedule.plain(), size.of(NUMERIC_KEYS)
    numeric = set(plain[few :: len(plain) // few][:few])

    def base(row: int) -> Line:
        line = _patient(seed, row, rng, directory, people)
        if row in numeric:
            # a few people still carry the number of the system before FileMaker
            line.key = line.values["id"] = str(50_000 + row)
            line.cells["id"] = 50_000 + row
        return line

    return follow(schedule, base, headers=HEADERS, repeats=repeats)


def _schedule(
    seed: int, size: Size, directory: Directory, repeats: Repeats
) -> Schedule:
    rng = random_for(seed, "patients", "schedule")
    return draw_schedule(
        size.rows_of("patients"),
        size,
        rng=rng,
        defects=patient_defects(directory, rng),
        repeats=repeats,
        blank_rows=7,
    )


def make_roster(seed: int, size: Size) -> Roster:
    """Who can own rows: read off the lines of Contacts."""
    people = []
    left_out = []
    for line in patient_lines(seed, size):
        if line.outcome == "created":
            people.append(_person(line))
        elif line.key and line.reason != "duplicate_row":
            left_out.append(line.key)
    return Roster(tuple(people), tuple(dict.fromkeys(left_out)))


def _person(line: Line) -> Person:
    dob = line.values["dob"]
    return Person(
        key=line.key,
        first_name=str(line.values["nameFirst"]),
        last_name=str(line.values["nameLast"]),
        clinic=str(line.values["clinic"] or ""),
        dob=date.fromisoformat(dob) if isinstance(dob, str) else None,
    )


def _patient(
    seed: int,
    row: int,
    rng: Random,
    directory: Directory,
    people: Sequence[Coordinator],
) -> Line:
    """One person without any defect."""
    key = key_of(seed, "patient", row)
    first, last = words.first_name(rng), words.last_name(rng)
    born = date(1925, 1, 1) + timedelta(days=rng.randrange(34_000))
    title = rng.choices(words.TITLES, words.TITLE_WEIGHTS)[0]
    sex = words.SEX_OF_TITLE.get(title) or rng.choice("MF")
    has_clinic = rng.random() < 0.97
    clinic = rng.choice(directory.clinics)
    health = f"{rng.randrange(1, 10**10):010d}" if rng.random() < 0.6 else ""
    cells: dict[str, Cell] = {
        "id": key,
        "title": title,
        "nameFirst": first,
        "nameMiddle": words.first_name(rng) if rng.random() < 0.2 else "",
        "nameLast": last,
        "gender": sex,
        "contactType": "Patient",
        "Health Number": health,
        "Area": rng.choice(words.SUBURBS)[0],
        "CYS_ID": 1_000 + row,
        "old.id": f"C{row:05d}",
        "Diabetes": rng.choice(("", "", 1, 0)),
        "sms": rng.choice(("", 1, 1)),
        "RECORD_ACTIVE_INDICATOR": "Active",
    }
    if rng.random() < 0.856:
        cells["DOB"] = born
    if has_clinic:
        cells |= {"id_Clinic": clinic.key, "Clinic_Name": clinic.name}
    _funding(cells, rng, directory, people)
    _audit(cells, rng)
    values = {
        "id": key,
        "nameFirst": first,
        "nameLast": last,
        "dob": born.isoformat() if "DOB" in cells else None,
        "clinic": clinic.key if has_clinic else None,
        "health_number": health,
        "title": title.removesuffix("."),
        "sex": sex,
    }
    return Line(cells, key=key, values={**values})


def _funding(
    cells: dict[str, Cell],
    rng: Random,
    directory: Directory,
    people: Sequence[Coordinator],
) -> None:
    """Funding by name or by code; NDIS people have plans, some have coordinators."""
    if rng.random() > 0.85:
        return
    name, code = rng.choice(directory.funding)
    cells["Funding"] = name if rng.random() < 0.5 else code
    if code == "NDIS":
        start = date(2021, 1, 1) + timedelta(days=rng.randrange(1_700))
        cells["NDIS Plan Start Date"] = start
        cells["NDIS Plan End Date"] = start + timedelta(days=364)
        if rng.random() < 0.5:
            cells |= coordinators.typed(rng.choice(people), rng)
            cells["NDIS notes"] = words.sentence(rng)


def _audit(cells: dict[str, Cell], rng: Random) -> None:
    made = datetime(
        2014, 2, 3, rng.randint(8, 17), rng.randrange(60), rng.randrange(60)
    )
    made += timedelta(days=rng.randrange(3_500))
    cells |= {
        "creationAccountName": rng.choice(ACCOUNTS),
        "creationTimestamp": made,
        "modificationAccountName": rng.choice(ACCOUNTS),
        "modificationTimestamp": made + timedelta(days=rng.randrange(900)),
    }


def _respell(line: Line, row: int) -> None:
    """A second copy: key in another spelling, the name decomposed, else the same."""
    line.cells["id"] = respelled(str(line.cells["id"]), row)
    line.cells["nameLast"] = unicodedata.normalize("NFD", str(line.cells["nameLast"]))


def _differ(line: Line) -> None:
    line.cells["nameFirst"] = f"{line.cells['nameFirst']}-Ann"
