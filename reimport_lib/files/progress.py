"""How far the files of a table are: counts, rate, time left. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reimport_lib.files.ledger import Outcome


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far one table is.

    Attributes:
        counts: outcome -> records, those of earlier runs among them.
        fetched, wanted: files of this run, done and in all.
        size_bytes: of the fetched ones.
        seconds: since the first of them was asked for.
    """

    table: str
    counts: Mapping[Outcome, int]
    fetched: int
    wanted: int
    size_bytes: int
    seconds: float

    @property
    def per_minute(self) -> float:
        """Files per minute; 0.0 before the first."""
        return 60 * self.fetched / self.seconds if self.fetched and self.seconds else 0

    @property
    def seconds_left(self) -> float | None:
        """At the rate so far; None while there is none."""
        rate = self.per_minute
        return 60 * (self.wanted - self.fetched) / rate if rate else None

    def __str__(self) -> str:
        counted = ", ".join(
            f"{self.counts.get(outcome, 0):,} {outcome}" for outcome in Outcome
        )
        left = self.seconds_left
        rate = f"{self.per_minute:,.0f} a minute" if self.per_minute else ""
        rest = f"about {_spoken(left)} left" if left else ""
        told = ", ".join(part for part in (rate, rest) if part)
        done = f"{self.fetched:,} of {self.wanted:,} fetched"
        return f"{self.table}: {done}; {counted}" + (f"; {told}" if told else "")


def _spoken(seconds: float) -> str:
    return f"{seconds / 60:,.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
