"""Which persons' values may stand in an index, and which of them prove anything.

Short words and numbers, what the program itself says and what many rows say tell
nothing of anybody: see *How it is compared* in ``docs/reports.md``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice, pairwise

from reimport_lib.counting import MANY_ROWS
from reimport_lib.privacy import folding
from reimport_lib.privacy.index import UUID, Index
from reimport_lib.privacy.values import DAYS, KEYS, NAMES, WORDS, PersonValues

LEAST_LETTERS, LEAST_SYMBOLS = 4, 2
"""Of a word alone: in letters with cases, and in scripts without."""
LEAST_PHRASE = 8

_LOOKED_AT = 500
_LEAST_UUID = 32
_ONE_UUID = re.compile(f"({UUID.pattern})")
_DIGEST = re.compile(r"[0-9a-f]{40,}")

Trace = tuple[str, ...]
"""``word``, ``words``, ``number``, ``uuid`` or ``day``, and what stands there."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """Words and pairs of many values that stand in what is shared, and may tell."""

    words: frozenset[str] = frozenset()
    pairs: frozenset[int] = frozenset()

    def holds(self, text: str) -> bool:
        """Whether the folded *text* has one of them."""
        if not self.words and not self.pairs:
            return False
        words = folding.words(text)
        return not (
            self.words.isdisjoint(words)
            and self.pairs.isdisjoint(map(hash, pairwise(words)))
        )


@dataclass(slots=True)
class Matcher:
    """
    Looks persons' values up in *shared*.

    Attributes:
        common: what the program and the lists of the project say.
        found: what may stand there, folded -> what it is, ``kind (table.column)``.
        drawn: a value of every place that can be told from anything else.
        compared: how many values were looked up.
    """

    shared: Index
    common: Index
    found: dict[Trace, str] = field(default_factory=dict)
    drawn: dict[str, tuple[str, str]] = field(default_factory=dict)
    compared: int = 0
    _seen: dict[str, set[int]] = field(default_factory=dict)
    _written: dict[str, set[int]] = field(default_factory=dict)

    def match_all(self, streams: Iterable[PersonValues]) -> None:
        for values in streams:
            self.match(values)

    def match(self, values: PersonValues) -> None:
        """Look up *values*; those of no kind are common from now on."""
        if not values.texts:
            return
        if not values.kind:
            self._know(values.texts)
            return
        if values.kind == WORDS:
            self.common.add_all(t for t, n in values.texts.items() if n >= MANY_ROWS)
        new = self._new(values)
        if not new:
            return
        values = replace(values, texts=new)
        folded = folding.folded(_lines(values.texts)).split("\n")
        if values.place not in self.drawn:
            self._draw(values, folded)
        self.compared += len(folded)
        suspects = self._suspects(folded, values.kind)
        said = f"{values.kind} ({values.place})"
        for text, rows in zip(folded, values.texts.values(), strict=True):
            if suspects is None or suspects.holds(text):
                for form in self.forms(text, rows, values.kind):
                    self.found.setdefault(form, said)

    def _new(self, values: PersonValues) -> dict[str, int]:
        """Those that no column of that kind had yet, as the database has most."""
        known = self._seen.setdefault(values.kind, set())
        new = {t: n for t, n in values.texts.items() if hash(t) not in known}
        known.update(map(hash, new))
        return new

    def _suspects(self, folded: list[str], kind: str) -> Suspects | None:
        """What of many values may be found; None where each must be looked up."""
        shared, common, text = self.shared, self.common, "\n".join(folded)
        if kind == DAYS:
            days = shared.days.intersection(folding.days(text))
            return Suspects() if days <= common.days else None
        pieces = _ONE_UUID.split(text)
        if found := pieces[1::2]:
            said = "\n".join(found).replace("-", "").split("\n")
            if not shared.uuids.intersection(said) <= common.uuids:
                return None
            text = " ".join(pieces[::2])
        text = folding.without_moments(text)
        if not shared.numbers.intersection(folding.numbers(text)) <= common.numbers:
            return None
        words = folding.words(text)
        pairs = shared.pairs.intersection(map(hash, pairwise(words)))
        return Suspects(
            frozenset(filter(self._tells, shared.words.intersection(words))),
            frozenset(pairs - common.pairs),
        )

    def still_drawn(self) -> dict[str, tuple[str, str]]:
        """What was drawn, and tells of somebody by all that is common by now."""
        return {
            place: (kind, text)
            for place, (kind, text) in self.drawn.items()
            if any(self.forms(folding.folded(text), 1, kind, everywhere=True))
        }

    def told(self) -> dict[Trace, str]:
        """What was found and is not common, and what is a person's by its form."""
        found = {f: said for f, said in self.found.items() if not self._is_common(f)}
        for said, kind in self.shared.telling.items():
            if said not in self.common.telling:
                found.setdefault(("telling", said), kind)
        return found

    def _is_common(self, form: Trace) -> bool:
        what, *said = form
        if what == "day":
            return int(said[0]) in self.common.days
        if what == "word":
            return said[0] in self.common.words
        if what == "uuid":
            return said[0] in self.common.uuids
        if what == "words":
            return bool(self.common.runs_of(said, len(said)))
        return what == "number" and said[0] in self.common.numbers

    def _know(self, texts: Iterable[str]) -> None:
        """Days and numbers in columns of which all is shown, as far as they matter."""
        if not self._written:
            self._written.update(_forms_of(self.shared.days))
        for found in self._written.keys() & {text[:10].rstrip(" t") for text in texts}:
            self.common.days.update(self._written[found])
        self.common.numbers.update(self.shared.numbers & set(texts))

    def forms(
        self, text: str, rows: int, kind: str, *, everywhere: bool = False
    ) -> Iterator[Trace]:
        """
        In which forms the folded *text* stands in what is shared, and tells of someone.

        Args:
            rows: that have it.
            everywhere: also the forms that do not stand there.
        """
        shared, common = self.shared, self.common
        if kind == DAYS:
            for day in folding.days(text):
                if (everywhere or day in shared.days) and day not in common.days:
                    yield "day", str(day)
            return
        if len(text) >= _LEAST_UUID and (found := UUID.findall(text)):
            for code in (each.replace("-", "") for each in found):
                is_here = everywhere or code in shared.uuids
                if is_here and code not in common.uuids:
                    yield "uuid", code
            text = UUID.sub(" ", text)
        text = folding.without_moments(text)
        words = folding.words(text)
        if len(words) == 1 and _DIGEST.fullmatch(text):
            return  # this program's own
        if all(map(str.isdigit, words)):
            for number in folding.numbers(text):
                is_here = everywhere or number in shared.numbers
                if is_here and number not in common.numbers:
                    yield "number", number
            return
        if kind not in (NAMES, KEYS) and rows >= MANY_ROWS:
            return
        if len(words) == 1 or kind == NAMES:
            for word in words:
                if (everywhere or word in shared.words) and self._tells(word):
                    yield "word", word
        if len(words) > 1:
            yield from self._phrases(words, everywhere=everywhere)

    def _phrases(self, words: list[str], *, everywhere: bool) -> Iterator[Trace]:
        length = min(len(words), folding.LONGEST)
        starts: Iterable[int] = range(len(words) - length + 1)
        if not everywhere:
            starts = self.shared.runs_of(words, length)
        for at in starts:
            phrase = words[at : at + length]
            is_long = sum(map(len, phrase)) >= LEAST_PHRASE
            if is_long and not self.common.runs_of(phrase, length):
                yield "words", *phrase

    def _tells(self, word: str) -> bool:
        """Whether *word* alone tells of somebody: it is long, and no common one."""
        if word.isdigit() or word in self.common.words:
            return False
        has_cases = word.lower() != word.upper()
        return len(word) >= (LEAST_LETTERS if has_cases else LEAST_SYMBOLS)

    def _draw(self, values: PersonValues, folded: list[str]) -> None:
        """Keep the first of *values* that tells of somebody."""
        counted = zip(values.texts.items(), folded, strict=True)
        for (text, rows), plain in islice(counted, _LOOKED_AT):
            if any(self.forms(plain, rows, values.kind, everywhere=True)):
                self.drawn[values.place] = (values.kind, text)
                return


def _lines(texts: Collection[str]) -> str:
    """Each of *texts* on a line of its own."""
    joined = "\n".join(texts)
    if "\r" not in joined and joined.count("\n") == len(texts) - 1:
        return joined
    return "\n".join(t.replace("\n", " ").replace("\r", " ") for t in texts)


def _forms_of(days: Iterable[int]) -> dict[str, set[int]]:
    """How a date is written -> those of *days* that it may be, in any zone's clock."""
    found: dict[str, set[int]] = {"": set()}
    for each in days:
        for near in (each - 1, each, each + 1):
            day = date.fromordinal(near)
            year, month, number = day.year, day.month, day.day
            for written in (
                f"{year:04d}-{month:02d}-{number:02d}",
                *(f"{number}{s}{month}{s}{year}" for s in "/.-"),
                *(f"{number:02d}{s}{month:02d}{s}{year}" for s in "/.-"),
                *(f"{month}{s}{number}{s}{year}" for s in "/.-"),
                *(f"{month:02d}{s}{number:02d}{s}{year}" for s in "/.-"),
            ):
                found.setdefault(written, set()).add(each)
    return found
