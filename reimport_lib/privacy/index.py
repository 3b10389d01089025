"""What stands in a number of texts, so that many values can be looked up in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from reimport_lib.privacy import folding

UUID = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b")
OWN = re.compile(rf"\b(?:p-[0-9a-f]{{8}}\b|({UUID.pattern}))")
_BODY = re.compile(r"<(style|script)\b[^>]*>.*?</\1>", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Index:
    """
    The words, pairs of words, numbers, days and UUIDs of texts.

    Attributes:
        words: folded. pairs: hashes of two words that follow each other.
        numbers: digits of what may be somebody's number. days: ordinals.
        uuids: without hyphens. telling: what is a person's by its form -> its kind.
    """

    words: set[str] = field(default_factory=set)
    pairs: set[int] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    days: set[int] = field(default_factory=set)
    uuids: set[str] = field(default_factory=set)
    telling: dict[str, str] = field(default_factory=dict)
    _bodies: set[int] = field(default_factory=set)
    _lines: set[int] = field(default_factory=set)

    def add(self, text: str) -> None:
        """All that stands in *text*, which is a view of a file."""
        if "<" in text:  # styles are the same on every page
            text = _BODY.sub(self._once, text)
        text = folding.folded(self._new_lines(text))
        text = OWN.sub(self._own, text)
        self.add_words(text)
        self.numbers.update(folding.numbers(text))
        self.days.update(folding.days(text))

    def add_words(self, text: str) -> None:
        """The words of the folded *text*, and what is a person's by its form."""
        words = folding.words(text)
        self.words.update(words)
        self.pairs.update(map(hash, pairwise(words)))
        self.telling.update((said, kind) for kind, said in folding.telling(text))

    def add_all(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.add(text)

    def runs_of(self, words: list[str], length: int) -> list[int]:
        """Where in *words* as many as *length* begin that may stand here in a row."""
        pairs = map(hash, pairwise(words))
        are_here = list(map(self.pairs.__contains__, pairs))
        if sum(are_here) < length - 1:
            return []
        found, row = [], 0
        for at, is_here in enumerate(are_here):
            row = row + 1 if is_here else 0
            if row >= length - 1:
                found.append(at - length + 2)
        return found

    def _new_lines(self, text: str) -> str:
        """The lines of *text* that no text had yet: pages repeat their notebooks."""
        lines = [line for line in text.split("\n") if hash(line) not in self._lines]
        self._lines.update(map(hash, lines))
        return "\n".join(lines)

    def _own(self, found: re.Match[str]) -> str:
        """Nothing, in place of a pseudonym, or of a UUID, which is kept apart."""
        if found.group(1):
            self.uuids.add(found.group(1).replace("-", ""))
        return " \n "

    def _once(self, found: re.Match[str]) -> str:
        body = hash(found.group())
        if body in self._bodies:
            return " "
        self._bodies.add(body)
        return found.group()
