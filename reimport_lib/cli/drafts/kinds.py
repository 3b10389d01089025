"""What a column may hold, and how that is told of its texts.

Pure. Texts are read with the import's own conversions: what they take without a doubt
is what the column holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from reimport_lib.config import RowSettings
from reimport_lib.frames import Column
from reimport_lib.plan.codes import Note, Reason
from reimport_lib.plan.values import contacts, conversions, times
from reimport_lib.plan.values.dates import clock_behind, dates
from reimport_lib.plan.values.text import Cleaned, fold_words
from reimport_lib.tables.convert import PHONE_REGION

SHARE = 0.95
"""Of the different texts of a column, those that must be of a kind to make it one."""

FEW_WORDS = 12
"""More different texts than this are no list of words."""

_UNREADABLE = {
    *(Note.BAD_DATE, Note.BAD_NUMBER, Note.BAD_EMAIL, Note.UNKNOWN_VALUE),
    Reason.BAD_TIME,
}
_CODE = re.compile(r"code|number|\b(?:no|nr|zip|id)\b", re.IGNORECASE)
_OF_A_CODE = re.compile(r"0[0-9].*|.{16,}")
"""A zero in front, or more digits than anybody counts."""

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_DIALLED = re.compile(r"[+(0].*[0-9].*")
_BIRTH = re.compile(r"birth|\bdob\b", re.IGNORECASE)
_PHONE = re.compile(r"phone|mobile|fax", re.IGNORECASE)
_PERSON = re.compile(
    r"(first|last|full|middle|given|family|preferred|maiden)[ _]*name"
    r"|name[ _]*(first|last|full|middle)|surname",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ValueKind:
    """
    A kind of value.

    Attributes:
        convert: its name in ``tables.convert``.
        model: the field of the backend, where texts of any length need none.
        example: an invented text; value: what becomes of it, as Python has it.
    """

    convert: str
    model: str
    example: str
    value: str

    @property
    def is_text(self) -> bool:
        return not self.model


KINDS: Mapping[str, ValueKind] = {
    kind.convert: kind
    for kind in (
        ValueKind("flag", "BooleanField", "1", "True"),
        ValueKind("date", "DateField", "2020-06-03", "date(2020, 6, 3)"),
        ValueKind("birth_date", "DateField", "1980-06-03", "date(1980, 6, 3)"),
        ValueKind(
            "moment",
            "DateTimeField",
            "2020-06-03 09:30:00",
            "datetime(2020, 6, 2, 23, 30, tzinfo=UTC)",
        ),
        ValueKind("time_of_day", "TimeField", "09:30", "time(9, 30)"),
        ValueKind("email", "", "someone@example.com", '"someone@example.com"'),
        ValueKind("phone", "", "+61 491 570 006", '"+61491570006"'),
        ValueKind("whole", "BigIntegerField", "12", "12"),
        ValueKind("amount", "DecimalField", "12.5", 'Decimal("12.5")'),
        ValueKind("number_text", "", "12", '"12"'),
        ValueKind("person_name", "", "Sample", '"Sample"'),
        ValueKind("word", "", "Example", '"Example"'),
        ValueKind("text", "", "Example", '"Example"'),
    )
}


def kind_of(header: str, texts: Sequence[str], settings: RowSettings) -> ValueKind:
    """The kind of a column called *header*, by its different *texts*, none blank."""
    column = pd.Series(list(texts), dtype=object)
    for name, holds in (
        ("flag", _are_flags),
        ("whole", _are_whole),
        ("amount", _are_amounts),
        ("number_text", _are_numbers),
        ("email", lambda *_: _share(contacts.email(column)) >= SHARE),
        ("moment", _are_moments),
        ("date", _are_dates),
        ("time_of_day", _are_times),
        ("phone", _are_phones),
    ):
        if holds(header, column, settings):
            is_birth = name == "date" and _BIRTH.search(header)
            return KINDS["birth_date" if is_birth else name]
    if _PERSON.search(header):
        return KINDS["person_name"]
    is_long = any("\n" in text or "\r" in text or "\x0b" in text for text in texts)
    return KINDS["text" if is_long else "word"]


def _share(cleaned: Cleaned) -> float:
    """The part of the values that could be read."""
    codes = [set(code.split(";")) for code in cleaned.codes]
    return sum(not code & _UNREADABLE for code in codes) / max(len(codes), 1)


def _are_flags(_: str, column: Column, __: RowSettings) -> bool:
    """Both answers, or the one that a checkbox has; never one number of several."""
    cleaned = conversions.flag(column)
    return len(column) <= FEW_WORDS and all(cleaned.values.notna())


def _are_whole(header: str, column: Column, _: RowSettings) -> bool:
    return _are_counted(header, column) and _share(conversions.whole(column)) >= SHARE


def _are_amounts(header: str, column: Column, _: RowSettings) -> bool:
    return _are_counted(header, column) and _share(conversions.amount(column)) >= SHARE


def _are_counted(header: str, column: Column) -> bool:
    """Numbers of something; those that are dialled or name something are codes."""
    is_code = _PHONE.search(header) or _CODE.search(header)
    return not (is_code or any(_OF_A_CODE.fullmatch(text.strip()) for text in column))


def _are_numbers(header: str, column: Column, _: RowSettings) -> bool:
    """Codes of digits; numbers that are dialled are not."""
    numbers = [bool(_NUMBER.fullmatch(text.strip())) for text in column]
    return not _PHONE.search(header) and sum(numbers) >= SHARE * len(numbers)


def _are_dates(_: str, column: Column, settings: RowSettings) -> bool:
    return _share(dates(column, settings.date_order, declared=False)) >= SHARE


def _are_moments(header: str, column: Column, settings: RowSettings) -> bool:
    clocks = {clock_behind(text) for text in column} - {"", "00:00", "00:00:00"}
    return bool(clocks) and _are_dates(header, column, settings)


def _are_times(_: str, column: Column, __: RowSettings) -> bool:
    clocks = [text for text in column if ":" in text]
    return len(clocks) >= SHARE * len(column) and _share(times.times(column)) >= SHARE


def _are_phones(header: str, column: Column, settings: RowSettings) -> bool:
    read = _share(contacts.phone(column, settings.of(PHONE_REGION)))
    if _PHONE.search(header):
        return read >= 0.5
    dialled = sum(bool(_DIALLED.fullmatch(fold_words(text))) for text in column)
    return min(read, dialled / len(column)) >= SHARE
