"""Why rows of a table are not found: what else would have led from one to the other.

Pure; imports neither Django nor pyarrow. Two columns of texts are tried on each other,
read in several ways; nothing here decides anything about a row, and no text of a row is
told. What is tried is bounded: columns that could be keys, distinct texts, a sample of
many of them first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import cached_property

import pandas as pd

from reimport_lib.counting import several
from reimport_lib.plan.values.keys import key_of
from reimport_lib.plan.values.text import fold, fold_words

BETTER_BY = 0.05
"""Share of the rows that another way must find more, to be named."""
ENOUGH = 0.5
"""Share of the rows that another way must find."""
SAMPLE = 1_500
"""Distinct texts that a way is tried on first."""
MANY = 30
"""Different keys that a column must name, or half of them."""
LONGEST = 100
"""Characters of a text that may still be a key or a name."""
TOLD = 3

_LIKE_A_DAY = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}")

Form = Callable[[str], str]
"""One way to read a text for the comparison; "" for none."""


@dataclass(frozen=True, slots=True)
class Way:
    """
    How both sides are read before they are compared.

    Attributes:
        words: what is wrong with the texts where this finds more, for a sentence.
        simplicity: of two ways that find as much, the lower one is named.
    """

    words: str
    ours: Form
    theirs: Form
    simplicity: int


@dataclass(frozen=True, slots=True)
class Side:
    """A column of texts, by the table that it is of and the header that it has."""

    table: str
    header: str


@dataclass(frozen=True, slots=True)
class Cause:
    """
    Another way from rows to what they name, and how far it leads.

    Attributes:
        ours, theirs: the columns; words: how they are read, "" for as they are.
        found, rows: of all rows that name something in one column or the other.
        then: rows found by the way that was declared.
    """

    ours: Side
    theirs: Side
    declared: tuple[Side, Side]
    words: str
    found: int
    rows: int
    then: int

    @property
    def rate(self) -> float:
        return self.found / self.rows

    def __str__(self) -> str:
        """One sentence, with headers and counts and no text of a row."""
        ours, theirs = self.declared
        what = []
        if self.ours != ours:
            what.append(f"{self.ours.header!r} instead of {ours.header!r}")
        if self.theirs.table != theirs.table:
            what.append(f"rows of {self.theirs.table} instead of {theirs.table}")
        elif self.theirs != theirs:
            what.append(
                f"{self.theirs.header!r} of {theirs.table} instead of {theirs.header!r}"
            )
        way = f"joining {' and '.join(what)}" if what else "the same columns"
        way += f", {self.words}," if self.words else ""
        share = int(1000 * self.rate) / 10
        return (
            f"{way} would link {self.found:,} of {several(self.rows, 'row')}"
            f" ({share:g} %) instead of {self.then:,}"
        )


def causes(
    frame: pd.DataFrame,
    header: str,
    others: Mapping[str, pd.DataFrame],
    table: str,
    their_header: str,
    *,
    own: str,
) -> list[Cause]:
    """
    What would have linked more rows, the best first; nothing where nothing would.

    Args:
        frame: the texts of the table *own* whose rows name others, by header.
        header: its column that names them.
        others: table -> texts, of all tables that rows could name.
        table, their_header: which of them they should name, and its column of keys.
    """
    declared = Side(own, header), Side(table, their_header)
    ours = {h: _Texts(frame[h]) for h in frame.columns if h == header}
    ours |= {h: t for h in frame.columns if (t := _Texts(frame[h])).may_name}
    theirs = {
        Side(name, h): texts
        for name, columns in others.items()
        for h in columns.columns
        if (texts := _Texts(columns[h])).may_be_named
        or (name, h) == (table, their_header)
    }
    named = declared[1]
    if header not in ours or named not in theirs:
        return []
    then = ours[header].found_in(theirs[named], _AS_THEY_ARE)
    tried = _tried(ours, theirs, declared, then)
    found = [
        Cause(Side(own, h), side, declared, way.words, rows, ours[h].rows, then)
        for h, side, way, rows in tried
    ]
    base = then / ours[header].rows if ours[header].rows else 0.0
    better = [c for c in found if c.rate >= max(ENOUGH, base + BETTER_BY)]
    return _best(better)


def _tried(
    ours: Mapping[str, _Texts],
    theirs: Mapping[Side, _Texts],
    declared: tuple[Side, Side],
    then: int,
) -> Iterator[tuple[str, Side, Way, int]]:
    """Every other way that a sample speaks for, with the rows that it finds."""
    for header, texts in ours.items():
        for side, keys in theirs.items():
            is_same = (Side(declared[0].table, header), side) == declared
            if side.table == declared[0].table and side.header == header:
                continue
            for way in WAYS:
                if is_same and way is _AS_THEY_ARE:
                    continue
                if not is_same and way.simplicity > 1:
                    continue  # two guesses at once would find anything
                if (
                    texts.share_in(keys, way) >= ENOUGH
                    and keys.stays_apart(way)
                    and texts.spreads_over(keys, way)
                ):
                    yield header, side, way, texts.found_in(keys, way)


def _best(found: Iterable[Cause]) -> list[Cause]:
    """
    The most rows first; of those about equal what changes least, and is called alike.

    One way is told of each pair of columns.
    """
    simple = {way.words: way.simplicity for way in WAYS}

    def rank(cause: Cause) -> tuple[float, ...]:
        ours, theirs = cause.declared
        changes = (cause.ours != ours) + 2 * (cause.theirs != theirs)
        changes += cause.theirs.table != theirs.table
        alike = SequenceMatcher(None, cause.ours.header, ours.header).ratio()
        # what differs by a percent is no better; rows that are many are
        return (-round(cause.rate, 2), changes, simple[cause.words], -alike)

    ranked = sorted(found, key=rank)
    pairs = dict.fromkeys((c.ours, c.theirs) for c in ranked)
    first = [next(c for c in ranked if (c.ours, c.theirs) == p) for p in pairs]
    return first[:TOLD]


class _Texts:
    """The distinct texts of a column, how often each stands there, and their forms."""

    def __init__(self, column: pd.Series[str]) -> None:
        counted = column[column.str.strip() != ""].value_counts()
        self._counts: dict[str, int] = {str(t): int(n) for t, n in counted.items()}
        self.rows = sum(self._counts.values())
        self._all = len(column)
        self._forms: dict[Form, frozenset[str]] = {}

    @cached_property
    def _sample(self) -> list[str]:
        texts = sorted(self._counts)
        step = max(1, len(texts) // SAMPLE)
        return texts[::step]

    @property
    def _is_short(self) -> bool:
        return bool(self._sample) and (
            sum(map(len, self._sample)) <= LONGEST * len(self._sample)
        )

    @property
    def may_name(self) -> bool:
        """It could name rows: short texts in some rows, and not a number of its own."""
        return self._is_short and self.rows >= 0.02 * self._all and not self._counts_up

    @property
    def may_be_named(self) -> bool:
        """It could be keys: short texts, nearly each of them once, and no count."""
        is_each = self._is_short and len(self._counts) >= 0.9 * self.rows
        return is_each and not self._counts_up

    @property
    def _counts_up(self) -> bool:
        """A number of each row by itself: it is in any other such column too."""
        if len(self._counts) < self.rows or self.rows < 2:
            return False
        with suppress(ValueError):
            numbers = [int(key_of(text)) for text in self._counts]
            return max(numbers) - min(numbers) < 2 * len(numbers)
        return False

    def _read(self, way: Form) -> frozenset[str]:
        if way not in self._forms:
            self._forms[way] = frozenset(filter(None, map(way, self._counts)))
        return self._forms[way]

    def share_in(self, keys: _Texts, way: Way) -> float:
        """Share of the sampled texts that *keys* hold."""
        held = keys._read(way.theirs)
        hits = sum(way.ours(text) in held for text in self._sample)
        return hits / len(self._sample) if self._sample else 0.0

    def found_in(self, keys: _Texts, way: Way) -> int:
        """Rows whose text *keys* hold."""
        held = keys._read(way.theirs)
        return sum(n for text, n in self._counts.items() if way.ours(text) in held)

    def spreads_over(self, keys: _Texts, way: Way) -> bool:
        """It names many of *keys*: minutes or grades name a few of any numbers."""
        held = keys._read(way.theirs)
        return len(self._read(way.ours) & held) >= min(MANY, len(held) / 2)

    def stays_apart(self, way: Way) -> bool:
        """Read so, its keys are still different ones."""
        return len(self._read(way.theirs)) >= 0.98 * len(self._read(key_of))


def _without_zeros(text: str) -> str:
    key = key_of(text)
    return key.lstrip("0") or key


def _digits(text: str) -> str:
    found = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return found.lstrip("0") or found


def _letters(text: str) -> str:
    return "".join(sign for sign in fold(text) if sign.isalnum())


def _whole(text: str) -> str:
    """``1234,0`` and ``1,234`` as 1234."""
    with suppress(ValueError):
        number = float(key_of(text).replace(" ", "").replace(",", "."))
        if number.is_integer():
            return str(int(number))
    bare = key_of(text).replace(",", "").replace(".", "").replace(" ", "")
    return bare.lstrip("0") if bare.isdigit() else key_of(text)


def _first(text: str) -> str:
    """Of several, as repeating fields and lists have them."""
    return key_of(re.split(r"[;,|\n\r\t\v\x1d]", text.strip(), maxsplit=1)[0])


def _mended(text: str) -> str:
    """UTF-8 that was taken for Windows-1252 or Mac Roman."""
    for charset in () if text.isascii() else ("cp1252", "mac_roman"):
        with suppress(UnicodeError):
            return fold_words(text.encode(charset).decode("utf-8"))
    return fold_words(text)


def _day(*forms: str) -> Form:
    def read(text: str) -> str:
        for form in forms if _LIKE_A_DAY.fullmatch(text.strip()) else ():
            with suppress(ValueError):
                return datetime.strptime(text.strip(), form).date().isoformat()
        return ""

    return read


_DAY_FIRST = _day("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d")
_MONTH_FIRST = _day("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y")


def _both(words: str, read: Form, simplicity: int) -> Way:
    return Way(words, read, read, simplicity)


_AS_THEY_ARE = _both("", key_of, 0)
WAYS = (
    _AS_THEY_ARE,
    _both("however they are spaced", fold_words, 1),
    _both("without leading zeros, which one side has lost", _without_zeros, 2),
    _both("as whole numbers, which one side wrote as decimals", _whole, 2),
    Way("of several in a cell the first", _first, key_of, 3),
    _both("read in another character set", _mended, 3),
    Way("with day and month exchanged", _MONTH_FIRST, _DAY_FIRST, 3),
    _both("by letters and digits alone", _letters, 4),
    _both("by digits alone", _digits, 5),
)
"""From the plainest to what changes most."""
