"""Who a row is: canonical FileMaker keys, primary keys derived from them, pseudonyms.

Pure. The authority is the paragraph "Keys" of ``docs/rules.md``. Keys are made
canonical once, here; nothing else folds, trims or compares them.
"""

from __future__ import annotations

import hmac
from typing import Any
from uuid import UUID, uuid5

import pandas as pd

from reimport_lib.planning.cleaned import convert, fold, whole_number

NAMESPACE = UUID("5b0c7a3e-9d52-4f0e-8c41-2a6d3e9f7b18")
"""Of all derived keys. Never changes: every primary key hangs on it."""


def canonical_key(column: pd.Series[Any], *, number: bool = False) -> pd.Series[Any]:
    """
    The form in which FileMaker keys are compared; "" where the row has none.

    NFKC, without case, surrounding blanks (U+00A0 too), invisible characters and
    braces; ``101.0`` is ``101``. A leading zero counts, except with *number*
    (``recid`` is a number: ``00417`` is ``417``).
    """
    return convert(column, lambda cell: _canonical(cell, number=number))


def derived_uuid(system: str, table: str, key: str) -> UUID:
    """The primary key of the row that *key* (canonical, not blank) names."""
    return uuid5(NAMESPACE, f"{system}/{table}/{key}")


def derived_uuids(system: str, table: str, keys: pd.Series[Any]) -> pd.Series[Any]:
    """The derived primary key per row of canonical *keys*; None where blank."""
    return convert(keys, lambda key: derived_uuid(system, table, key) if key else None)


def pseudonym(secret: bytes, key: str) -> str:
    """A stable name for *key* that tells nothing about it: ``p-7f3a9c12``."""
    return f"p-{hmac.digest(secret, key.encode(), 'sha256').hex()[:8]}"


def _canonical(cell: str, *, number: bool) -> str:
    key = fold(cell)
    while key.startswith("{") and key.endswith("}"):
        key = key[1:-1].strip()
    key = whole_number(key)
    if number and key.isascii() and key.isdigit():
        return key.lstrip("0") or "0"
    return key
