"""Who has the say where FileMaker and people both did something to one row or field.

Pure values; imports nothing of this package. A table declares its policies, and the
setting ``REIMPORT_MERGE`` overrides them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reimport_lib.tables.declare import Table

WHOLE = "*"
"""Of all fields of a table, or of all tables."""


class Policy(StrEnum):
    """What happens without a person's ruling."""

    ASK = "ask"  # what the backend has stays, and somebody is asked
    KEEP = "keep"  # what the backend has stays
    TAKE = "take"  # what FileMaker has is taken


class RowsThat(StrEnum):
    """What can happen to a whole row; no field of a model can have such a name."""

    DELETED = "rows-deleted"  # people deleted it, FileMaker still has it
    MADE = "rows-made"  # people made it, with a key that now comes in
    GONE = "rows-gone"  # FileMaker lost it, people have changed it


DEFAULTS = {
    WHOLE: Policy.ASK,
    RowsThat.DELETED: Policy.ASK,
    RowsThat.MADE: Policy.ASK,
    RowsThat.GONE: Policy.KEEP,
}
"""Where neither the setting nor the table's declaration says."""


def settled_together(table: Table) -> list[tuple[str, ...]]:
    """Managed fields of *table* that mean something only with each other."""
    groups: list[tuple[str, ...]] = []
    for link in table.links:
        fields = [field for _, field in link.targets if field]
        groups.append((link.type_field, *fields) if link.type_field else (*fields,))
        if link.from_owner:
            groups.append((link.field, link.from_owner.source))
    if table.by_clock:
        groups.append((table.by_clock.field, table.by_clock.source))
    return [group for group in groups if len(group) > 1]
