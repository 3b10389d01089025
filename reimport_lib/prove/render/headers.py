"""Columns of the source by the headers that a table declares.

A header counts without surrounding blanks, what nobody sees and ``Table::``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from reimport_lib.prove.render.rendering import key_text, seen
from reimport_lib.tables import registry
from reimport_lib.tables.registry import key_names

Aliases = tuple[str, ...]


def column(frame: pd.DataFrame, aliases: Sequence[str]) -> list[str]:
    """The texts under the first of *aliases* that *frame* has; blanks where none."""
    by_name = {bare(header): header for header in reversed(list(frame.columns))}
    for alias in aliases:
        if alias in by_name:
            return list(frame[by_name[alias]].to_numpy(dtype=object))
    return [""] * len(frame)


@lru_cache(maxsize=4_096)
def bare(header: str) -> str:
    """*header* without blanks, what nobody sees and the name of its table."""
    text = seen(header).strip()
    return text.split("::")[-1].strip() or text


def source_keys(frame: pd.DataFrame, table: str) -> frozenset[str]:
    """Every key that *frame* holds for *table*, which has a key of its own."""
    number = registry.named(table).number_key
    texts = set(column(frame, key_names(table)))
    return frozenset(key_text(text, number=number) for text in texts) - {""}
