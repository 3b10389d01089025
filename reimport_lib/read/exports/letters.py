"""How likely the letters beyond ASCII of a text are, in one character set or another.

Every language has letters of its own, and places in a word where they stand: Czech has
``ř`` behind ``o``, and nobody writes ``oø`` before an ``á``. The counts are in
``letters.txt``, made by ``tools/count_letters.py``. A text is taken for a mixture of
languages, as much of each as makes it likeliest; so a clinic's names may be of many.
Imports nothing of this package.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

_COUNTS = Path(__file__).with_name("letters.txt")
_EDGE = "_"
_ROUNDS = 40
_NEVER = 1e-9
"""Of a letter that a language does not have; of a letter that none has."""

# How much a language's general habits count beside those of one letter, in letters.
_HABIT, _FEW, _SIGNS = 4.0, 0.2, 40
_UNSEEN_LETTERS, _LEAST_SHARE = 5, 0.02

_MOST, _SLIGHT, _IMPOSSIBLE = 8.0, 2.0, -26.0
"""In logarithms: of one place's lead; of a place that tells; of no character at all."""

_NO_LETTERS = frozenset("\xaa\xba\u0192\xb5")
_APOSTROPHE, _LATIN_TO = "\u2019", "\u0250"
_OPENING = frozenset("\u2018\u201c\u201e\u201a«¿¡")
_CLOSING = frozenset("\u2019\u201d»")
_DASHES = frozenset("\u2013\u2014\u2026")
_SYMBOLS = frozenset("\u2022°½¼¾£€©®±²³§µ·\xd7\xaa\xba№")


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """
    How a text reads in one character set.

    Attributes:
        codec: Python's name of the set.
        likelihood: logarithm of how likely the whole text is.
        each: the same of every byte beyond ASCII, between its neighbours (n,).
        weights: how much each counts (n,): more often is little more evidence.
        of_letters: which of them are letters (n,): signs say little of a language.
    """

    codec: str
    likelihood: float
    each: np.ndarray
    weights: np.ndarray
    of_letters: np.ndarray

    @property
    def letters_mean(self) -> float:
        """As likely, in the mean, as its letters are; all signs where it has none."""
        counted = self.of_letters if self.of_letters.any() else slice(None)
        return float(np.average(self.each[counted], weights=self.weights[counted]))


@dataclass(frozen=True, slots=True)
class Lead:
    """
    What speaks for one character set against another.

    Attributes:
        by: how much likelier the text is, as a logarithm. No single place counts for
            more than ``_MOST``, except where the other set has no character at all.
        places: different ones that speak for it; an impossible one counts as two.
        share: of all that speaks for one of them, what speaks for it (0..1).
    """

    by: float
    places: int
    share: float


@dataclass(frozen=True, slots=True)
class _Language:
    """Counts of letters, of what stands before and behind each, and of that of all."""

    letters: dict[str, int]
    before: dict[str, Counter[str]]
    behind: dict[str, Counter[str]]
    all_before: Counter[str]
    all_behind: Counter[str]
    total: int


def fit(contexts: Counter[bytes], codec: str) -> Fit:
    """
    How well *contexts* read in *codec*.

    Args:
        contexts: three bytes, the middle one beyond ASCII -> how often they occur.
    """
    read = [_read(three, codec) for three in contexts]
    likely = np.array([_likely(*three) for three in read])
    weights = 1 + np.log(np.array(list(contexts.values()), dtype=np.float64))
    shares = np.full(likely.shape[1], 1 / likely.shape[1])
    for _ in range(_ROUNDS):
        shares = shares * ((weights / (likely @ shares)) @ likely) + _LEAST_SHARE
        shares /= shares.sum()
    each = np.log(likely @ shares)
    of_letters = np.array([_is_letter(sign) for _, sign, _ in read])
    return Fit(codec, float((each * weights).sum()), each, weights, of_letters)


def lead(best: Fit, rival: Fit) -> Lead:
    """How far *best* is before *rival*, of the same text."""
    ahead = best.each - rival.each
    impossible = rival.each < _IMPOSSIBLE
    counted = np.where(impossible, ahead, np.clip(ahead, -_MOST, _MOST))
    places = int((ahead > _SLIGHT).sum()) + int((impossible & (ahead > _MOST)).any())
    counted = best.weights * counted
    by, both = float(counted.sum()), float(np.abs(counted).sum())
    return Lead(by, places, (by + both) / 2 / both if both else 0.0)


