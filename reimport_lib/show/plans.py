"""What a plan makes of its rows: outcomes, reasons, notes, links, changes, deletions.

Imports planning's types, masking, words and html; every value is masked first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reimport_lib.counting import verb
from reimport_lib.plan.codes import Outcome
from reimport_lib.show.badges import outcome_badge
from reimport_lib.show.figured import Name, figure, joined, tell
from reimport_lib.show.html import Cell, Fold, Grid, Sentence, Stack
from reimport_lib.show.masking import Masking
from reimport_lib.show.rate_words import found_of_named
from reimport_lib.show.words import (
    OUTCOMES,
    code_meaning,
    equation,
    link_noun,
    note_meaning,
    noun,
    percent,
    sentence_case,
    several,
    share,
)

if TYPE_CHECKING:
    from reimport_lib.plan.delete import DeletionPlan
    from reimport_lib.plan.plan import Plan
    from reimport_lib.write.apply import Applied

NOT_IN = (str(Outcome.SKIPPED), str(Outcome.REJECTED))
EMPTY = "(empty)"
SHOWN_FIELDS = 6
GOES = "The source no longer has it."
SLATE = "The source no longer has it, or does not let it in today (clean slate)."


def outcomes_stack(plan: Plan) -> Stack:
    """Every source row in exactly one outcome: the equation and its terms."""
    total = sum(plan.counts.values())
    rows: list[tuple[Cell, ...]] = [
        (
            outcome_badge(name),
            figure(n, plan.table, name),
            percent(n, total),
            OUTCOMES[name].sentence,
        )
        for name, n in plan.counts.items()
    ]
    every = figure(total, plan.table, "rows")
    rows.append(("all rows", every, percent(total, total), ""))
    blank = figure(plan.blank_rows, plan.table, "blank_rows", of="blank row")
    foot = tell("{} left out before counting.", blank)
    balance = Grid(
        f"What becomes of the {noun(plan.table)}",
        ("outcome", "rows", "share", "meaning"),
        rows,
        right=("rows", "share"),
        foot=foot if plan.blank_rows else "",
    )
    told = tell("{}: {}", _things(plan), equation(plan.table, plan.counts))
    return Stack([Sentence(told, strong=True), balance])


def reasons_table(plan: Plan, mask: Masking, examples: int = 3) -> Grid:
    """Why rows are skipped or rejected: the largest groups first, with row numbers."""
    left = plan.rows[plan.rows["outcome"].isin(NOT_IN)]
    groups = sorted(
        left.groupby(["outcome", "reason"], sort=True),
        key=lambda group: (group[0][0] != Outcome.REJECTED, -len(group[1]), group[0]),
    )
    do = verb(len(left), "does", "do")
    out = figure(len(left), plan.table, "stays_out", of="row")
    every = figure(len(plan.rows), plan.table, "rows")
    return Grid(
        tell("{}: {} of {} {} not come in", _things(plan), out, every, do),
        ("reason", "outcome", "rows", "what it means", "what to do", "for example"),
        [
            (
                str(reason),
                outcome_badge(str(outcome)),
                figure(len(group), plan.table, "reasons", str(reason)),
                *code_meaning(str(reason)),
                _examples(group, mask, examples),
            )
            for (outcome, reason), group in groups
        ],
        right=("rows",),
        empty="no row stays out.",
        whole=("for example",),
    )


def _examples(group: pd.DataFrame, mask: Masking, wanted: int) -> str:
    first = group.head(wanted)
    shown = [
        f"{f'row {row}' if row else ''} {mask.key(str(key))}".strip()
        for row, key in zip(first["row"], first["key"].fillna(""), strict=True)
    ]
    return ",\n".join(shown) + (",\n…" if len(group) > wanted else "")


def notes_table(plan: Plan) -> Grid:
    """Values changed or doubted on the way in, by code, the most frequent first."""
    coming = int((~plan.rows["outcome"].isin(NOT_IN)).sum())
    return Grid(
        f"{_things(plan)}: values changed or doubted on the way in",
        ("note", "rows", "what it means", "what to do"),
        [
            (
                code,
                share(
                    *(number, coming),
                    (plan.table, "notes", code),
                    (plan.table, "came_in"),
                ),
                *note_meaning(code),
            )
            for code, number in plan.note_counts.items()
        ],
        right=("rows",),
        empty="none.",
    )


def links_table(plan: Plan) -> Grid:
    """How many rows name something, and for how many of them it is there."""
    heads = ("link", "found of named", "not found")
    rows = [
        (
            link_noun(link.name),
            found_of_named(link, (plan.table, "links", link.name)),
            figure(link.named - link.found, plan.table, "links", link.name, "not_found")
            if link.checked
            else "",
        )
        for link in plan.links
    ]
    return Grid(f"{_things(plan)}: links", heads, rows, right=heads[1:])


def changes_table(plan: Plan, mask: Masking, rows: int = 5) -> Grid:
    """Field by field what an update changes, for the first *rows* records, masked."""
    changes = plan.changes
    records = changes["row"].drop_duplicates()
    keys = dict(zip(plan.rows["row"], plan.rows["key"], strict=True))
    lines: list[tuple[str, ...]] = []
    for row, name, *values in changes.loc[
        changes["row"].isin(records.head(rows)), ["row", "field", "before", "after"]
    ].itertuples(index=False, name=None):
        old, new = (mask.value(plan.table, str(name), value) for value in values)
        new += " (another one)" if old == new else ""
        key = mask.key(str(keys.get(row, "")))
        lines.append((str(row), key, str(name), old or EMPTY, new or EMPTY))
    fields = Counter(sorted(map(str, changes["field"]))).most_common()
    changed = ("changes", plan.table, str(Outcome.UPDATED), "fields")
    most = joined(
        ", ",
        (
            tell("{} {}", name, figure(n, *changed, "of", name))
            for name, n in fields[:SHOWN_FIELDS]
        ),
    )
    by_field = "By field" if len(fields) <= SHOWN_FIELDS else "Most often"
    caption: str = _things(plan)
    if len(records):
        caption = tell(
            "{}: {} of {} {}{}",
            caption,
            figure(len(changes), *changed, of="field"),
            figure(len(records), plan.table, str(Outcome.UPDATED), of="record"),
            verb(len(changes), "changes", "change"),
            "" if mask.reveal else ", masked",
        )
    left = len(records) - rows
    are = verb(left, "changes and is", "change and are")
    further = several(left, "further record")
    more = f" {further} {are} not shown: raise sample_rows, or see changes.html."
    return Grid(
        caption,
        ("row", mask.key_head, "field", "before", "after"),
        lines,
        empty="no record that is there changes.",
        foot=tell("{}: {}.{}", by_field, most, more if left > 0 else ""),
    )


def deletions_stack(
    plans: Sequence[DeletionPlan], mask: Masking, rows: int = 5, *, clean_slate: bool
) -> Stack:
    """What the delete phase removes and what it looked at and leaves, by table."""
    counted: list[tuple[Cell, ...]] = []
    listed: list[tuple[Cell, ...]] = []
    for plan in plans:
        groups = plan.rows.fillna("").groupby(["outcome", "reason"], sort=True)
        for (outcome, reason), group in groups:
            things, badge = noun(plan.table), outcome_badge(str(outcome))
            sentence, remedy = code_meaning(str(reason))
            meaning = sentence or (SLATE if clean_slate else GOES)
            of = figure(len(group), *_deletion(plan.table, outcome, reason))
            counted.append((things, badge, of, meaning, remedy))
            listed += [
                (things, mask.key(str(key)), badge, str(reason))
                for key in sorted(filter(None, group["key"]))[:rows]
            ]
    overview = Grid(
        "Records that go, and records that were looked at and stay",
        ("table", "outcome", "records", "why", "what to do"),
        counted,
        right=("records",),
        empty="none; nothing is deleted.",
    )
    each = f"Up to {rows} of each kind"
    kinds = Grid(each, ("table", mask.key_head, "outcome", "reason"), listed)
    return Stack([overview, *([Fold(each, kinds)] if listed else [])])


def applied_table(applied: Applied) -> Grid:
    """What the transaction did, table by table."""
    return Grid(
        "Done before; nothing was written now" if applied.repeated else "Done",
        ("table", "outcome", "rows"),
        [
            (noun(table), outcome, figure(number, table, outcome))
            for table, counts in applied.counts.items()
            for outcome, number in counts.items()
            if number
        ],
        right=("rows",),
    )


def _deletion(table: str, outcome: object, reason: object) -> Name:
    """The name of the records of *table* that go, or that stay for *reason*."""
    return (table, str(outcome), str(reason)) if reason else (table, str(outcome))


def _things(plan: Plan) -> str:
    return sentence_case(noun(plan.table))
