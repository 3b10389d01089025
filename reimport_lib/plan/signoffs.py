"""A limit that somebody opened: who, why and until when.

Pure; imports neither Django nor pyarrow. The ledger keeps them (``write.signoffs``),
runs hold those that were in force, and ``plan.gates`` lets a plan pass by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from reimport_lib.plan.values.canonical import row_hash

WORDS = '--why "..." --until YYYY-MM-DD'
"""What is typed behind a limit that is opened."""


class SignOffRecord(TypedDict):
    """As a run's record holds one; days and moments are ISO texts."""

    number: int
    table: str
    gate: str
    value: float
    why: str
    by: str
    until: str
    at: str
    digest: str


class Leaning(TypedDict):
    """A gate that a plan passed by a sign-off alone: ``TABLE.GATE``, and its figure."""

    place: str
    figure: float
    digest: str


@dataclass(frozen=True, slots=True)
class OpenedLimit:
    """
    Attributes:
        number: of the ledger; table: ``*`` for every one; value: the limit.
        until: the last day on which a run may lean on it.
        withdrawn: that somebody took it back, who, when and why; "" where nobody did.
    """

    number: int
    table: str
    gate: str
    value: float
    why: str
    by: str
    until: date
    at: datetime
    withdrawn: str = ""

    @property
    def place(self) -> str:
        return f"{self.table}.{self.gate}"

    @property
    def digest(self) -> str:
        """sha256 over who opened what, why, until when, and when that was."""
        facts = (self.place, f"{self.value:g}", self.why, self.by)
        return row_hash([*facts, self.until.isoformat(), self.at.isoformat()])

    @property
    def sentence(self) -> str:
        """``patients.max_rejected=0.2, by A. Example until 2027-01-31: new clinic``."""
        return (
            f"{self.place}={self.value:g}, by {self.by} until {self.until}: {self.why}"
        )

    def standing(self, today: date) -> str:
        """Whether a run may lean on it on the day *today*, or why not."""
        if self.withdrawn:
            return f"withdrawn {self.withdrawn}"
        return "in force" if today <= self.until else "expired"

    def to_json(self) -> SignOffRecord:
        return {
            "number": self.number,
            "table": self.table,
            "gate": self.gate,
            "value": self.value,
            "why": self.why,
            "by": self.by,
            "until": self.until.isoformat(),
            "at": self.at.isoformat(),
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, record: SignOffRecord) -> OpenedLimit:
        return cls(
            record["number"],
            record["table"],
            record["gate"],
            record["value"],
            record["why"],
            record["by"],
            date.fromisoformat(record["until"]),
            datetime.fromisoformat(record["at"]),
        )


def in_force(signed: Iterable[OpenedLimit], today: date) -> tuple[OpenedLimit, ...]:
    """Of each place the newest; none where that one has expired or was withdrawn."""
    newest = {each.place: each for each in sorted(signed, key=lambda s: s.number)}
    return tuple(s for s in newest.values() if s.standing(today) == "in force")


def found(signed: Sequence[OpenedLimit], table: str, gate: str) -> OpenedLimit | None:
    """The one of *table*, else that of every table."""
    by_place = {each.place: each for each in signed}
    return by_place.get(f"{table}.{gate}") or by_place.get(f"*.{gate}")
