"""The hours in which an import may write, by the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reimport_lib.errors import SettingsError
from reimport_lib.windows import Window, read

HERE = ZoneInfo("Australia/Sydney")


def window(text: str) -> Window:
    found = read("REIMPORT_WINDOW", text)
    assert found is not None
    return found


def at(day: int, clock: str) -> datetime:
    """A day of March 2026, of which the second is a Monday."""
    return datetime.fromisoformat(f"2026-03-{day:02d}T{clock}").replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("text", "moment", "begin", "end"),
    [
        ("22:00-05:00", at(2, "22:00"), at(2, "22:00"), at(3, "05:00")),
        ("22:00-05:00", at(3, "04:59"), at(2, "22:00"), at(3, "05:00")),
        ("22:00-05:00", at(3, "05:00"), None, None),
        ("22:00-05:00", at(3, "21:59"), None, None),
        ("01:00-05:00", at(3, "02:00"), at(3, "01:00"), at(3, "05:00")),
        ("Fri,Sat 20:00-06:00", at(6, "21:00"), at(6, "20:00"), at(7, "06:00")),
        ("Fri,Sat 20:00-06:00", at(8, "05:00"), at(7, "20:00"), at(8, "06:00")),
        ("Fri,Sat 20:00-06:00", at(8, "21:00"), None, None),
        ("Mon 00:00-00:00", at(2, "12:00"), at(2, "00:00"), at(3, "00:00")),
    ],
)
def test_a_moment_is_in_it_or_not(
    text: str, moment: datetime, begin: datetime | None, end: datetime | None
) -> None:
    found = window(text).now(moment)

    assert (found.begin, found.end) == (begin, end) if found else begin is None


def test_the_next_opening_is_told() -> None:
    assert window("22:00-05:00").next(at(2, "23:00")).begin == at(3, "22:00")
    assert window("22:00-05:00").next(at(2, "21:00")).begin == at(2, "22:00")
    assert window("Mon 22:00-23:00").next(at(2, "22:00")).begin == at(9, "22:00")


def test_hours_are_those_of_the_wall_where_the_clock_is_changed() -> None:
    before = datetime(2026, 4, 4, 23, 0, tzinfo=HERE)  # at 3:00 it is 2:00 again
    found = window("22:00-05:00").now(before)

    assert found is not None
    lasts = found.end.astimezone(UTC) - found.begin.astimezone(UTC)
    assert lasts == timedelta(hours=8)


@pytest.mark.parametrize(
    "text", ["22-5", "22:00", "24:30-05:00", "Fr 20:00-06:00", "22:00-05:00 Fri", "x"]
)
def test_what_is_no_window_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match="are no hours") as refused:
        read("REIMPORT_WINDOW", text)

    assert refused.value.id == "R482"
    assert "REIMPORT_WINDOW=22:00-05:00" in refused.value.hint


def test_no_words_are_no_window() -> None:
    assert read("REIMPORT_WINDOW", "") is None
