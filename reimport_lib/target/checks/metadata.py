"""``filemaker_metadata``: source columns without a field of their own, word for word.

Which column is kept under which name is the mapping's to say, as a reviewer reads it;
the words themselves are compared here without the import's conversions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reimport_lib.planning.rules import RULES
from reimport_lib.target.checks.headers import Aliases
from reimport_lib.target.checks.matched import Field, Matched
from reimport_lib.target.checks.rendering import Pair, plain, without_point_zero

NAME = "filemaker_metadata"
_JOINED: Mapping[str, tuple[Aliases, ...]] = {
    "start_text": (("startDate",), ("startTime",), ("Start",)),
    "end_text": (("endDate",), ("endTime",), ("End",)),
    "ph_text": (("ph",),),
}
"""Texts as they were, made of one or more columns."""


def metadata(m: Matched) -> Field:
    """One field: all names with their texts, each row as one line."""
    columns = RULES[m.table].mapping.columns
    kept = {
        name: _words(m.texts(*aliases))
        for name, aliases in kept_columns(m.table).items()
    }
    as_they_were: dict[str, tuple[Aliases, ...]] = {
        **{column.original: (column.names,) for column in columns if column.original},
        **_JOINED,
    }
    originals = {
        name: list(zip(*(m.texts(*each) for each in aliases), strict=True))
        for name, aliases in as_they_were.items()
    }
    pairs = [
        _line(held, place, kept, originals) for place, held in enumerate(m.values(NAME))
    ]
    return Field(NAME, pairs, (), lambda pair: pair)


def kept_columns(table: str) -> dict[str, Aliases]:
    """Name in the metadata -> headers of the column that is kept under it."""
    columns = RULES[table].mapping.columns
    return {column.metadata: column.names for column in columns if column.metadata}


def _line(
    held: Mapping[str, Any],
    place: int,
    kept: Mapping[str, list[str]],
    originals: Mapping[str, list[tuple[str, ...]]],
) -> Pair:
    """What should be kept of one row, and what is; a text as it was need not be."""
    said = {name: texts[place] for name, texts in kept.items() if texts[place]}
    for name in originals.keys() & held.keys():
        cells = (without_point_zero(plain(cell)) for cell in originals[name][place])
        said[name] = " ".join(filter(None, cells))
    shown = {
        name: without_point_zero(plain(text)) if name in originals else text
        for name, text in held.items()
    }
    text = _text(said)
    return text, text if said == shown else _text(shown)


def _words(texts: list[str]) -> list[str]:
    said = {text: without_point_zero(plain(text)) for text in set(texts)}
    return [said[text] for text in texts]


def _text(values: Mapping[str, Any]) -> str:
    return repr(sorted(values.items())) if values else ""
