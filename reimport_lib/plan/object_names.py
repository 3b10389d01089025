"""How stored objects are named, and which keys a name may carry.

Pure; imports neither Django nor boto. An object is named ``<prefix><key>.<ending>``. A
key may hold dots itself, so that only the last one can stand before the ending.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from reimport_lib.plan.context import Context
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.plan.values.text import visible
from reimport_lib.tables import registry

_ENDING = re.compile(r"[a-z][a-z0-9_~+-]+|7z|3(?:gpp?|g2|mf|ds)", re.IGNORECASE)
"""What can be an ending: ``7001.2`` is more likely a key than a file of kind "2"."""

_NUMBER = re.compile("[0-9]+")
_THUMBNAIL = re.compile(r"thumbs\.|.*[_-]thumb(nail)?\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Naming:
    """
    How the objects of a table are named.

    Attributes:
        prefix: where they lie.
        number: keys are numbers, so that leading zeros do not count.
    """

    prefix: str
    number: bool = False


def naming(table: str, context: Context) -> Naming:
    """
    How the stored objects of *table* are named.

    Raises:
        ValueError: it has none.
    """
    setting = registry.prefixes().get(table)
    if setting is None:
        raise ValueError(f"{table} has no stored objects")
    prefix = context.settings.of(setting)
    return Naming(prefix, number=registry.named(table).number_key)


def is_ending(text: str) -> bool:
    """Whether *text* behind a name's last dot is an ending, and no part of a key."""
    return _ENDING.fullmatch(text) is not None


def read_names(listing: pd.DataFrame, names: Naming) -> pd.DataFrame:
    """
    What the name of each object of *listing* (key) can say.

    Returns:
        stem: canonical key before the last dot, "" for none; whole: canonical key that
        the name is without any ending; has_ending: what stands behind the dot is one;
        is_plain: it lies in no folder and is no thumbnail; spelling: the name without
        case and, of numbers, without leading zeros.
    """
    below = [_below(names.prefix, key) for key in listing["key"].tolist()]
    shown = [visible(name) for name in below]
    parts = [name.rpartition(".") for name in shown]
    index = listing.index
    frame = pd.DataFrame(index=index)
    frame["stem"] = _keys([head for head, _, _ in parts], index, names)
    frame["whole"] = _keys(shown, index, names)
    frame["has_ending"] = [is_ending(end) for _, _, end in parts]
    frame["is_plain"] = [
        "/" not in name and not _THUMBNAIL.match(name) for name in shown
    ]
    frame["spelling"] = [_spelling(name, names) for name in below]
    return frame


def _below(prefix: str, key: str) -> str:
    """The name behind *prefix*, its case aside; "" where *key* lies elsewhere."""
    prefix, key = (unicodedata.normalize("NFC", text) for text in (prefix, key))
    start, name = key[: len(prefix)], key[len(prefix) :]
    if start.casefold() != prefix.casefold():
        return ""
    return name.removeprefix("/").strip()  # a prefix may have been set without it


def _keys(texts: list[str], index: pd.Index, names: Naming) -> pd.Series:
    if names.number:
        texts = [text if _NUMBER.fullmatch(text) else "" for text in texts]
    column = pd.Series(texts, index=index, dtype=object)
    return canonical_key(column, number=names.number)


def _spelling(name: str, names: Naming) -> str:
    folded = name.casefold()
    return folded.lstrip("0") if names.number else folded
