"""What is wrong or odd with some rows of Contacts.

Pure; each defect is a small function of one line.
"""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from reimport_demo.clinic.defects import (
    UNREADABLE_DATES,
    cell,
    date_defects,
    no_key,
    respell,
    text_dates,
    too_long,
)
from reimport_demo.clinic.directory import Directory
from reimport_demo.clinic.model import Cell, Line
from reimport_demo.clinic.schedule import BLANKS, Defect, Plant

KINDS = ("Supplier", "Company", "Referrer", "Support Coordinator", "supplier ")
ODD_SURNAMES = (
    "NA",
    "None",
    "O'Brien",
    "null",
    "N/A",
    "nan",
    "van der Ölm",
    "D\u2019Arcy",
)
UNKNOWN_SEXES = ("see notes", "?", "Klingon")
SEX_WORDS = (("Male", "M"), ("Female", "F"), ("f", "F"), (" m ", "M"), ("O", "O"))
FLAGS = (("Yes", "No"), ("x", ""), (1, 0))


def patient_defects(directory: Directory, rng: Random) -> list[Defect]:
    """All defects of Contacts with their number of rows at full size."""
    dates = text_dates(["DOB"], "dob", rng, 1930, 2015)
    return [
        Defect("no key", 3, no_key("id")),
        Defect("key respelled", 24, respell("id")),
        Defect("not a patient", 30, _not_a_patient),
        Defect("no name", 3, _no_name),
        Defect("last name only", 6, _one_name("nameFirst")),
        Defect("first name only", 6, _one_name("nameLast")),
        Defect("odd surname", 16, _odd_surname),
        Defect("name with runs of blanks", 6, _blank_runs),
        Defect("name decomposed", 6, _decomposed),
        Defect("name too long", 2, too_long("nameLast", 100)),
        Defect("title without stop", 8, _title("Prof")),
        Defect("no title", 20, _title("")),
        Defect("sex word", 10, _sex_word),
        Defect("sex unknown", 4, _sex_unknown),
        Defect("sex blank", 6, _sex_blank),
        *date_defects(dates, "birth date", 8),
        Defect(
            "birth date unreadable", 5, _no_birth_date(UNREADABLE_DATES, "bad_date")
        ),
        Defect("birth date in future", 4, _no_birth_date(_FUTURE, "date_in_future")),
        Defect("birth date too old", 4, _no_birth_date(_OLD, "date_too_old")),
        Defect("health number lost zeros", 12, _lost_zeros),
        Defect("health number as number", 8, _as_number),
        Defect("health number with letters", 6, _with_letters),
        Defect("clinic by name only", 8, _clinic_by_name(directory)),
        Defect("clinic key respelled", 8, _clinic_respelled(directory)),
        Defect("clinic unknown", 6, _clinic_unknown),
        Defect(
            "funding unknown", 5, cell("Funding", ("Lottery", "XX"), "unknown_value")
        ),
        Defect("plan without coordinator", 6, _plan_only),
        Defect("coordinator without plan", 6, _coordinator_only),
        Defect("coordinator spelled otherwise", 6, _coordinator_respelled),
        Defect("coordinator with two numbers", 3, _two_numbers),
        Defect("plan date unreadable", 2, _bad_plan_date),
        Defect("flags as words", 9, _flag_words),
    ]


_FUTURE: tuple[Cell, ...] = (date(2061, 5, 17), "14/03/2071", datetime(2062, 1, 30))
_OLD: tuple[Cell, ...] = ("14/03/1875", "1799-12-31", "25/12/1066")


def _not_a_patient(line: Line, number: int) -> None:
    line.cells |= {"contactType": KINDS[number % len(KINDS)], "DOB": "", "gender": ""}
    line.skip("excluded_by_rule")


def _no_name(line: Line, number: int) -> None:
    blank = BLANKS[number % len(BLANKS)]
    line.cells |= {"nameFirst": blank, "nameMiddle": "", "nameLast": blank}
    line.reject("missing_required")


