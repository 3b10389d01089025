"""Who a row is: canonical FileMaker keys, primary keys derived from them, pseudonyms.

Pure. The authority is the paragraph "Keys" of ``docs/rules.md``. Keys are made
canonical once, here; nothing else folds, trims or compares them.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha1
from uuid import UUID, uuid5

import numpy as np
import pandas as pd

from reimport_lib.errors import SourceError
from reimport_lib.frames import Column
from reimport_lib.plan.values.text import convert, distinct, fold, whole_number

NAMESPACE = UUID("5b0c7a3e-9d52-4f0e-8c41-2a6d3e9f7b18")
"""Of all derived keys. Never changes: every primary key hangs on it."""

BROKEN_HINT = (
    "export the column as text, or the table as .csv or FMPXMLRESULT .xml, out of "
    "FileMaker; do not save it with a spreadsheet program"
)
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:([.,])[0-9]*)?[eE]([+-]?)[0-9]+")
_SUSPECT = re.compile(r"[0-9][.,]?[eE][+-]?[0-9]|[0-9]{16}\.0")
_OF_A_DOUBLE = re.compile(r"[+-]?[0-9]{16,}\.0+")
_PSEUDONYMS = 2**16  # two files of a phase name the same keys; some 16 MB of them


def canonical_key(column: Column, *, number: bool = False) -> Column:
    """
    The form in which FileMaker keys are compared; "" where the row has none.

    NFKC, without case, surrounding blanks (U+00A0 too), invisible characters and
    braces; ``101.0`` is ``101``. A leading zero counts, except with *number*
    (``recid`` is a number: ``00417`` is ``417``).
    """
    return convert(column, lambda cell: key_of(cell, number=number))


def key_of(cell: str, *, number: bool = False) -> str:
    """One key of ``canonical_key``."""
    key = whole_number(_bare(cell))
    if number and key.isascii() and key.isdigit():
        return key.lstrip("0") or "0"
    return key


def joined_keys(parts: Sequence[Column]) -> Column:
    """
    One key of several texts a row; "" where all of them are blank.

    Each is canonical, and marked where it holds a colon itself: no two rows that
    differ in a part share a key.
    """
    cells = zip(*(canonical_key(part) for part in parts), strict=True)
    keys = [
        ":".join(cell.replace("%", "%25").replace(":", "%3a") for cell in row)
        if any(row)
        else ""
        for row in cells
    ]
    return pd.Series(keys, index=parts[0].index, dtype=object)


def whole_keys(column: Column, *, table: str, number: bool = False) -> Column:
    """
    The canonical keys of a column of keys of *table*, if all of them are whole.

    Raises:
        SourceError: some are numbers that have lost digits: in scientific notation
            (``1.7629e+23``), or of 16 digits and more with ``.0`` behind them. ``12E5``
            is such a number only where no other key of the column is a word.
    """
    broken = broken_keys(column)
    if broken:
        raise SourceError(
            f'{table}, column "{column.name}": {broken:,} of {len(column):,} keys are '
            "numbers that have lost digits (rounded, or in scientific notation).",
            hint=BROKEN_HINT,
            id="R117",
        )
    return canonical_key(column, number=number)


def broken_keys(column: Column) -> int:
    """How many cells of *column* hold a number that is not told to its last digit."""
    positions, texts = distinct(column)
    together = "\n".join(texts)
    if together.isascii() and not _SUSPECT.search(together):
        return 0
    broken, doubtful = set(), set()
    for place, text in enumerate(texts):
        if text.isascii() and not _SUSPECT.search(text):
            continue
        key = _bare(text)
        found = _SCIENTIFIC.fullmatch(key)
        if _OF_A_DOUBLE.fullmatch(key) or (found and (found[1] or found[2])):
            broken.add(place)
        elif found:
            doubtful.add(place)
    others = set(range(len(texts))) - broken - doubtful if doubtful else set()
    if not any(any(map(str.isalpha, texts[place])) for place in others):
        broken |= doubtful
    return int(np.isin(positions, list(broken)).sum()) if broken else 0


def derived_uuid(system: str, table: str, key: str) -> UUID:
    """The primary key of the row that *key* (canonical, not blank) names."""
    return uuid5(NAMESPACE, f"{system}/{table}/{key}")


def derived_uuids(system: str, table: str, keys: Column) -> Column:
    """The derived primary key per row of canonical *keys*; None where blank."""
    start = NAMESPACE.bytes + f"{system}/{table}/".encode()

    def derived(key: str) -> UUID | None:  # as ``derived_uuid``, with one start for all
        if not key:
            return None
        digest = sha1(start + key.encode(), usedforsecurity=False).digest()
        return UUID(bytes=digest[:16], version=5)

    return convert(keys, derived)


@lru_cache(maxsize=_PSEUDONYMS)
def pseudonym(secret: bytes, key: str) -> str:
    """A stable name for *key* that tells nothing about it: ``p-7f3a9c12``."""
    return f"p-{hmac.digest(secret, key.encode(), 'sha256').hex()[:8]}"


def _bare(cell: str) -> str:
    """Without case, blanks around it and braces."""
    key = fold(cell)
    while key.startswith("{") and key.endswith("}"):
        key = key[1:-1].strip()
    return key
