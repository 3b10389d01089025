"""The fields of the clinic's tables, their types, and cells as values of these types.

Pure. A field's type is fixed by its name, as it would be in FileMaker: text that does
not fit stays text, as in a date field that holds 31/02/2019.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from reimport_demo.clinic.model import Cell
from reimport_demo.clinic.workbook import as_text
from reimport_demo.filemaker.model import Field, Kind, Value

KINDS = {
    **dict.fromkeys(
        (
            "DOB",
            "NDIS Plan Start Date",
            "NDIS Plan End Date",
            "startDate",
            "endDate",
            "Date",
            "date",
        ),
        Kind.DATE,
    ),
    **dict.fromkeys(("startTime", "endTime"), Kind.TIME),
    **dict.fromkeys(
        ("creationTimestamp", "modificationTimestamp", "SentTimestamp", "Timestamp"),
        Kind.TIMESTAMP,
    ),
    **dict.fromkeys(
        (
            "CYS_ID",
            "Diabetes",
            "Impaired Vision",
            "Impaired Hearing",
            "selfDoc",
            "sms",
            "Xmas",
            "NDIS Report",
            "SMS Phone",
            "Email default",
            "Xero address",
            "FLAG All day",
            "No SMS",
            "FLAG Follow Up",
            "Display",
            "SendResult",
            "SMSCredits",
            "imported",
            "num",
            "recid",
        ),
        Kind.NUMBER,
    ),
}
"""Type of every field that is not text, without the name of its table."""

ENTERED = re.compile(r"(creation|modification)[A-Z]\w+")
CALCULATED = frozenset(
    ("Full Address one line", "fileNane", "Name of file", "recid", "allDay")
)
GLOBALS = frozenset(("RECORD_ACTIVE_INDICATOR",))
MONTH_FIRST = frozenset(("Images",))
"""Tables whose text dates are month, day, year: FileMaker itself wrote them."""

_RETURN = re.compile(r"\r\n|[\n\v]")
_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_EPOCH_YEARS = (1899, 1900, 1904)


def field_named(header: str) -> Field:
    """The field behind a column of an export."""
    name = header.strip()
    bare = name.rpartition("::")[2]
    return Field(
        name,
        KINDS.get(bare, Kind.TEXT),
        entered=name == "id" or bool(ENTERED.fullmatch(name)),
        calculated=name in CALCULATED or "::" in name,
        everywhere=name in GLOBALS,
    )


def key_field(names: Sequence[str]) -> str:
    """The field that identifies a record: ``id`` or ``_kp_...``; "" for none."""
    keys = [name for name in names if name == "id" or name.startswith("_kp_")]
    return keys[0] if keys else ""


def value_of(cell: Cell, kind: Kind, *, month_first: bool = False) -> Value:
    """The value that FileMaker would hold where an export shows *cell*."""
    if kind is Kind.NUMBER:
        return _number(cell)
    if kind is Kind.DATE:
        return _date(cell, month_first=month_first)
    if kind is Kind.TIMESTAMP and isinstance(cell, date):
        return cell if isinstance(cell, datetime) else datetime.combine(cell, time())
    if kind is Kind.TIME:
        return _time(cell)
    return text_of(cell)


def text_of(cell: Cell) -> str:
    """As text, with FileMaker's own sign for a return inside a field."""
    return _RETURN.sub("\r", as_text(cell))


def _number(cell: Cell) -> Value:
    if isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, int | float):
        return cell
    text = text_of(cell)
    return int(text) if _WHOLE.fullmatch(text) else text


def _date(cell: Cell, *, month_first: bool) -> Value:
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == time() else text_of(cell)
    if isinstance(cell, date):
        return cell
    slashed = _SLASHED.fullmatch(cell) if isinstance(cell, str) else None
    if slashed and month_first:
        month, day, year = map(int, slashed.groups())
        try:
            return date(year, month, day)
        except ValueError:
            return text_of(cell)
    return text_of(cell)


def _time(cell: Cell) -> Value:
    """A time of day; a workbook may show it as a moment of its first day."""
    if isinstance(cell, datetime) and cell.year in _EPOCH_YEARS:
        return cell.time()
    if isinstance(cell, time | timedelta):
        return cell
    return text_of(cell)