def _read(three: bytes, codec: str) -> Sequence[str]:
    text = three.decode(codec, "replace")
    return text if len(text) == len(three) else "\ufffd" * len(three)


def _is_letter(sign: str) -> bool:
    return sign.isalpha() and sign not in _NO_LETTERS


@cache
def _likely(before: str, sign: str, behind: str) -> np.ndarray:
    """In each language (n,) and, last, as a sign that is no letter."""
    languages = _languages()
    if not _is_letter(sign):
        return np.array(
            [_NEVER * 1e-3] * len(languages) + [_as_sign(before, sign, behind)]
        )
    case = _as_written(before, sign, behind)
    letter, left, right = map(_folded, (sign, before, behind))
    return np.array(
        [case * _in(language, left, letter, right) for language in languages] + [_NEVER]
    )


def _in(language: _Language, before: str, letter: str, behind: str) -> float:
    """How likely the next letter beyond ASCII is this one, between those two."""
    times = language.letters.get(letter, 0)
    if not times:
        return _NEVER
    left = language.before[letter][before] + _HABIT * _usual(
        language, language.all_before, before
    )
    right = language.behind[letter][behind] + _HABIT * _usual(
        language, language.all_behind, behind
    )
    share = times / (language.total + _UNSEEN_LETTERS)
    return share * (left / (times + _HABIT)) * (right / (times + _HABIT))


def _usual(language: _Language, signs: Counter[str], sign: str) -> float:
    return (signs[sign] + _FEW) / (language.total + _FEW * _SIGNS)


def _folded(sign: str) -> str:
    if not sign.isalpha():
        return _EDGE
    small = "\u0131" if sign == "\u0130" else sign.lower()  # the Turkish pair
    return small if len(small) == 1 else sign


def _as_written(before: str, letter: str, behind: str) -> float:
    """A capital has no small letter before it, nor a word in capitals a small one."""
    if letter.isupper() and (
        before.islower() or (before.isalpha() and behind.islower())
    ):
        return 1e-4
    if letter.islower() and behind.isupper():
        return 1e-4
    if not before.isalpha() and not behind.isalpha():  # a word of one letter
        return 0.02
    # few words of a table begin with an accent in lower case
    return 0.15 if letter.islower() and not before.isalpha() else 1.0


def _as_sign(before: str, sign: str, behind: str) -> float:
    in_word = before.isalpha() and behind.isalpha()
    if sign == _APOSTROPHE and in_word:
        return 0.03 if max(before, behind) < _LATIN_TO else 1e-6
    if sign in _OPENING:
        return 0.02 if behind.isalnum() and not before.isalnum() else 1e-6
    if sign in _CLOSING:
        return 0.02 if not before.isspace() and not behind.isalnum() else 1e-6
    if _is_sign(before) or _is_sign(behind):
        return 1e-7  # two in a row would rather be letters of another set
    if sign in _DASHES:
        return 1e-3 if in_word else 0.02
    if sign in _SYMBOLS:
        beside_digit = before.isdigit() or behind.isdigit()
        return 1e-7 if in_word else 0.01 if beside_digit else 5e-4
    if sign == "\xa0":
        return 3e-3
    if sign == "\ufffd" or unicodedata.category(sign) in {"Cc", "Cn", "Co"}:
        return 1e-12
    return 1e-8 if in_word else 1e-7


def _is_sign(neighbour: str) -> bool:
    letter_or_digit = neighbour.isalpha() or neighbour.isdecimal()  # not: ² and ½
    return neighbour > "\xa0" and not letter_or_digit


@cache
def _languages() -> tuple[_Language, ...]:
    lines: dict[str, list[list[str]]] = {}
    for line in _COUNTS.read_text(encoding="utf-8").splitlines():
        name, *fields = line.split("\t")
        lines.setdefault(name, []).append(fields)
    return tuple(map(_language, lines.values()))


def _language(lines: list[list[str]]) -> _Language:
    letters = {letter: int(times) for letter, times, _, _ in lines}
    before = {letter: _counter(signs) for letter, _, signs, _ in lines}
    behind = {letter: _counter(signs) for letter, _, _, signs in lines}
    return _Language(
        letters,
        before,
        behind,
        sum(before.values(), Counter()),
        sum(behind.values(), Counter()),
        sum(letters.values()),
    )


def _counter(text: str) -> Counter[str]:
    return Counter({each[0]: int(each[1:]) for each in text.split(" ")})
