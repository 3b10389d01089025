"""What is wrong or odd with some rows of Coms.

Pure. A defect that needs a phone writes one out of a block that no other row uses, so
that no owner gets a value twice by accident.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from reimport_demo.clinic import words
from reimport_demo.clinic.defects import (
    no_owner,
    owner_not_imported,
    respell,
    unknown_owner,
)
from reimport_demo.clinic.model import Cell, Keys, Line, Roster
from reimport_demo.clinic.schedule import BLANKS, Defect, Plant

# two headers end in blanks, as hand-made export layouts have them
SUBURB = "suburb\u00a0"
POST_CODE = "post code "
UNKNOWN_KINDS = ("Fax", "Pager", "Website", "", "Work", "\u00a0", "Postal")
KIND_SPELLINGS = ("MOBILE ", " mobile", "Mobile\u00a0", "mObile")
NOT_NUMBERS = ("0491 57", "ask at the front desk", "12", "0491 570 0061")
SCIENTIFIC = ("4.9E+08", "4.91571E+08", "6.1491E+10")
NOT_ADDRESSES = ("orla@", "@example.org", "orla mail@example.org")


def detail_defects(
    seed: int, roster: Roster, referrers: Keys, companies: Keys
) -> list[Defect]:
    """All defects of Coms with their number of rows at full size."""
    others_left_out = [*referrers.left_out, *companies.left_out]
    shared = sorted({*referrers.imported} & {*companies.imported})
    left_out = partial(owner_not_imported, "id.key")
    return [
        Defect("no owner", 20, no_owner("id.key")),
        Defect("unknown owner", 12, unknown_owner("id.key", seed)),
        Defect("owner left out", 20, left_out(roster.left_out)),
        Defect("referrer or company left out", 8, left_out(others_left_out)),
        Defect("owner of two tables", 4, _of_two_tables(shared)),
        Defect("owner key respelled", 40, respell("id.key")),
        Defect("kind respelled", 60, _kind_respelled),
        Defect("kind unknown", 24, _kind_unknown),
        Defect("phone written in other ways", 40, _phone_spelled),
        Defect("phone as number", 30, _phone_as_number),
        Defect("phone in another column", 20, _other_column),
        Defect("phone in the flag column", 6, _in_flag_column),
        Defect("phone in scientific notation", 6, _scientific),
        Defect("phone not valid", 8, _not_a_number),
        Defect("phone with words around it", 10, _phone_with_words),
        Defect("phone with an extension", 6, _phone_with_extension),
        Defect("phone with invisible marks", 6, _phone_with_marks),
        Defect("flags only", 20, _flags_only),
        Defect("nothing at all", 15, _nothing),
        Defect("e-mail in a phone row", 25, _email_in_phone),
        Defect("e-mail in the flag column", 6, _email_in_flag),
        Defect("e-mail not valid", 6, _bad_email),
        Defect("address without line 1", 12, _no_line_1),
        Defect("address with returns", 6, _address_with_returns),
        Defect("address too long", 2, _address_too_long),
        Defect("post code lost zeros", 15, _post_code(("998", 998, "998.0"), "0998")),
        Defect("post code as number", 15, _post_code((2795, "2795.0"), "2795")),
    ]


def _of_two_tables(keys: Sequence[str]) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells["id.key"] = keys[number % len(keys)]
        line.reject("ambiguous_owner")

    return plant


def _spare(line: Line) -> str:
    return f"087010{line.row % 10_000:04d}"


def _rewrite(line: Line, kind: str, cells: dict[str, Cell], value: str) -> None:
    """Make the row another detail of the same owner."""
    line.cells = {"id.key": line.cells["id.key"], "type": kind, **cells}
    contact = line.values["contact"]
    line.values = {"contact": contact, "kind": kind.strip().lower(), "value": value}


def _kind_respelled(line: Line, number: int) -> None:
    phone = _spare(line)
    _rewrite(line, "Mobile", {"ph": phone}, words.international(phone))
    line.cells["type"] = KIND_SPELLINGS[number % len(KIND_SPELLINGS)]


def _kind_unknown(line: Line, number: int) -> None:
    kind = UNKNOWN_KINDS[number % len(UNKNOWN_KINDS)]
    _rewrite(line, kind, {"ph": _spare(line)}, "")
    line.reject("unknown_type")


def _phone_spelled(line: Line, number: int) -> None:
    phone = _spare(line)
    spellings = (
        words.spaced(phone),
        words.international(phone),
        f"+61 {phone[1]} {phone[2:6]} {phone[6:]}",
        f"{phone[:2]}-{phone[2:6]}-{phone[6:]}",
        f"\u00a0{phone} ",
    )
    cells: dict[str, Cell] = {"ph": spellings[number % len(spellings)]}
    _rewrite(line, "Phone", cells, words.international(phone))


def _phone_as_number(line: Line, number: int) -> None:
    """The leading zero is gone, the number can still be told."""
    phone = _spare(line)
    ph: Cell = int(phone) if number % 2 else f"{int(phone)}.0"
    _rewrite(line, "Phone", {"ph": ph}, words.international(phone))


def _other_column(line: Line, number: int) -> None:
    phone = _spare(line)
    cells: dict[str, Cell] = {
        "ph": BLANKS[number % len(BLANKS)],
        "PhoneMobileIntFormat": words.international(phone),
        "SMS Phone": 1,
    }
    _rewrite(line, "Phone", cells, words.international(phone))


def _in_flag_column(line: Line, number: int) -> None:
    phone = _spare(line)
    _rewrite(line, "Mobile", {"SMS Phone": phone}, words.international(phone))


def _scientific(line: Line, number: int) -> None:
    text = SCIENTIFIC[number % len(SCIENTIFIC)]
    _rewrite(line, "Mobile", {"ph": text, "Name": f"old {line.row}"}, "")
    line.note("bad_number")


def _not_a_number(line: Line, number: int) -> None:
    text = NOT_NUMBERS[number % len(NOT_NUMBERS)]
    _rewrite(line, "Phone", {"ph": text}, text)
    line.note("bad_number")


def _phone_with_words(line: Line, number: int) -> None:
    """Nobody dials the letters of a name, and the name is not lost."""
    phone = words.spaced(_spare(line))
    text = (f"{phone} (Anna)", f"do not call {phone}", f"Mum {phone} or Dad")
    _rewrite(line, "Phone", {"ph": text[number % 3]}, text[number % 3])
    line.note("bad_number")


def _phone_with_extension(line: Line, number: int) -> None:
    phone = _spare(line)
    text = (f"{phone} ext. 12", f"{words.spaced(phone)} x7")[number % 2]
    _rewrite(line, "Phone", {"ph": text}, words.international(phone))
    line.note("text_kept")


def _phone_with_marks(line: Line, number: int) -> None:
    """Telephones put marks of direction around a number that is copied."""
    phone = _spare(line)
    marks = (("\u202a", "\u202c"), ("\u2068", "\u2069"), ("\u200b", "\ufeff"))
    first, last = marks[number % len(marks)]
    _rewrite(line, "Phone", {"ph": first + phone + last}, words.international(phone))


def _flags_only(line: Line, number: int) -> None:
    """The flags say that it is the default; of what, nobody knows."""
    if number % 2:
        _rewrite(line, "Email", {"Email default": 1, "SMS Phone": 0}, "")
    else:
        _rewrite(line, "Mobile", {"SMS Phone": 1, "Email default": "0"}, "")
    line.skip("no_content")


def _nothing(line: Line, number: int) -> None:
    kind = ("Phone", "Email", "Address")[number % 3]
    _rewrite(line, kind, {"Name": "Home"}, "")
    line.skip("no_content")


def _email_in_phone(line: Line, number: int) -> None:
    address = f"row{line.row}@example.org"
    _rewrite(line, ("Mobile", "Phone")[number % 2], {"ph": address}, address)
    line.values["kind"] = "email"


def _email_in_flag(line: Line, number: int) -> None:
    address = f"row{line.row}@example.com"
    _rewrite(line, "Email", {"Email default": address}, address)


def _bad_email(line: Line, number: int) -> None:
    text = NOT_ADDRESSES[number % len(NOT_ADDRESSES)]
    _rewrite(line, "Email", {"ph": text}, text)
    line.note("bad_email")


def _address(line: Line, number: int) -> dict[str, Cell]:
    suburb, state, post_code = words.SUBURBS[number % len(words.SUBURBS)]
    return {
        "Name": "Postal",
        "address 1": f"PO Box {line.row}",
        SUBURB: suburb,
        "state": state,
        POST_CODE: post_code,
    }


def _no_line_1(line: Line, number: int) -> None:
    """A suburb alone: something to keep, though the value itself is line 1."""
    cells = _address(line, number) | {"address 1": BLANKS[number % len(BLANKS)]}
    _rewrite(line, "Address", cells, "")
    line.values["post_code"] = str(cells[POST_CODE])


def _address_with_returns(line: Line, number: int) -> None:
    cells = _address(line, number)
    end = ("\v", "\r\n", "\r")[number % 3]
    cells["address 1"] = f"Unit {line.row}{end}9 Galah Lane"
    _rewrite(line, "Address", cells, f"Unit {line.row}\n9 Galah Lane")


def _address_too_long(line: Line, number: int) -> None:
    cells = _address(line, number) | {"address 1": f"{line.row} " + "Long Road " * 30}
    _rewrite(line, "Address", cells, "")
    line.reject("value_too_long")


def _post_code(spellings: Sequence[Cell], meant: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        written = spellings[number % len(spellings)]
        cells = _address(line, number) | {POST_CODE: written}
        _rewrite(line, "Address", cells, f"PO Box {line.row}")
        line.values["post_code"] = meant
        if str(written).startswith("998"):
            line.note("leading_zero_restored")

    return plant
