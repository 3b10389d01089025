"""What the rows of a table are merged by: policies, rulings, what people deleted."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd

from reimport_lib.config import RowSettings
from reimport_lib.plan.merge import Merging
from reimport_lib.tables import registry
from reimport_lib.tables.merging import WHOLE, Policy, RowsThat
from reimport_lib.write import conditions, decisions


def merging_of(
    settings: RowSettings, table: str, target: pd.DataFrame, deleted: frozenset[str]
) -> Merging:
    """
    Of *table*, in the database that planning is bound to.

    Args:
        target, deleted: as ``write.read.rows_to_merge`` gives them.
    """
    return Merging(
        policies=policies(settings, table),
        rulings=decisions.rulings(table),
        deleted=deleted,
        before=bool(deleted) or bool((target["left"] != "").any()),
        conditions=conditions.of_table(table),
    )


def of_lost(settings: RowSettings) -> Callable[[str, str], Policy]:
    """
    (table, key) -> who has the say over what FileMaker lost and people had changed.

    A ruling on a record holds while FileMaker does not have it.
    """

    @cache
    def of(table: str) -> Merging:
        return Merging(policies(settings, table), decisions.rulings(table))

    def settled(table: str, key: str) -> Policy:
        return of(table).settle(key, RowsThat.GONE, "")

    return settled


def policies(settings: RowSettings, table: str) -> dict[str, Policy]:
    """Field or kind -> who has the say: of the declaration, then of the setting."""
    found = dict(registry.named(table).merging)
    for place in (WHOLE, table):
        found |= {w: p for (of, w), p in settings.merging.items() if of == place}
    return found
