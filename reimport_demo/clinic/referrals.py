"""Which patient was sent by which referrer, and which referrer works for which company.

Pure. Both files have no key: who, whom and the day make one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from reimport_demo.clinic.companies import company_lines
from reimport_demo.clinic.defects import (
    date_defects,
    no_owner,
    owner_cell,
    owner_not_imported,
    respell,
    respelled,
    text_dates,
    unknown_owner,
)
from reimport_demo.clinic.model import Cell, Keys, Line, Roster, Size, keys_of
from reimport_demo.clinic.referrers import referrer_lines
from reimport_demo.clinic.schedule import (
    BLANKS,
    Defect,
    Repeats,
    draw_schedule,
    follow,
    random_for,
)

PATIENT, REFERRER = "id_Contact", "id_Perscriber"
WORKER, COMPANY = "id_Referrer", "id_Company"
REFERRAL_HEADERS = (
    PATIENT,
    REFERRER,
    "date",
    "creationAccountName",
    "creationTimestamp",
    "modificationAccountName",
    "modificationTimestamp",
)
WORKPLACE_HEADERS = (COMPANY, WORKER, *REFERRAL_HEADERS[2:])
NOT_DAYS = ("soon", "2019-13-45", "31/02/2019")


def referrers_of(seed: int, size: Size) -> Keys:
    """Which referrers come in, and which stay outside."""
    return keys_of(referrer_lines(seed, size))


def companies_of(seed: int, size: Size) -> Keys:
    """Which companies come in, and which stay outside."""
    return keys_of(company_lines(seed, size))


def referral_lines(seed: int, size: Size, roster: Roster) -> Iterator[Line]:
    """The lines of PatientToReferrer, in file order."""
    rng = random_for(seed, "patient_referrers")
    planting = random_for(seed, "patient_referrers", "schedule")
    referrers = referrers_of(seed, size)
    repeats = Repeats(same=10, different=3, respell=_respell, differ=_differ)
    schedule = draw_schedule(
        size.rows_of("patient_referrers"),
        size,
        rng=planting,
        defects=referral_defects(seed, roster, referrers, planting),
        repeats=repeats,
        blank_rows=3,
    )

    def base(row: int) -> Line:
        person = roster.people[row % len(roster.people)]
        return _pair(
            row, rng, (PATIENT, person.key), (REFERRER, rng.choice(referrers.imported))
        )

    return follow(schedule, base, headers=REFERRAL_HEADERS, repeats=repeats)


def referral_defects(
    seed: int, roster: Roster, referrers: Keys, rng: Random
) -> list[Defect]:
    """All defects of PatientToReferrer with their number of rows at full size."""
    dates = text_dates(["date"], "date", rng, 2010, 2024)
    return [
        Defect("no patient", 4, no_owner(PATIENT)),
        Defect("unknown patient", 4, unknown_owner(PATIENT, seed)),
        Defect("patient left out", 4, owner_not_imported(PATIENT, roster.left_out)),
        Defect("no referrer", 4, no_owner(REFERRER)),
        Defect("unknown referrer", 4, unknown_owner(REFERRER, seed)),
        Defect(
            "referrer left out", 4, owner_not_imported(REFERRER, referrers.left_out)
        ),
        Defect("keys respelled", 10, respell(PATIENT, REFERRER)),
        *date_defects(dates, "referral", 6),
        Defect("date unreadable", 4, _bad_day),
        Defect("no date", 8, _no_day),
    ]


def workplace_lines(seed: int, size: Size) -> Iterator[Line]:
    """The lines of ReferrerToCompanies, in file order."""
    rng = random_for(seed, "referrer_companies")
    referrers, companies = referrers_of(seed, size), companies_of(seed, size)
    repeats = Repeats(same=2, different=0, respell=_respell, differ=_differ)
    schedule = draw_schedule(
        size.rows_of("referrer_companies"),
        size,
        rng=random_for(seed, "referrer_companies", "schedule"),
        defects=workplace_defects(seed, referrers, companies),
        repeats=repeats,
        blank_rows=2,
    )

    def base(row: int) -> Line:
        company = companies.imported[row % len(companies.imported)]
        return _pair(
            row, rng, (COMPANY, company), (WORKER, rng.choice(referrers.imported))
        )

    return follow(schedule, base, headers=WORKPLACE_HEADERS, repeats=repeats)


def workplace_defects(seed: int, referrers: Keys, companies: Keys) -> list[Defect]:
    """All defects of ReferrerToCompanies with their number of rows at full size."""
    return [
        Defect("no company", 2, no_owner(COMPANY)),
        Defect("company left out", 2, owner_not_imported(COMPANY, companies.left_out)),
        Defect("unknown referrer", 2, unknown_owner(WORKER, seed)),
        Defect("referrer left out", 3, owner_not_imported(WORKER, referrers.left_out)),
        Defect("keys respelled", 4, respell(COMPANY, WORKER)),
        Defect("date unreadable", 2, _bad_day),
        Defect("no date", 6, _no_day),
    ]


def _pair(row: int, rng: Random, one: tuple[str, str], other: tuple[str, str]) -> Line:
    """Two keys and a day, of which no other row has the same."""
    day = date(2010, 1, 4) + timedelta(days=row % 5_000)
    made = datetime(2014, 1, 6, 9) + timedelta(hours=rng.randrange(40_000))
    cells: dict[str, Cell] = {
        **{column: owner_cell(key, rng) for column, key in (one, other)},
        "date": day,
        "creationAccountName": "admin",
        "creationTimestamp": made,
    }
    values = {NAMES[column]: key for column, key in (one, other)}
    return Line(cells, key="pair", values={**values, "date": day.isoformat()})


NAMES = {
    **{PATIENT: "contact", REFERRER: "referrer"},
    **{WORKER: "referrer", COMPANY: "company"},
}
"""Column -> its name in the answer key."""


def _bad_day(line: Line, number: int) -> None:
    line.cells["date"] = NOT_DAYS[number % len(NOT_DAYS)]
    line.values["date"] = None
    line.note("bad_date")


def _no_day(line: Line, number: int) -> None:
    line.cells["date"] = BLANKS[number % len(BLANKS)]
    line.values["date"] = None


def _respell(line: Line, row: int) -> None:
    for column in line.cells.keys() & NAMES.keys():
        line.cells[column] = respelled(str(line.cells[column]), row)


def _differ(line: Line) -> None:
    line.cells["modificationAccountName"] = "another record of the same day"
