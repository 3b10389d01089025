"""Whether the keys of a table, its own and those of others, have all their digits.

Pure; imports neither Django nor pyarrow. The authority is the paragraph "Keys" of
``docs/rules.md``.
"""

from __future__ import annotations

import pandas as pd

from reimport_lib.checks import Check, Verdict
from reimport_lib.plan.mapping import resolve
from reimport_lib.plan.stage import texts_of
from reimport_lib.plan.values.keys import BROKEN_HINT, broken_keys
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field, Table

"""Fields made of another table's key, which is itself kept as text."""


def key_checks(table: Table, frame: pd.DataFrame) -> list[Check]:
    """
    One failed check per column of keys in *frame* (texts) that has lost digits.

    The phase of the table would refuse the column: this says so before any is written.
    """
    headers = resolve(table, list(frame.columns)).headers
    checks = []
    for column in table.all_fields:
        if not _holds_keys(table, column):
            continue
        header = headers.get(column.name)
        broken = broken_keys(texts_of(frame, header)) if header else 0
        if broken:
            checks.append(
                Check(
                    f"{table.name}: {header}: keys have all their digits",
                    "0 that have lost digits",
                    f"{broken:,} of {len(frame):,}",
                    Verdict.FAIL,
                    BROKEN_HINT,
                    id="C030",
                )
            )
    return checks


def _holds_keys(table: Table, column: Field) -> bool:
    tables = registry.by_name()
    return column.convert.key or any(
        column.name in link.columns for link in table.links if link.to in tables
    )
