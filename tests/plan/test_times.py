"""Text to times of day and to UTC: the paragraph "Times" of the row rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.plan.values import dates, times
from reimport_lib.plan.values.text import Cleaned, visible

SYDNEY = "Australia/Sydney"
ZONES = (SYDNEY, "Australia/Lord_Howe", "Europe/London", "Africa/Cairo", "UTC")


def column(*cells: str) -> pd.Series[Any]:
    return pd.Series(list(cells), dtype=object)


def at(hours: int, minutes: int = 0, seconds: int = 0) -> timedelta:
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def read(cell: str) -> tuple[Any, str]:
    return only(times.times(column(cell)))


def only(cleaned: Cleaned) -> tuple[Any, str]:
    return cleaned.values.tolist()[0], cleaned.codes.tolist()[0]


def moment(day: date, clock: str, zone: str = SYDNEY) -> tuple[Any, str]:
    days = dates.dates(column(day.isoformat()), "DMY", declared=True)
    return only(times.moments(days, times.times(column(clock)), zone))


def stamp(cell: str, order: str = "DMY", *, declared: bool = False) -> tuple[Any, str]:
    return only(times.stamps(column(cell), order, declared=declared, zone=SYDNEY))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("7:49 PM", at(19, 49)),
        ("7:49\u202fPM", at(19, 49)),
        ("2:02:00 pm", at(14, 2)),
        ("2:18:00 am", at(2, 18)),
        ("12:28 PM", at(12, 28)),
        ("12:05 am", at(0, 5)),
        ("7 p.m.", at(19)),
        ("11am", at(11)),
        ("14:20 PM", at(14, 20)),
        ("03:20", at(3, 20)),
        ("3:20", at(3, 20)),
        ("05:42:00", at(5, 42)),
        ("05:42:30.5", at(5, 42, 30) + timedelta(milliseconds=500)),
        ("1540", at(15, 40)),
        ("0224", at(2, 24)),
        ("224", at(2, 24)),
        ("13.33", at(13, 33)),
        ("04.13", at(4, 13)),
        ("00.30", at(0, 30)),
        ("0.277", at(6, 38, 53)),
        ("0.2770833333333333", at(6, 39)),
        ("0.2555555555555555", at(6, 8)),
        ("0.9375", at(22, 30)),
        ("0.250", at(6)),
        ("6.944444444444444E-04", at(0, 1)),
        ("0.500", at(12)),
        (".277", at(6, 38, 53)),
        ("0.000", at(0)),
        ("0.00", at(0)),
        ("1899-12-31 03:20:00", at(3, 20)),
        ("1899-12-30 03:20:00", at(3, 20)),
        ("1900-01-00 03:20:00", at(3, 20)),
        ("1900-01-01 03:20:00", at(3, 20)),
        ("1904-01-01 09:42:00", at(9, 42)),
        ("1904-01-01T09:42:00", at(9, 42)),
        ("1899-12-30", at(0)),
        ("1904-01-01", at(0)),
        ("\xa003:20 ", at(3, 20)),
    ],
)
def test_every_spelling_of_a_time_of_day(cell: str, value: timedelta) -> None:
    assert read(cell) == (value, "")


@pytest.mark.parametrize(
    "cell",
    [
        "1 day, 0:00:00",
        "1 days 00:00:00",
        str(timedelta(1)),
        "1.000",
        "24:00",
        "24:00:00",
        "2400",
        "1900-01-01",
        "1904-01-02",
    ],
)
def test_a_whole_day_is_the_midnight_at_its_end(cell: str) -> None:
    assert read(cell) == (times.DAY, "")


@pytest.mark.parametrize(
    "cell",
    [
        "25:61",
        "--:--",
        "morning",
        "?",
        "24:01",
        "12:60",
        "12:30:60",
        "13:30 AM",
        "0:15 pm",
        "24:00 pm",
        "5",
        "15",
        "0",
        "1",
        "1.0",
        "0.0",
        "0.5",
        "9.3",
        ".5",
        ".25",
        "0.75",
        "13.333",
        "-1",
        "2.0",
        "1.5",
        "40909.5",
        "154000",
        "9e-00",
        "1.5e+00",
        "12:3",
        "1904-01-02 03:20:00",
        "2013-07-01 14:20:00",
        "1 day, 1:00:00",
        "2 days, 0:00:00",
        "-1 day, 23:00:00",
        "ab:cd",
        "1:2:3:4",
    ],
)
def test_what_is_no_time_is_a_bad_time(cell: str) -> None:
    assert read(cell) == (None, "bad_time")


def test_blank_is_no_time_and_no_code() -> None:
    assert read("") == (None, "")
    assert read("\xa0") == (None, "")


def test_a_field_of_a_time_holds_no_end_of_a_day_and_no_other_word() -> None:
    found = times.times_of_day(pd.Series(["9:30", "", "24:00", "noon"], dtype=object))

    assert list(found.values) == [time(9, 30), None, None, None]
    assert list(found.codes) == ["", "", "bad_date", "bad_date"]


@given(clock=st.times().map(lambda clock: clock.replace(microsecond=0)))
def test_every_second_of_the_day_is_read_in_every_spelling(clock: time) -> None:
    span = at(clock.hour, clock.minute, clock.second)
    seconds = int(span.total_seconds())
    hour = clock.hour % 12 or 12
    half = "PM" if clock.hour >= 12 else "AM"
    spellings = [
        clock.isoformat(),
        f"{hour}:{clock:%M:%S} {half}",
        f"{seconds / 86_400:.17f}",
        f"1904-01-01 {clock}",
        f"1899-12-31 {clock}",
    ]

    cleaned = times.times(column(*spellings))

    assert cleaned.values.tolist() == [span] * len(spellings)


@given(cell=st.text() | st.text(alphabet="0123456789:. apm", max_size=9))
def test_any_text_is_a_time_within_the_day_or_blank_or_bad(cell: str) -> None:
    value, code = read(cell)

    assert (value is None) == (code == "bad_time" or not visible(cell).strip())
    assert value is None or timedelta() <= value <= times.DAY


def test_wall_time_is_that_of_the_zone() -> None:
    winter = (datetime(2013, 7, 1, 4, 2, tzinfo=UTC), "")
    summer = (datetime(2013, 1, 1, 3, 2, tzinfo=UTC), "")

    assert moment(date(2013, 7, 1), "14:02") == winter
    assert moment(date(2013, 1, 1), "14:02") == summer


def test_24_hours_is_the_next_midnight() -> None:
    assert moment(date(2017, 2, 4), "24:00") == moment(date(2017, 2, 5), "00:00")


def test_the_end_of_the_last_day_there_is_cannot_be_said() -> None:
    assert moment(date(9999, 12, 31), "24:00") == (None, "bad_date")
    assert moment(date(9999, 12, 31), "23:00", "America/Lima") == (None, "bad_date")


@pytest.mark.parametrize(
    ("clock", "utc_hour", "code"),
    [
        ("01:59", 15, ""),
        ("02:00", 16, "dst_gap"),
        ("02:59", 16, "dst_gap"),
        ("03:00", 16, ""),
    ],
)
def test_in_the_spring_gap_the_offset_from_before_the_change_holds(
    clock: str, utc_hour: int, code: str
) -> None:
    value, found = moment(date(2019, 10, 6), clock)

    assert (value.hour, found) == (utc_hour, code)


@pytest.mark.parametrize(
    ("clock", "utc_hour", "code"),
    [
        ("01:59", 14, ""),
        ("02:00", 15, "dst_ambiguous"),
        ("02:59", 15, "dst_ambiguous"),
        ("03:00", 17, ""),
    ],
)
def test_in_the_autumn_fold_the_first_occurrence_holds(
    clock: str, utc_hour: int, code: str
) -> None:
    value, found = moment(date(2019, 4, 7), clock)

    assert (value.hour, found) == (utc_hour, code)


@pytest.mark.parametrize(
    ("day", "clock", "code"),
    [
        (date(2023, 4, 28), "00:00", "dst_gap"),
        (date(2023, 4, 27), "24:00", "dst_gap"),
        (date(2023, 10, 26), "23:30", "dst_ambiguous"),
        (date(2023, 10, 26), "24:00", ""),
    ],
)
def test_a_change_at_midnight_is_seen_from_both_days(
    day: date, clock: str, code: str
) -> None:
    assert moment(day, clock, "Africa/Cairo")[1] == code


@given(
    wall=st.datetimes(min_value=datetime(1850, 1, 1), max_value=datetime(2100, 1, 1)),
    zone=st.sampled_from(ZONES),
)
def test_a_moment_is_what_zoneinfo_says_of_the_first_fold(
    wall: datetime, zone: str
) -> None:
    local = wall.replace(microsecond=0, tzinfo=ZoneInfo(zone))

    value, code = moment(wall.date(), local.strftime("%H:%M:%S"), zone)

    assert value == local.astimezone(UTC)
    shown = value.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert (shown == local.replace(tzinfo=None)) == (code != "dst_gap")
    second = local.replace(fold=1).astimezone(UTC)
    assert (value != second) == (code != "")


def test_without_a_date_or_a_time_there_is_no_moment() -> None:
    days = dates.dates(column("2013-07-01", "", "31/02/2013"), "DMY", declared=True)
    clocks = times.times(column("", "14:20", "14:20"))

    cleaned = times.moments(days, clocks, SYDNEY)

    assert cleaned.values.tolist() == [None] * 3
    assert cleaned.codes.tolist() == [""] * 3


def test_moments_keep_the_index() -> None:
    cells = pd.Series(["2013-07-01", "2013-07-02"], index=[7, 3], dtype=object)
    days = dates.dates(cells, "DMY", declared=True)
    clocks = times.times(pd.Series(["14:20", ""], index=[7, 3], dtype=object))

    cleaned = times.moments(days, clocks, SYDNEY)

    assert cleaned.values.index.tolist() == cleaned.codes.index.tolist() == [7, 3]


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("2012-01-01 13:02:00", datetime(2012, 1, 1, 2, 2), ""),
        ("2013-07-01", datetime(2013, 6, 30, 14), ""),
        ("2013-07-01 24:00", datetime(2013, 7, 1, 14), ""),
        ("13/07/2013 2:02 pm", datetime(2013, 7, 13, 4, 2), ""),
        ("1/07/2013 2:02 pm", datetime(2013, 7, 1, 4, 2), "ambiguous_date"),
        ("07/13/2013 14:02", datetime(2013, 7, 13, 4, 2), "other_date_order"),
        ("1 Jul 2013 14:02", datetime(2013, 7, 1, 4, 2), ""),
        ("13/07/2013 9 am", datetime(2013, 7, 12, 23), ""),
        ("1/07/2013, 2PM", datetime(2013, 7, 1, 4), "ambiguous_date"),
        ("07/13/2013 12 a.m.", datetime(2013, 7, 12, 14), "other_date_order"),
        ("2013-07-01 12 pm+10:00", datetime(2013, 7, 1, 2), ""),
        ("2012-01-01T13:02:00Z", datetime(2012, 1, 1, 13, 2), ""),
        ("2012-01-01T13:02:00+10:00", datetime(2012, 1, 1, 3, 2), ""),
        ("2012-01-01T13:02:00-0330", datetime(2012, 1, 1, 16, 32), ""),
        ("2019-10-06 02:05:00", datetime(2019, 10, 5, 16, 5), "dst_gap"),
        ("2019-04-07 02:05:00", datetime(2019, 4, 6, 15, 5), "dst_ambiguous"),
        (
            "6/04/2014 02:30",
            datetime(2014, 4, 5, 15, 30),
            "ambiguous_date;dst_ambiguous",
        ),
    ],
)
def test_stamps_are_a_date_and_a_time_in_one_text(
    cell: str, value: datetime, code: str
) -> None:
    assert stamp(cell) == (value.replace(tzinfo=UTC), code)


def test_a_declared_order_leaves_no_doubt_about_a_stamp() -> None:
    assert stamp("07/01/2013 14:02:00", "MDY", declared=True) == (
        datetime(2013, 7, 1, 4, 2, tzinfo=UTC),
        "",
    )


@pytest.mark.parametrize(
    "cell",
    [
        "sent",
        "31/02/2013 14:02",
        "2013-07-01 25:61",
        "2013-07-01T14:02:00+99:00",
        "9999-12-31 24:00",
        "14:02",
        "13/07/2013 9",
        "13/07/2013 13 am",
        "13/07/2013 9 am to 10 am",
    ],
)
def test_a_stamp_that_cannot_be_read_is_a_bad_date(cell: str) -> None:
    assert stamp(cell) == (None, "bad_date")


def test_a_blank_stamp_is_nothing() -> None:
    assert stamp("") == (None, "")


@given(
    wall=st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 1, 1))
)
def test_a_stamp_is_the_moment_of_its_date_and_time(wall: datetime) -> None:
    wall = wall.replace(microsecond=0)

    assert stamp(wall.isoformat(" ")) == moment(wall.date(), f"{wall:%H:%M:%S}")
