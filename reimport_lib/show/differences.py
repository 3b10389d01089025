"""What a plan changes and deletes, record by record and masked.

Imports planning's types, masking, words and html.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from reimport_lib.show.badges import outcome_badge
from reimport_lib.show.html import Cell, Fold, Grid, Stack
from reimport_lib.show.masking import Mask
from reimport_lib.show.words import code_meaning, count, noun, sentence_case, several

if TYPE_CHECKING:
    from reimport_lib.plan.delete import DeletionPlan
    from reimport_lib.plan.plan import Plan


EMPTY = "(empty)"
SHOWN_FIELDS = 6
GOES = "The source no longer has it."
SLATE = "The source no longer has it, or does not let it in today (clean slate)."


def changes_table(plan: Plan, mask: Mask, rows: int = 5) -> Grid:
    """Field by field what an update changes, for the first *rows* records, masked."""
    records = plan.changes["row"].drop_duplicates()
    shown = plan.changes[plan.changes["row"].isin(records.head(rows))]
    keys = dict(zip(plan.rows["row"], plan.rows["key"], strict=True))
    lines: list[tuple[Cell, ...]] = []
    for row, name, before, after in shown[
        ["row", "field", "before", "after"]
    ].itertuples(index=False, name=None):
        old = mask.value(plan.table, str(name), before)
        new = mask.value(plan.table, str(name), after)
        if old == new:
            new = f"{new} (another one)"
        old, new = old or EMPTY, new or EMPTY
        lines.append((str(row), mask.key(str(keys.get(row, ""))), str(name), old, new))
    fields = plan.changes["field"].value_counts()
    most = ", ".join(
        f"{name} {count(number)}" for name, number in _ranked(fields)[:SHOWN_FIELDS]
    )
    by_field = "By field" if len(fields) <= SHOWN_FIELDS else "Most often"
    fields_changed = several(len(plan.changes), "field")
    things = sentence_case(noun(plan.table))
    change = "changes" if len(plan.changes) == 1 else "change"
    caption = (
        f"{things}: {fields_changed} of {several(len(records), 'record')} {change}"
    )
    caption = caption + ("" if mask.reveal else ", masked") if len(records) else things
    return Grid(
        caption,
        ("row", "key", "field", "before", "after"),
        tuple(lines),
        empty="no record that is there changes.",
        foot=f"{by_field}: {most}. {_more(len(records), rows)}".strip(),
    )


def deletions_stack(
    plans: Iterable[DeletionPlan],
    mask: Mask,
    rows: int = 5,
    *,
    clean_slate: bool = False,
) -> Stack:
    """What the delete phase removes and what it looked at and leaves, by table."""
    counted: list[tuple[Cell, ...]] = []
    listed: list[tuple[Cell, ...]] = []
    for plan in plans:
        things = noun(plan.table)
        groups = plan.rows.fillna("").groupby(["outcome", "reason"], sort=True)
        for (outcome, reason), group in groups:
            sentence, remedy = code_meaning(str(reason))
            meaning = sentence or (SLATE if clean_slate else GOES)
            badge = outcome_badge(str(outcome))
            counted.append((things, badge, count(len(group)), meaning, remedy))
            listed += [
                (things, mask.key(str(key)), badge, str(reason))
                for key in sorted(filter(None, group["key"]))[:rows]
            ]
    kinds = Grid(
        f"Up to {rows} of each kind",
        ("table", "key", "outcome", "reason"),
        tuple(listed),
    )
    return Stack(
        (
            Grid(
                "Records that go, and records that were looked at and stay",
                ("table", "outcome", "records", "why", "what to do"),
                tuple(counted),
                right=frozenset({"records"}),
                empty="none; nothing is deleted.",
            ),
            *([Fold(f"Up to {rows} of each kind", kinds)] if listed else []),
        )
    )


def _more(total: int, shown: int) -> str:
    """How many records are not shown; no file holds what changes field by field."""
    left = total - shown
    if left <= 0:
        return ""
    verb = "changes and is" if left == 1 else "change and are"
    return f"{several(left, 'further record')} {verb} not shown: raise sample_rows."


def _ranked(counts: pd.Series[int]) -> list[tuple[str, int]]:
    pairs = [(str(name), int(number)) for name, number in counts.items()]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
