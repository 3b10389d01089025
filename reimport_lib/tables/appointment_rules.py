"""The rules of appointments and clinic events.

Pure. The authority is the paragraph "Appointments" of ``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pandas as pd

from reimport_lib.frames import Column, Mask
from reimport_lib.plan.cells import (
    blank,
    each,
    either,
    filled_from,
    no_codes,
    objects,
    test,
)
from reimport_lib.plan.codes import Note, Reason
from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import Ruling
from reimport_lib.plan.stage import (
    Staged,
    order_of,
    stage_table,
    texts_of,
    with_columns,
    with_words,
)
from reimport_lib.plan.values import one_form, times
from reimport_lib.plan.values.text import Cleaned, one_meaning
from reimport_lib.tables.appointment_texts import says_more
from reimport_lib.tables.declare import Table

STATUS_WORDS: Mapping[str, str] = {
    "completed": "completed",
    "complete": "completed",
    "attended": "completed",
    "done": "completed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "dna": "no_show",
    "fta": "no_show",
    "no show": "no_show",
    "no-show": "no_show",
    "no_show": "no_show",
    "did not attend": "no_show",
    "failed to attend": "no_show",
    "scheduled": "scheduled",
    "booked": "scheduled",
    "confirmed": "scheduled",
    "checked in": "checked_in",
    "checked-in": "checked_in",
    "checked_in": "checked_in",
    "arrived": "checked_in",
}
"""Word of the source, case folded -> status; any other word rejects its row."""


_START = ("start_date", "start_clock", "start_stamp")
_END = ("end_date", "end_clock", "end_stamp")
_MIDNIGHT = timedelta()


def stage_appointments(table: Table, frame: pd.DataFrame, context: Context) -> Staged:
    """
    Appointments as values: start, end (aware UTC), whole_day and status are made out
    of the columns that say them. Wall times that were doubtful stay in the metadata.
    """
    staged = stage_table(table, frame, context)
    cells, zone = staged.frame, context.settings.time_zone
    whole_day = test(cells["all_day"], bool) | test(cells["all_day_flag"], bool)
    start = _moments(cells, _START, zone, whole_day, _MIDNIGHT)
    end = _moments(_with_end_dates(staged), _END, zone, whole_day, times.DAY)
    more = {
        "start": says_more(cells, _START, start.values, start.values, zone),
        "end": says_more(cells, _END, end.values, start.values, zone),
    }
    made = {
        "start": _noted(start, more["start"] & ~_has_bad_part(staged, _START)),
        "end": _noted(end, more["end"] & ~_has_bad_part(staged, _END)),
        "whole_day": Cleaned(whole_day.astype(object), no_codes(cells.index)),
        "status": _statuses(cells["status_word"]),
    }
    parts = (*_START, *_END, "status_word", "all_day", "all_day_flag")
    staged = with_columns(staged, made, instead_of=parts)
    staged = with_words(staged, "status_word")
    early = _ends_before_it_starts(staged.frame)
    order, _ = order_of(table, context)
    wall_times = {
        "start_text": _wall_times(frame, staged, (*_START, "start"), order),
        "end_text": _wall_times(frame, staged, (*_END, "end"), order, early),
    }
    return _with_wall_times(staged, wall_times, more)


def required(staged: Staged, _: Context) -> tuple[Ruling, ...]:
    """A start that is missing or cannot be read, and a status that no table knows."""
    frame = staged.frame
    bad_date = staged.coded(Reason.BAD_DATE, "start_date", "start_stamp", "start")
    bad_time = staged.coded(Reason.BAD_TIME, "start_clock")
    no_stamp = blank(frame["start_stamp"])
    no_date = no_stamp & blank(frame["start_date"]) & ~bad_date
    no_time = (
        no_stamp
        & blank(frame["start_clock"])
        & ~bad_time
        & ~frame["whole_day"].astype(bool)
    )
    unknown = staged.coded(Reason.UNKNOWN_VALUE, "status")
    return (
        (no_date | (no_time & ~bad_date).astype(bool), Reason.MISSING_REQUIRED),
        (bad_date, Reason.BAD_DATE),
        (bad_time, Reason.BAD_TIME),
        (unknown, Reason.UNKNOWN_VALUE),
    )


def doubtful_end(staged: Staged, _: Context) -> tuple[Ruling, ...]:
    """An end that is left out: before the start, or a time that cannot be read."""
    return (
        (_ends_before_it_starts(staged.frame), Note.END_BEFORE_START),
        (staged.coded(Reason.BAD_TIME, "end_clock"), Note.BAD_DATE),
    )


def end_in_order(staged: Staged, _: Context) -> Column:
    """(n,) the end; None where it is before the start."""
    frame = staged.frame
    return either(~_ends_before_it_starts(frame), frame["end"], None)


def status_by_clock(staged: Staged, context: Context) -> Column:
    """(n,) the status of a row without one: whether it began before the clock."""
    return each(
        staged.frame["start"],
        lambda start: "completed" if start and start < context.as_of else "scheduled",
    )


def _moments(
    cells: pd.DataFrame,
    names: tuple[str, str, str],
    zone: str,
    whole_day: Mask,
    whole_day_clock: timedelta,
) -> Cleaned:
    """Date and time as one moment, or the one column that says both."""
    day, clock, stamp = (cells[name] for name in names)
    clock = either(~(blank(clock) & whole_day), clock, whole_day_clock)
    none = no_codes(cells.index)
    moments = times.moments(Cleaned(day, none), Cleaned(clock, none), zone)
    return Cleaned(filled_from(moments.values, stamp), moments.codes)


def _with_end_dates(staged: Staged) -> pd.DataFrame:
    """The cells, with the start's date where an end has a time and no date at all."""
    cells = staged.frame
    no_date = blank(cells["end_date"]) & ~staged.coded(Reason.BAD_DATE, "end_date")
    same_day = no_date & ~blank(cells["end_clock"])
    days = either(~same_day, cells["end_date"], cells["start_date"])
    return cells.assign(end_date=days)


