"""What checks found, in one sentence: how many hold, and what is with the others.

Imports words. Wherever checks are counted for a reader it is done here, so that no
warning and no check that could not be made is left out of the count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reimport_lib.checks import Verdict
from reimport_lib.counting import verb
from reimport_lib.show.words import count

_OTHERS = {
    Verdict.FAIL: ("does not hold", "do not hold", "did not hold"),
    Verdict.WARN: ("asks for a look", "ask for a look", "asked for a look"),
    Verdict.COULD_NOT_CHECK: ("could not be made",) * 3,
}


def found(verdicts: Iterable[str], *, past: bool = False) -> str:
    """
    ``276 of 305 checks hold; 19 ask for a look; 10 could not be made``.

    Args:
        past: what they looked at is there no more: they held, and asked.
    """
    numbers = Counter(verdicts)
    total, held = numbers.total(), numbers[Verdict.PASS]
    if not total:
        return "no check was made"
    hold = "held" if past else verb(min(total, held or total), "holds", "hold")
    if held == total:
        return f"{verb(total, 'the one check', f'all {count(total)} checks')} {hold}"
    told = [f"{count(held)} of {count(total)} {verb(total, 'check', 'checks')} {hold}"]
    told += [
        f"{count(numbers[other])} {was if past else verb(numbers[other], one, many)}"
        for other, (one, many, was) in _OTHERS.items()
        if numbers[other]
    ]
    return "; ".join(told)
