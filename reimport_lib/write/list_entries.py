"""The entries of the lists that rows name, as they were at one moment.

A list is a ``Lookup``: clinics, clinicians. Its entries are no rows of the import, and
people keep them while it is reviewed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.apps import apps

from reimport_lib.plan.context import Directory
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.plan.values.text import fold_words
from reimport_lib.tables import registry
from reimport_lib.tables.links import Lookup
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import KEY
from reimport_lib.write.models import fields_of

NamedEntry = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListEntries:
    """
    Attributes:
        lists: name of a list -> primary key as text -> field -> value: its names and
            its FileMaker key; "" for none.
    """

    lists: Mapping[str, Mapping[str, NamedEntry]]

    def directory(self, name: str) -> Directory:
        """How rows find the entries of list *name*, by primary keys as text."""
        names = registry.lookups()[name].names
        entries = self.lists.get(name, {}).items()
        return directory_of(
            (pk, [values.get(field, "") for field in names], values.get(KEY, ""))
            for pk, values in entries
        )


def list_entries(alias: str = DEFAULT) -> ListEntries:
    """Every entry of every list of *alias* as it is now."""
    return ListEntries(
        {name: _entries(lookup, alias) for name, lookup in registry.lookups().items()}
    )


def directory_of(entries: Iterable[tuple[Any, Iterable[Any], Any]]) -> Directory:
    """How rows find *entries*: (primary key, names, FileMaker key)."""
    held = list(entries)
    named = {(fold_words(name), pk) for pk, names, _ in held for name in names if name}
    # A name that two of them share names neither.
    times = Counter(name for name, _ in named)
    return Directory(
        by_key=dict(by_canonical_key((key, pk) for pk, _, key in held)),
        by_name={name: pk for name, pk in named if times[name] == 1},
    )


def by_canonical_key(pairs: Iterable[tuple[Any, Any]]) -> Iterable[tuple[str, Any]]:
    """*pairs* of (filemaker_id, value) by canonical key; rows without one left out."""
    held = [(key, value) for key, value in pairs if key]
    keys = canonical_key(pd.Series([key for key, _ in held], dtype=object))
    return zip(keys, (value for _, value in held), strict=True)


def read_entries(lookup: Lookup, alias: str) -> list[tuple[Any, tuple[Any, ...], Any]]:
    """(primary key, names, FileMaker key) of every entry; no key: no column for it."""
    model = apps.get_model(lookup.model)
    key = (KEY,) if KEY in fields_of(model) else ()
    manager: Any = model._base_manager
    width = len(lookup.names)
    return [
        (row[0], row[1 : 1 + width], row[-1] if key else "")
        for row in manager.using(alias).values_list("pk", *lookup.names, *key)
    ]


def _entries(lookup: Lookup, alias: str) -> dict[str, NamedEntry]:
    fields = (*lookup.names, KEY)
    return {
        str(pk): dict(zip(fields, map(_text, (*names, key)), strict=True))
        for pk, names, key in read_entries(lookup, alias)
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)
