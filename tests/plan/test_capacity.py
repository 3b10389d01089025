"""Values that a field of the backend holds as they are, and what stands for nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pandas as pd
import pytest
from django.db.models import BooleanField, DateField, DateTimeField, UUIDField
from django.utils.timezone import now

from reimport_lib.plan.capacity import Capacity, filled
from reimport_lib.write.capacities import default_of

PRICE = Capacity(digits=4, places=2)
SEATS = Capacity(least=0, most=32767)


@pytest.mark.parametrize(
    ("capacity", "value", "holds"),
    [
        (Capacity(length=3), "abc", True),
        (Capacity(length=3), "abcd", False),
        (PRICE, Decimal("9999.99"), True),
        (PRICE, Decimal("-1.500"), True),
        (PRICE, Decimal("1.505"), False),
        (PRICE, Decimal(10_000), False),
        (PRICE, 9_999, True),
        (SEATS, 32767, True),
        (SEATS, 32768, False),
        (SEATS, -1, False),
        (SEATS, True, True),
        (SEATS, None, True),
    ],
)
def test_a_value_is_held_as_it_is_or_not_at_all(
    capacity: Capacity, value: object, holds: bool
) -> None:
    assert capacity.holds(value) is holds


def test_a_default_that_is_another_tomorrow_stands_for_nothing() -> None:
    assert default_of(DateField(default=date.today)) is None
    assert default_of(DateTimeField(default=now)) is None
    assert default_of(DateField(default=date(2000, 1, 1))) == date(2000, 1, 1)
    assert default_of(UUIDField(default=uuid4)) is None
    assert default_of(BooleanField(default=False)) is False


def test_a_default_stands_where_a_field_cannot_be_empty() -> None:
    columns = {
        "paid": pd.Series([True, None], dtype=object),
        "seats": pd.Series([None, 2], dtype=object),
        "note": pd.Series([None, "x"], dtype=object),
    }
    given = {"paid": Capacity(empty=True, default=False), "note": Capacity()}

    found = filled(columns, given)

    assert list(found["paid"]) == [True, False]
    assert list(found["seats"]) == [None, 2]
    assert list(found["note"]) == [None, "x"]
