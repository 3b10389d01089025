"""A column of keys that lost digits is told before anything is written."""

from __future__ import annotations

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.plan.key_columns import key_checks
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field
from tests.plan.frames import frame

COLUMNS = [
    (table, column)
    for table, rule in registry.sources().items()
    for column in rule.all_fields
    if column is rule.key or column.name == "owner" or column.feeds == "appointment_id"
]


@pytest.mark.parametrize(
    ("table", "column"),
    COLUMNS,
    ids=[f"{table}-{column.name}" for table, column in COLUMNS],
)
def test_every_column_of_keys_is_looked_at(table: str, column: Field) -> None:
    mapping = registry.sources()[table]
    row = {each.names[0]: "101" for each in mapping.all_fields if each.required}
    rows = [row, {**row, column.names[0]: "1.7629e+23"}]

    (check,) = key_checks(mapping, frame(*rows))

    assert check.verdict is Verdict.FAIL
    assert check.name == f"{table}: {column.names[0]}: keys have all their digits"
    assert check.actual == "1 of 2"


def test_whole_keys_are_not_spoken_of() -> None:
    rows = frame({"id": "9007199254740993", "id_Key": "p1", "Note": "1.5E+15"})

    assert key_checks(registry.sources()["notes"], rows) == []
