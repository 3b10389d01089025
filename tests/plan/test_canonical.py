"""The one text form of a value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pandas as pd
import pytest

from reimport_lib.plan.values.canonical import canonical

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


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="Series"):
        canonical(pd.Series([1]))
