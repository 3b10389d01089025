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
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.models import (
    OWNER_TYPE,
    attname,
    content_type_ids,
    managed,
    model_of,
)


def target_rows(table: str, *, alias: str = DEFAULT) -> pd.DataFrame:
    """
    The imported rows of *table* as they are now.

    Returns:
        id (UUID), filemaker_id, import_hash and the managed columns, all of dtype
        object with Python's own values; rows that people made are not in it.
    """
    columns = ("id", "filemaker_id", "import_hash", *managed(table))
    attributes = [attname(column) for column in columns]
    rows = _imported(table, alias).order_by("pk")
    frame = pd.DataFrame(
        list(rows.values_list(*attributes)), columns=list(columns), dtype=object
    )
    if OWNER_TYPE in frame:
        names = {pk: name for name, pk in content_type_ids(alias).items()}
        owners = [names.get(pk) for pk in frame[OWNER_TYPE]]
        frame[OWNER_TYPE] = pd.Series(owners, index=frame.index, dtype=object)
    return frame


def first_rows(table: str, rows: int, *, alias: str = DEFAULT) -> pd.DataFrame:
    """The first imported rows of *table* by key: filemaker_id and managed columns."""
    columns = ("filemaker_id", *managed(table))
    found = _imported(table, alias).order_by("filemaker_id")[: max(rows, 0)]
    values = found.values_list(*map(attname, columns))
    frame = pd.DataFrame(list(values), columns=list(columns), dtype=object)
    return frame.set_axis(range(1, len(frame) + 1))


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
    rows = list(_imported(table, alias).values_list("filemaker_id", "import_hash"))
    keys, hashes = zip(*rows, strict=True) if rows else ((), ())
    return pd.Series(hashes, index=pd.Index(keys, dtype=object), dtype=object)


def imported(table: str, *, alias: str = DEFAULT) -> int:
    """How many rows of *table* came from FileMaker."""
    return int(_imported(table, alias).count())


def _imported(table: str, alias: str) -> Any:
    manager: Any = model_of(table)._base_manager
    return manager.using(alias).exclude(filemaker_id=None)


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
    rows = _values(
        registry.named(table).model, alias, ("filemaker_id", "pk", *remembered)
    )
    return {
        key: Held(pk, dict(zip(remembered, values, strict=True)))
        for key, (pk, *values) in _keyed((row[0], row[1:]) for row in rows)
    }


def _directory(model: str, names: tuple[str, ...], alias: str) -> Directory:
    rows = _values(model, alias, ("filemaker_id", "pk", *names), imported=False)
    named = {(fold_words(name), pk) for _, pk, *texts in rows for name in texts if name}
    # A name that two of them share names neither.
    times = Counter(name for name, _ in named)
    return Directory(
        by_key=dict(_keyed((key, pk) for key, pk, *_ in rows)),
        by_name={name: pk for name, pk in named if times[name] == 1},
    )


def _values(
    model: str, alias: str, attributes: tuple[str, ...], *, imported: bool = True
) -> list[tuple[Any, ...]]:
    manager: Any = apps.get_model(model)._base_manager
    rows = manager.using(alias)
    if imported:
        rows = rows.exclude(filemaker_id=None)
    return list(rows.values_list(*attributes))


def _keyed(pairs: Iterable[tuple[Any, ...]]) -> Iterable[tuple[str, Any]]:
    """*pairs* of (filemaker_id, value) by canonical key; rows without one left out."""
    held = [(key, value) for key, value in pairs if key]
    keys = canonical_key(pd.Series([key for key, _ in held], dtype=object))
    return zip(keys, (value for _, value in held), strict=True)
