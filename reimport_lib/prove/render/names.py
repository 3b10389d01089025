"""The entries of a lookup, as phase 8 reads what a source names."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from reimport_lib.prove.render.rendering import (
    Pair,
    folded,
    key_text,
    listed,
    without_point_zero,
)

STRANGER = "a row that FileMaker does not know"


@dataclass(frozen=True, slots=True)
class Names:
    """
    The entries of one directory, by key and by name.

    A word that two entries answer to names neither; an entry is its primary key.
    """

    keys: Mapping[str, Hashable]
    words: Mapping[str, Hashable]

    def __bool__(self) -> bool:
        return bool(self.keys or self.words)

    def named(self, text: str) -> Hashable | None:
        """The entry that *text* names, or that every line or part of it names."""
        whole = self._entry(text)
        parts = {self._entry(part) for part in listed(text)}
        if whole is None and len(parts) == 1:
            return parts.pop()
        return whole

    def _entry(self, text: str) -> Hashable | None:
        key, said = key_text(text), without_point_zero(folded(text))
        return self.keys.get(key) or self.words.get(said) if key else None

    def render(self, value: object, *said: str) -> Pair:
        """The first of the texts *said* that names an entry, where that is *value*."""
        shown = "" if value is None else "another entry"
        for text in said:
            found = self.named(text)
            if found is not None:
                return folded(text), folded(text) if found == value else shown
        return " ".join(filter(None, map(folded, said))), shown
