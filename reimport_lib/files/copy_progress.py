"""How far a backup of stored objects is: counts, rate, time left. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from reimport_lib.counting import several, verb
from reimport_lib.files.progress import pace


class CopyOutcome(StrEnum):
    """What became of one object, or of one copy."""

    COPIED = "copied"
    THERE = "already there"
    READ = "as they were"
    PUT_BACK = "put back"
    UNKNOWN = "could not check"
    FAILED = "failed"
    DIFFERS = "not what they should be"


@dataclass(slots=True)
class CopyProgress:
    """
    How far it is, while it is worked on.

    Attributes:
        noun: what is counted: objects, copies.
        others: copies of objects that are no more, or were others then.
        done, wanted: of this command.
        size_bytes: of those that are done.
        seconds: since the first of them.
        failed: key and reason of each that is not as it should be.
    """

    noun: str
    others: int = 0
    done: int = 0
    wanted: int = 0
    size_bytes: int = 0
    seconds: float = 0.0
    counts: Counter[CopyOutcome] = field(default_factory=Counter)
    failed: list[tuple[str, str]] = field(default_factory=list)

    def count(self, key: str, outcome: CopyOutcome, why: str) -> None:
        """Take one object into what is told."""
        self.counts[outcome] += 1
        if why:
            self.failed.append((key, why))

    @property
    def exit_code(self) -> int:
        """5 where a copy is not its object, 4 where one could not be made, else 0."""
        if self.counts[CopyOutcome.DIFFERS]:
            return 5
        return 4 if self.counts[CopyOutcome.FAILED] else 0

    @property
    def brief(self) -> str:
        """For a line that is written over."""
        rate = pace(self.done, self.wanted, self.seconds)
        return "; ".join(
            part for part in (f"{self.done:,} of {self.wanted:,}", rate) if part
        )

    def told(self) -> Iterator[str]:
        """How it ended, and why some are not as they should be, the commonest first."""
        counted = [
            f"{number:,} {outcome}"
            for outcome in CopyOutcome
            if (number := self.counts[outcome])
        ]
        left = self.wanted - self.done
        counted += [f"{left:,} still to do"] if left else []
        size = f" ({self.size_bytes / 1e6:,.1f} MB)" if self.size_bytes else ""
        yield f"{self.noun}: {', '.join(counted) or 'none'}{size}"
        if self.others:
            are = verb(self.others, "is", "are")
            yield (
                f"{several(self.others, 'copy', 'copies')} {are} of objects that are "
                "gone or were others then, and stay"
            )
        reasons = Counter(why for _, why in self.failed)
        for why, number in sorted(reasons.items(), key=lambda each: (-each[1], each)):
            yield f"  {number:,}: {why}"
