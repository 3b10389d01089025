"""Charts of shares: what rows name and is there, and how full the columns are.

Imports drawing, words and html; had through ``charts``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reimport_lib.show.drawing import (
    BAD,
    FOUND,
    INK,
    PALE,
    SOFT,
    Chart,
    Sheet,
    bar,
    finish,
    line,
    sheet,
    write,
)
from reimport_lib.show.html import Table
from reimport_lib.show.words import (
    count,
    link_noun,
    noun,
    percent_of_rate,
    sentence_case,
    several,
    share,
)

MOST_COLUMNS = 40
_LONGEST = 28
LONGEST_LINK = 32  # the margin grows with it
_RIGHT = frozenset({"filled"})


class Rate(Protocol):
    """What a match rate is made of: ``plan.plan.Link`` is one."""

    @property
    def name(self) -> str: ...

    @property
    def found(self) -> int: ...

    @property
    def named(self) -> int: ...

    @property
    def checked(self) -> bool: ...


def match_rates(
    table: str, links: Sequence[Rate], floors: Mapping[str, float] | None = None
) -> Chart:
    """
    A bar per link: found of named, with the floor of its gate marked.

    Args:
        table: whose links; empty where their names tell it.
        floors: link name -> lowest share that the gates let through (0..1).
    """
    limits = floors or {}
    drawn = sheet(
        _rates_title(table, links, limits),
        inches=0.3 + 0.52 * max(len(links), 1),
        left=max([0.6, *(0.35 + 0.093 * len(_label(link)) for link in links)]),
    )
    drawn.axes.set_xlim(0, 1)
    drawn.axes.set_ylim(len(links) - 0.35, -0.75)
    end = 0.62
    for y, link in enumerate(links):
        write(drawn, -0.02, y, _label(link), align="right", bold=True)
        if not link.checked or not link.named:
            bar(drawn, 0, end, y, height=0.5, fill="#ffffff", hatch="....")
            words = "could not check" if not link.checked else "no row names one"
            write(drawn, end + 0.02, y, words, colour=SOFT)
            continue
        _rate(drawn, link, y, end=end, floor=limits.get(link.name))
    of_table = f"{noun(table)}: " if table else ""
    rows = tuple((*_rate_cells(link, limits.get(link.name)),) for link in links)
    return finish(
        drawn,
        Table(f"{of_table}match rates", ("link", "found of named", "floor"), rows),
    )


def _rate(drawn: Sheet, link: Rate, y: int, *, end: float, floor: float | None) -> None:
    rate = link.found / link.named
    low = _below(link, floor)
    bar(drawn, 0, end, y, height=0.5, fill=PALE)
    width = max(rate * end, 0.003 if link.found else 0.0)
    fill, hatch = (BAD, "xxxx") if low else (FOUND, "")
    bar(drawn, 0, width, y, height=0.5, fill=fill, hatch=hatch)
    sign = "✗ " if low else ""
    write(
        drawn,
        end + 0.02,
        y,
        sign + share(link.found, link.named),
        colour=BAD if low else INK,
        bold=low,
    )
    if floor is None:
        return
    mark = floor * end
    line(drawn, [mark, mark], [y - 0.34, y + 0.34], colour=INK, width=1.6)
    words = f"at least {percent_of_rate(floor)}"
    write(drawn, mark, y - 0.5, words, align="center", colour=SOFT, size=8)


def _rate_cells(link: Rate, floor: float | None) -> tuple[str, str, str]:
    found = share(link.found, link.named) if link.checked else "could not check"
    return (
        link_noun(link.name),
        found,
        f"at least {percent_of_rate(floor)}" if floor is not None else "",
    )


def _below(link: Rate, floor: float | None) -> bool:
    if floor is None or not link.checked or not link.named:
        return False
    return link.found / link.named < floor


def _rates_title(table: str, links: Sequence[Rate], floors: Mapping[str, float]) -> str:
    of = f"{_title(table)}: " if table else ""
    low = [link for link in links if _below(link, floors.get(link.name))]
    if low:
        worst = low[0]
        needs = percent_of_rate(floors[worst.name])
        more = f"; so are {several(len(low) - 1, 'other link')}" if len(low) > 2 else ""
        more = "; so is 1 other link" if len(low) == 2 else more
        return sentence_case(
            f"{of}{link_noun(worst.name)} is below its floor: "
            f"{share(worst.found, worst.named)}, needs {needs}{more}"
        )
    named = [link for link in links if link.checked and link.named]
    if not named and any(not link.checked for link in links):
        return sentence_case(f"{of}no link could be checked, as nothing is loaded")
    if not named:
        return sentence_case(f"{of}no row names anything to link to")
    missing = [link for link in named if link.found < link.named]
    unchecked = sum(not link.checked for link in links)
    if not missing:
        rest = f"; {several(unchecked, 'link')} could not be checked"
        told = f"{of}everything that a row names was found"
        return sentence_case(told + (rest if unchecked else ""))
    least = min(missing, key=lambda link: link.found / link.named)
    if not table:
        lowest = share(least.found, least.named)
        return f"The lowest match rate is {least.name}, {lowest}"
    number = least.named - least.found
    name = "names" if number == 1 else "name"
    return (
        f"{_title(table)}: {count(number)} of {several(least.named, 'row')} {name} "
        f"{_a(link_noun(least.name))} that is not there"
    )


def fill_rates(table: str, filled: Mapping[str, int], rows: int) -> Chart:
    """
    A bar per source column that some rows fill and others do not, in file order.

    Columns that every row or none fills are only counted; at most forty are drawn, the
    fullest. The table of the source has them all.
    """
    gaps = {name: number for name, number in filled.items() if 0 < number < rows}
    ranked = set(sorted(gaps, key=lambda name: -gaps[name])[:MOST_COLUMNS])
    shown = [name for name in gaps if name in ranked]
    full = sum(number == rows for number in filled.values())
    empty = sum(not number for number in filled.values())
    columns = several(len(filled), "column")
    title = f"{_title(table)}: {full} of {columns} filled in every row"
    title += f", {len(gaps)} in some" if gaps else ""
    title += f", {empty} in none" if empty else ""
    drawn = sheet(title, inches=0.1 + 0.25 * len(shown), left=2.1)
    drawn.axes.set_xlim(0, 1)
    drawn.axes.set_ylim(len(shown) - 0.4, -0.6)
    end = 0.68
    for y, name in enumerate(shown):
        number = filled[name]
        write(drawn, -0.015, y, _cut(name), align="right", size=8.5)
        bar(drawn, 0, end, y, height=0.58, fill=PALE)
        bar(drawn, 0, end * number / rows if rows else 0, y, height=0.58, fill=FOUND)
        write(
            drawn,
            end + 0.015,
            y,
            share(number, rows),
            size=8.5,
            colour=INK if number else SOFT,
        )
    cells = tuple((name, share(filled[name], rows)) for name in shown)
    caption = f"{_title(table)}: filled cells by column"
    return finish(drawn, Table(caption, ("column", "filled"), cells, right=_RIGHT))


def _label(link: Rate) -> str:
    return _cut(link_noun(link.name), LONGEST_LINK)


def _cut(name: str, longest: int = _LONGEST) -> str:
    """*name* as far as the margin of a chart has room for it."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def _title(table: str) -> str:
    return sentence_case(noun(table))


def _a(word: str) -> str:
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"
