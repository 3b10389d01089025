"""Conditions of ``$filter`` against one record."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
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
        "from": time(9, 30),
        "until": timedelta(days=1),
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
    Field("from", Kind.TIME),
    Field("until", Kind.TIME),
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
        "startswith(\"last name\",'O') and endswith(\"last name\",'n')",
        "contains(tolower(\"last name\"), 'brien')",
        "substring(\"last name\",2,3) eq 'Bri'",
        "indexof(\"last name\",'B') eq 2",
        "concat(\"last name\",'!') eq 'O''Brien!'",
        "order eq fb577832-6be9-49a2-af3e-eee17e0c6462 or order gt 'F'",
        "weight gt 72 and weight lt 72.6 and weight ge -1",
        "weight sub 0.5 eq 72",
        "weight mul 2 eq 145.0 and weight div 2 lt 37 and weight mod 2 eq 0.5",
        "floor(weight) eq 72 and ceiling(weight) eq 73",
        "born eq 1980-02-29 and year(born) eq 1980 and month(born) eq 2",
        "seen ge 2026-03-02T09:30:00Z and seen lt 2026-03-02T09:30:01+11:00",
        "date(seen) eq 2026-03-02 and time(seen) eq 09:30:00",
        "hour(from) eq 9 and minute(from) eq 30",
        "from lt 10:00:00 and until gt 23:59:59",
        "phones eq 'one' and phones[2] eq 'two' and phones[3] eq null",
        "empty eq null and not (empty gt 0) and not (empty le 0)",
        "weight in (1,72.5)",
        "ROWID eq 7 and ROWMODID eq 2",
        "not false and true",
        "false or (true and (weight ne null))",
        "misfit ne null and not (misfit gt 1)",
    ],
)
def test_a_condition_holds(condition: str) -> None:
    assert holds(condition)
    assert not holds(f"not ({condition})")


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("", "-1002"),
        ("weight eq", "-1002"),
        ("weight eq 1 weight", "-1002"),
        ("weight eq 'x", "-1002"),
        ("any(weight)", "-1002"),
        ("born eq 1980-02-30", "-1002"),
        ("nothing eq 1", "8309"),
        ("phones[4] eq 'x'", "8309"),
        ("phones[0] eq 'x'", "8309"),
        ("order eq 5", "8310"),
        ("'x' eq weight", "8310"),
    ],
)
def test_what_is_no_condition_is_refused(condition: str, code: str) -> None:
    with pytest.raises(ODataRefusal) as refused:
        holds(condition)

    assert refused.value.code == code
