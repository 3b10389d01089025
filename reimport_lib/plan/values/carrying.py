"""Whether a value carries the whole text that it was read from.

Pure. What it does not carry is kept beside it: no word that a person typed vanishes.
A conversion that says nothing of it carries a text only where its value is that text,
so that a new one loses nothing before somebody has thought about it.
"""

from __future__ import annotations

import unicodedata

from reimport_lib.plan.codes import Note, Reason
from reimport_lib.plan.values.contacts import has_extension
from reimport_lib.plan.values.dates import clock_behind
from reimport_lib.plan.values.text import fold, read_word, visible, whole_number
from reimport_lib.tables.declare import Conversion

NAMES_THE_LOSS = frozenset(
    {
        Note.BAD_DATE.value,
        Note.BAD_EMAIL.value,
        Note.BAD_NUMBER.value,
        Note.DATE_IN_FUTURE.value,
        Note.DATE_TOO_OLD.value,
        Note.UNKNOWN_VALUE.value,
        Reason.BAD_CHARACTER.value,
        Reason.BAD_TIME.value,
    }
)
"""Codes that say by themselves that the text is not in the value."""


def carries(convert: Conversion, text: str, value: object, code: str) -> bool:
    """
    Whether *value*, which *convert* made of *text* with *code*, says all of it.

    Case, blanks, separators and invisible characters are not part of what it says.
    """
    if not code and convert.carries is None and type(value) is str and value == text:
        return True
    if read_word(text) == (None, ""):
        return True
    if value is None or Note.UNKNOWN_VALUE.value in code.split(";"):
        return False
    return (convert.carries or is_said)(text, value)


def is_named(code: str) -> bool:
    """Whether one of the codes joined in *code* names a text that was left out."""
    return not NAMES_THE_LOSS.isdisjoint(code.split(";"))


def bare(text: str) -> str:
    """*text* as two rows are held against each other: letters, digits and pictures."""
    return "".join(filter(_is_said_aloud, fold(text)))


def _is_said_aloud(sign: str) -> bool:
    """No separator; a mark is a part of its letter: many scripts write vowels so."""
    kind = unicodedata.category(sign)
    return kind[0] in "LMN" or kind == "So"


def is_said(text: str, value: object) -> bool:
    if not isinstance(value, str):
        return False
    if value == text:
        return True
    return bare(value) in (bare(text), bare(whole_number(visible(text).strip())))


def with_zeros(text: str, value: object) -> bool:
    return is_said(text, value) or (
        isinstance(value, str)
        and bare(value).lstrip("0")
        == bare(whole_number(visible(text).strip())).lstrip("0")
    )


def number_in_full(text: str, value: object) -> bool:
    """A number in E.164 has its digits; an extension has no place in it."""
    return is_said(text, value) or not has_extension(text)


def date_alone(text: str, value: object) -> bool:
    """Midnight behind a date is how programs write a date without a time."""
    return not clock_behind(text).strip("0:. z")


def always(text: str, value: object) -> bool:
    return True
