"""The charts of a run: outcomes, match rates, fill rates, deletions.

Each takes plain counts, states its finding as the title, and writes every figure beside
its bar: no value has to be read off an axis, and no meaning hangs on colour alone. The
only texts are names of tables, outcomes, links and columns. Imports drawing, words and
html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reimport_lib.plan.codes import SOURCE_OUTCOMES, Outcome
from reimport_lib.show import rate_words
from reimport_lib.show.drawing import (
    FOUND,
    INK,
    LOW,
    MISSING,
    RULE,
    UNKNOWN,
    Bar,
    Chart,
    Drawing,
    draw,
    drawn_once,
)
from reimport_lib.show.figured import Name, figure, joined, tell
from reimport_lib.show.html import Grid
from reimport_lib.show.rate_words import at_least, found_of_named, is_below
from reimport_lib.show.words import (
    count,
    link_noun,
    noun,
    outcome_finding,
    percent,
    sentence_case,
    several,
    share,
)

if TYPE_CHECKING:
    from reimport_lib.plan.decide import Link

MOST_COLUMNS = 40
_LEAST = 0.003  # of a bar: what is there at all can be seen
# Right edges of the overview's columns of figures, in lengths of the longest bar.
_COLUMNS = (1.3, 1.63, 2.02, 2.33, 2.66)


def outcome_bar(
    table: str, counts: Mapping[str, int], *, applied: bool = False
) -> Chart:
    """
    A bar per outcome of *table*: its share of all source rows, and its count.

    Args:
        counts: outcome -> rows; outcomes without rows are left out.
        applied: say what was done instead of what will be.
    """
    found = {name: counts[name] for name in SOURCE_OUTCOMES if counts.get(name)}
    total = sum(found.values())
    rows = [
        (str(name), figure(n, table, name), percent(n, total))
        for name, n in found.items()
    ]
    bars = [
        Bar(name, _of(name, found[name], total), tell("{} ({})", number, of_all))
        for name, (_, number, of_all) in zip(found, rows, strict=True)
    ]
    numbers = _numbers(f"{noun(table)}: outcomes", ("outcome", "rows", "share"), rows)
    return draw(outcome_finding(table, counts, applied=applied), bars, numbers)


@drawn_once
def outcome_overview(
    tables: Mapping[str, Mapping[str, int]], *, applied: bool
) -> Chart:
    """A bar per table, cut by outcome in shares, with its figures in columns."""
    shown = {
        table: {name: counts.get(name, 0) for name in SOURCE_OUTCOMES}
        for table, counts in tables.items()
        if any(counts.get(name) for name in SOURCE_OUTCOMES)
    }
    totals = {table: sum(counts.values()) for table, counts in shown.items()}
    bars = [
        Bar(
            tell("{}  {}", noun(table), figure(totals[table], table, "rows")),
            {name: number / totals[table] for name, number in counts.items()},
        )
        for table, counts in shown.items()
    ]
    heads = ("table", *(str(name) for name in SOURCE_OUTCOMES))
    rows = [
        (noun(table), *(figure(n, table, name) for name, n in counts.items()))
        for table, counts in shown.items()
    ]
    return draw(
        _overview_title(list(shown.values()), applied=applied),
        bars,
        _numbers("Outcomes by table", heads, rows),
        heads=1,
        reach=_COLUMNS[-1],
        add=lambda drawing: _columns(drawing, list(shown.values())),
    )


def _columns(drawing: Drawing, rows: Sequence[Mapping[Outcome, int]]) -> None:
    """Figures right of the bars; the heads are the key of the colours."""
    for name, right in zip(SOURCE_OUTCOMES, _COLUMNS, strict=True):
        drawing.text(-0.95, right, name, ha="right", va="bottom", size=9)
        drawing.bar(-0.7, 0.2, name, start=right - 0.2, high=0.16)
        for place, counts in enumerate(rows):
            colour = INK if counts[name] else RULE
            drawing.text(place, right, count(counts[name]), ha="right", color=colour)


def _overview_title(rows: Sequence[Mapping[Outcome, int]], *, applied: bool) -> str:
    sums = {name: sum(counts[name] for counts in rows) for name in SOURCE_OUTCOMES}
    total = sum(sums.values())
    coming = total - sums[Outcome.SKIPPED] - sums[Outcome.REJECTED]
    of_all: str = tell(
        "{} of {}",
        figure(coming, "all", "came_in"),
        figure(total, "all", "rows", of="row"),
    )
    of_all += f" ({percent(coming, total)})" if total else ""
    verb = "came in" if applied else "come in by the plans"
    left = [
        tell("{} {}", figure(sums[n], "all", n), n)
        for n in SOURCE_OUTCOMES[-2:]
        if sums[n]
    ]
    rest = "; " + joined(", ", left) if left else ""
    return tell("{} {} or are there already{}", of_all, verb, rest)


@drawn_once
def deletion_bars(tables: Mapping[str, tuple[int, int]], title: str) -> Chart:
    """
    Two parts per table: records that go, and records that were looked at and stay.

    Args:
        tables: table -> (deleted, kept).
        title: what the figures say; see ``deletion_words``.
    """
    shown = {table: pair for table, pair in tables.items() if any(pair)}
    most = max(map(sum, shown.values()), default=1)
    bars, rows = [], []
    for table, pair in shown.items():
        numbers = dict(zip((Outcome.DELETED, Outcome.KEPT), pair, strict=True))
        named = {verb: figure(n, table, verb) for verb, n in numbers.items()}
        label = joined(
            " · ", (tell("{} {}", named[verb], verb) for verb in named if numbers[verb])
        )
        parts: dict[str, float] = {verb: n / most for verb, n in numbers.items()}
        bars.append(Bar(noun(table), parts, label))
        rows.append((noun(table), *named.values()))
    heads = ("table", "deleted", "kept")
    return draw(title, bars, _numbers("Deletions by table", heads, rows))


@drawn_once
def match_rates(
    table: str,
    links: Sequence[Link],
    floors: Mapping[str, float] | None = None,
    places: Mapping[str, Name] | None = None,
) -> Chart:
    """
    A bar per link: found of named, with the floor of its gate marked.

    Args:
        table: whose links; empty where their names tell it.
        floors: link name -> lowest share that the gates let through (0..1).
        places: link name -> as of ``rate_words.found_of_named``; by default *table*'s.
    """
    limits = floors or {}
    if places is None:
        places = {link.name: (table, "links", link.name) for link in links}
    bars = [_rate(link, limits.get(link.name), places[link.name]) for link in links]
    numbers = Grid(
        f"{noun(table)}: match rates" if table else "match rates",
        ("link", "found of named", "floor"),
        [
            (
                link_noun(link.name),
                found_of_named(link, places[link.name]),
                at_least(limits[link.name]) if link.name in limits else "",
            )
            for link in links
        ],
    )
    told = rate_words.finding(table, links, limits, places)
    return draw(told, bars, numbers, pitch=0.5)


def _rate(link: Link, floor: float | None, place: Name) -> Bar:
    name = link_noun(link.name)
    if not link.checked:
        return Bar(name, {UNKNOWN: 1.0}, found_of_named(link, place))
    if not link.named:
        return Bar(name, {UNKNOWN: 1.0}, "no row names one")
    low = is_below(link, floor)
    parts = _of(LOW if low else FOUND, link.found, link.named)
    label = ("✗ " if low else "") + found_of_named(link, place)
    return Bar(name, parts, label, None if floor is None else (floor, at_least(floor)))


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
    title = sentence_case(noun(table))
    finding = f"{title}: {full} of {several(len(filled), 'column')} filled in every row"
    finding += f", {len(gaps)} in some" if gaps else ""
    finding += f", {empty} in none" if empty else ""
    cells = [(name, share(filled[name], rows)) for name in shown]
    bars = [Bar(name, _of(FOUND, filled[name], rows), label) for name, label in cells]
    heads = ("column", "filled")
    numbers = _numbers(f"{title}: filled cells by column", heads, cells)
    return draw(finding, bars, numbers, pitch=0.25)


def _of(fill: str, part: int, whole: int) -> dict[str, float]:
    """A bar as long as *whole*, filled as far as *part* reaches."""
    length = max(part / whole, _LEAST) if part else 0.0
    return {fill: length, MISSING: 1 - length}


def _numbers(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Grid:
    return Grid(caption, heads, rows, right=heads[1:])
