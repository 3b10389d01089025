"""Telephone numbers and e-mail addresses.

Pure. Whether a number is valid is decided by the ``phonenumbers`` library, never here.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import phonenumbers

from reimport_lib.planning.cleaned import (
    Cleaned,
    Reading,
    clean,
    read_text,
    whole_number,
)
from reimport_lib.planning.codes import Note

_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+")
_EMAIL = re.compile(
    r"(?P<local>[^\s@,;:<>()\[\]\"\\]{1,64})@"
    r"(?P<domain>(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_](?:[\w-]*[^\W_]))"
)


def phone(column: pd.Series[Any], region: str) -> Cleaned:
    """
    A phone number in E.164, read as dialled in *region* (ISO 3166).

    A number without its leading zero, as a spreadsheet leaves it (``412345678``), is
    a valid national number and needs no note. One that is not valid, has an
    extension, or stands beside another in the same cell stays as text with
    ``bad_number``; scientific notation has lost its digits: None with ``bad_number``.
    """
    return clean(column, lambda cell: _read_phone(cell, region))


def email(column: pd.Series[Any]) -> Cleaned:
    """
    An e-mail address, its domain in lower case.

    Text without the form of one (one @, a domain with a dot, no blanks) is kept with
    ``bad_email``. The part before the @ keeps its case: it belongs to the mail host.
    """
    return clean(column, _read_email)


def _read_phone(cell: str, region: str) -> Reading:
    value, code = read_text(cell)
    if not isinstance(value, str):
        return value, code
    number = whole_number(value)
    if _SCIENTIFIC.fullmatch(number):
        return None, Note.BAD_NUMBER.value
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return number, Note.BAD_NUMBER.value
    if parsed.extension or not phonenumbers.is_valid_number(parsed):
        return number, Note.BAD_NUMBER.value
    e164 = phonenumbers.PhoneNumberFormat.E164
    return phonenumbers.format_number(parsed, e164), ""


def _read_email(cell: str) -> Reading:
    value, code = read_text(cell)
    if not isinstance(value, str):
        return value, code
    address = _EMAIL.fullmatch(value)
    local = address["local"] if address else "."
    if address is None or local[0] == "." or local[-1] == "." or ".." in local:
        return value, Note.BAD_EMAIL.value
    return f"{local}@{address['domain'].lower()}", ""
