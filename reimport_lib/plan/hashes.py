"""The import hash: what a row looked like when it was last imported.

Pure. A row whose managed fields no longer have its hash was changed by a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from reimport_lib.frames import Array
from reimport_lib.plan.values.canonical import canonical_texts, row_hash
from reimport_lib.tables.declare import ByClock, Table

_LEFT_ALONE = "\x01"


def managed_hashes(rows: pd.DataFrame, table: Table) -> list[str]:
    """
    The import hash of target rows as they stand now: sha256 over the managed fields.

    A field that the clock decided when the row was created is left out.
    """
    texts = {name: canonical_texts(rows[name]) for name in table.managed}
    return hashes(texts, table.managed, table.by_clock)


def as_imported(
    texts: Mapping[str, Sequence[str] | Array],
    stored: Sequence[str],
    table: Table,
    stand_ins: Mapping[str, str],
) -> list[bool]:
    """
    Whether each row is as the import left it; so is one of which nobody recorded that.

    Args:
        texts: managed field -> canonical texts; stored: the import hashes.
        stand_ins: field -> text of what it holds in place of nothing.
    """
    now = hashes(texts, table.managed, table.by_clock)
    fewer = of_fewer_fields(texts, stored, table.managed, table.by_clock, stand_ins)
    return [
        not held or held == own or older
        for held, own, older in zip(stored, now, fewer, strict=True)
    ]


def of_fewer_fields(
    texts: Mapping[str, Sequence[str] | Array],
    stored: Sequence[str],
    managed: Sequence[str],
    by: ByClock | None,
    stand_ins: Mapping[str, str],
) -> list[bool]:
    """
    Whether each row has the hash of an import that managed fewer fields.

    Fields that a table gets later stand at the end of ``managed``; a row that was
    imported before has nothing in them, and a hash over those that there were.
    """
    found = [False] * len(stored)
    said = {
        name: [text != stand_ins.get(name, "") and bool(text) for text in texts[name]]
        for name in managed
    }
    for count in range(len(managed) - 1, 0, -1):
        later = (said[name] for name in managed[count:])
        blank = [not any(row) for row in zip(*later, strict=True)]
        fields = managed[:count]
        clocked = by if by and {by.field, by.source} <= {*fields} else None
        older = hashes(texts, fields, clocked)
        rows = zip(found, blank, older, stored, strict=True)
        found = [was or (none and own == held) for was, none, own, held in rows]
    return found


def hashes(
    texts: Mapping[str, Sequence[str] | Array],
    managed: Sequence[str],
    by: ByClock | None,
) -> list[str]:
    """As ``managed_hashes``, of canonical *texts* by field."""
    columns: dict[str, Sequence[str] | Array] = {n: texts[n] for n in managed}
    if by is not None:
        columns[by.field] = [
            _LEFT_ALONE if source == by.words[1] else text
            for text, source in zip(texts[by.field], texts[by.source], strict=True)
        ]
    return [row_hash(row) for row in zip(*columns.values(), strict=True)]
