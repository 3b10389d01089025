"""What a run changes, as tables: rows to which the same happens, lines, and counts.

Imports changes, words and html; what is shown was masked before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from reimport_lib.counting import verb
from reimport_lib.plan.codes import Outcome
from reimport_lib.record.changes import BACK, FOLLOWS
from reimport_lib.show.change_words import WHATS, meaning
from reimport_lib.show.changes import (
    Listing,
    MaskedRow,
    RowsAlike,
    heads_of_lines,
)
from reimport_lib.show.figured import figure, tell
from reimport_lib.show.html import Element, Fold, Grid, PageLink, Sentence
from reimport_lib.show.words import count, noun

IN_REPORT = 12
MASKED = (
    "Values are masked: names as initials, birth dates as years, records as pseudonyms"
    " (p-…), phone numbers by their last two digits, texts by their length; two that"
    " differ and look alike say so. The values themselves are in private/changes.csv."
)


def section(folder: Path) -> list[Element]:
    """The section of the report: groups first, and every row where there are few."""
    found = Listing.read(folder)
    if found is None:
        return []
    parts: list[Element] = [Sentence(_finding(found))]
    if not found.total:
        return parts
    parts.append(alike_grid(found.alike[:IN_REPORT], found.total))
    if found.rows:
        every = figure(len(found.rows), "changes", "rows", of="row")
        of_all = tell("All {}, field by field, masked", every)
        parts.append(Fold(of_all, lines_grid(found.rows, of_all)))
    links = [(PageLink.to(page, folder / page),) for page in found.pages]
    told = "To search, filter, sort and take along"
    return [*parts, Grid(told, ("page",), links), Sentence(MASKED)]


def alike_grid(alike: Sequence[RowsAlike], total: int) -> Grid:
    """Rows to which the same happens, the largest groups first."""
    told = sum(each.rows for each in alike)
    every = figure(total, "changes", "rows", of="row")
    return Grid.of_filled(
        tell("The same change: {} of {}", count(told), every),
        ("rows", "of", "what", "why", "field", "before", "after", "for example"),
        [
            (
                count(each.rows),
                noun(each.table),
                WHATS[each.outcome],
                meaning(each.why),
                *_columns(each),
                ",\n".join(each.examples),
            )
            for each in alike
        ],
        right=("rows",),
        whole=("for example",),
    )


def lines_grid(rows: Sequence[MaskedRow], caption: str, foot: str = "") -> Grid:
    """Every field of *rows*, one a line."""
    heads = heads_of_lines()
    lines = [line for row in rows for line in row.lines()]
    return Grid.of_filled(caption, heads, lines, whole=("pseudonym",), foot=foot)


def counts_grid(counts: Sequence[tuple[str, str, int, int]]) -> Grid:
    """How many rows and fields of each table."""
    rows = [
        (
            noun(table),
            WHATS[outcome],
            figure(number, "changes", table, outcome),
            figure(fields, "changes", table, outcome, "fields") if fields else "",
        )
        for table, outcome, number, fields in counts
    ]
    heads = ("rows of", "what becomes of them", "rows", "fields")
    return Grid("By table", heads, rows, right=("rows", "fields"))


def _finding(found: Listing) -> str:
    of: Counter[str] = Counter()
    for _, outcome, rows, _ in found.counts:
        of[outcome] += rows
    if not found.total:
        return "No row that is there changes or goes."
    changed, gone, stay, follow, back = (
        figure(of[what], "changes", "all", what) for what in WHATS
    )
    return tell(
        "{} {} of the backend change, {} go, {} were looked at and stay{}{}. Rows that"
        " come in anew are counted above, and not listed.",
        *(changed, verb(of[str(Outcome.UPDATED)], "row", "rows"), gone, stay),
        tell(", {} follow another row", follow) if of[FOLLOWS] else "",
        tell(", {} come back", back) if of[BACK] else "",
    )


def _columns(each: RowsAlike) -> tuple[str, str, str]:
    if each.same:
        columns = tuple("\n".join(cells) for cells in zip(*each.fields, strict=True))
        return columns or ("", "", "")  # type: ignore[return-value]
    names = "\n".join(name for name, *_ in each.fields)
    return names, "each its own", "each its own"