def _has_bad_part(staged: Staged, columns: tuple[str, ...]) -> Mask:
    """(n,) bool: a note says already that one of *columns* was left out."""
    bad_date = staged.coded(Reason.BAD_DATE, *columns)
    return bad_date | staged.coded(Reason.BAD_TIME, *columns)


def _noted(moments: Cleaned, more: Mask) -> Cleaned:
    """*moments*, with a note where the columns say *more*."""
    codes = [
        ";".join(filter(None, (code, Note.TEXT_KEPT.value if said else "")))
        for code, said in zip(moments.codes, more, strict=True)
    ]
    return Cleaned(moments.values, objects(codes, moments.values.index))


def _wall_times(
    frame: pd.DataFrame,
    staged: Staged,
    columns: tuple[str, ...],
    order: str,
    also: Mask | bool = False,
) -> Column:
    """
    What the wall clock said, for rows with a code in one of *columns*.

    A date that fits both orders is no reason: the set *order* was taken.
    """
    problems = staged.problems[staged.problems["code"] != Note.AMBIGUOUS_DATE]
    rows = problems.loc[problems["column"].isin(columns), "row"]
    doubtful = pd.Series(staged.frame.index.isin(rows), index=staged.frame.index)
    some = frame.loc[staged.frame.index[doubtful | also]]
    parts = [
        one_form.in_one_form_of_dates(
            texts_of(some, staged.resolved.headers.get(name)), order
        )
        for name in columns
    ]
    said = [" ".join(filter(None, row)) for row in zip(*parts, strict=True)]
    return pd.Series(said, some.index, object).reindex(
        staged.frame.index, fill_value=""
    )


def _with_wall_times(
    staged: Staged, wall_times: Mapping[str, Column], more: Mapping[str, Column]
) -> Staged:
    """*staged* with what its wall clocks said in two texts instead of one a column."""
    columns = {
        field.kept_text
        for field in staged.declared.fields
        if field.name in (*_START, *_END)
    }
    others = {
        name: texts for name, texts in staged.originals.items() if name not in columns
    }
    dropped = {
        name: either(said, wall_times[f"{name}_text"], "")
        for name, said in more.items()
        if said.any()
    }
    return replace(
        staged,
        originals={**others, **wall_times},
        dropped={**staged.dropped, **dropped},
    )


def _statuses(words: Column) -> Cleaned:
    """
    The status each word stands for; None where blank.

    None with a code where a word is unknown, or several do not mean the same.
    """
    status = each(words, lambda word: one_meaning(word or "", STATUS_WORDS))
    unknown = ~blank(words) & blank(status)
    codes = either(~unknown, no_codes(words.index), Reason.UNKNOWN_VALUE.value)
    return Cleaned(status, codes)


def _ends_before_it_starts(frame: pd.DataFrame) -> Mask:
    pairs = zip(frame["start"], frame["end"], strict=True)
    early = [bool(start and end and end < start) for start, end in pairs]
    return pd.Series(early, index=frame.index, dtype=bool)
