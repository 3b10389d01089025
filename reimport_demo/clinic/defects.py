"""Defects that several tables share: keys, owners and dates spelled wrongly or oddly.

Pure. Each function gives a ``Plant``: it changes one line and what is expected of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from random import Random

from reimport_demo.clinic.model import Cell, Line
from reimport_demo.clinic.schedule import BLANKS, Defect, Plant, key_of

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def respelled(key: str, number: int) -> str:
    """The same key in another spelling: case, braces, blanks, U+00A0, full width."""
    spellings: tuple[Callable[[str], str], ...] = (
        str.lower,
        lambda text: "{" + text + "}",
        lambda text: f"  {text} ",
        lambda text: f"\u00a0{text}\u00a0",
        lambda text: "{" + text.lower() + "} ",
        lambda text: text.translate(FULL_WIDTH),
        lambda text: f"{text}\t",
    )
    return spellings[number % len(spellings)](key)


def owner_cell(key: str, rng: Random) -> Cell:
    """A patient's key as another table writes it; numeric keys come as numbers."""
    if not key.isdigit():
        return key
    return int(key) if rng.random() < 0.5 else f"{key}.0"


def respell(*columns: str) -> Plant:
    """Write keys in another way; nothing else changes."""

    def plant(line: Line, number: int) -> None:
        for column in columns:
            line.cells[column] = respelled(str(line.cells[column]), number)

    return plant


def no_key(*columns: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        for column in columns:
            line.cells[column] = BLANKS[number % len(BLANKS)]
        line.key = ""
        line.reject("no_key")

    return plant


def no_owner(column: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells[column] = BLANKS[number % len(BLANKS)]
        line.reject("no_owner")

    return plant


def unknown_owner(column: str, seed: int) -> Plant:
    """Name a patient that no row of the source describes."""

    def plant(line: Line, number: int) -> None:
        line.cells[column] = key_of(seed, f"nobody of {column}", number)
        line.reject("unknown_owner")

    return plant


def owner_not_imported(column: str, left_out: Sequence[str]) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells[column] = left_out[number % len(left_out)]
        line.reject("owner_not_imported")

    return plant


def no_content(column: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells[column] = BLANKS[number % len(BLANKS)]
        line.skip("no_content")

    return plant


def too_long(column: str, width: int) -> Plant:
    """One character more than the field of the backend holds."""

    def plant(line: Line, number: int) -> None:
        line.cells[column] = "x" * (width + 1)
        line.reject("value_too_long")

    return plant


def cell(column: str, spellings: Sequence[Cell], note: str = "") -> Plant:
    """Write one of *spellings*; the value expected stays as it is."""

    def plant(line: Line, number: int) -> None:
        line.cells[column] = spellings[number % len(spellings)]
        if note:
            line.note(note)

    return plant


def rejecting(column: str, spellings: Sequence[Cell], reason: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells[column] = spellings[number % len(spellings)]
        line.reject(reason)

    return plant


UNREADABLE_DATES = ("31/02/2019", "2019-13-45", "unknown", "#########", "0/0/2020")

Days = Callable[[], date]


def text_dates(
    columns: Sequence[str], value: str, rng: Random, first: int, last: int
) -> dict[str, Plant]:
    """
    Plants for a date as text: set order, ISO, same day and month, ambiguous, other.

    Args:
        columns: cells that get the text; *value*: name in the line's values.
        first, last: years between which the date lies.
    """

    def write(line: Line, text: str, day: date, note: str) -> None:
        for column in columns:
            line.cells[column] = text
        line.values[value] = day.isoformat()
        if note:
            line.note(note)

    def late(line: Line, number: int) -> None:
        day = date(rng.randint(first, last), rng.randint(1, 12), rng.randint(13, 28))
        padded = f"{day:%d/%m/%Y}"
        text = padded if number % 2 else f"{day.day}/{day.month}/{day.year}"
        write(line, text, day, "")

    def other(line: Line, number: int) -> None:
        day = date(rng.randint(first, last), rng.randint(1, 12), rng.randint(13, 28))
        write(line, f"{day.month}/{day.day}/{day.year}", day, "other_date_order")

    def ambiguous(line: Line, number: int) -> None:
        month = rng.randint(1, 12)
        day = date(rng.randint(first, last), month, month % 12 + 1)
        write(line, f"{day:%d/%m/%Y}", day, "ambiguous_date")

    def twice(line: Line, number: int) -> None:
        month = rng.randint(1, 12)
        day = date(rng.randint(first, last), month, month)
        write(line, f"{day.day}/{day.month}/{day.year}", day, "")

    def iso(line: Line, number: int) -> None:
        day = date(rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28))
        write(line, day.isoformat(), day, "")

    return {
        "set order": late,
        "other order": other,
        "ambiguous": ambiguous,
        "same day and month": twice,
        "iso text": iso,
    }


def date_defects(plants: dict[str, Plant], field: str, rows: int) -> list[Defect]:
    """Defects for one date column; the set order outnumbers the other one."""
    shares = {"set order": 2.0, "other order": 0.75, "ambiguous": 1.5}
    return [
        Defect(
            f"{field}: {name}",
            round(rows * shares.get(name, 0.5)),
            plant,
            least=2 if name == "set order" else 1,
        )
        for name, plant in plants.items()
    ]


def date_with_time(column: str) -> Plant:
    """A time of day in a column of dates, which has no field of its own."""
    clocks = ("9:30 am", "14:05", "16:20:30")

    def plant(line: Line, number: int) -> None:
        day = date(2015 + number % 9, 1 + number % 12, 13 + number % 15)
        line.cells[column] = f"{day:%d/%m/%Y} {clocks[number % len(clocks)]}"
        line.values["date"] = day.isoformat()
        line.note("text_kept")

    return plant
