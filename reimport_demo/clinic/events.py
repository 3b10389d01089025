"""The calendar, Appointments: visits of patients, and events of the clinic without one.

Pure. Times are wall clock of Australia/Sydney; visits lie between 8 and 18 h, so that
only planted rows meet the hours in which the clock changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random

from reimport_demo.clinic import words
from reimport_demo.clinic.defects import owner_cell, respelled
from reimport_demo.clinic.directory import Directory, make_directory
from reimport_demo.clinic.events_defects import event_defects
from reimport_demo.clinic.model import (
    EVENTS_AT_UNKNOWN_CALENDARS,
    EVENTS_WITHOUT_PATIENT,
    Cell,
    Line,
    Person,
    Roster,
    Size,
)
from reimport_demo.clinic.referrals import referrers_of
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
    "startDate",
    "startTime",
    "endDate",
    "endTime",
    "allDay",
    "FLAG All day",
    "idCal",
    "id_Contact",
    "id_Referrer",
    "id_Clinician",
    "Type",
    "Status",
    "note",
    "noteDay",
    "noteClinic",
    "Consult Notes",
    "id.Note",
    "location",
    "url",
    "No SMS",
    "FLAG Follow Up",
    "_kp_MessageID",
    "creationAccountName",
    "creationTimestamp",
)
CLINIC_EVENTS = (
    "Public holiday",
    "Staff meeting",
    "Block booking",
    "Leave",
    "Outreach",
)
STATUS_WORDS = (
    "Completed",
    "attended",
    "Done",
    "Cancelled",
    "canceled",
    "DNA",
    "FTA",
    "No Show",
    "did not attend",
    "Scheduled",
    "booked",
    "Confirmed",
    "Checked in",
    "arrived",
)
STATUSES = dict(
    zip(
        STATUS_WORDS,
        ["completed"] * 3
        + ["cancelled"] * 2
        + ["no_show"] * 4
        + ["scheduled"] * 3
        + ["checked_in"] * 2,
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What kind of event each row is, known before any line is made.

    Attributes:
        schedule: rows with defects, repeated rows, blank rows.
        without_patient: rows that are events of the clinic.
        unknown: rows that name a calendar which is no clinic.
        visits: rows of patients without any defect, for messages to point at.
    """

    schedule: Schedule
    without_patient: frozenset[int]
    unknown: frozenset[int]
    visits: tuple[int, ...]


def draw_calendar(seed: int, size: Size, roster: Roster) -> Calendar:
    """Decide which rows have a patient and which a clinic."""
    rng = random_for(seed, "appointments", "schedule")
    directory = make_directory(seed)
    defects = event_defects(seed, roster, directory, rng)
    schedule = draw_schedule(
        size.rows_of("appointments"),
        size,
        rng=rng,
        defects=defects,
        repeats=REPEATS,
        blank_rows=11,
    )
    plain = schedule.plain()
    rng.shuffle(plain)
    without = size.of(EVENTS_WITHOUT_PATIENT)
    unknown = size.of(EVENTS_AT_UNKNOWN_CALENDARS)
    of_clinic = round(unknown * 0.4)
    visits = plain[without:]
    # only whoever has a clinic can lend it to the visit
    lending = (row for row in visits if visitor(seed, row, roster).clinic)
    of_patients = islice(lending, unknown - of_clinic)
    return Calendar(
        schedule=schedule,
        without_patient=frozenset(plain[:without]),
        unknown=frozenset([*plain[:of_clinic], *of_patients]),
        visits=tuple(sorted(visits)),
    )


def visitor(seed: int, row: int, roster: Roster) -> Person:
    """The patient of visit *row*; some people come far more often than others."""
    draw = int(key_of(seed, "visitor", row)[:8], 16) / 0xFFFFFFFF
    return roster.people[int((len(roster.people) - 1) * draw**1.6)]


