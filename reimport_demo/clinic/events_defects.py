"""What is wrong or odd with some rows of Appointments.

Pure. Every plant is written for a visit: a row with a patient, in office hours.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from reimport_demo.clinic.defects import (
    UNREADABLE_DATES,
    cell,
    date_defects,
    no_key,
    owner_not_imported,
    rejecting,
    respell,
    text_dates,
    too_long,
    unknown_owner,
)
from reimport_demo.clinic.directory import Directory
from reimport_demo.clinic.model import Cell, Line, Person, Roster
from reimport_demo.clinic.schedule import BLANKS, Defect, Plant

BAD_TIMES = ("25:61", "--:--", "after lunch", "?", "12:75 PM")
CLOCKS: tuple[tuple[Cell, str], ...] = (
    ("7:49 PM", "19:49"),
    ("2:02:00 pm", "14:02"),
    ("03:20", "03:20"),
    ("05:42:00", "05:42"),
    ("1540", "15:40"),
    ("0224", "02:24"),
    ("13.33", "13:33"),
    (0.4375, "10:30"),
    (0.40625, "09:45"),
    (1540, "15:40"),
    ("12:30 am", "00:30"),
    ("12:15 PM", "12:15"),
    (datetime(1904, 1, 1, 10, 30), "10:30"),
    (datetime(1899, 12, 31, 8, 45), "08:45"),
)
"""Spellings of a time of day, and the time meant."""
DOTTED: tuple[tuple[Cell, str], ...] = (("1.00", "01:00"), ("0.30", "00:30"))
"""Clocks that would be parts of a day as well."""
DAY_ENDS: tuple[Cell, ...] = (timedelta(days=1), "24:00", "1 day, 0:00:00", 1.0)


def event_defects(
    seed: int, roster: Roster, directory: Directory, rng: Random
) -> list[Defect]:
    """All defects of Appointments with their number of rows at full size."""
    dates = text_dates(["startDate", "endDate"], "day", rng, 2015, 2025)
    on_day = {name: _on_day(plant) for name, plant in dates.items()}
    lenders = [person for person in roster.people if person.clinic]
    return [
        Defect("no key", 4, no_key("id")),
        Defect("key respelled", 20, respell("id")),
        Defect("unknown owner", 18, unknown_owner("id_Contact", seed)),
        Defect("owner left out", 8, owner_not_imported("id_Contact", roster.left_out)),
        Defect("owner key respelled", 30, respell("id_Contact")),
        Defect("no start date", 12, _missing("startDate")),
        Defect("no start time", 12, _missing("startTime")),
        Defect(
            "start date unreadable",
            5,
            rejecting("startDate", UNREADABLE_DATES, "bad_date"),
        ),
        Defect(
            "start time unreadable", 6, rejecting("startTime", BAD_TIMES, "bad_time")
        ),
        *date_defects(on_day, "date", 20),
        Defect("time in other ways", 42, _clock),
        Defect("time with a dot", 4, _dotted_clock),
        Defect("end at 24:00", 16, _day_end),
        Defect(
            "start in the spring gap", 5, _clock_change(spring, "dst_gap", end=False)
        ),
        Defect("end in the spring gap", 3, _clock_change(spring, "dst_gap", end=True)),
        Defect("start in the autumn fold", 4, _clock_change(autumn, _FOLD, end=False)),
        Defect("end in the autumn fold", 2, _clock_change(autumn, _FOLD, end=True)),
        Defect("end before start", 7, _end_before_start),
        Defect("no end", 10, _no_end),
        Defect("whole day without times", 8, _whole_day),
        Defect("no calendar", 20, _lent_clinic(lenders, BLANKS)),
        Defect("calendar of nobody", 6, _lent_clinic(lenders, ("CAL-404", "7"))),
        Defect("calendar respelled", 12, respell("idCal")),
        Defect(
            "clinician unknown", 8, cell("id_Clinician", _STAFF, "unknown_clinician")
        ),
        Defect("referrer unknown", 6, _referrer_unknown),
        Defect("type unknown", 6, cell("Type", ("Seance", "Other"), "unknown_value")),
        Defect("status unknown", 4, rejecting("Status", _WORDS, "unknown_value")),
        Defect("title too long", 2, too_long("title", 255)),
    ]


_FOLD = "dst_ambiguous"
_STAFF = ("Dr Nobody Known", "4D0F9E52-0000-4000-A000-00000000DEAD")
_REFERRERS = ("REF-404", "4D0F9E52-0000-4000-A000-00000000BEEF")
_WORDS = ("TBC", "rang", "see notes")


def _referrer_unknown(line: Line, number: int) -> None:
    cell("id_Referrer", _REFERRERS, "unknown_referrer")(line, number)
    line.values["referrer"] = None


def _missing(column: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells[column] = BLANKS[number % len(BLANKS)]
        line.reject("missing_required")

    return plant


def _on_day(plant_date: Plant) -> Plant:
    """Move the visit to the day that *plant_date* writes; the times stay."""

    def plant(line: Line, number: int) -> None:
        plant_date(line, number)
        day = line.values.pop("day")
        for name in ("start", "end"):
            line.values[name] = f"{day}T{str(line.values[name])[11:]}"

    return plant


def _set(line: Line, day: date, start: str, end: str | None) -> None:
    """The visit runs from *start* to *end* (HH:MM) of *day*."""
    line.cells |= {"startDate": day, "endDate": day}
    line.cells["startTime"] = time.fromisoformat(start)
    line.values["start"] = f"{day}T{start}:00"
    line.values["end"] = None
    if end:
        line.cells["endTime"] = time.fromisoformat(end)
        line.values["end"] = f"{day}T{end}:00"


def _clock(line: Line, number: int) -> None:
    """A time of day as people, FileMaker and Excel write it; always in July."""
    written, meant = CLOCKS[number % len(CLOCKS)]
    _set(line, date(2015 + number % 9, 7, 1 + number % 28), meant, "23:00")
    line.cells["startTime"] = written


def _dotted_clock(line: Line, number: int) -> None:
    written, meant = DOTTED[number % len(DOTTED)]
    _set(line, date(2015 + number % 9, 7, 1 + number % 28), meant, "23:00")
    line.cells["startTime"] = written
    line.note("ambiguous_time")


def _day_end(line: Line, number: int) -> None:
    day = date(2016 + number % 8, 7, 1 + number % 28)
    _set(line, day, "17:00", None)
    line.cells["endTime"] = DAY_ENDS[number % len(DAY_ENDS)]
    line.values["end"] = f"{day + timedelta(days=1)}T00:00:00"


def _first_sunday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7)


def spring(year: int) -> date:
    """Clocks go from 2 to 3: the hour between does not exist."""
    return _first_sunday(year, 10)


def autumn(year: int) -> date:
    """Clocks go from 3 to 2: the hour between occurs twice."""
    return _first_sunday(year, 4)


def _clock_change(change: Callable[[int], date], note: str, *, end: bool) -> Plant:
    def plant(line: Line, number: int) -> None:
        day = change(2015 + number % 9)
        inside = f"02:{(5, 30, 55)[number % 3]:02d}"
        _set(line, day, "01:30" if end else inside, inside if end else "04:00")
        line.note(note)

    return plant


def _end_before_start(line: Line, number: int) -> None:
    _set(line, date(2018, 7, 1 + number % 28), "15:00", "14:30")
    line.values["end"] = None
    line.note("end_before_start")


def _no_end(line: Line, number: int) -> None:
    line.cells |= {"endDate": "", "endTime": ""}
    line.values["end"] = None


def _whole_day(line: Line, number: int) -> None:
    """The flag stands for the missing times."""
    line.cells |= {"startTime": "", "endTime": "", "FLAG All day": 1}
    line.values["start"] = f"{str(line.values['start'])[:10]}T00:00:00"
    line.values.pop("end")


def _lent_clinic(lenders: list[Person], spellings: tuple[Cell, ...]) -> Plant:
    def plant(line: Line, number: int) -> None:
        person = lenders[number % len(lenders)]
        line.cells["id_Contact"] = line.values["contact"] = person.key
        line.cells["idCal"] = spellings[number % len(spellings)]
        line.values["clinic"] = person.clinic
        line.note("clinic_from_patient")

    return plant
