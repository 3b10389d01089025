"""The file of companies: practices and suppliers, and what is wrong with some.

Pure. Their phones and addresses are in Coms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from reimport_demo.clinic import words
from reimport_demo.clinic.defects import no_key, respell, respelled, too_long
from reimport_demo.clinic.model import Cell, Line, Size, keys_of
from reimport_demo.clinic.referrers import referrer_lines
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
    "Name",
    "ABN",
    "Type",
    "Location",
    "_kf_XeroContactID",
    "RECORD_ACTIVE_INDICATOR",
    "creationAccountName",
    "creationTimestamp",
    "modificationAccountName",
    "modificationTimestamp",
)
TYPES = (
    "General Practice",
    "Physiotherapy",
    "Orthopaedics",
    "Supplier",
    "plan manager",
)
_KINDS = ("Medical Centre", "Physiotherapy", "Orthotics Supply", "Plan Management")
_ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)


def company_lines(seed: int, size: Size) -> Iterator[Line]:
    """The lines of Companies, in file order."""
    rng = random_for(seed, "companies")
    repeats = Repeats(same=2, different=2, respell=_respell, differ=_differ)
    schedule = draw_schedule(
        size.rows_of("companies"),
        size,
        rng=random_for(seed, "companies", "schedule"),
        defects=company_defects(keys_of(referrer_lines(seed, size)).imported),
        repeats=repeats,
        blank_rows=2,
    )

    def base(row: int) -> Line:
        return _company(seed, row, rng)

    return follow(schedule, base, headers=HEADERS, repeats=repeats)


def company_defects(referrers: Sequence[str]) -> list[Defect]:
    """All defects of Companies with their number of rows at full size."""
    return [
        Defect("key of a referrer", 2, _key_of_another(referrers)),
        Defect("no key", 2, no_key("id")),
        Defect("key respelled", 4, respell("id")),
        Defect("no name", 2, _no_name),
        Defect("name too long", 2, too_long("Name", 200)),
        Defect("name with a return", 2, _name_with_return),
        Defect("number as number", 4, _number_as_number),
        Defect("type in other words", 4, _other_type),
    ]


def _company(seed: int, row: int, rng: Random) -> Line:
    """One company without any defect."""
    key = key_of(seed, "company", row)
    suburb, state, _ = rng.choice(words.SUBURBS)
    name = f"{words.last_name(rng)} {rng.choice(_KINDS)}"
    number = _business_number(rng) if rng.random() < 0.7 else ""
    kind = rng.choice(TYPES) if rng.random() < 0.8 else ""
    made = datetime(2014, 1, 6, 9) + timedelta(hours=rng.randrange(40_000))
    cells: dict[str, Cell] = {
        "id": key,
        "Name": name,
        "ABN": number,
        "Type": kind,
        "Location": f"{suburb} {state}" if rng.random() < 0.6 else "",
        "_kf_XeroContactID": key_of(seed, "xero", row) if rng.random() < 0.3 else "",
        "RECORD_ACTIVE_INDICATOR": "Active",
        "creationAccountName": "admin",
        "creationTimestamp": made,
    }
    values = {"id": key, "name": name, "abn": number, "type": kind}
    return Line(cells, key=key, values={**values})


def _business_number(rng: Random) -> str:
    """Eleven digits that are nobody's: their check digits are wrong."""
    number = rng.randrange(11 * 10**9, 99 * 10**9)
    digits = [int(digit) for digit in str(number - 10**10)]
    weighted = zip(digits, _ABN_WEIGHTS[-len(digits) :], strict=True)
    is_valid = sum(digit * weight for digit, weight in weighted) % 89 == 0
    text = str(number ^ 1 if is_valid else number)
    return " ".join((text[:2], text[2:5], text[5:8], text[8:]))


def _key_of_another(keys: Sequence[str]) -> Plant:
    """It comes in all the same; of a contact detail nobody knows whose it is."""

    def plant(line: Line, number: int) -> None:
        line.key = keys[number]
        line.cells["id"] = line.values["id"] = line.key

    return plant


def _no_name(line: Line, number: int) -> None:
    line.cells["Name"] = BLANKS[number % len(BLANKS)]
    line.reject("missing_required")


def _name_with_return(line: Line, number: int) -> None:
    name, end = line.values["name"], ("\v", "\r\n")[number % 2]
    line.cells["Name"] = f"{name}{end}Rooms 2"
    line.values["name"] = f"{name}\nRooms 2"


def _number_as_number(line: Line, number: int) -> None:
    """As the workbook has it where nobody typed the blanks."""
    digits = 83_000_000_000 + line.row
    line.cells["ABN"] = digits if number % 2 else f"{digits}.0"
    line.values["abn"] = str(digits)


def _other_type(line: Line, number: int) -> None:
    kind = (" GP ", "podiatrist", "Hospital ")[number % 3]
    line.cells["Type"] = kind
    line.values["type"] = kind.strip()


def _respell(line: Line, row: int) -> None:
    line.cells["id"] = respelled(str(line.cells["id"]), row)


def _differ(line: Line) -> None:
    line.cells["Location"] = "another place under the same key"
