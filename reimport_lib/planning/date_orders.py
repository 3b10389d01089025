"""Whether the set order of text dates is the one that the source was written in.

Pure; imports neither Django nor pyarrow. The authority is the paragraph "Dates" of
``docs/rules.md``.
"""

from __future__ import annotations

import pandas as pd

from reimport_lib.checks import Check, Verdict
from reimport_lib.planning import times
from reimport_lib.planning.context import Context
from reimport_lib.planning.mapping import Mapping, resolve
from reimport_lib.planning.staging import order_of, texts_of

ENOUGH = 10
"""So many dates that fit only the other order are no slips of the pen."""

_DATED = frozenset({"date", "birth date", "date and time"})


def date_order_checks(
    mapping: Mapping, frame: pd.DataFrame, context: Context
) -> list[Check]:
    """
    One check per column of *frame* (texts) that holds dates.

    Fails where at least ``ENOUGH`` text dates fit only the other order and outnumber
    those that fit only the set one; warns where any fit only the other.
    """
    resolved = resolve(mapping, list(frame.columns))
    order, declared = order_of(mapping, context)
    checks = []
    for column in mapping.all_columns:
        header = resolved.headers.get(column.name)
        if column.convert not in _DATED or header is None:
            continue
        counts = times.order_counts(texts_of(frame, header), order)
        checks.append(_check(f"{mapping.table}: {header}", order, declared, counts))
    return checks


def _check(
    name: str, order: str, declared: bool, counts: tuple[int, int, int]
) -> Check:
    ours, others, both = counts
    wrong = others >= ENOUGH and others > ours
    verdict = Verdict.FAIL if wrong else Verdict.WARN if others else Verdict.PASS
    source = "the source declares it" if declared else "REIMPORT_DATE_ORDER"
    return Check(
        name=f"{name}: text dates are written {order}",
        expected=f"{order} ({source})",
        actual=f"{ours:,} fit only {order}, {others:,} only the other, {both:,} both",
        verdict=verdict,
        hint=_hint(verdict, declared),
    )


def _hint(verdict: Verdict, declared: bool) -> str:
    if verdict is Verdict.PASS:
        return ""
    if verdict is Verdict.WARN:
        return "look at the rows with the note other_date_order"
    if declared:
        return "the source contradicts itself: export it again"
    return "set REIMPORT_DATE_ORDER to the order the workbook was written in"
