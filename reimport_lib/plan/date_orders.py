"""Whether dates and times can be read, in the way that the source was written in.

Pure; imports neither Django nor pyarrow. The authority is the paragraph "Dates" of
``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from reimport_lib.checks import Check, Verdict
from reimport_lib.plan.codes import Note
from reimport_lib.plan.context import Context
from reimport_lib.plan.mapping import resolve
from reimport_lib.plan.stage import order_of, texts_of
from reimport_lib.plan.values import dates, times
from reimport_lib.tables.declare import Conversion, Field, Table

ENOUGH = 10
"""So many dates that fit only the other order are no slips of the pen."""


def date_order_checks(
    table: Table, frame: pd.DataFrame, context: Context
) -> list[Check]:
    """
    One check per column of *frame* (texts) that holds dates.

    Fails where at least ``ENOUGH`` text dates fit only the other order and outnumber
    those that fit only the set one; warns where any fit only the other.
    """
    order, declared = order_of(table, context)
    return [
        _check(
            f"{table.name}: {header}",
            order,
            declared,
            dates.order_counts(texts_of(frame, header), order),
        )
        for _, header in _dated(table, frame)
    ]


def date_reading_checks(
    table: Table, frame: pd.DataFrame, context: Context
) -> list[Check]:
    """
    One check per column of *frame* (texts) that holds dates.

    Fails where at least ``ENOUGH`` cells hold something and none can be read: the date
    would come in empty in every row. Warns where most cannot.
    """
    checks = []
    for column, header in _dated(table, frame):
        texts = texts_of(frame, header)
        read = column.convert.read(texts, column, table, context)
        filled = sum(bool(text.strip()) for text in texts)
        bad = sum(Note.BAD_DATE in codes.split(";") for codes in read.codes)
        verdict = Verdict.PASS
        if bad >= ENOUGH and bad > filled - bad:
            verdict = Verdict.FAIL if bad == filled else Verdict.WARN
        good = verdict is Verdict.PASS
        checks.append(
            Check(
                name=f"{table.name}: {header}: dates can be read",
                expected="more than cannot",
                actual=f"{filled - bad:,} of {filled:,}",
                verdict=verdict,
                hint="" if good else "is it a date in FileMaker? Export it as one",
                id="C026",
            )
        )
    return checks


def clock_checks(table: Table, frame: pd.DataFrame) -> list[Check]:
    """
    One check per column of *frame* (texts) that holds times of day.

    Warns where all of them leave out minutes, or some may be parts of a day as well.
    """
    checks = []
    for _, header in _holding(lambda c: c.clock, table, frame):
        texts = texts_of(frame, header)
        spelling = times.lone_spelling(texts)
        read = times.times(texts)
        doubtful = int((read.codes == Note.AMBIGUOUS_TIME.value).sum())
        filled = sum(bool(text.strip()) for text in texts)
        actual = f"{doubtful:,} of {filled:,} may be parts of a day as well"
        if spelling:
            actual = f"all {filled:,} are {spelling}: 9 is read as 09:00, 9.3 as 09:30"
        checks.append(
            Check(
                name=f"{table.name}: {header}: times of day are written in full",
                expected="hours and minutes",
                actual=actual,
                verdict=Verdict.WARN if doubtful else Verdict.PASS,
                hint="look at the rows with the note ambiguous_time"
                if doubtful
                else "",
                id="C027",
            )
        )
    return checks


def _dated(table: Table, frame: pd.DataFrame) -> list[tuple[Field, str]]:
    return _holding(lambda c: c.dated, table, frame)


def _holding(
    wanted: Callable[[Conversion], bool], table: Table, frame: pd.DataFrame
) -> list[tuple[Field, str]]:
    """The columns that are read by a *wanted* conversion, with their headers."""
    headers = resolve(table, list(frame.columns)).headers
    return [
        (column, headers[column.name])
        for column in table.all_fields
        if wanted(column.convert) and column.name in headers
    ]


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
        id="C028",
    )


def _hint(verdict: Verdict, declared: bool) -> str:
    if verdict is Verdict.PASS:
        return ""
    if verdict is Verdict.WARN:
        return "look at the rows with the note other_date_order"
    if declared:
        return "the source contradicts itself: export it again"
    return "set REIMPORT_DATE_ORDER to the order the workbook was written in"
