"""Charts of what becomes of rows: by outcome, by table, and what is deleted.

Imports drawing, words and html; had through ``charts``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reimport_lib.plan.codes import SOURCE_OUTCOMES, Outcome
from reimport_lib.show.drawing import (
    FILLS,
    INK,
    PALE,
    RULE,
    SOFT,
    Chart,
    Sheet,
    bar,
    extent,
    finish,
    line,
    sheet,
    spread,
    write,
)
from reimport_lib.show.html import Table
from reimport_lib.show.words import count, finding, noun, percent

_RIGHT = frozenset({"rows", "share"})
_BAR = 0.36  # where the bars of the overview end, and its columns of figures
_COLUMNS = (0.5, 0.62, 0.76, 0.87, 0.985)


def outcome_bar(
    table: str, counts: Mapping[str, int], *, applied: bool = False
) -> Chart:
    """
    One bar for all source rows of *table*, cut by outcome, each part with its count.

    Args:
        counts: outcome -> rows; outcomes without rows are left out.
        applied: say what was done instead of what will be.
    """
    parts = [(name, counts[name]) for name in SOURCE_OUTCOMES if counts.get(name)]
    total = sum(number for _, number in parts)
    drawn = sheet(
        finding(table, counts, applied=applied), inches=1.15 if parts else 0.5
    )
    drawn.axes.set_xlim(0, 1)
    drawn.axes.set_ylim(0 if parts else 0.5, 1)
    start = 0.0
    centres = []
    for name, number in parts:
        width = number / total
        _outcome(drawn, name, start, width, y=0.8, height=0.36)
        centres.append(start + width / 2)
        start += width
    if not parts:
        bar(drawn, 0, 1, 0.75, height=0.36, fill=PALE)
    _labels(drawn, parts, centres, total)
    rows = tuple((str(name), count(n), percent(n, total)) for name, n in parts)
    numbers = Table(
        f"{noun(table)}: outcomes", ("outcome", "rows", "share"), rows, right=_RIGHT
    )
    return finish(drawn, numbers)


def _labels(
    drawn: Sheet,
    parts: Sequence[tuple[str, int]],
    centres: Sequence[float],
    total: int,
) -> None:
    """Names and counts below the bar, each tied to its part, none over another."""
    texts = [
        write(
            drawn,
            0,
            0.06,
            f"{name}\n{count(number)} ({percent(number, total)})",
            align="center",
            level="baseline",
        )
        for name, number in parts
    ]
    widths = [extent(drawn, text).width for text in texts]
    places = spread(list(centres), widths, gap=0.02)
    for (name, _), text, centre, place, width in zip(
        parts, texts, centres, places, widths, strict=True
    ):
        text.set_x(place)
        line(drawn, [centre, centre, place, place], [0.61, 0.57, 0.48, 0.42])
        # The part again, as wide as its label: thin parts are told apart by it.
        _outcome(drawn, name, place - width / 2, width, y=0.39, height=0.06)


def outcome_overview(
    tables: Mapping[str, Mapping[str, int]], *, applied: bool
) -> Chart:
    """A bar per table, cut by outcome in shares, with its figures in columns."""
    shown = {
        table: counts
        for table, counts in tables.items()
        if any(counts.get(name) for name in SOURCE_OUTCOMES)
    }
    lines = max(len(shown), 1)
    drawn = sheet(
        _overview_title(shown, applied), inches=0.55 + 0.32 * lines, left=2.35
    )
    drawn.axes.set_xlim(0, 1)
    drawn.axes.set_ylim(lines - 0.5, -1.3)
    _heads(drawn)
    for y, (table, counts) in enumerate(shown.items()):
        total = sum(counts.get(name, 0) for name in SOURCE_OUTCOMES)
        write(drawn, -0.12, y, noun(table), align="right")
        write(drawn, -0.015, y, count(total), align="right", bold=True)
        start = 0.0
        for name, right in zip(SOURCE_OUTCOMES, _COLUMNS, strict=True):
            number = counts.get(name, 0)
            width = number / total * _BAR
            _outcome(drawn, name, start, width, y=y, height=0.6)
            start += width
            write(drawn, right, y, count(number), align="right", colour=_ink(number))
    rows = tuple(
        (noun(table), *(count(counts.get(name, 0)) for name in SOURCE_OUTCOMES))
        for table, counts in shown.items()
    )
    heads = ("table", *(str(name) for name in SOURCE_OUTCOMES))
    return finish(
        drawn, Table("Outcomes by table", heads, rows, right=frozenset(heads[1:]))
    )


def _heads(drawn: Sheet) -> None:
    """The key of the colours, as the heads of the columns of figures."""
    for name, right in zip(SOURCE_OUTCOMES, _COLUMNS, strict=True):
        text = write(drawn, right, -0.95, name, align="right", colour=SOFT, size=9)
        left = extent(drawn, text).x0
        _outcome(drawn, name, left, right - left, y=-0.6, height=0.16)


def _ink(number: int) -> str:
    return INK if number else RULE


def _overview_title(tables: Mapping[str, Mapping[str, int]], applied: bool) -> str:
    sums = {
        name: sum(counts.get(name, 0) for counts in tables.values())
        for name in SOURCE_OUTCOMES
    }
    total = sum(sums.values())
    coming = total - sums[Outcome.SKIPPED] - sums[Outcome.REJECTED]
    verb = "came in" if applied else "come in by the plans"
    left = [f"{count(sums[n])} {n}" for n in SOURCE_OUTCOMES[-2:] if sums[n]]
    rest = f"; {', '.join(left)}" if left else ""
    shown = f"{count(coming)} of {count(total)} rows ({percent(coming, total)})"
    return f"{shown} {verb} or are there already{rest}"


def deletion_bars(tables: Mapping[str, tuple[int, int]], title: str) -> Chart:
    """
    Two parts per table: records that go, and records that were looked at and stay.

    Args:
        tables: table -> (deleted, kept).
        title: what the figures say; see ``deletion_words``.
    """
    shown = {table: pair for table, pair in tables.items() if any(pair)}
    drawn = sheet(title, inches=0.1 + 0.34 * len(shown), left=1.9)
    drawn.axes.set_xlim(0, 1)
    drawn.axes.set_ylim(len(shown) - 0.4, -0.6)
    end = 0.66
    most = max((sum(pair) for pair in shown.values()), default=1)
    for y, (table, (deleted, stays)) in enumerate(shown.items()):
        write(drawn, -0.015, y, noun(table), align="right")
        _outcome(drawn, Outcome.DELETED, 0, deleted / most * end, y=y, height=0.6)
        _outcome(
            drawn,
            Outcome.KEPT,
            deleted / most * end,
            stays / most * end,
            y=y,
            height=0.6,
        )
        words = [
            f"{count(n)} {w}" for n, w in ((deleted, "deleted"), (stays, "kept")) if n
        ]
        write(
            drawn, (deleted + stays) / most * end + 0.015, y, " · ".join(words), size=9
        )
    rows = tuple((noun(t), count(d), count(k)) for t, (d, k) in shown.items())
    heads = ("table", "deleted", "kept")
    return finish(
        drawn, Table("Deletions by table", heads, rows, right=frozenset(heads[1:]))
    )


def _outcome(
    drawn: Sheet, name: str, left: float, width: float, *, y: float, height: float
) -> None:
    if width:
        fill, hatch = FILLS[name]
        bar(drawn, left, width, y, height=height, fill=fill, hatch=hatch)
