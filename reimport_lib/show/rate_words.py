"""How many rows name something that is there, in words.

Imports words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reimport_lib.counting import percent_of_rate, verb
from reimport_lib.show.figured import Name, figure, tell
from reimport_lib.show.words import (
    link_noun,
    noun,
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


def found_of_named(link: Link, place: Name) -> str:
    """
    How many of the rows that name something name what is there.

    Args:
        place: of the link in a run: table, links, its name.
    """
    if not link.checked:
        return NOT_CHECKED
    return share(link.found, link.named, (*place, "found"), (*place, "named"))


def is_below(link: Link, floor: float | None) -> bool:
    """Some rows name a link, and fewer of them are there than *floor* (0..1) asks."""
    counted = link.checked and link.named
    return bool(counted and floor is not None and link.found / link.named < floor)


def finding(
    table: str,
    links: Sequence[Link],
    floors: Mapping[str, float],
    places: Mapping[str, Name],
) -> str:
    """The title of the chart: the worst first, as a sentence."""
    of = f"{noun(table)}: " if table else ""
    return sentence_case(of + _finding(table, links, floors, places))


def _finding(
    table: str,
    links: Sequence[Link],
    floors: Mapping[str, float],
    places: Mapping[str, Name],
) -> str:
    low = [link for link in links if is_below(link, floors.get(link.name))]
    if low:
        return _floor_missed(low, floors[low[0].name], places[low[0].name])
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
        found = found_of_named(least, places[least.name])
        return tell("the lowest match rate is {}, {}", least.name, found)
    number = least.named - least.found
    target = link_noun(least.name)
    article = "an" if target[:1].lower() in "aeiou" else "a"
    place = places[least.name]
    return tell(
        "{} of {} {} {} {} that is not there",
        figure(number, *place, "not_found"),
        figure(least.named, *place, "named", of="row"),
        *(verb(number, "names", "name"), article, target),
    )


def _floor_missed(low: Sequence[Link], floor: float, place: Name) -> str:
    worst, others = low[0], len(low) - 1
    more = f"; so {verb(others, 'is', 'are')} {several(others, 'other link')}"
    return tell(
        "{} is below its floor: {}, needs {}{}",
        *(link_noun(worst.name), found_of_named(worst, place)),
        *(percent_of_rate(floor), more if others else ""),
    )
