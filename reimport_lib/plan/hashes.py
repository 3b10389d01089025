"""The import hash: what a row looked like when it was last imported.

Pure. A row whose managed fields no longer have its hash was changed by a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reimport_lib.plan.values.canonical import canonical_texts, row_hash

CLOCK_FIELDS: Mapping[str, tuple[str, str]] = {"status": ("status_source", "clock")}
"""Field -> the field and value that say it was decided once, by the run's clock."""

_LEFT_ALONE = "\x01"


def managed_hashes(rows: pd.DataFrame, managed: Sequence[str]) -> list[str]:
    """
    The import hash of target rows as they stand now: sha256 over the managed fields.

    A field that the clock decided when the row was created is left out.
    """
    return hashes({name: canonical_texts(rows[name]) for name in managed}, managed)


def hashes(texts: Mapping[str, Any], managed: Sequence[str]) -> list[str]:
    columns = [_hashed_column(name, texts) for name in managed]
    return [row_hash(row) for row in zip(*columns, strict=True)]


def _hashed_column(name: str, texts: Mapping[str, Any]) -> Any:
    """A column's texts, with a mark where the clock decided the value."""
    source, clock = CLOCK_FIELDS.get(name, ("", ""))
    if source not in texts:
        return texts[name]
    return [
        _LEFT_ALONE if decided_by == clock else text
        for text, decided_by in zip(texts[name], texts[source], strict=True)
    ]
