"""Values of the database in the words of the source: texts, keys, numbers, words.

Pure. Every function is given a value and the source's text and returns the pair
(what the source says, what the value says in the source's form); equal texts are equal
values. Shares no code with the conversions of the import.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

Pair = tuple[str, str]

_EXPONENT = re.compile(r"[+-]?\d+([.,]\d*)?[eE][+-]?\d+")
_BRACES = re.compile(r"\{(.*)\}", re.DOTALL)
_UNSEEN = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_JOINER = "\u200d"
_EXTENSION = re.compile(r"(?P<head>[^a-z#;,]*)[;,]?\s*(extension|extn|ext|xtn|x|#)\W*")
_EXIT = r"(?:00|0\d{2,4}|8\d{2})"
"""What is dialled to leave a country: 00, 0011, 011, 010, 810."""

_TRUNK = "(?:06|[018])"
"""What is dialled before a national number, somewhere in the world."""

_BETWEEN_DIGITS = frozenset("+./~\u2212 \t")
TRUE = frozenset({"1", "1.0", "yes", "y", "true", "x"})


def plain(text: str) -> str:
    """
    *text* with every kind of in-field return as a line feed, stripped.

    One in which nothing can be seen is blank.
    """
    stripped = text.strip()
    if not stripped or not (text.isascii() or seen(text).strip()):
        return ""
    if "\r" in text or "\v" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")
        return text.strip()
    return stripped


def seen(text: str) -> str:
    """*text* as a reader sees it: without characters that have no shape."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def without_point_zero(text: str) -> str:
    """A whole number as a person writes it: ``101.0`` is ``101``."""
    if not text.endswith(".0"):
        return text
    digits = text.removesuffix(".0")
    whole = digits.removeprefix("-").removeprefix("+")
    return digits if whole.isascii() and whole.isdecimal() else text


def key_text(text: str, *, number: bool = False) -> str:
    """A FileMaker key as it is compared: no case, blanks, braces or ``.0``."""
    return _key_text(text, number)


@lru_cache(maxsize=131_072)
def _key_text(text: str, number: bool) -> str:
    key = _caseless(text).strip()
    while key[:1] == "{" and (found := _BRACES.fullmatch(key)):
        key = found[1].strip()
    key = without_point_zero(key)
    return key.lstrip("0") or key[:1] if number and key.isdecimal() else key


@lru_cache(maxsize=131_072)
def folded(text: str) -> str:
    """*text* without case, compatibility forms and runs of blanks."""
    return " ".join(_caseless(text).split())


def word(text: str) -> str:
    """A coded word as it is compared: folded, without its final stop."""
    return folded(text).rstrip(".")


def text(value: str | None, said: str) -> Pair:
    """Free text: only returns and the blanks around it may differ."""
    return plain(said), value or ""


def label(value: str | None, said: str) -> Pair:
    """A coded word as it stands."""
    return plain(seen(said)), value or ""


def number_text(value: str | None, said: str) -> Pair:
    """Text that a spreadsheet may have written with ``.0``."""
    return without_point_zero(plain(seen(said))), value or ""


def name(value: str | None, said: str) -> Pair:
    """A person's name: one form of Unicode, single blanks; pictures may be joined."""
    spoken = unicodedata.normalize("NFC", plain(seen(said)))
    return " ".join(spoken.split()), (value or "").replace(_JOINER, "")


def title(value: str | None, said: str) -> Pair:
    """A title, whose stops the backend leaves out: they are put back here."""
    wanted = name(None, said)[0]
    stops = wanted[len(wanted.rstrip(". ")) :]
    held = name(value, "")[1]
    return wanted, f"{held}{stops}" if held else stops


def first_of(value: str | None, *said: str) -> Pair:
    """The first of several texts that is not blank; only the first may end in .0."""
    first, *others = map(plain, said)
    stand_in = next(filter(None, map(seen, others)), "")
    return first or without_point_zero(stand_in), value or ""


def key(value: str | None, said: str) -> Pair:
    return key_text(said), key_text(value or "")


def number_key(value: str | None, said: str) -> Pair:
    return key_text(said, number=True), key_text(value or "", number=True)


def flag(value: bool | None, *said: str) -> Pair:
    """Set where one of the flags is."""
    return _bit(any(is_set(cell) for cell in said)), _bit(bool(value))


def number(value: object, said: str) -> Pair:
    """A number: its digits without zeros that say nothing, whatever parts them."""
    return _in_digits(said), "" if value is None else _in_digits(str(value))


def whole(value: object, said: str) -> Pair:
    """The same without a fraction; one that has a fraction was left out."""
    spoken, held = number(value, said)
    return "" if "." in spoken else spoken, held


def is_number(said: str) -> bool:
    return bool(_in_digits(said))


