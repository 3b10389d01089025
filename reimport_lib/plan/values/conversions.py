"""From the text of a cell to a value: free text, digits, names, flags, sex.

Pure; imports nothing that writes, and neither Django nor pyarrow. The authority is the
paragraph "Text" of ``docs/rules.md``. Every function takes a column of text, blank is
"", and gives Cleaned with the same index. A character that no database stores (NUL, a
lone surrogate) gives None with ``bad_character`` in every function that keeps text.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from reimport_lib.frames import Column
from reimport_lib.plan.codes import Note
from reimport_lib.plan.values.text import (
    Cleaned,
    Converted,
    clean,
    fold,
    fold_words,
    listed_words,
    read_text,
    read_word,
    visible,
    whole_number,
)

_FLAGS = dict.fromkeys(("1", "yes", "y", "true", "x"), True) | dict.fromkeys(
    ("0", "no", "n", "false"), False
)
_JOINER = "\u200d"
_AMOUNT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?|[+-]?[.,][0-9]+")
_PERHAPS_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_SEXES = (
    dict.fromkeys(("m", "male", "man"), "M")
    | dict.fromkeys(("f", "female", "woman"), "F")
    | dict.fromkeys(("o", "other", "non-binary", "x"), "O")
    | dict.fromkeys(("u", "unknown"), "U")
)


def text(column: Column) -> Cleaned:
    """Free text: in-field returns become LF, stripped; nothing else changes inside."""
    return clean(column, read_text)


def word(column: Column) -> Cleaned:
    """A coded word as it stands, without invisible characters."""
    return clean(column, read_word)


def digits(column: Column, width: int) -> Cleaned:
    """
    Digits meant as text (postcode, health number), *width* characters when whole.

    Shorter ones get their lost zeros back (``leading_zero_restored``), a trailing
    ``.0`` goes; longer ones and those with other characters stay as they are. In
    contact details this note comes from postcodes only: a phone that lost its zero
    becomes the same E.164 as one that did not (see ``phone``), without a note.
    """

    def read(cell: str) -> Converted:
        value, code = read_word(cell)
        if not isinstance(value, str):
            return value, code
        number = whole_number(value)
        if number.isascii() and number.isdigit() and len(number) < width:
            return number.zfill(width), Note.LEADING_ZERO_RESTORED.value
        return number, ""

    return clean(column, read)


def number_text(column: Column) -> Cleaned:
    """Text that Excel may have turned into a number: only a trailing ``.0`` goes."""

    def read(cell: str) -> Converted:
        value, code = read_word(cell)
        return (whole_number(value) if isinstance(value, str) else value), code

    return clean(column, read)


def person_name(column: Column) -> Cleaned:
    """A name: NFC, any run of blanks (U+00A0 too) one blank, nothing invisible."""
    return clean(column, _read_name)


def title(column: Column) -> Cleaned:
    """A title without its final stop: ``Mr.`` is ``Mr``; any other value is kept."""

    def read(cell: str) -> Converted:
        value, code = _read_name(cell)
        if not isinstance(value, str):
            return value, code
        return value.rstrip(". ") or None, ""

    return clean(column, read)


def flag(column: Column) -> Cleaned:
    """1/0, yes/no, true/false, x as bool; another word is None, ``unknown_value``."""

    def read(cell: str) -> Converted:
        word = whole_number(fold(cell))
        if not word:
            return None, ""
        if word in _FLAGS:
            return _FLAGS[word], ""
        return None, Note.UNKNOWN_VALUE.value

    return clean(column, read)


def amount(column: Column) -> Cleaned:
    """
    A number with or without a fraction, which a stop or a comma parts from it.

    Another text is None, ``unknown_value``; so is one such as ``1,250``, which may be
    either, and one with signs between thousands.
    """
    return clean(column, _read_amount)


def whole(column: Column) -> Cleaned:
    """A number without a fraction, as int; else as ``amount``."""

    def read(cell: str) -> Converted:
        value, code = _read_amount(cell)
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value), code
        return None, code if value is None else Note.UNKNOWN_VALUE.value

    return clean(column, read)


def sex(column: Column) -> Cleaned:
    """
    M, F, O or U; blank is U, an unknown word is U with ``unknown_value``.

    So are several words that do not mean the same.
    """

    def read(cell: str) -> Converted:
        meant = {_SEXES.get(word.rstrip(".")) for word in listed_words(cell)}
        if not meant:
            return "U", ""
        sex = meant.pop() if len(meant) == 1 else None
        return (sex, "") if sex else ("U", Note.UNKNOWN_VALUE.value)

    return clean(column, read)


def canonical_text(column: Column) -> Cleaned:
    """The form in which texts are compared: NFKC, case folded, single blanks."""
    return clean(column, lambda cell: (fold_words(cell) or None, ""))


def _read_amount(cell: str) -> Converted:
    text = fold(cell)
    if not text:
        return None, ""
    if not _AMOUNT.fullmatch(text) or _PERHAPS_THOUSANDS.fullmatch(text):
        return None, Note.UNKNOWN_VALUE.value
    return Decimal(text.replace(",", ".")), ""


def _read_name(cell: str) -> Converted:
    value, code = read_text(_visible_name(cell))
    if not isinstance(value, str):
        return value, code
    return " ".join(unicodedata.normalize("NFC", value).split()), ""


def _visible_name(cell: str) -> str:
    """*cell* without invisible characters; one that draws two signs as one stays."""
    if _JOINER not in cell:
        return visible(cell)
    parts = cell.split(_JOINER)
    joined = parts[0]
    for part in parts[1:]:
        both = _is_sign(joined[-1:]) and _is_sign(part[:1])
        joined += _JOINER + part if both else part
    return _JOINER.join(map(visible, joined.split(_JOINER)))


def _is_sign(sign: str) -> bool:
    """A picture, or what colours the one before it."""
    return bool(sign) and unicodedata.category(sign) in ("So", "Sk", "Mn")
