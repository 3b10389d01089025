"""Whether a value carries the whole text that it was read from.

Pure. What it does not carry is kept beside it: no word that a person typed vanishes.
A conversion that is not listed here carries a text only where its value is that text,
so that a new one loses nothing before somebody has thought about it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

from reimport_lib.plan.codes import Note, Reason
from reimport_lib.plan.values.contacts import has_extension
from reimport_lib.plan.values.dates import clock_behind
from reimport_lib.plan.values.text import fold, read_word, visible, whole_number

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


def carries(convert: str, text: str, value: object, code: str) -> bool:
    """
    Whether *value*, which *convert* made of *text* with *code*, says all of it.

    Case, blanks, separators and invisible characters are not part of what it says.
    """
    if read_word(text) == (None, ""):
        return True
    if value is None or Note.UNKNOWN_VALUE.value in code.split(";"):
        return False
    return _CARRIES.get(convert, _is_said)(text, value)


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


def _is_said(text: str, value: object) -> bool:
    if not isinstance(value, str):
        return False
    if value == text:
        return True
    return bare(value) in (bare(text), bare(whole_number(visible(text).strip())))


def _with_zeros(text: str, value: object) -> bool:
    return _is_said(text, value) or (
        isinstance(value, str)
        and bare(value).lstrip("0")
        == bare(whole_number(visible(text).strip())).lstrip("0")
    )


def _whole_number(text: str, value: object) -> bool:
    """A number in E.164 has its digits; an extension has no place in it."""
    return _is_said(text, value) or not has_extension(text)


def _date_alone(text: str, value: object) -> bool:
    """Midnight behind a date is how programs write a date without a time."""
    return not clock_behind(text).strip("0:. z")


def _always(text: str, value: object) -> bool:
    return True


_CARRIES: Mapping[str, Callable[[str, object], bool]] = {
    "key": _always,
    "number key": _always,
    "kept": _always,
    "digits": _with_zeros,
    "flag": _always,
    "sex": _always,
    "phone": _whole_number,
    "date": _date_alone,
    "birth date": _date_alone,
    "time of day": _always,
    "date and time": _always,
}
"""Conversions whose values are not the text itself: what else is the same."""
