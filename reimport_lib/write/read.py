"""What the target holds, read set by set: the rows to plan against, what can be linked.

One query per table; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from reimport_lib.plan.context import Held, Known, WhenAsked
from reimport_lib.tables import registry
from reimport_lib.write import bases
from reimport_lib.write import imported as held_rows
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import HASH, KEY
from reimport_lib.write.list_entries import by_canonical_key, directory_of, read_entries
from reimport_lib.write.models import managed


def target_rows(table: str, *, alias: str = DEFAULT) -> pd.DataFrame:
    """
    The imported rows of *table* as they are now.

    Returns:
        id (UUID), filemaker_id, import_hash and the managed columns, all of dtype
        object with Python's own values; rows that people made are not in it.
    """
    found = held_rows.rows(table, (KEY, HASH, *managed(table)), alias=alias)
    return found.reset_index(drop=True)


def rows_to_merge(
    table: str, *, alias: str = DEFAULT
) -> tuple[pd.DataFrame, frozenset[str]]:
    """
    ``target_rows`` with left, what the last import left of each row ("": not known).

    Returns:
        those rows, and the keys of rows that people deleted since an import left them.
    """
    held = held_rows.rows(table, (KEY, HASH, *managed(table)), alias=alias)
    left, gone = _left_of(table, held.index, alias)
    return held.assign(left=left).reset_index(drop=True), gone


def _left_of(
    table: str, keys: Iterable[Any], alias: str
) -> tuple[list[str], frozenset[str]]:
    """What was left of the rows of *keys*, and the FileMaker keys of all others."""
    known = bases.of_table(table, alias=alias)
    there = [str(pk) for pk in keys]
    left = [known[pk].left if pk in known else "" for pk in there]
    return left, frozenset(known[pk].key for pk in known.keys() - {*there})


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
    keys, found = held_rows.hashes(table, alias=alias)
    return pd.Series(found, pd.Index(keys, dtype=object), dtype=object)


def imported(table: str, *, alias: str = DEFAULT) -> int:
    """How many rows of *table* came from FileMaker."""
    return held_rows.count(table, alias=alias)


def known(
    in_snapshot: Mapping[str, frozenset[str]] | None = None, *, alias: str = DEFAULT
) -> Known:
    """
    What imported rows can be linked to, each table and list read where it is asked for.

    Args:
        in_snapshot: table -> canonical keys of every row of it in the snapshot.
    """
    lookups = registry.lookups()
    return Known(
        in_snapshot=in_snapshot or {},
        imported=WhenAsked(registry.linked(), partial(_held, alias=alias)),
        directories=WhenAsked(
            lookups, lambda name: directory_of(read_entries(lookups[name], alias))
        ),
    )


def _held(table: str, alias: str) -> dict[str, Held]:
    """Canonical key -> every imported row of *table*, with what rules ask of it."""
    remembered = registry.named(table).remembered
    rows = held_rows.rows(table, (KEY, *remembered), alias=alias)
    of_row = zip(rows["id"], *(rows[name] for name in remembered), strict=True)
    pairs = zip(rows[KEY], of_row, strict=True)
    return {
        key: Held(identity, dict(zip(remembered, values, strict=True)))
        for key, (identity, *values) in by_canonical_key(pairs)
    }
