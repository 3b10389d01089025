"""Dates and moments are drawn in the shape of the text, not read from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from reimport_lib.prove.render import clocks, explaining
from reimport_lib.prove.render.moments import Zone

SYDNEY = Zone("Australia/Sydney", "DMY")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ("2013-07-01", "DMY"),
        ("2013-07-01 14:20:00", "DMY"),
        ("2013/7/1", "MDY"),
        ("1/07/2013", "DMY"),
        ("01.07.2013", "DMY"),
        ("7-1-2013", "MDY"),
        ("1/07/2013 2:02 pm", "DMY"),
        ("1 July 2013", "DMY"),
        ("1st Jul. 2013", "DMY"),
        ("July 1, 2013", "DMY"),
        (" 1 JUL 2013\u00a0", "DMY"),
    ],
)
def test_a_date_is_drawn_as_the_text_writes_it(said: str, order: str) -> None:
    source, shown = clocks.day(date(2013, 7, 1), said, order)
    other, differs = clocks.day(date(2013, 7, 2), said, order)

    assert source == shown
    assert other != differs


def test_day_and_month_in_the_other_order_are_another_date() -> None:
    source, shown = clocks.day(date(2013, 1, 25), "01/25/2013", "DMY")

    assert source != shown
    assert clocks.in_other_order(date(2013, 1, 25), "01/25/2013", "DMY")
    assert not clocks.in_other_order(date(2013, 1, 26), "01/25/2013", "DMY")


def test_a_text_that_is_no_date_differs_from_every_date() -> None:
    assert clocks.day(None, "unknown", "DMY") == ("unknown", "")
    assert clocks.day(date(2013, 7, 1), "unknown", "DMY") == ("unknown", "2013-07-01")
    assert clocks.day(None, "", "DMY") == ("", "")
    assert clocks.day(date(2013, 7, 1), "", "DMY") == ("", "2013-07-01")


@pytest.mark.parametrize(
    ("said", "order", "expected"),
    [
        ("31/01/2013", "DMY", True),
        ("31/01/2013", "MDY", True),
        ("31/02/2013", "DMY", False),
        ("31/31/2013", "DMY", False),
        ("1/07/2013", "YMD", False),
        ("31/07/2013", "YMD", True),
        ("30 Feb 2013", "DMY", False),
        ("1 Sept 2013", "DMY", True),
        ("2013-13-01", "DMY", False),
        ("", "DMY", False),
        ("soon", "DMY", False),
    ],
)
def test_whether_a_text_is_a_date(said: str, order: str, expected: bool) -> None:
    assert clocks.is_date(said, order) is expected


@pytest.mark.parametrize(
    "said",
    [
        *("2:20 PM", "2:20:00 pm", "2:20p.m.", "02:20 pm", "14:20", "14:20:00"),
        *("1420", "14.20", "14:20 pm", "0.5972222222"),
        *("1899-12-30 14:20:00", "1904-01-01 14:20:00", "1899-12-31T14:20:00"),
    ],
)
def test_a_time_of_day_has_many_spellings(said: str) -> None:
    afternoon, morning = datetime(2013, 7, 1, 14, 20), datetime(2013, 7, 1, 2, 20)

    assert clocks.is_clock(said)
    assert len(set(clocks.clock(afternoon, said))) == 1
    assert len(set(clocks.clock(morning, said))) == 2


@pytest.mark.parametrize(
    ("said", "hour", "minute"), [("1.00", 1, 0), ("0.30", 0, 30), ("0.500", 12, 0)]
)
def test_two_digits_behind_a_dot_are_minutes_and_three_a_fraction(
    said: str, hour: int, minute: int
) -> None:
    right = datetime(2013, 7, 1, hour, minute)
    others = (datetime(2013, 7, 1, 7, 12), datetime(2013, 7, 1), right.replace(hour=6))

    assert clocks.is_clock(said)
    assert not clocks.ends_day(said)
    assert len(set(clocks.clock(right, said))) == 1
    assert all(len(set(clocks.clock(each, said))) == 2 for each in others)


@pytest.mark.parametrize(
    ("column", "in_full"),
    [
        (["9", "", " 14 "], ["9:00", "", "14:00"]),
        (["9.3", "14.0"], ["9.30", "14.00"]),
        (["9", "14.0"], ["9", "14.0"]),
        (["9", "09:30"], ["9", "09:30"]),
        (["9", "9"], ["9", "9"]),
    ],
)
def test_hours_alone_are_clocks_where_the_whole_column_is_of_them(
    column: list[str], in_full: list[str]
) -> None:
    assert clocks.in_full(column) == in_full


@pytest.mark.parametrize(
    "said",
    [
        *("25:61", "--:--", "noon", "?", "2460"),
        *("0", "1", "1.0", "0.5", "9.3", "0.75", ".25"),
    ],
)
def test_what_is_no_time_of_day(said: str) -> None:
    assert not clocks.is_clock(said)


def test_a_moment_is_what_the_clinics_wall_clock_showed() -> None:
    moment = utc("2013-07-01T04:20:00")

    said, shown = SYDNEY.moment(moment, "1/07/2013", "2:20 pm")
    assert said == shown
    said, shown = SYDNEY.moment(moment, "", "", "2013-07-01 14:20:00")
    assert said == shown
    said, shown = SYDNEY.moment(utc("2013-07-01T14:20:00"), "1/07/2013", "2:20 pm")
    assert said != shown


def test_a_text_with_its_own_offset_is_compared_there() -> None:
    moment = utc("2013-07-01T04:20:00")

    for said_so in ("2013-07-01T04:20:00Z", "2013-07-01 06:20:00+02:00"):
        said, shown = SYDNEY.moment(moment, "", "", said_so)
        assert said == shown


@pytest.mark.parametrize("end", ["24:00", "1 day, 0:00:00", "1.000"])
def test_the_midnight_at_the_end_of_a_date_belongs_to_that_date(end: str) -> None:
    midnight = utc("2013-07-01T14:00:00")

    said, shown = SYDNEY.moment(midnight, "1/07/2013", end)
    assert said == shown
    said, shown = SYDNEY.moment(midnight, "2/07/2013", end)
    assert said != shown


def test_the_second_occurrence_of_a_wall_time_is_another_moment() -> None:
    first, second = utc("2014-04-05T15:30:00"), utc("2014-04-05T16:30:00")

    said, shown = SYDNEY.moment(first, "6/04/2014", "02:30")
    assert said == shown
    said, shown = SYDNEY.moment(second, "6/04/2014", "02:30")
    assert said != shown


def test_a_note_explains_only_what_it_says() -> None:
    notes = explaining.moments(SYDNEY)
    in_gap, text = utc("2014-10-04T16:28:00"), ("2014-10-05", "02:28:00", "")
    swapped = utc("2013-01-24T22:00:00")

    assert len(set(SYDNEY.moment(in_gap, *text))) == 2
    assert notes["dst_gap"](in_gap, *text)
    assert not notes["dst_gap"](utc("2014-10-04T15:28:00"), *text)
    assert not notes["dst_gap"](utc("2014-07-04T15:28:00"), "5/07/2014", "02:28", "")
    assert notes["other_date_order"](swapped, "01/25/2013", "09:00", "")
    assert not notes["other_date_order"](swapped, "02/25/2013", "09:00", "")
    assert notes["bad_date"](None, "soon", "09:00", "")
    assert notes["bad_date"](None, "1/07/2013", "25:61", "")
    assert not notes["bad_date"](None, "1/07/2013", "09:00", "")
    assert not notes["bad_date"](swapped, "soon", "09:00", "")


def test_a_date_that_can_be_read_is_not_excused_as_unreadable() -> None:
    notes = explaining.dates(SYDNEY)

    assert notes["bad_date"](None, "31/02/2013")
    assert not notes["bad_date"](None, "28/02/2013")


def test_two_days_in_one_cell_are_no_time_of_day() -> None:
    assert clocks.is_clock("1900-01-01 10:30:00")
    assert not clocks.is_clock("1904-01-01\n1904-01-01")


@pytest.mark.parametrize(
    ("value", "said", "alike"),
    [
        (time(9, 30), "9.30 am", True),
        (time(9, 30), "09:31", False),
        (time(0), "", False),
        (None, "", True),
        (None, "noon", False),
    ],
)
def test_a_time_of_day_is_held_against_its_text(
    value: time | None, said: str, alike: bool
) -> None:
    one, other = clocks.time_of_day(value, said)
    assert (one == other) is alike


def test_a_lone_hour_is_that_hour_alone() -> None:
    assert clocks.is_lone(time(9), "9")
    assert clocks.is_lone(time(9, 30), "9.3")
    assert not clocks.is_lone(time(10), "9")
    assert not clocks.is_lone(time(9), "9:00")
