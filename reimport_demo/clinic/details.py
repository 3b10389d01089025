"""The file of contact details, Coms: phones, e-mails, addresses of patients and others.

Pure. The table has no key of its own, and only the owner's key says whose details a row
holds: companies and referrers share the file with the patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

from reimport_demo.clinic import words
from reimport_demo.clinic.defects import owner_cell, respelled
from reimport_demo.clinic.details_defects import POST_CODE, SUBURB, detail_defects
from reimport_demo.clinic.model import Cell, Keys, Line, Person, Roster, Size
from reimport_demo.clinic.referrals import companies_of, referrers_of
from reimport_demo.clinic.schedule import (
    Repeats,
    draw_schedule,
    follow,
    random_for,
)

HEADERS = (
    "id.key",
    "type",
    "Name",
    "ph",
    "PhoneMobileIntFormat",
    "SMS Phone",
    "Email default",
    "Xero address",
    "address 1",
    "address 2",
    SUBURB,
    "state",
    POST_CODE,
    "country",
    "location",
    "Full Address one line",
)
FOREIGN_ROWS = 960
KINDS = ("mobile", "address", "email", "phone", "phone", "mobile")


def detail_lines(seed: int, size: Size, roster: Roster) -> Iterator[Line]:
    """The lines of Coms, in file order."""
    rng = random_for(seed, "contact_details")
    repeats = Repeats(same=30, different=0, respell=_respell, differ=_unused)
    referrers, companies = referrers_of(seed, size), companies_of(seed, size)
    schedule = draw_schedule(
        size.rows_of("contact_details"),
        size,
        rng=random_for(seed, "contact_details", "schedule"),
        defects=detail_defects(seed, roster, referrers, companies),
        repeats=repeats,
        blank_rows=6,
    )
    plain = schedule.plain()
    foreign = set(rng.sample(plain, size.of(FOREIGN_ROWS)))
    others = _others(referrers, companies)
    places = _places(schedule.rows - len(foreign), len(roster.people))

    def base(row: int) -> Line:
        if row in foreign:
            return _foreign(*next(others), rng)
        owner, turn = next(places)
        return _detail(roster.people[owner], owner, turn, rng)

    return follow(schedule, base, headers=HEADERS, repeats=repeats)


def _places(rows: int, people: int) -> Iterator[tuple[int, int]]:
    """Owner and turn of each row: every owner's rows follow each other."""
    each, more = divmod(rows, people)
    for owner in range(people):
        for turn in range(each + (owner < more)):
            yield owner, turn


def _detail(person: Person, owner: int, turn: int, rng: Random) -> Line:
    """One detail without defect; no owner has the same value twice."""
    kind = KINDS[turn % len(KINDS)]
    values: dict[str, Cell] = {}
    if kind == "address":
        cells, value, values = _address(rng)
    elif kind == "email":
        value = words.email(person.first_name, person.last_name, owner)
        cells = {"ph": value, "Email default": rng.choice((0, 1)), "Name": "Home"}
    elif kind == "phone":
        value = f"025550{(2 * owner + turn) % 10_000:04d}"
        cells = {"ph": words.spaced(value), "Name": rng.choice(("Home", "Work"))}
        value = words.international(value)
    else:
        phone = words.MOBILES[(owner + turn) % 20]
        cells = {"ph": phone, "SMS Phone": int(turn == 0), "Name": "Mobile"}
        cells["PhoneMobileIntFormat"] = words.international(phone)
        value = words.international(phone)
    cells |= {"id.key": owner_cell(person.key, rng), "type": kind.title()}
    expected = {"contact": person.key, "kind": kind, "value": value}
    return Line(cells, values={**expected, **{k: str(v) for k, v in values.items()}})


def _address(rng: Random) -> tuple[dict[str, Cell], str, dict[str, Cell]]:
    street = f"{rng.randint(1, 240)} {rng.choice(words.STREETS)}"
    suburb, state, post_code = rng.choice(words.SUBURBS)
    cells: dict[str, Cell] = {
        "Name": "Home",
        "address 1": street,
        "address 2": "Unit 4" if rng.random() < 0.1 else "",
        SUBURB: suburb,
        "state": state,
        POST_CODE: post_code,
        "country": "Australia",
        "Xero address": rng.choice((0, 1, "")),
        "Full Address one line": f"{street}, {suburb} {state} {post_code}",
    }
    return cells, street, {"post_code": post_code}


def _others(referrers: Keys, companies: Keys) -> Iterator[tuple[str, str, int]]:
    """Referrers and companies in turn, each twice: what it is, its key, a number."""
    shared = {*referrers.imported} & {*companies.imported}
    kinds = (("referrer", referrers), ("company", companies))
    owners = [
        [(kind, key) for key in keys.imported if key not in shared]
        for kind, keys in kinds
    ]
    for number in count():
        of_kind = owners[number % 2]
        yield *of_kind[number // 4 % len(of_kind)], number


def _foreign(owner: str, key: str, number: int, rng: Random) -> Line:
    """A number of a company or referrer."""
    phone = f"027010{number % 10_000:04d}"
    kind = "Phone" if number % 3 else "Mobile"
    cells: dict[str, Cell] = {
        "id.key": key,
        "type": kind,
        "Name": rng.choice(("Rooms", "Reception", "Accounts")),
        "ph": words.spaced(phone),
    }
    value = words.international(phone)
    return Line(cells, values={owner: key, "kind": kind.lower(), "value": value})


def _respell(line: Line, row: int) -> None:
    """The same detail again: owner and kind in another spelling."""
    line.cells["id.key"] = respelled(str(line.cells["id.key"]), row)
    line.cells["type"] = f" {str(line.cells['type']).upper()}"


def _unused(line: Line) -> None:
    """Unequal rows have unequal derived keys here: no such pair exists."""
