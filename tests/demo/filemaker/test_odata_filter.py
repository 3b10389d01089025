"""Conditions of ``$filter`` against one record."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

import pytest

from reimport_demo.filemaker.model import Field, Kind, Layout, Record, Table
from reimport_demo.filemaker.odata_filter import filter_for
from reimport_demo.filemaker.odata_query import ODataRefusal, column_of

RECORD = Record(
    7,
    2,
    {
        "last name": "O'Brien",
        "order": "FB577832-6BE9-49A2-AF3E-EEE17E0C6462",
        "weight": 72.5,
        "born": date(1980, 2, 29),
        "seen": datetime(2026, 3, 2, 9, 30),
        "phones": ("one", "two", ""),
        "misfit": "12 mg",
    },
)
FIELDS = (
    Field("last name"),
    Field("order"),
    Field("weight", Kind.NUMBER),
    Field("misfit", Kind.NUMBER),
    Field("empty", Kind.NUMBER),
    Field("born", Kind.DATE),
    Field("seen", Kind.TIMESTAMP),
    Field("phones", repetitions=3),
)
LAYOUT = Layout(
    "People", Table("People", FIELDS, key="order", read=lambda: [RECORD]), FIELDS
)


def holds(condition: str) -> bool:
    return filter_for(condition, partial(column_of, LAYOUT))(RECORD)


@pytest.mark.parametrize(
    "condition",
    [
        "\"last name\" eq 'O''Brien'",
        "order eq 'FB577832-6BE9-49A2-AF3E-EEE17E0C6462' and order gt 'F'",
        "weight gt 72 and weight lt 72.6 and weight ge -1",
        "born eq 1980-02-29 and born lt 1980-03-01",
        "seen ge 2026-03-02T09:30:00Z and seen lt 2026-03-02T09:30:01+11:00",
        "phones eq 'one' and phones[2] eq 'two' and phones[3] eq null",
        "empty eq null AND weight NE null",
        "ROWID eq 7 and ROWMODID eq 2",
        "misfit ne null",
    ],
)
def test_a_condition_holds(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "weight gt 72 and weight lt 72.5",
        "weight ne 72.50",
        "empty gt 0",
        "empty le 0",
        "weight gt null",
        "misfit gt 1",
        "born eq 1980-02-28",
        "phones[3] eq 'one'",
    ],
)
def test_a_condition_does_not_hold(condition: str) -> None:
    assert not holds(condition)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("", "-1002"),
        ("weight eq", "-1002"),
        ("weight eq 1 weight", "-1002"),
        ("weight eq 'x", "-1002"),
        ("any(weight)", "-1002"),
        ("weight eq 1 or weight eq 2", "-1002"),
        ("not (weight eq 1)", "-1002"),
        ("weight eq 1 and", "-1002"),
        ("weight eq x", "-1002"),
        ("born eq 1980-02-30", "-1002"),
        ("nothing eq 1", "8309"),
        ("phones[4] eq 'x'", "8309"),
        ("phones[0] eq 'x'", "8309"),
        ("order eq 5", "8310"),
        ("weight eq 'x'", "8310"),
        ("'x' eq weight", "-1002"),
    ],
)
def test_what_is_no_condition_is_refused(condition: str, code: str) -> None:
    with pytest.raises(ODataRefusal) as refused:
        holds(condition)

    assert refused.value.code == code
