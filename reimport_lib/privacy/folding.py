"""Texts as they are compared: without case, accents, marks of direction and escapes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

WORD = re.compile(r"[^\W_]+")
LEAST_DIGITS, MOST_DIGITS = 8, 15
LONGEST = 5
"""Words in a row that are compared of a longer text."""

# Combining marks, Hebrew and Arabic points, soft hyphens, joiners, marks of direction.
_UNSEEN = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u00ad\u061c\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
_NUMBER = re.compile(r"\d[\d ()/.-]{5,40}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ t]?[\d:.]*z?")
_WORDLIKE = re.compile(r"[\w,#.-]")
_NOT_DIGIT = re.compile(r"\D")
_GROUP = re.compile(r"\d{8,15}")
_DECIMAL = re.compile(r"\d{3}\.\d{5}|\d+\.\d+ +-?\d+\.\d+|\d\.\d{5}")
_DAY = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}")
_ABROAD = re.compile(r"\+\d{2,3}[ ()-]?\d[\d ()-]{5,12}\d(?![\w.])")
_BORN = re.compile(r"\W{1,12}(?:on\W)?\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}(?!\d)")
_BIRTHS = ("born", "birth")
_LONGEST_ADDRESS = 64
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_YEAR = re.compile(r"\b[12]\d{3}\b")
_SPELLED = re.compile(
    rf"(?:(\d{{1,2}})\.?(?:st|nd|rd|th)? )?({'|'.join(_MONTHS)})[a-z]*\.?"
    r"(?: (\d{1,2})(?:st|nd|rd|th)?)?,? $"
)
_LONGEST_DAY = 20


def folded(text: str) -> str:
    """*text* as it is compared."""
    if text.isascii():
        return text.lower()
    return _UNSEEN.sub("", unicodedata.normalize("NFKD", text).casefold())


def words(text: str) -> list[str]:
    """The words of a *text* that is folded."""
    return WORD.findall(text)


def without_moments(text: str) -> str:
    """*text* without moments, which are nobody's own."""
    return _MOMENT.sub(" ", text)


def numbers(text: str) -> Iterator[str]:
    """
    Numbers in *text* that are long enough to be somebody's, as their digits alone.

    Zeros before them are left out, and what may be the code of a country is so once.
    """
    for found in _NUMBER.finditer(text):
        said, start, end = found.group(), found.start(), found.end()
        if _DAY.match(said):
            continue
        before, after = text[max(start - 2, 0) : start], text[end : end + 1]
        if _WORDLIKE.match(before[-1:]):
            continue
        if _WORDLIKE.match(after):
            said = said.rstrip("0123456789")
        digits = _NOT_DIGIT.sub("", said)
        if LEAST_DIGITS <= len(digits) <= MOST_DIGITS and not _DECIMAL.search(said):
            abroad = "+" in before or digits.startswith("00")
            yield from _of_somebody(digits, abroad=abroad)
        elif len(digits) > MOST_DIGITS:
            for group in _GROUP.findall(said):
                yield from _of_somebody(group, abroad=False)


def _of_somebody(digits: str, *, abroad: bool) -> Iterator[str]:
    bare = digits.lstrip("0")
    yield bare
    if abroad:
        for length in (1, 2, 3):
            rest = bare[length:].lstrip("0")
            if len(rest) >= LEAST_DIGITS:
                yield rest


def days(text: str) -> Iterator[int]:
    """Every day, as its ordinal, that a date in the folded *text* may be read as."""
    chunks = set(_NUMBER.findall(text))
    for first, _, second, third in set(_DAY.findall("\n".join(chunks))):
        if len(first) == 4:
            yield from _day(first, second, third)
        elif len(third) in (2, 4):
            year = third if len(third) == 4 else f"19{third}"
            yield from _day(year, second, first)
            yield from _day(year, first, second)
    for year in _YEAR.finditer(text):
        before = text[max(year.start() - _LONGEST_DAY, 0) : year.start()]
        if before[-1:] == " " and (found := _SPELLED.search(before)):
            month = str(_MONTHS.index(found.group(2)) + 1)
            day = found.group(1) or found.group(3) or "0"
            yield from _day(year.group(), month, day)


def _day(year: str, month: str, day: str) -> Iterator[int]:
    try:
        yield date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return


def telling(text: str) -> Iterator[tuple[str, str]]:
    """What in the folded *text* is of nobody but a person, whoever that is."""
    for at in _places("@", text):
        beside = text[max(at - _LONGEST_ADDRESS, 0) : at + _LONGEST_ADDRESS]
        yield from (("e-mail addresses", each) for each in _ADDRESS.findall(beside))
    if "+" in text:
        yield from (("phone numbers", each) for each in _ABROAD.findall(text))
    for word in _BIRTHS:
        for at in _places(word, text):
            if found := _BORN.match(text, at + len(word)):
                yield "days of birth", word + found.group()


def _places(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)
