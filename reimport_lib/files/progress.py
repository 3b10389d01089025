"""How far the files of a table are: counts, rate, time left. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reimport_lib.files.ledger import FileOutcome, Line

SHOWN = 5
"""Records that are named of each reason."""


@dataclass(slots=True)
class TransferProgress:
    """
    How far one table is, while it is worked on.

    Attributes:
        counts: outcome -> records, those of earlier runs among them.
        fetched, wanted: files of this run, done and in all.
        size_bytes: of the fetched ones.
        seconds: since the first of them was asked for.
        failures: reason -> the record ids of this run's failed ones.
    """

    table: str
    counts: Counter[FileOutcome] = field(default_factory=Counter)
    fetched: int = 0
    wanted: int = 0
    size_bytes: int = 0
    seconds: float = 0.0
    failures: dict[str, list[int]] = field(default_factory=dict)

    def count(self, line: Line) -> None:
        """Take *line* into what is told."""
        self.counts[line.outcome] += 1
        if line.outcome is FileOutcome.FAILED:
            self.failures.setdefault(line.why, []).append(line.number)

    @property
    def per_minute(self) -> float:
        """Files per minute; 0.0 before the first."""
        return 60 * self.fetched / self.seconds if self.fetched and self.seconds else 0

    @property
    def brief(self) -> str:
        """For a line that is written over: it fits into 80 columns."""
        failed = self.counts.get(FileOutcome.FAILED, 0)
        return self._told(f"{failed:,} failed" if failed else "")

    def __str__(self) -> str:
        return self._told(
            ", ".join(
                f"{self.counts.get(outcome, 0):,} {outcome}" for outcome in FileOutcome
            )
        )

    def reasons(self) -> Iterator[str]:
        """Why files failed, the commonest reason first, with the first records."""
        for why, numbers in sorted(
            self.failures.items(), key=lambda pair: (-len(pair[1]), pair[0])
        ):
            shown = ", ".join(map(str, numbers[:SHOWN]))
            more = len(numbers) - SHOWN
            rest = f" and {more:,} more" if more > 0 else ""
            yield f"{len(numbers):,} failed: {why} (record ids {shown}{rest})"

    def _told(self, counted: str) -> str:
        rate = pace(self.fetched, self.wanted, self.seconds)
        done = f"{self.fetched:,} of {self.wanted:,} fetched"
        told = "; ".join(part for part in (done, counted, rate) if part)
        return f"{self.table}: {told}"


def told_at_the_end(done: Iterable[TransferProgress], kept_in: Path) -> Iterator[str]:
    """How every table ended; where files failed, why, and what to do."""
    failed = False
    for progress in done:
        yield str(progress)
        yield from (f"  {reason}" for reason in progress.reasons())
        failed = failed or bool(progress.failures)
    if failed:
        yield f"Every record: {kept_in}"
        yield "Next: reimport files, which fetches what is missing and nothing else"


def pace(done: int, wanted: int, seconds: float) -> str:
    """``91 a minute, about 12 min left``, at the rate so far; "" without one."""
    if not done or not seconds:
        return ""
    left = seconds * (wanted - done) / done
    rest = f", about {_spoken(left)} left" if left else ""
    return f"{60 * done / seconds:,.0f} a minute{rest}"


def _spoken(seconds: float) -> str:
    return f"{seconds / 60:,.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
