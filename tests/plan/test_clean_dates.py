"""Text to dates: the paragraph "Dates" of the row rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.plan.values import dates
from reimport_lib.plan.values.text import visible

FORMS = {"DMY": "{d}{s}{m}{s}{y:04}", "MDY": "{m}{s}{d}{s}{y:04}"}
OTHER = {"DMY": "MDY", "MDY": "DMY"}


def column(*cells: str) -> pd.Series[Any]:
    return pd.Series(list(cells), dtype=object)


def read(cell: str, order: str = "DMY", *, declared: bool = False) -> tuple[Any, str]:
    cleaned = dates.dates(column(cell), order, declared=declared)
    return cleaned.values.tolist()[0], cleaned.codes.tolist()[0]


@pytest.mark.parametrize("order", ["DMY", "MDY", "YMD"])
@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(
    "cell",
    [
        "2013-07-01",
        "2013-07-01 00:00:00",
        "2013-07-01 14:20:00",
        "2013-07-01T00:00:00",
        "2013-07-01T14:20:00.000",
        "2013-07-01T14:20:00Z",
        "2013-07-01T14:20:00+10:00",
        "2013-07-01T",
        "2013-07-01Z",
        "2013-07-01 25:61",
        "2013-7-1",
        "2013/07/01",
        "2013.07.01",
        "2013 07 01",
        " 2013-07-01\xa0",
        "\uff12\uff10\uff11\uff13-\uff10\uff17-\uff10\uff11",
        "1 Jul 2013",
        "01-JUL-2013",
        "1 July 2013",
        "1st July, 2013",
        "Jul 1, 2013",
        "July 1 2013 2:02 pm",
    ],
)
def test_iso_text_and_month_names_need_no_order(
    cell: str, order: str, declared: bool
) -> None:
    assert read(cell, order, declared=declared) == (date(2013, 7, 1), "")


@pytest.mark.parametrize("cell", ["3/09/2013", "03.9.2013", "3-9-2013", "3 9 2013"])
def test_a_date_that_fits_both_orders_is_taken_in_the_set_one(cell: str) -> None:
    assert read(cell, "DMY") == (date(2013, 9, 3), "ambiguous_date")
    assert read(cell, "MDY") == (date(2013, 3, 9), "ambiguous_date")
    assert read(cell, "DMY", declared=True) == (date(2013, 9, 3), "")
    assert read(cell, "MDY", declared=True) == (date(2013, 3, 9), "")


def test_day_and_month_the_same_leave_no_doubt() -> None:
    assert read("07/07/2013", "DMY") == read("7/7/2013", "MDY")
    assert read("07/07/2013", "DMY") == (date(2013, 7, 7), "")


@pytest.mark.parametrize("declared", [True, False])
def test_a_date_that_fits_only_the_other_order_is_taken_so(declared: bool) -> None:
    taken = (date(2002, 6, 16), "other_date_order")

    assert read("06/16/2002", "DMY", declared=declared) == taken
    assert read("16/06/2002", "MDY", declared=declared) == taken


def test_a_date_that_fits_only_the_set_order_needs_no_note() -> None:
    assert read("16/06/2002", "DMY") == read("06/16/2002", "MDY")
    assert read("16/06/2002 2:02 pm", "DMY") == (date(2002, 6, 16), "")


def test_year_last_under_year_first_is_read_where_one_reading_is_left() -> None:
    assert read("16/06/2002", "YMD") == (date(2002, 6, 16), "other_date_order")
    assert read("06/16/2002", "YMD") == (date(2002, 6, 16), "other_date_order")
    assert read("06/06/2002", "YMD") == (date(2002, 6, 6), "other_date_order")
    assert read("05/06/2002", "YMD") == (None, "bad_date")


@pytest.mark.parametrize("order", ["DMY", "MDY", "YMD"])
@pytest.mark.parametrize(
    "cell",
    [
        "31/02/1980",
        "30/13/2013",
        "2019-13-45",
        "2019-02-29",
        "00/00/0000",
        "00/00/00",
        "0000-00-00",
        "0002-01-01",
        "01/01/0999",
        "1/07/13",
        "1/7-2013",
        "1/07/20133",
        "001/07/2013",
        "2013-07-0114:20",
        "2013-07-01 or so",
        "1/07/2013 2/07/2013",
        "1 Foo 2013",
        "31 Feb 2013",
        "1980",
        "20130701",
        "41456",
        "??/06/1975",
        "#########",
        "TBA",
        "unknown",
        "last week",
        "n/a",
        "?",
    ],
)
def test_what_cannot_be_read_is_a_bad_date(cell: str, order: str) -> None:
    assert read(cell, order) == (None, "bad_date")


def test_blank_is_no_date_and_no_note() -> None:
    assert read("") == (None, "")
    assert read(" \xa0") == (None, "")


@given(
    day=st.dates(min_value=date(1000, 1, 1)),
    order=st.sampled_from(["DMY", "MDY"]),
    separator=st.sampled_from("/-. "),
    declared=st.booleans(),
)
def test_every_date_is_read_in_its_order_and_noted_by_what_else_fits(
    day: date, order: str, separator: str, declared: bool
) -> None:
    cell = FORMS[order].format(d=day.day, m=day.month, y=day.year, s=separator)
    ambiguous = day.day <= 12 and day.day != day.month and not declared

    assert read(cell, order, declared=declared) == (
        day,
        "ambiguous_date" if ambiguous else "",
    )
    if day.day > 12:
        assert read(cell, OTHER[order], declared=declared) == (day, "other_date_order")


@given(cell=st.text(), order=st.sampled_from(["DMY", "MDY", "YMD"]))
def test_any_text_is_a_date_or_blank_or_bad(cell: str, order: str) -> None:
    value, code = read(cell, order)

    assert (value is None) == (code == "bad_date" or not visible(cell).strip())


@given(day=st.dates(min_value=date(1000, 1, 1)))
def test_iso_text_is_read_as_it_is(day: date) -> None:
    assert read(day.isoformat()) == (day, "")


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("2025-11-22", date(2025, 11, 22), ""),
        ("2025-11-23", None, "date_in_future"),
        ("12/01/2031", None, "date_in_future"),
        ("1880-01-01", date(1880, 1, 1), ""),
        ("31/12/1879", None, "date_too_old"),
        ("1/07/1879", None, "date_too_old"),
        ("3/09/1950", date(1950, 9, 3), "ambiguous_date"),
        ("31/02/1950", None, "bad_date"),
        ("", None, ""),
    ],
)
def test_a_birth_date_lies_between_1880_and_today(
    cell: str, value: date | None, code: str
) -> None:
    cleaned = dates.birth_dates(
        column(cell), "DMY", declared=False, as_of=date(2025, 11, 22)
    )

    assert (cleaned.values.tolist(), cleaned.codes.tolist()) == ([value], [code])


def test_today_is_the_date_where_the_clock_hangs() -> None:
    as_of = datetime(2025, 11, 21, 20, tzinfo=UTC)
    newborn = column("2025-11-22")

    in_sydney = dates.birth_dates(
        newborn,
        "DMY",
        declared=True,
        as_of=as_of.astimezone(ZoneInfo("Australia/Sydney")),
    )
    in_utc = dates.birth_dates(newborn, "DMY", declared=True, as_of=as_of)

    assert in_sydney.values.tolist() == [date(2025, 11, 22)]
    assert in_utc.codes.tolist() == ["date_in_future"]


def test_rows_are_counted_by_the_order_they_fit() -> None:
    cells = column(
        *["16/06/2002"] * 3,
        *["06/16/2002"] * 2,
        "03/09/2013",
        "07/07/2013",
        "2013-07-01",
        "1 Jul 2013",
        "31/02/2013",
        "",
    )

    assert dates.order_counts(cells, "DMY") == (3, 2, 2)
    assert dates.order_counts(cells, "MDY") == (2, 3, 2)
    assert dates.order_counts(column(), "DMY") == (0, 0, 0)