def is_set(said: str) -> bool:
    return folded(said) in TRUE


def coded(value: str | None, said: str, words: Mapping[str, str]) -> Pair:
    """A coded value: the source's own words where each stands for the value."""
    spoken = word(said)
    fits = all(words.get(each) == value for each in ticked(said) or [""])
    return spoken, spoken if fits else value or ""


def ticked(said: str) -> list[str]:
    """The coded words of one cell, in order."""
    return [word(part) for part in listed(said) if word(part)]


def listed(said: str) -> list[str]:
    """What one cell lists, folded: lines, repetitions, or a list by commas."""
    lines = unicodedata.normalize("NFKC", said)
    lines = "\n".join(lines.splitlines())
    for sign in ",;/|\\&+\t\x1f\u2022\u00b7\u3001":
        lines = lines.replace(sign, "\n")
    return [folded(line) for line in lines.split("\n") if folded(line)]


def restored(value: str | None, said: str) -> bool:
    """*value* is the digits of *said* with zeros put back in front."""
    digits = number_text(None, said)[0]
    zeros = (value or "").removesuffix(digits)
    return bool(digits) and digits.isdecimal() and zeros.strip("0") == "" != zeros


def phone(value: str | None, said: str) -> Pair:
    """
    A number in E.164 by its digits: national, with or without zero, or abroad.

    Every digit of the value must have been typed, in this order, but for the code of
    the country; a text with a letter in it, or with any sign that is not put between
    digits, must stand there as it was.
    """
    number = number_text(None, said)[0]
    if not value or not value.startswith("+") or number == value:
        return number, value or ""
    typed, _ = parts_of_number(number)
    if not typed:
        return number, value
    return typed, typed if _is_dialled(value[1:], typed) else value


def parts_of_number(said: str) -> tuple[str, str]:
    """The digits of a number and of its extension; none where it is not one alone."""
    text = unicodedata.normalize("NFKC", number_text(None, said)[0]).casefold()
    found = _EXTENSION.match(text)
    head = found["head"] if found else text
    tail = text[found.end() :] if found else ""
    alone = all(sign.isdecimal() or _is_between(sign) for sign in head)
    if not alone or (found and not tail.isdecimal()):
        return "", ""
    return _digits(head), _digits(tail)


def _is_between(sign: str) -> bool:
    """People write it between the digits of one number: a dash, a bracket, a stop."""
    return sign in _BETWEEN_DIGITS or unicodedata.category(sign) in ("Pd", "Ps", "Pe")


def _digits(text: str) -> str:
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())


def is_exponent(said: str) -> bool:
    """A number whose last digits a spreadsheet has rounded away."""
    return _EXPONENT.fullmatch(plain(seen(said))) is not None


def email(value: str | None, said: str) -> Pair:
    """An address; its domain has no case."""
    return _address(plain(seen(said))), _address(value or "")


def slug(value: str | None, said: str) -> Pair:
    """A category made of the source's own word: its letters and digits."""
    spoken = "".join(filter(str.isalnum, plain(seen(said)).casefold())) or "other"
    return spoken, (value or "").replace("-", "")


def _address(said: str) -> str:
    local, at, domain = said.rpartition("@")
    return f"{local}{at}{domain.casefold()}"


def _is_dialled(number: str, typed: str) -> bool:
    """*typed* is a way to dial *number* (digits from the country code on)."""
    if typed == number:
        return True
    for length in (1, 2, 3):
        country, national = number[:length], number[length:]
        if not national or not typed.endswith(national):
            continue
        lead = typed.removesuffix(national)
        if re.fullmatch(rf"({_EXIT}?{country})?{_TRUNK}?", lead):
            return True
    return False


def _caseless(text: str) -> str:
    """*text* without case, compatibility forms and what nobody sees."""
    if text.isascii():
        return text.lower()
    folded_text = unicodedata.normalize("NFKC", seen(text)).casefold()
    return unicodedata.normalize("NFKC", folded_text)


def _in_digits(said: str) -> str:
    """The digits of one number, its sign and its fraction; "" where it is none."""
    body = folded(said).replace(",", ".")
    sign, body = ("-", body[1:]) if body[:1] == "-" else ("", body.removeprefix("+"))
    whole, point, fraction = body.partition(".")
    digits = whole + fraction
    if not (digits.isascii() and digits.isdigit()) or bool(point) > bool(fraction):
        return ""
    if "," in said and len(fraction) == 3 and 0 < len(whole) < 4 and whole[0] != "0":
        return ""  # it may as well be thousands
    shown = f"{whole.lstrip('0') or '0'}.{fraction.rstrip('0')}".rstrip(".")
    return shown if shown == "0" else f"{sign}{shown}"


def _bit(value: bool) -> str:
    return "1" if value else "0"