def event_lines(seed: int, size: Size, roster: Roster) -> Iterator[Line]:
    """The lines of Appointments, in file order."""
    rng = random_for(seed, "appointments")
    directory = make_directory(seed)
    calendar = draw_calendar(seed, size, roster)
    referring = random_for(seed, "appointments", "referrers")
    referrers = referrers_of(seed, size).imported

    def base(row: int) -> Line:
        line = _event(seed, row, calendar.schedule.rows, rng, directory)
        unknown = row in calendar.unknown
        if row in calendar.without_patient:
            _make_clinic_event(line, rng, unknown=unknown, directory=directory)
            return line
        person = visitor(seed, row, roster)
        line.cells["id_Contact"] = owner_cell(person.key, rng)
        line.values["contact"] = person.key
        if referring.random() < 0.3:
            line.cells["id_Referrer"] = referring.choice(referrers)
            line.values["referrer"] = str(line.cells["id_Referrer"])
        if unknown:
            line.cells["idCal"] = _foreign(directory, rng)
            line.values["clinic"] = person.clinic
            line.note("clinic_from_patient")
        return line

    return follow(calendar.schedule, base, headers=HEADERS, repeats=REPEATS)


def _event(seed: int, row: int, rows: int, rng: Random, directory: Directory) -> Line:
    """A visit in office hours at a known calendar, its patient not yet set."""
    key = key_of(seed, "event", row)
    day = date(2014, 1, 6) + timedelta(days=6_200 * row // rows + rng.randrange(3))
    minutes = 8 * 60 + 5 * rng.randrange(108)
    start = datetime.combine(day, time(minutes // 60, minutes % 60))
    end = start + timedelta(minutes=rng.choice((15, 30, 30, 45, 60)))
    calendar = rng.choice(directory.clinic_calendars)
    cells: dict[str, Cell] = {
        "id": key,
        "title": rng.choice(("Consult", "Review", "Fitting", "")),
        "startDate": day,
        "startTime": start.time(),
        "endDate": end.date(),
        "endTime": end.time(),
        "idCal": calendar.key,
        "Type": rng.choice(directory.appointment_types).name,
        "note": words.sentence(rng) if rng.random() < 0.5 else "",
        "creationAccountName": "front desk",
        "creationTimestamp": start - timedelta(days=rng.randint(1, 60)),
    }
    if rng.random() < 0.6:
        clinician = rng.choice(directory.clinicians)
        by_name = rng.random() < 0.1
        cells["id_Clinician"] = clinician.name if by_name else clinician.key
    line = Line(cells, key=key)
    line.values = {
        "id": key,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "clinic": calendar.key,
    }
    if rng.random() < 0.25:
        word = rng.choice(STATUS_WORDS)
        cells["Status"] = word
        line.values["status"] = STATUSES[word]
    return line


def _make_clinic_event(
    line: Line, rng: Random, *, unknown: bool, directory: Directory
) -> None:
    """A holiday, a meeting, a block: no patient, often the whole day."""
    for header in ("Type", "id_Clinician", "Status"):
        line.cells.pop(header, None)
    line.values.pop("status", None)
    line.cells["title"] = rng.choice(CLINIC_EVENTS)
    line.note("clinic_event")
    day = line.cells["startDate"]
    if rng.random() < 0.3 and isinstance(day, date):
        # the whole day: from midnight to midnight at its end, written as 24:00
        line.cells |= {"startTime": time(0), "endDate": day, "FLAG All day": 1}
        line.cells |= {"endTime": timedelta(days=1), "allDay": "true"}
        line.values["start"] = f"{day}T00:00:00"
        line.values["end"] = f"{day + timedelta(days=1)}T00:00:00"
    if unknown:
        line.cells["idCal"] = _foreign(directory, rng)
        line.values["clinic"] = None
        line.note("unknown_clinic")


def _foreign(directory: Directory, rng: Random) -> str:
    return rng.choice(directory.foreign_calendars).key


def _respell(line: Line, row: int) -> None:
    line.cells["id"] = respelled(str(line.cells["id"]), row)
    line.cells["id_Contact"] = respelled(str(line.cells["id_Contact"]), row + 1)


def _differ(line: Line) -> None:
    line.cells["title"] = "Moved"


REPEATS = Repeats(same=14, different=5, respell=_respell, differ=_differ)
