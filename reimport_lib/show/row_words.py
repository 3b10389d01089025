"""What became of the source's rows, in sentences.

Imports codes and words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reimport_lib.plan.codes import SOURCE_OUTCOMES, Outcome
from reimport_lib.show.words import count, percent


@dataclass(frozen=True, slots=True)
class Rows:
    """
    The source rows of the phases that were applied.

    Attributes:
        counts: outcome -> rows; rehearsed: what they came into is the copy.
        partial: further phases have planned rows, and were not applied.
        waiting: rejected rows that people changed in the database and that stay there.
        doubted: a check of what was written does not hold.
    """

    counts: Mapping[str, int]
    rehearsed: bool = False
    partial: bool = False
    waiting: int = 0
    doubted: bool = False


def said(rows: Rows) -> list[str]:
    """How many are in the database, and how many are not; nothing of no row."""
    total = sum(rows.counts.get(outcome, 0) for outcome in SOURCE_OUTCOMES)
    if not total:
        return []
    rejected = rows.counts.get(Outcome.REJECTED, 0)
    skipped = rows.counts.get(Outcome.SKIPPED, 0)
    inside = total - skipped - rejected
    parts = [
        f"{count(rows.counts[name])} {name}"
        for name in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
        if rows.counts.get(name)
    ]
    told = (
        f"{count(inside)} of {count(total)} source {'row' if total == 1 else 'rows'}"
        f"{' of the phases done' if rows.partial else ''} ({percent(inside, total)}) "
        f"{'is' if inside == 1 else 'are'} in the "
        f"{'copy' if rows.rehearsed else 'backend'}"
        f"{' by the plans, which the checks do not bear out' if rows.doubted else ''}"
    )
    told += f": {', '.join(parts)}." if parts else "."
    return [told, *_left_out(rejected - rows.waiting, skipped)]


def _left_out(rejected: int, skipped: int) -> list[str]:
    """Where to find what did not come in: reasons here, rows in the outcomes files."""
    parts = []
    if rejected:
        parts.append(f"{count(rejected)} cannot come in")
    if skipped:
        was = "was" if skipped == 1 else "were"
        parts.append(f"{count(skipped)} {was} left out by rule")
    if not parts:
        return []
    return [
        f"{' and '.join(parts)}: the reasons and their counts stand below, every row"
        " in outcomes/."
    ]
