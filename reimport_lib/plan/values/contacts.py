"""Telephone numbers and e-mail addresses.

Pure. Whether a number is valid is decided by the ``phonenumbers`` library, never here.
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from reimport_lib.frames import Column
from reimport_lib.plan.codes import Note
from reimport_lib.plan.values.text import (
    Cleaned,
    Converted,
    clean,
    read_word,
    visible,
    whole_number,
)

_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+")
_BETWEEN = r" \t./()\[\]~\u2010-\u2015\u2212-"
_NUMBER = re.compile(
    rf"(?P<number>[{_BETWEEN}]*\+?[{_BETWEEN}]*[0-9][0-9{_BETWEEN}]*)"
    r"(?:(?:;ext=|,? ?(?:ext(?:ensio)?n?|xtn|x|#) ?[.:]?) ?(?P<extension>[0-9]{1,7}))?",
    re.IGNORECASE,
)
"""A number, what people write between its digits, and an extension; no word else."""

_APART = re.compile(r"[/(\[]| [\u2010-\u2015\u2212-] ")
_EXIT = 5
"""Digits that lead out of a country, at most: ``0011``, ``810``, ``00700``."""

_EMAIL = re.compile(
    r"(?P<local>[^\s@,;:<>()\[\]\"\\]{1,64})@"
    r"(?P<domain>(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_](?:[\w-]*[^\W_]))"
)


def phone(column: Column, region: str) -> Cleaned:
    """
    A phone number in E.164, read as dialled in *region* (ISO 3166).

    Only where the cell holds nothing but the number, its separators and an extension:
    with any other sign or letter it stays as it was with ``bad_number``, and so does
    one that is not valid. No letter is dialled, and E.164 has no place for an
    extension (see ``has_extension``). A number without its leading zero, as a
    spreadsheet leaves it (``412345678``), is a valid national number and needs no
    note; scientific notation has lost its digits: None with ``bad_number``.
    """
    return clean(column, lambda cell: _read_phone(cell, region))


def has_extension(cell: str) -> bool:
    """The number in *cell* has an extension behind it."""
    found = _NUMBER.fullmatch(_dialled(cell))
    return found is not None and found["extension"] is not None


def email(column: Column) -> Cleaned:
    """
    An e-mail address, its domain in lower case.

    Text without the form of one (one @, a domain with a dot, no blanks) is kept with
    ``bad_email``. The part before the @ keeps its case: it belongs to the mail host.
    """
    return clean(column, _read_email)


def _read_phone(cell: str, region: str) -> Converted:
    value, code = read_word(cell)
    if not isinstance(value, str):
        return value, code
    number = whole_number(value)
    if _SCIENTIFIC.fullmatch(number):
        return None, Note.BAD_NUMBER.value
    e164 = _in_e164(number, region)
    return (e164, "") if e164 else (number, Note.BAD_NUMBER.value)


def _in_e164(text: str, region: str) -> str:
    """The number that *text* is and nothing else, "" where it is none."""
    found = _NUMBER.fullmatch(_dialled(text))
    if found is None:
        return ""
    try:
        parsed = phonenumbers.parse(found["number"], region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    national = phonenumbers.national_significant_number(parsed)
    typed = re.sub(r"\D", "", found["number"])
    if not typed.endswith(national):
        return ""  # some regions have digits put in between: nobody typed those
    lead = typed.removesuffix(national)
    if not _is_lead(lead, parsed.country_code or 0, region) or _is_several(
        found["number"], region
    ):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _is_lead(lead: str, country: int, region: str) -> bool:
    """
    *lead*, dialled before a national number, says nothing but the way into *country*.

    That is the code of the country, behind the digits that lead out of *region*, and
    the digit that leads into a country's own net. A carrier, or a digit that hides the
    caller, is neither: E.164 has no place for it.
    """
    at_home = phonenumbers.country_code_for_region(region) == country
    if at_home and _is_trunk(lead, region):
        return True
    exits = _metadata(region, "international_prefix")
    out, code, inner = lead.partition(str(country))
    while code:
        leads_out = not out or (len(out) <= _EXIT and re.fullmatch(exits, out))
        if leads_out and _is_trunk(
            inner, phonenumbers.region_code_for_country_code(country)
        ):
            return True
        more, code, inner = inner.partition(str(country))
        out = f"{out}{country}{more}"
    return False


def _is_trunk(lead: str, region: str) -> bool:
    one = len(lead) == 1 and re.fullmatch(
        _metadata(region, "national_prefix_for_parsing"), lead
    )
    return lead in ("", "0", _metadata(region, "national_prefix")) or bool(one)


def _metadata(region: str, name: str) -> str:
    known = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return getattr(known, name, None) or ""


def _is_several(number: str, region: str) -> bool:
    """What stands before a slash, a bracket or a dash with blanks is a number alone."""
    for sign in _APART.finditer(number):
        try:
            head = phonenumbers.parse(number[: sign.start()], region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(head):
            return True
    return False


def _dialled(text: str) -> str:
    """*text* with plain digits and signs, whatever alphabet they were written in."""
    plain = unicodedata.normalize("NFKC", visible(text)).strip()
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in plain)


def _read_email(cell: str) -> Converted:
    value, code = read_word(cell)
    if not isinstance(value, str):
        return value, code
    address = _EMAIL.fullmatch(value)
    local = address["local"] if address else "."
    if address is None or local[0] == "." or local[-1] == "." or ".." in local:
        return value, Note.BAD_EMAIL.value
    return f"{local}@{address['domain'].lower()}", ""
