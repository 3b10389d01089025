"""A mask that remembers: most values of a long list recur.

Imports masking.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from reimport_lib.show.masking import Masking, is_named
from reimport_lib.tables import registry

MOST = 100_000
"""Values that are remembered; then it begins anew."""


@dataclass(frozen=True, slots=True)
class RememberedMask:
    """``Masking`` for one list, with what it said of each value."""

    mask: Masking
    _said: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)
    _counts: dict[str, Collection[str]] = field(default_factory=dict, repr=False)
    _shown: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False)

    @property
    def reveal(self) -> bool:
        return self.mask.reveal

    def key(self, key: str) -> str:
        return self.mask.key(key)

    def value(self, table: str, name: str, text: str) -> str:
        """As ``Masking.value`` has it."""
        place = (table, name, text)
        if place not in self._said:
            if len(self._said) >= MOST:
                self._said.clear()
            self._said[place] = self.mask.value(*place)
        return self._said[place]

    def is_count(self, table: str, name: str) -> bool:
        """Whether *name* counts rows: nobody's data."""
        if table not in self._counts:
            self._counts[table] = frozenset(registry.named(table).counts)
        return name in self._counts[table]

    def shows(self, table: str, name: str) -> bool:
        """Whether anything is shown of *name*."""
        if (table, name) not in self._shown:
            known = is_named(table, name) or self.is_count(table, name)
            self._shown[table, name] = known
        return self._shown[table, name]
