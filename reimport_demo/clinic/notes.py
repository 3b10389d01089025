"""The clinical notes, Notes: texts with their own date, author and type.

Pure. Two columns name the patient a second time: full name and birth date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from reimport_demo.clinic import words
from reimport_demo.clinic.defects import (
    UNREADABLE_DATES,
    date_defects,
    date_with_time,
    no_key,
    no_owner,
    owner_cell,
    owner_not_imported,
    respell,
    respelled,
    text_dates,
    unknown_owner,
)
from reimport_demo.clinic.model import (
    NOTES_WITHOUT_TEXT,
    Cell,
    Line,
    Person,
    Roster,
    Size,
)
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

NAME_FULL = "@Notes to Contacts::Name Full"
BORN = "@Notes to Contacts::DOB"
HEADERS = (
    "id",
    "id_Key",
    "Date",
    "Note",
    "Note Type",
    "Display",
    NAME_FULL,
    BORN,
    "creationAccountName",
    "creationTimestamp",
    "modificationAccountName",
    "modificationTimestamp",
)
AUTHORS = ("kestrel", "juno", "pia", "front desk")
RETURNS = ("\v", "\r", "\r\n", "\n")
ODD_TEXTS: tuple[Cell, ...] = (
    "NA",
    "None",
    "=SUM(A1:A9)",
    "#N/A",
    "null",
    "0",
    42,
    "-",
    "Foot 🦶🏽 better",
    "Größe 38 → 39 \u200b ok",
)


def note_lines(seed: int, size: Size, roster: Roster) -> Iterator[Line]:
    """The lines of Notes, in file order."""
    rng = random_for(seed, "notes")
    planting = random_for(seed, "notes", "schedule")
    repeats = Repeats(same=8, different=4, respell=_respell, differ=_differ)
    schedule = draw_schedule(
        size.rows_of("notes"),
        size,
        rng=planting,
        defects=note_defects(seed, roster, planting),
        repeats=repeats,
        blank_rows=9,
    )
    silent = set(planting.sample(schedule.plain(), size.of(NOTES_WITHOUT_TEXT)))

    def base(row: int) -> Line:
        line = _note(seed, row, schedule.rows, rng, roster)
        if row in silent:
            line.cells["Note"] = BLANKS[row % len(BLANKS)]
            line.skip("no_content")
        return line

    return follow(schedule, base, headers=HEADERS, repeats=repeats)


def _note(seed: int, row: int, rows: int, rng: Random, roster: Roster) -> Line:
    key = key_of(seed, "note", row)
    person = rng.choice(roster.people)
    day = date(2014, 1, 6) + timedelta(days=4_500 * row // rows + rng.randrange(3))
    made = datetime(day.year, day.month, day.day, rng.randint(8, 18), rng.randrange(60))
    cells: dict[str, Cell] = {
        "id": key,
        "id_Key": owner_cell(person.key, rng),
        "Note Type": rng.choice(words.NOTE_TYPES),
        "Display": 1,
        "creationAccountName": rng.choice(AUTHORS),
        "creationTimestamp": made,
        "modificationAccountName": rng.choice(AUTHORS),
        "modificationTimestamp": made + timedelta(days=rng.randrange(30)),
    }
    line = Line(cells, key=key)
    line.values = {"id": key, "contact": person.key, "date": None}
    if rng.random() < 0.97:
        cells["Date"] = day
        line.values["date"] = day.isoformat()
    if rng.random() < 0.7:
        cells[NAME_FULL] = person.full_name
    if rng.random() < 0.3 and person.dob:
        cells[BORN] = person.dob
    _write(line, words.text(rng), None)
    return line


def _write(line: Line, meant: str, written: Cell | None) -> None:
    """Set the text as written, and what is expected of it once read."""
    line.cells["Note"] = meant if written is None else written
    line.values["text_sha256"] = hashlib.sha256(meant.encode()).hexdigest()
    line.values["text_chars"] = len(meant)


def note_defects(seed: int, roster: Roster, rng: Random) -> list[Defect]:
    """All defects of Notes with their number of rows at full size."""
    dates = text_dates(["Date"], "date", rng, 2014, 2025)
    born = [person for person in roster.people if person.dob]
    return [
        Defect("no key", 4, no_key("id")),
        Defect("key respelled", 20, respell("id")),
        Defect("no owner", 10, no_owner("id_Key")),
        Defect("unknown owner", 20, unknown_owner("id_Key", seed)),
        Defect("owner left out", 8, owner_not_imported("id_Key", roster.left_out)),
        Defect("owner key respelled", 30, respell("id_Key")),
        Defect("name contradicts", 6, _contradicting_name),
        Defect("birth date contradicts", 4, _contradicting_birth(born)),
        Defect("name and birth date in other ways", 12, _same_person(born)),
        *date_defects(dates, "date", 12),
        Defect("date unreadable", 5, _bad_date),
        Defect("date with a time of day", 6, date_with_time("Date")),
        Defect("returns in the text", 40, _returns),
        Defect("odd text", 20, _odd_text),
        Defect("text as long as a cell", 2, _long_text),
        Defect("NUL in the text", 2, _nul),
    ]


def _contradicting_name(line: Line, number: int) -> None:
    line.cells[NAME_FULL] = ("Somebody Else", "Otto Nemo")[number % 2]
    line.reject("contradicts_owner")


def _belongs_to(line: Line, person: Person) -> None:
    line.cells |= {"id_Key": person.key, NAME_FULL: person.full_name}
    line.values["contact"] = person.key


def _contradicting_birth(born: list[Person]) -> Plant:
    def plant(line: Line, number: int) -> None:
        person = born[number % len(born)]
        _belongs_to(line, person)
        line.cells[BORN] = (person.dob or date(1970, 1, 1)) + timedelta(days=366)
        line.reject("contradicts_owner")

    return plant


def _same_person(born: list[Person]) -> Plant:
    """The second names are right, only written in another way."""

    def plant(line: Line, number: int) -> None:
        person = born[number % len(born)]
        _belongs_to(line, person)
        name = person.full_name
        spaced = "  ".join(name.upper().split())
        line.cells[NAME_FULL] = (name.lower(), spaced, f"\u00a0{name} ")[number % 3]
        line.cells[BORN] = str(person.dob)

    return plant


def _bad_date(line: Line, number: int) -> None:
    line.cells["Date"] = UNREADABLE_DATES[number % len(UNREADABLE_DATES)]
    line.values["date"] = None
    line.note("bad_date")


def _returns(line: Line, number: int) -> None:
    parts = [f"Visit {line.row}.", "Seen today.", "Plan as before."]
    written = RETURNS[number % len(RETURNS)].join(parts)
    _write(line, "\n".join(parts), f" {written}\n" if number % 5 == 4 else written)


def _odd_text(line: Line, number: int) -> None:
    written = ODD_TEXTS[number % len(ODD_TEXTS)]
    _write(line, str(written), written)


def _long_text(line: Line, number: int) -> None:
    _write(line, ("Long history. " * 2_400)[:32_000].strip(), None)


def _nul(line: Line, number: int) -> None:
    line.cells["Note"] = f"before\x00after {line.row}"
    line.reject("bad_character")


def _respell(line: Line, row: int) -> None:
    line.cells["id"] = respelled(str(line.cells["id"]), row)


def _differ(line: Line) -> None:
    line.cells["Note"] = f"{line.cells['Note']} Amended."