def _one_name(column: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells[column] = BLANKS[number % len(BLANKS)]
        line.values[column] = ""

    return plant


def _name(line: Line, column: str, written: str, meant: str) -> None:
    line.cells[column], line.values[column] = written, meant


def _odd_surname(line: Line, number: int) -> None:
    surname = ODD_SURNAMES[number % len(ODD_SURNAMES)]
    _name(line, "nameLast", surname, surname)


def _blank_runs(line: Line, number: int) -> None:
    first = str(line.values["nameFirst"])
    written = (f"  {first}  Mae ", f"{first}\u00a0Mae", f"{first} \u00a0 Mae")[
        number % 3
    ]
    _name(line, "nameFirst", written, f"{first} Mae")


def _decomposed(line: Line, number: int) -> None:
    written, meant = (("Zoe\u0308", "Zoë"), ("Andre\u0301", "André"))[number % 2]
    _name(line, "nameFirst", written, meant)


def _title(title: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells["title"] = line.values["title"] = title

    return plant


def _sex_word(line: Line, number: int) -> None:
    line.cells["gender"], line.values["sex"] = SEX_WORDS[number % len(SEX_WORDS)]


def _sex_unknown(line: Line, number: int) -> None:
    line.cells["gender"] = UNKNOWN_SEXES[number % len(UNKNOWN_SEXES)]
    line.values["sex"] = "U"
    line.note("unknown_value")


def _sex_blank(line: Line, number: int) -> None:
    line.cells["gender"] = BLANKS[number % len(BLANKS)]
    line.values["sex"] = "U"


def _no_birth_date(spellings: tuple[Cell, ...], note: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells["DOB"] = spellings[number % len(spellings)]
        line.values["dob"] = None
        line.note(note)

    return plant


def _lost_zeros(line: Line, number: int) -> None:
    """A number that Excel took for a number: 23795091 for 0023795091."""
    short = 23_795_091 + 7_919 * number
    line.cells["Health Number"] = short if number % 3 else f"{short}.0"
    line.values["health_number"] = f"{short:010d}"
    line.note("leading_zero_restored")


def _as_number(line: Line, number: int) -> None:
    whole = 2_423_795_091 + 7_919 * number
    line.cells["Health Number"] = whole
    line.values["health_number"] = str(whole)


def _with_letters(line: Line, number: int) -> None:
    line.cells["Health Number"] = line.values["health_number"] = f"NX{41_200 + number}"


def _clinic_by_name(directory: Directory) -> Plant:
    def plant(line: Line, number: int) -> None:
        clinic = directory.clinics[number % len(directory.clinics)]
        unknown = "" if number % 2 else "CLINIC-GONE"
        name = clinic.name.upper() if number % 3 == 2 else clinic.name
        line.cells |= {"id_Clinic": unknown, "Clinic_Name": name}
        line.values["clinic"] = clinic.key

    return plant


def _clinic_respelled(directory: Directory) -> Plant:
    spell = respell("id_Clinic")

    def plant(line: Line, number: int) -> None:
        clinic = directory.clinics[number % len(directory.clinics)]
        line.cells |= {"id_Clinic": clinic.key, "Clinic_Name": ""}
        line.values["clinic"] = clinic.key
        spell(line, number)

    return plant


def _clinic_unknown(line: Line, number: int) -> None:
    line.cells |= {"id_Clinic": "CLINIC-GONE", "Clinic_Name": "Closed Long Ago"}
    line.values["clinic"] = None
    line.note("unknown_clinic")


def _plan_only(line: Line, number: int) -> None:
    line.cells |= {
        "NDIS Plan Start Date": date(2024, 7, 1),
        "NDIS Plan End Date": date(2025, 6, 30),
        "NDIS Coordinator Name": "",
        "NDIS Coordinator Phone": "",
        "NDIS Coordinator Email": "",
    }


def _coordinator_only(line: Line, number: int) -> None:
    line.cells |= {
        "NDIS Plan Start Date": "",
        "NDIS Plan End Date": "",
        "NDIS Coordinator Name": "Orla" if number % 2 else "Orla Brindale",
        "NDIS Coordinator Phone": "(02) 5550 0142",
    }


def _coordinator_respelled(line: Line, number: int) -> None:
    spelled = ("ORLA BRINDALE", "orla  brindale", "\u00a0Orla\u00a0Brindale ")
    line.cells |= {
        "NDIS Coordinator Name": spelled[number % 3],
        "NDIS Coordinator Phone": ("0491 570 006", "+61491570156", "")[number % 3],
        "NDIS Coordinator Email": "orla@example.org",
        "NDIS notes": f"Prefers to be rung, the {number + 1}. time.",
    }


def _two_numbers(line: Line, number: int) -> None:
    line.cells |= {
        "NDIS Coordinator Name": "Orla Brindale",
        "NDIS Coordinator Phone": f"(02) 5550 01{42 + number % 9} / 0491 570 006",
    }
    line.note("bad_number")


def _bad_plan_date(line: Line, number: int) -> None:
    line.cells["NDIS Plan Start Date"] = UNREADABLE_DATES[number % 3]
    line.note("bad_date")


def _flag_words(line: Line, number: int) -> None:
    yes, no = FLAGS[number % len(FLAGS)]
    line.cells |= {"Diabetes": yes, "Impaired Vision": no, "Impaired Hearing": yes}
