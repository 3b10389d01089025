"""Frames that are read once, as long as there is room for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

ROWS = 150_000  # more than a clinic has; of a larger one, a few tables at a time


@dataclass(frozen=True, slots=True, eq=False)
class RecentFrames:
    """
    Frames by their names.

    Attributes:
        rows: that are held together; beyond, those used longest ago are let go, but for
            the newest.
    """

    rows: int = ROWS
    _held: dict[str, pd.DataFrame] = field(default_factory=dict)

    def get(self, name: str, read: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
        """The frame *name*, by *read* where it is not held."""
        frame = self._held.pop(name, None)
        self._held[name] = read(name) if frame is None else frame
        while len(self._held) > 1 and sum(map(len, self._held.values())) > self.rows:
            del self._held[next(iter(self._held))]
        return self._held[name]

    def __contains__(self, name: str) -> bool:
        return name in self._held
