"""Phase 8 reads the workshop's own models: a fault in a value or a link is seen."""

from __future__ import annotations

import pytest

from tests.own_project import work
from tests.own_project.conftest import Workshop

EXCHANGE = """
    UPDATE ledger_importedrow SET filemaker_id = 'x' WHERE filemaker_id = 'm-1';
    UPDATE ledger_importedrow SET filemaker_id = 'm-1' WHERE filemaker_id = 'm-2';
    UPDATE ledger_importedrow SET filemaker_id = 'm-2' WHERE filemaker_id = 'x';
"""


@pytest.mark.parametrize(
    ("statement", "failing"),
    [
        ("SELECT 1", set()),
        (
            "UPDATE workshop_customer SET full_name = 'Spoilt Testling'"
            " WHERE full_name = 'Probea Testling'",
            {"customers.full_name"},
        ),
        (
            'UPDATE "workshop machines" SET customer_id = (SELECT id FROM'
            " workshop_customer WHERE full_name = 'Probec Testling')"
            " WHERE frame_number = 'FR0001'",
            {
                "machines.customer_id",
                "machines: owner in the source = owner in the database",
            },
        ),
        (
            'UPDATE "workshop machines" SET kind_id = (SELECT id FROM workshop_kind'
            " WHERE name = 'City') WHERE frame_number = 'FR0001'",
            {"machines.kind_id"},
        ),
        (
            "UPDATE ledger_importedrow SET metadata = '{}'"
            " WHERE \"table\" = 'jobs' AND filemaker_id = 'j-1'",
            {"jobs.filemaker_metadata", "jobs: fill rate of all fields"},
        ),
        (
            "DELETE FROM workshop_job WHERE work = 'Brake 1'",
            {
                "jobs: imported rows in the database",
                "jobs: rows in the database whose key is in the snapshot",
            },
        ),
    ],
    ids=["nothing", "value", "link", "entry of a list", "metadata", "row"],
)
def test_a_spoilt_row_fails_and_what_is_whole_passes(
    shop: Workshop, statement: str, failing: set[str]
) -> None:
    found = shop.ask(work.spoil, shop.place, shop.imported_by, statement)

    assert failing <= set(found)
    assert bool(found) == bool(failing)


def test_keys_that_are_exchanged_in_the_ledger_are_seen(shop: Workshop) -> None:
    """Each row has the key of the other: its values are not those of its source."""
    found = shop.ask(work.spoil, shop.place, shop.imported_by, EXCHANGE)

    assert "jobs: owner in the source = owner in the database" in found
