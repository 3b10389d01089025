"""What checks found, in one sentence: how many hold, and what is with the others.

Imports figured. Wherever checks are counted for a reader it is done here, so that no
warning and no check that could not be made is left out of the count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reimport_lib.checks import Verdict
from reimport_lib.counting import verb
from reimport_lib.show.figured import Figured, Name, figure, joined, tell

_OTHERS = {
    Verdict.FAIL: ("does not hold", "do not hold", "did not hold"),
    Verdict.WARN: ("asks for a look", "ask for a look", "asked for a look"),
    Verdict.COULD_NOT_CHECK: ("could not be made",) * 3,
}


def found(verdicts: Iterable[str], of: Name = (), *, past: bool = False) -> Figured:
    """
    ``276 of 305 checks hold; 19 ask for a look; 10 could not be made``.

    Args:
        of: the phase, or *run*, all of whose checks they are; () of a part of them.
        past: what they looked at is there no more: they held, and asked.
    """
    numbers = Counter(verdicts)
    total, held = numbers.total(), numbers[Verdict.PASS]
    if not total:
        return Figured("no check was made")
    names = {verdict: (*of, "checks", verdict) if of else () for verdict in Verdict}
    every = figure(total, *((*of, "checks", "made") if of else ()))
    hold = "held" if past else verb(min(total, held or total), "holds", "hold")
    if held == total:
        if total == 1:
            return Figured(f"the one check {hold}")
        return tell("all {} checks {}", every, hold)
    checks = verb(total, "check", "checks")
    told = [
        tell("{} of {} {} {}", figure(held, *names[Verdict.PASS]), every, checks, hold)
    ]
    told += [
        tell(
            "{} {}",
            figure(numbers[other], *names[other]),
            was if past else verb(numbers[other], one, many),
        )
        for other, (one, many, was) in _OTHERS.items()
        if numbers[other]
    ]
    return joined("; ", told)
