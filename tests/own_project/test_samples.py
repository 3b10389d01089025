"""The sign-off pack of another project: its own tables, on both engines."""

from __future__ import annotations

from typing import Any

from tests.own_project import work
from tests.own_project.conftest import Workshop


def test_its_records_are_shown_on_both_sides(shop: Workshop) -> None:
    names = dict(
        shop.held(
            "SELECT i.filemaker_id, c.full_name FROM workshop_customer c"
            " JOIN ledger_importedrow i ON i.object_pk = CAST(c.id AS VARCHAR(20))"
            " AND i.\"table\" = 'customers'"
        )
    )

    pack: dict[str, Any] = shop.ask(work.sample, shop.place, shop.imported_by)

    assert pack["tables"] == {"customers", "machines", "jobs"}
    for key, name in pack["names"].items():
        assert names[key] == name
    assert pack["unexplained"] == 0
    assert pack["pointed"]
    assert {who.split(" · ")[0] for who in pack["pointed"]} <= {*names.values()}
