"""Times that are typed with a dot, or without their minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from reimport_lib.plan.values import times


def column(*cells: str) -> pd.Series[Any]:
    return pd.Series(cells, dtype=object)


def at(hours: int, minutes: int = 0) -> timedelta:
    return timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1.00", at(1)), ("0.30", at(0, 30)), ("0.01", at(0, 1)), (" 0.59", at(0, 59))],
)
def test_a_dot_and_two_digits_are_a_clock_that_may_be_a_fraction(
    cell: str, value: timedelta
) -> None:
    read = times.times(column(cell))

    assert (read.values[0], read.codes[0]) == (value, "ambiguous_time")
    stamp = times.stamps(
        column(f"2013-07-01 {cell.strip()}"), "DMY", declared=False, zone="UTC"
    )
    assert stamp.values[0] == datetime(2013, 7, 1, tzinfo=UTC) + value
    assert list(stamp.codes) == ["ambiguous_time"]


@pytest.mark.parametrize(
    ("cells", "values", "spelling"),
    [
        (("9", "14", "", "1", "0"), (at(9), at(14), None, at(1), at(0)), "whole hours"),
        (
            ("9.3", "14.0", "1.0"),
            (at(9, 30), at(14), at(1)),
            "hours and tens of minutes",
        ),
    ],
)
def test_a_whole_column_of_one_lone_spelling_is_read_and_says_so(
    cells: tuple[str, ...], values: tuple[timedelta | None, ...], spelling: str
) -> None:
    cleaned = times.times(column(*cells))

    assert times.lone_spelling(column(*cells)) == spelling
    assert tuple(cleaned.values) == values
    assert set(cleaned.codes[cleaned.values.notna()]) == {"ambiguous_time"}


@pytest.mark.parametrize(
    "cells", [("9", "14.0"), ("9", "09:30"), ("9.3", "9.30"), ("9", "9"), ("9", "?")]
)
def test_a_column_of_more_spellings_or_of_one_text_reads_no_lone_one(
    cells: tuple[str, ...],
) -> None:
    cleaned = times.times(column(*cells))

    assert times.lone_spelling(column(*cells)) == ""
    assert cleaned.codes[0] == "bad_time"


def test_a_lone_spelling_beyond_the_day_is_a_bad_time() -> None:
    assert list(times.times(column("9", "25")).codes) == ["ambiguous_time", "bad_time"]
    assert list(times.times(column("9.3", "9.7")).codes) == [
        "ambiguous_time",
        "bad_time",
    ]
