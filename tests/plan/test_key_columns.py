"""A column of keys that lost digits is told before anything is written."""

from __future__ import annotations

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.plan.key_columns import key_checks
from reimport_lib.plan.mapping import Column
from reimport_lib.tables.clinic import RULES
from tests.plan.frames import frame

COLUMNS = [
    (table, column)
    for table, rule in RULES.items()
    for column in rule.mapping.all_columns
    if column is rule.mapping.key
    or column.name == "owner"
    or column.feeds == "appointment_id"
]


@pytest.mark.parametrize(
    ("table", "column"),
    COLUMNS,
    ids=[f"{table}-{column.name}" for table, column in COLUMNS],
)
def test_every_column_of_keys_is_looked_at(table: str, column: Column) -> None:
    mapping = RULES[table].mapping
    row = {each.names[0]: "101" for each in mapping.all_columns if each.required}
    rows = [row, {**row, column.names[0]: "1.7629e+23"}]

    (check,) = key_checks(mapping, frame(*rows))

    assert check.verdict is Verdict.FAIL
    assert check.name == f"{table}: {column.names[0]}: keys have all their digits"
    assert check.actual == "1 of 2"


def test_whole_keys_are_not_spoken_of() -> None:
    rows = frame({"id": "9007199254740993", "id_Key": "p1", "Note": "1.5E+15"})

    assert key_checks(RULES["notes"].mapping, rows) == []
