"""What links lead to, and what else a value of the database must be read with.

Reads the database once per table; writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd
from django.apps import apps

from reimport_lib.config import RowSettings
from reimport_lib.prove.evidence import Evidence
from reimport_lib.prove.render.headers import column
from reimport_lib.prove.render.moments import Zone
from reimport_lib.prove.render.names import STRANGER, Names
from reimport_lib.prove.render.rendering import (
    folded,
    key_text,
)
from reimport_lib.tables import registry
from reimport_lib.write.holding import KEY
from reimport_lib.write.models import attname, content_type_ids, fields_of, model_of


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceData:
    """
    Attributes:
        keys: table -> primary key -> FileMaker key, of tables that others name.
        named: table -> folded keys that its export holds, of tables that rows belong
            to; those that the database has, where there is no export.
        numbers: of the same tables, whether their keys are numbers.
        rows: gives every row of a table that came from FileMaker (``Evidence``).
        left_alone: gives, of a table, primary keys of rows that people changed.
        counted: gives, of a table and an attribute, value -> rows, whoever made them.
        directories: lookup -> its entries.
        owner_types: number of the content type -> ``app.model``.
        sizes: table -> key of every object in the frozen listing -> bytes.
        attribute: gives the attribute of the model that holds a managed field.
        stand_in: gives, of a table and a managed field, what the field holds of a row
            that says nothing; None where it can be empty.
    """

    settings: RowSettings
    bucket: str
    keys: Mapping[str, Mapping[Hashable, str]]
    named: Mapping[str, frozenset[str]]
    numbers: Mapping[str, bool]
    rows: Callable[[str], pd.DataFrame]
    left_alone: Callable[[str], frozenset[str]]
    counted: Callable[[str, str], Mapping[Any, int]]
    directories: Mapping[str, Names]
    owner_types: Mapping[int, str]
    sizes: Mapping[str, Mapping[str, int]]
    attribute: Callable[[str], str]
    stand_in: Callable[[str, str], object]

    def zone(self, declared_order: str) -> Zone:
        """The clinic's wall clock, for text dates of *declared_order*, "" for none."""
        order = declared_order or self.settings.date_order
        return Zone(self.settings.time_zone, order)

    def key(self, table: str, pk: Hashable) -> str:
        """The FileMaker key of a row, "" for none; ``STRANGER``: it has no key."""
        return self.keys[table].get(pk, STRANGER) if pk else ""

    def holds(self, table: str, said: str) -> bool:
        """The export of *table* holds the key *said*."""
        return key_text(said, number=self.numbers[table]) in self.named[table]

    def prefix(self, table: str) -> str:
        """Where the stored objects of *table* lie."""
        setting = registry.prefixes().get(table)
        return str(self.settings.of(setting)) if setting else ""

    def owners_of(self, table: str, rows: pd.DataFrame) -> list[str]:
        """The FileMaker key of the row that each of *rows* of *table* belongs to."""
        link = registry.named(table).owner_link
        if link is None:
            return [""] * len(rows)
        if not link.through:
            keys = [
                [self.key(to, pk) for pk in rows[self.attribute(field)].tolist()]
                for to, field in link.targets
            ]
            return list(map("".join, zip(*keys, strict=True)))
        pks = rows[self.attribute(link.field)]
        between = self.rows(link.through)
        owners = self.owners_of(link.through, between)
        by_pk = dict(zip(between["pk"], owners, strict=True))
        return [by_pk.get(pk, "") for pk in pks]


@lru_cache(maxsize=1)
def reference_data(evidence: Evidence) -> ReferenceData:
    """What links of *evidence* lead to, read once: as it is when first asked for."""
    keys = _Keys(evidence)
    return ReferenceData(
        settings=evidence.run.settings.rows,
        bucket=evidence.run.settings.s3_bucket,
        keys=keys,
        named={name: _named(evidence, name, keys) for name in registry.owners()},
        numbers={name: registry.named(name).number_key for name in registry.owners()},
        rows=evidence.database,
        left_alone=evidence.left_alone,
        counted=evidence.counted,
        directories={
            name: _names(lookup.model, lookup.names, evidence.alias)
            for name, lookup in registry.lookups().items()
        },
        owner_types={
            number: label for label, number in content_type_ids(evidence.alias).items()
        },
        sizes={
            table: _sizes(evidence, listing)
            for table, listing in registry.stored().items()
        },
        attribute=attname,
        stand_in=_stand_in,
    )


def _stand_in(table: str, column: str) -> object:
    field = fields_of(model_of(table)).get(attname(column))
    if field is None or field.null:
        return None
    default: Any = field.get_default()
    expression = getattr(default, "expression", None)  # the database's own default
    return default if expression is None else getattr(expression, "value", None)


class _Keys(dict[str, dict[Hashable, str]]):
    """Table -> primary key -> FileMaker key, of a table that others name.

    Of each they are read when first asked for: a process that proves some tables has
    no use for those that only others name.
    """

    def __init__(self, evidence: Evidence) -> None:
        super().__init__()
        self._evidence = evidence

    def __missing__(self, table: str) -> dict[Hashable, str]:
        self[table] = keys = self._evidence.keys(table)
        return keys


def _named(evidence: Evidence, table: str, held: _Keys) -> frozenset[str]:
    exported = evidence.snapshot.has(table)
    keys = (
        column(evidence.source(table), registry.key_names(table))
        if exported
        else held[table].values()
    )
    number = registry.named(table).number_key
    return frozenset(key_text(key, number=number) for key in keys) - {""}


def _names(label: str, fields: tuple[str, ...], alias: str) -> Names:
    model: Any = apps.get_model(label)
    rows = model._base_manager.using(alias)
    answering: dict[str, set[Any]] = defaultdict(set)
    for pk, *texts in rows.values_list("pk", *fields):
        for text in filter(None, texts):
            answering[folded(text)].add(pk)
    keyed = rows.values_list("filemaker_id", "pk") if KEY in fields_of(model) else ()
    return Names(
        keys={key_text(key): pk for key, pk in keyed if key},
        words={said: min(pks) for said, pks in answering.items() if len(pks) == 1},
    )


def _sizes(evidence: Evidence, name: str) -> dict[str, int]:
    if name not in evidence.snapshot.manifest.objects:
        return {}
    listing = evidence.source(name)
    sizes = (int(size) for size in listing["size"])
    return dict(zip(listing["key"], sizes, strict=True))
