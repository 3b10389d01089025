"""What phase 8 reads of the database by its own way is what the backend holds."""

from __future__ import annotations

from typing import Any

from reimport_lib.prove import columns
from reimport_lib.tables import registry
from reimport_lib.write.models import model_of
from tests.phases.checking import Case, case

__all__ = ["case"]


def test_columns_hold_what_the_backend_gives(case: Case) -> None:
    read = 0
    for table in registry.all_tables():
        if not table.model:
            continue
        model: Any = model_of(table.name)
        names = ["pk", *(field.attname for field in model._meta.concrete_fields)]
        rows = model._base_manager.order_by("pk")

        frame = columns.read(rows, names)

        expected = list(rows.values_list(*names))
        assert list(frame.columns) == list(dict.fromkeys(names))
        found = list(zip(*(frame[name] for name in names), strict=True))
        assert found == expected
        kinds = [[*map(type, row)] for row in found]
        assert kinds == [[*map(type, row)] for row in expected]
        read += len(expected)
    assert read > 1_000


def test_of_no_rows_there_are_the_columns(case: Case) -> None:
    model: Any = model_of("patients")

    frame = columns.read(
        model._base_manager.filter(last_name="nobody is called so"), ["pk", "last_name"]
    )

    assert list(frame.columns) == ["pk", "last_name"]
    assert frame.empty
