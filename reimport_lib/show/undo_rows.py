"""The first rows of an undo, with values: before the run, now, and after the undo.

Imports planning's types, masking, words and html; every value is masked first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reimport_lib.counting import verb
from reimport_lib.plan.undo import (
    CHANGED,
    Fate,
    Finding,
    RowAt,
    RowValues,
    UndoPlan,
)
from reimport_lib.show.figured import figure, tell
from reimport_lib.show.html import Badge, Cell, Element, Fold, Grid, Sentence, Stack
from reimport_lib.show.masking import Masking, blank, is_named
from reimport_lib.show.plans import EMPTY
from reimport_lib.show.undo_words import Nouns, named
from reimport_lib.show.words import count, sentence_case, several

NO_ROW = "(no row)"
FIELDS = 8
"""Of a row that goes or comes back as a whole."""

_ORDER = (Fate.BLOCKED, Fate.KEPT, Fate.REVERSED, Fate.ABSENT)
BADGES: Mapping[Fate, Badge] = {
    Fate.REVERSED: Badge("reversed", "↩", "good"),
    Fate.KEPT: Badge("kept", "=", "quiet"),
    Fate.BLOCKED: Badge("blocked", "✗", "bad"),
    Fate.ABSENT: Badge("absent", "·", "quiet"),
}

Group = tuple[str, Fate, str]


def first_rows(plan: UndoPlan, wanted: int) -> dict[Group, list[RowAt]]:
    """(model, outcome, action) -> the first *wanted* rows; what stays comes first."""
    groups: dict[Group, list[RowAt]] = {}
    for row, verdict in sorted(plan.rows.items()):
        group = row.model, verdict.outcome, plan.actions[row]
        groups.setdefault(group, []).append(row)
    ranked = sorted(groups, key=lambda g: (_ORDER.index(g[1]), g[0], g[2]))
    return {group: groups[group][:wanted] for group in ranked}


def rows_stack(
    plan: UndoPlan,
    values: Mapping[RowAt, RowValues],
    mask: Masking,
    *,
    tables: Mapping[str, str],
    nouns: Nouns,
    wanted: int,
    done: bool,
) -> Stack:
    """
    Up to *wanted* rows of every table, outcome and kind of change, each kind folded.

    Args:
        values: as ``write.undo_values`` gives them.
        tables: model -> table, which says how values are masked.
        done: the undo was carried out, or tried to be.
    """
    sizes = Counter((r.model, v.outcome, plan.actions[r]) for r, v in plan.rows.items())
    now = "when undone" if done else "now"
    folds: list[Element] = []
    for group, rows in first_rows(plan, wanted).items():
        model, outcome, action = group
        of_group = [values[row] for row in rows if row in values]
        if not of_group:
            continue
        table = tables[model]
        lines = [
            line for row in of_group for line in _lines(plan, row, mask, table, nouns)
        ]
        told = tell(
            "{}, {} by the run and {}: {} of {}",
            *(sentence_case(nouns[model]), action, outcome, count(len(rows))),
            figure(sizes[group], "undo", model, outcome, "by", action, of="row"),
        )
        grid = _grid(lines, now, mask, _left_out(of_group, table))
        folds.append(Fold(told, grid))
    masked = "" if mask.reveal else ", masked"
    lead = f"The first {count(wanted)} of each kind{masked}: before the run, {now},"
    return Stack([Sentence(f"{lead} after the undo."), *folds])


def _grid(lines: Sequence[Sequence[Cell]], now: str, mask: Masking, foot: str) -> Grid:
    """*lines* without the columns that none of them fills."""
    sides = ("before the run", now, "after the undo")
    heads = (mask.key_head, "field", *sides, "outcome", "why")
    used = [place for place in range(len(heads)) if any(line[place] for line in lines)]
    return Grid(
        "Values as they are" if mask.reveal else "Values masked",
        [heads[place] for place in used],
        [[line[place] for place in used] for line in lines],
        whole=heads[:2] if mask.reveal else heads[:5],  # what is masked is short
        foot=foot,
    )


def _lines(
    plan: UndoPlan, row: RowValues, mask: Masking, table: str, nouns: Nouns
) -> Iterator[tuple[Cell, ...]]:
    """One line a field; the key, and why, beside the first of a row."""
    is_part = plan.actions[row.row] == CHANGED
    key: Cell = mask.key(row.key)
    verdict = plan.rows[row.row]
    whole = (BADGES[verdict.outcome], _why(verdict, nouns))
    told = _fields(row, table, is_part=is_part)
    for place, name in enumerate(told):
        said = [_value(each, name, mask, table) for each in _moments(row)]
        shown = [_other(said, _raw(row, name), at) for at in range(len(said))]
        if is_part:
            part = row.parts[name]
            ends: tuple[Cell, ...] = BADGES[part.outcome], _why(part, nouns)
        else:
            ends = whole if not place else ("", "")
        yield key, name, *shown, *ends
        key = ""
    if not told:
        there = [NO_ROW if each is None else "(the row)" for each in _moments(row)]
        yield key, "", *there, *whole


def _fields(row: RowValues, table: str, *, is_part: bool) -> list[str]:
    """The columns of *row* that are shown: changed ones, or the first not blank."""
    if is_part:
        return [name for name in row.parts if is_named(table, name)]
    held = [each for each in _moments(row) if each is not None]
    names = held[0] if held else {}
    used = [
        name
        for name in names
        if is_named(table, name) and not all(blank(each[name]) for each in held)
    ]
    return used[:FIELDS]


def _moments(row: RowValues) -> tuple[Mapping[str, Any] | None, ...]:
    return row.before, row.now, row.after


def _raw(row: RowValues, name: str) -> list[object]:
    return [each[name] if each else None for each in _moments(row)]


def _value(
    values: Mapping[str, Any] | None, name: str, mask: Masking, table: str
) -> str:
    if values is None:
        return NO_ROW
    return mask.value(table, name, values[name]) or EMPTY


def _other(said: Sequence[str], raw: Sequence[object], at: int) -> str:
    """Two values that look the same behind their mask, and are not."""
    is_other = at > 0 and said[at] == said[at - 1] and raw[at] != raw[at - 1]
    return f"{said[at]} (another one)" if is_other else said[at]


def _why(verdict: Finding, nouns: Nouns) -> str:
    return ": ".join(filter(None, (str(verdict.why), named(verdict, nouns))))


def _left_out(rows: Sequence[RowValues], table: str) -> str:
    """What of the changed fields of *rows* is not shown."""
    hidden = sum(not is_named(table, name) for row in rows for name in row.parts)
    left = hidden + sum(row.more for row in rows)
    told = f"{several(left, 'changed field')} of these {verb(left, 'is', 'are')}"
    return f"{told} not shown." if left else ""
