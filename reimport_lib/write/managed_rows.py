"""Whether the managed rows are still what a rehearsal saw, and which are not.

Technical columns (stamps, counts) are left out; so are rows that people made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from reimport_lib.plan.values.canonical import canonical_texts, digest_of, row_hash
from reimport_lib.tables import registry
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.models import managed
from reimport_lib.write.read import target_rows

COLUMNS = ("table", "target_id", "change")

Digests = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class ManagedDigest:
    """Table -> primary key as text -> sha256 of the row's managed fields and hash."""

    tables: Mapping[str, Mapping[str, str]]

    @property
    def total(self) -> str:
        """One sha256 over all rows."""
        return digest_of(
            f"{table} {key} {self.tables[table][key]}"
            for table in sorted(self.tables)
            for key in sorted(self.tables[table])
        )

    @property
    def by_table(self) -> dict[str, str]:
        """Table -> sha256 over its rows."""
        return {
            table: ManagedDigest({table: self.tables[table]}).total
            for table in self.tables
        }

    def to_json(self) -> Digests:
        return {table: dict(rows) for table, rows in self.tables.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Mapping[str, str]]) -> ManagedDigest:
        return cls({table: dict(rows) for table, rows in values.items()})

    def drift(self, now: ManagedDigest) -> pd.DataFrame:
        """
        What happened between this digest and *now*.

        Returns:
            table, target_id (text), change (created, changed, deleted); empty where
            nothing did.
        """
        found = []
        for table in sorted({*self.tables, *now.tables}):
            old, new = self.tables.get(table, {}), now.tables.get(table, {})
            for key in sorted(old.keys() | new.keys()):
                if old.get(key) != new.get(key):
                    change = "created" if key not in old else "deleted"
                    if key in old and key in new:
                        change = "changed"
                    found.append((table, key, change))
        return pd.DataFrame(found, columns=list(COLUMNS), dtype=object)


def managed_digest(alias: str = DEFAULT) -> ManagedDigest:
    """The digest of every imported row of *alias* as it is now."""
    return ManagedDigest(
        {
            table.name: _rows(table.name, alias)
            for table in registry.all_tables()
            if table.model
        }
    )


def _rows(table: str, alias: str) -> dict[str, str]:
    frame = target_rows(table, alias=alias)
    columns = ("filemaker_id", "import_hash", *managed(table))
    texts = [canonical_texts(frame[column]) for column in columns]
    hashes = (row_hash(row) for row in zip(*texts, strict=True))
    return {str(key): sha for key, sha in zip(frame["id"], hashes, strict=True)}
