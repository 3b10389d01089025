"""How many rows name something that is there, in words.

Imports words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reimport_lib.counting import verb
from reimport_lib.show.words import (
    count,
    link_noun,
    noun,
    percent_of_rate,
    sentence_case,
    several,
    share,
)

if TYPE_CHECKING:
    from reimport_lib.plan.decide import Link

NOT_CHECKED = "could not check"


def at_least(floor: float) -> str:
    """A floor in words."""
    return f"at least {percent_of_rate(floor)}"


def found_of_named(link: Link) -> str:
    """How many of the rows that name something name what is there."""
    return share(link.found, link.named) if link.checked else NOT_CHECKED


def is_below(link: Link, floor: float | None) -> bool:
    """Some rows name a link, and fewer of them are there than *floor* (0..1) asks."""
    counted = link.checked and link.named
    return bool(counted and floor is not None and link.found / link.named < floor)


def finding(table: str, links: Sequence[Link], floors: Mapping[str, float]) -> str:
    """The title of the chart: the worst first, as a sentence."""
    of = f"{noun(table)}: " if table else ""
    return sentence_case(of + _finding(table, links, floors))


def _finding(table: str, links: Sequence[Link], floors: Mapping[str, float]) -> str:
    low = [link for link in links if is_below(link, floors.get(link.name))]
    if low:
        return _floor_missed(low, floors[low[0].name])
    named = [link for link in links if link.checked and link.named]
    unchecked = sum(not link.checked for link in links)
    if not named:
        return (
            "no link could be checked, as nothing is loaded"
            if unchecked
            else "no row names anything to link to"
        )
    missing = [link for link in named if link.found < link.named]
    if not missing:
        rest = f"; {several(unchecked, 'link')} could not be checked"
        return "everything that a row names was found" + (rest if unchecked else "")
    least = min(missing, key=lambda link: link.found / link.named)
    if not table:
        return (
            f"the lowest match rate is {least.name}, {share(least.found, least.named)}"
        )
    number = least.named - least.found
    target = link_noun(least.name)
    article = "an" if target[:1].lower() in "aeiou" else "a"
    return (
        f"{count(number)} of {several(least.named, 'row')} "
        f"{verb(number, 'names', 'name')} {article} {target} that is not there"
    )


def _floor_missed(low: Sequence[Link], floor: float) -> str:
    worst, others = low[0], len(low) - 1
    more = f"; so {verb(others, 'is', 'are')} {several(others, 'other link')}"
    return (
        f"{link_noun(worst.name)} is below its floor: "
        f"{share(worst.found, worst.named)}, needs {percent_of_rate(floor)}"
        f"{more if others else ''}"
    )
