"""What the target holds, read set by set: the rows to plan against, what can be linked.

One query per table; nothing here writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from django.apps import apps

from reimport_lib.plan.context import Directory, Held, Known
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.plan.values.text import fold_words
from reimport_lib.tables import registry
from reimport_lib.write import imported as held_rows
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import HASH, KEY
from reimport_lib.write.models import fields_of, managed


def target_rows(table: str, *, alias: str = DEFAULT) -> pd.DataFrame:
    """
    The imported rows of *table* as they are now.

    Returns:
        id (UUID), filemaker_id, import_hash and the managed columns, all of dtype
        object with Python's own values; rows that people made are not in it.
    """
    found = held_rows.rows(table, (KEY, HASH, *managed(table)), alias=alias)
    return found.reset_index(drop=True)


def first_rows(table: str, rows: int, *, alias: str = DEFAULT) -> pd.DataFrame:
    """The first imported rows of *table* by key: filemaker_id and managed columns."""
    columns = (KEY, *managed(table))
    found = held_rows.rows(table, columns, first=max(rows, 0), alias=alias)
    return found[list(columns)].set_axis(range(1, len(found) + 1))


def first_of_all(rows: int, *, alias: str = DEFAULT) -> dict[str, pd.DataFrame]:
    """Table -> its first imported rows, as ``first_rows``; without tables of none."""
    found = {
        t.name: first_rows(t.name, rows, alias=alias)
        for t in registry.all_tables()
        if t.model
    }
    return {name: frame for name, frame in found.items() if len(frame)}


def import_hashes(table: str, *, alias: str = DEFAULT) -> pd.Series[str]:
    """What each imported row of *table* was written as; index = filemaker_id."""
    rows = held_rows.rows(table, (KEY, HASH), alias=alias)
    return pd.Series(list(rows[HASH]), pd.Index(rows[KEY], dtype=object), dtype=object)


def imported(table: str, *, alias: str = DEFAULT) -> int:
    """How many rows of *table* came from FileMaker."""
    return held_rows.count(table, alias=alias)


def known(
    in_snapshot: Mapping[str, frozenset[str]] | None = None, *, alias: str = DEFAULT
) -> Known:
    """
    What imported rows can be linked to.

    Args:
        in_snapshot: table -> canonical keys of every row of it in the snapshot.
    """
    return Known(
        in_snapshot=in_snapshot or {},
        imported={name: _held(name, alias) for name in registry.linked()},
        directories={
            name: _directory(lookup.model, lookup.names, alias)
            for name, lookup in registry.lookups().items()
        },
    )


def _held(table: str, alias: str) -> dict[str, Held]:
    """Canonical key -> every imported row of *table*, with what rules ask of it."""
    remembered = registry.named(table).remembered
    rows = held_rows.rows(table, (KEY, *remembered), alias=alias)
    of_row = zip(rows["id"], *(rows[name] for name in remembered), strict=True)
    return {
        key: Held(identity, dict(zip(remembered, values, strict=True)))
        for key, (identity, *values) in _keyed(zip(rows[KEY], of_row, strict=True))
    }


def _directory(label: str, names: tuple[str, ...], alias: str) -> Directory:
    """By name, and by key where the entries have a column for it."""
    model = apps.get_model(label)
    key = (KEY,) if KEY in fields_of(model) else ()
    manager: Any = model._base_manager
    rows = list(manager.using(alias).values_list("pk", *names, *key))
    named = {
        (fold_words(name), pk)
        for pk, *texts in rows
        for name in texts[: len(names)]
        if name
    }
    # A name that two of them share names neither.
    times = Counter(name for name, _ in named)
    return Directory(
        by_key=dict(_keyed((row[-1], row[0]) for row in rows)) if key else {},
        by_name={name: pk for name, pk in named if times[name] == 1},
    )


def _keyed(pairs: Iterable[tuple[Any, ...]]) -> Iterable[tuple[str, Any]]:
    """*pairs* of (filemaker_id, value) by canonical key; rows without one left out."""
    held = [(key, value) for key, value in pairs if key]
    keys = canonical_key(pd.Series([key for key, _ in held], dtype=object))
    return zip(keys, (value for _, value in held), strict=True)
