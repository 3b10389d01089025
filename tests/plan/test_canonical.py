"""The one text form of a value."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from reimport_lib.plan.values.canonical import canonical, canonical_texts

MOMENT = datetime(2020, 6, 1, 9, 30, tzinfo=UTC)
ELSEWHERE = timezone(timedelta(hours=10))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, ""),
        (pd.NaT, ""),
        (float("nan"), ""),
        (True, 1),
        (False, 0),
        (7, 7.0),
        (MOMENT, MOMENT.astimezone(ELSEWHERE)),
        (MOMENT, pd.Timestamp(MOMENT)),
        ({"b": "1", "a": "2"}, {"a": "2", "b": "1"}),
        (UUID(int=1), UUID(int=1).hex),
    ],
)
def test_the_same_value_from_another_driver_has_the_same_text(
    one: object, other: object
) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (date(2020, 6, 1), MOMENT),
        ("a", "A"),
        ({"a": "1"}, {"a": "2"}),
        (0.5, 5),
    ],
)
def test_other_values_have_other_texts(one: object, other: object) -> None:
    assert canonical(one) != canonical(other)


AUTUMN = datetime(2025, 10, 26, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
KINDS = (
    [UUID(int=7), None, UUID(int=7), UUID(int=2**127)],
    [date(2020, 6, 1), None, date(2020, 6, 1), date(999, 1, 2)],
    [True, False, None, True],
    [1, 7, None, 1],
    [1, True, 1.0, 0.5],
    [time(9, 30), time(9, 30, 1), None],
    [MOMENT, MOMENT.astimezone(ELSEWHERE), None, MOMENT.replace(microsecond=5)],
    [AUTUMN, AUTUMN.replace(fold=1)],
    [Decimal("1.50"), Decimal("1.5"), None],
    [{"a": 1}, None, {"a": 2}],
    ["a", None, "b"],
    [None, None],
)


@pytest.mark.parametrize("values", KINDS)
def test_a_column_has_the_texts_of_its_values(values: list[object]) -> None:
    expected = [canonical(value) for value in values]
    assert canonical_texts(values) == expected
    assert canonical_texts(pd.Series(values, dtype=object)) == expected


def test_an_hour_that_comes_twice_is_two_moments() -> None:
    assert len({*canonical_texts([AUTUMN, AUTUMN.replace(fold=1)])}) == 2


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="Series"):
        canonical(pd.Series([1]))
