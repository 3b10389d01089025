"""What checks found, in one sentence: how many hold, and what is with the others.

Imports words. Wherever checks are counted for a reader it is done here, so that no
warning and no check that could not be made is left out of the count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from reimport_lib.show.words import count


@dataclass(frozen=True, slots=True)
class Tally:
    """How many checks there are of each verdict."""

    held: int = 0
    failed: int = 0
    warned: int = 0
    unmade: int = 0

    @classmethod
    def of(cls, verdicts: Iterable[str]) -> Tally:
        """The tally of *verdicts*, by their codes."""
        found = Counter(map(str, verdicts))
        return cls(
            found["pass"], found["fail"], found["warn"], found["could-not-check"]
        )

    @property
    def total(self) -> int:
        return self.held + self.failed + self.warned + self.unmade


def found(tally: Tally, *, past: bool = False) -> str:
    """
    ``276 of 305 checks hold; 19 ask for a look; 10 could not be made``.

    Args:
        past: what they looked at is there no more: they held, and asked.
    """
    if not tally.total:
        return "no check was made"
    one = tally.total == 1
    hold = "held" if past else "holds" if one or tally.held == 1 else "hold"
    if tally.held == tally.total:
        if one:
            return f"the one check {hold}"
        return f"all {count(tally.total)} checks {'held' if past else 'hold'}"
    told = [
        f"{count(tally.held)} of {count(tally.total)} {'check' if one else 'checks'} "
        f"{hold}"
    ]
    told += [
        f"{count(number)} {was if past else singular if number == 1 else plural}"
        for number, singular, plural, was in (
            (tally.failed, "does not hold", "do not hold", "did not hold"),
            (tally.warned, "asks for a look", "ask for a look", "asked for a look"),
            (tally.unmade, *("could not be made",) * 3),
        )
        if number
    ]
    return "; ".join(told)
