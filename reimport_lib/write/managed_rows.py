"""Whether the managed rows are still what a rehearsal saw, and which are not.

Technical columns (stamps, counts) are left out; so are rows that people made.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import pandas as pd

from reimport_lib.plan.values.canonical import canonical_texts, digest_of
from reimport_lib.tables import registry
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import HASH, KEY
from reimport_lib.write.models import managed
from reimport_lib.write.read import target_rows

COLUMNS = ("table", "target_id", "change", "fields")
_BYTES = 6  # of a field's digest: 8 characters


class Digests(TypedDict):
    """As the file holds them."""

    fields: dict[str, list[str]]
    rows: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class ManagedDigest:
    """
    Every imported row as it was at one moment.

    Attributes:
        fields: table -> the columns that its rows are told by.
        tables: table -> identity as text -> a digest of eight characters per column.
    """

    fields: Mapping[str, Sequence[str]]
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
            table: ManagedDigest(self.fields, {table: self.tables[table]}).total
            for table in self.tables
        }

    def to_json(self) -> Digests:
        return {
            "fields": {table: list(names) for table, names in self.fields.items()},
            "rows": {table: dict(rows) for table, rows in self.tables.items()},
        }

    @classmethod
    def from_json(cls, values: Digests) -> ManagedDigest:
        fields = {table: list(names) for table, names in values["fields"].items()}
        return cls(fields, {table: dict(of) for table, of in values["rows"].items()})

    def drift(self, now: ManagedDigest) -> pd.DataFrame:
        """
        What happened between this digest and *now*.

        Returns:
            table, target_id (text), change (created, changed, deleted), fields (of a
            changed row, joined with ";"); empty where nothing did.
        """
        found = []
        for table in sorted({*self.tables, *now.tables}):
            old, new = self.tables.get(table, {}), now.tables.get(table, {})
            for key in sorted(old.keys() | new.keys()):
                if old.get(key) == new.get(key):
                    continue
                change, fields = "created" if key not in old else "deleted", ""
                if key in old and key in new:
                    change = "changed"
                    fields = ";".join(self._differing(now, table, key))
                found.append((table, key, change, fields))
        return pd.DataFrame(found, columns=list(COLUMNS), dtype=object)

    def _differing(self, now: ManagedDigest, table: str, key: str) -> list[str]:
        """The managed fields of a row that are not what they were."""
        then, after = self._by_field(table, key), now._by_field(table, key)
        names = dict.fromkeys((*then, *after))
        return [n for n in names if n != HASH and then.get(n) != after.get(n)]

    def _by_field(self, table: str, key: str) -> dict[str, str]:
        digests, width = self.tables[table][key], 4 * _BYTES // 3
        parts = [digests[at : at + width] for at in range(0, len(digests), width)]
        return dict(zip(self.fields[table], parts, strict=True))


def managed_digest(alias: str = DEFAULT) -> ManagedDigest:
    """The digest of every imported row of *alias* as it is now."""
    return of_tables({table: rows_of(table, alias) for table in tables()})


def tables() -> list[str]:
    """The tables whose rows are managed."""
    return [table.name for table in registry.all_tables() if table.model]


def of_tables(rows: Mapping[str, Mapping[str, str]]) -> ManagedDigest:
    """The digest of tables of which each one's *rows* are as ``rows_of`` gives them."""
    return ManagedDigest({t: [KEY, HASH, *managed(t)] for t in rows}, rows)


def rows_of(table: str, alias: str) -> dict[str, str]:
    """Identity as text -> a digest per column, of the imported rows of *table*."""
    frame = target_rows(table, alias=alias)
    columns = (_digests(frame[name]) for name in (KEY, HASH, *managed(table)))
    rows = zip(*columns, strict=True)
    return {str(key): "".join(row) for key, row in zip(frame["id"], rows, strict=True)}


def _digests(column: pd.Series[str]) -> list[str]:
    """A digest of every cell; equal texts, of which columns have many, by one look."""
    texts = canonical_texts(column)
    known = {text: _digest(text) for text in set(texts)}
    return [known[text] for text in texts]


def _digest(text: str) -> str:
    cell = text.encode("utf-8", "replace")
    return b64encode(hashlib.blake2b(cell, digest_size=_BYTES).digest()).decode()
