"""What phase 8 reads from a row's record is what imports write into it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.plan import bases
from reimport_lib.plan.values.canonical import canonical
from reimport_lib.prove.render import left

TEXTS = st.text(max_size=20)
ZONES = st.timezones()
KINDS = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_infinity=False),
    st.decimals(-(10**9), 10**9, allow_nan=False, places=3),
    st.dates(),
    st.times(),
    st.datetimes(min_value=datetime(1800, 1, 1)),
    st.datetimes(min_value=datetime(1800, 1, 1), timezones=ZONES),
    st.uuids(),
    st.dictionaries(
        TEXTS, st.one_of(TEXTS, st.integers(), st.lists(TEXTS)), max_size=3
    ),
)
OTHERS: tuple[tuple[Any, Any], ...] = (
    ("a", "b"),
    ("", "0"),
    (True, False),
    (10, 1),
    (0.1, 0.10000000000000002),
    (Decimal("1.50"), Decimal("1.05")),
    (date(2026, 3, 1), date(2026, 1, 3)),
    (time(9), time(9, 0, 1)),
    (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1)),
    (
        datetime(2026, 3, 1, 9, tzinfo=UTC),
        datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=1))),
    ),
    (UUID(int=1), UUID(int=2)),
    ({"a": "1"}, {"a": 1}),
)


@given(st.dictionaries(TEXTS, KINDS, min_size=1, max_size=4))
def test_what_an_import_left_is_read_again(row: dict[str, Any]) -> None:
    (record,) = bases.packed({n: [bases.digest(canonical(row[n]))] for n in row})

    for name, value in row.items():
        assert left.is_left(left.mark_of(record, name), value)
    assert left.mark_of(record, "field of nobody") == ""


@pytest.mark.parametrize(("value", "other"), OTHERS)
def test_another_value_is_not_what_was_left(value: Any, other: Any) -> None:
    assert not left.is_left(bases.digest(canonical(value)), other)


def test_a_record_of_what_nobody_knows_says_nothing() -> None:
    (record,) = bases.packed({"a": [bases.UNKNOWN], "b": [bases.digest("")]})

    assert left.mark_of(record, "a") == ""
    assert [left.is_left(left.mark_of(record, "b"), v) for v in (None, pd.NaT)] == [
        True,
        True,
    ]
