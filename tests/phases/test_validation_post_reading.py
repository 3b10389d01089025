"""What phase 8 reads faster than Django would, and no otherwise."""

from __future__ import annotations

from typing import Any

from reimport_lib.prove.columns import read
from reimport_lib.tables import registry
from reimport_lib.write.models import model_of
from tests.phases.checking import Case, case

__all__ = ["case"]


def _typed(values: Any) -> list[tuple[type, Any]]:
    return [(type(value), value) for value in values]


def test_columns_are_as_values_list_gives_them(case: Case) -> None:
    for table in (each.name for each in registry.all_tables() if each.model):
        model: Any = model_of(table)
        names = [field.attname for field in model._meta.concrete_fields]
        rows = model._base_manager.order_by("pk")

        found = read(rows, names)

        expected = [_typed(row) for row in rows.values_list(*names)]
        cells = zip(*(found[name].tolist() for name in names), strict=True)
        assert [_typed(row) for row in cells] == expected, table


def test_keys_alone_are_those_of_whole_rows(case: Case) -> None:
    alone, whole = case.evidence(), case.evidence()
    for table in registry.linked():
        rows = whole.database(table)

        assert alone.keys(table) == whole.keys(table), table
        pairs = zip(rows["pk"], rows["filemaker_id"], strict=True)
        assert alone.keys(table) == dict(pairs), table


def test_a_primary_key_stands_under_both_its_names(case: Case) -> None:
    rows = case.evidence().database("patients")

    assert rows["pk"].tolist() == rows["id"].tolist()
    assert list(rows.index) == list(map(str, rows["pk"]))
