"""Whose rows are is asked of tables that hold none, as an undo leaves them."""

from __future__ import annotations

import pytest

from reimport_lib.tables import registry
from reimport_lib.write import whose


@pytest.mark.usefixtures("bound")
def test_nobody_is_found_in_an_empty_table() -> None:
    for table in registry.all_tables():
        if table.model:
            assert whose.of_ids(table.name, {"0" * 32}) == {}
