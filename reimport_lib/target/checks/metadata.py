"""``filemaker_metadata``: source columns without a field of their own, word for word.

Which column is kept under which name is the mapping's to say, as a reviewer reads it;
the words themselves, and which texts must be there because no field says them, are
read here without the import's conversions (see ``kept``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reimport_lib.planning.rules import RULES
from reimport_lib.target.checks import kept as keeping
from reimport_lib.target.checks.headers import Aliases
from reimport_lib.target.checks.matched import Field, Matched
from reimport_lib.target.checks.rendering import Pair, plain, seen, without_point_zero

NAME = "filemaker_metadata"
_JOINED: Mapping[str, tuple[Aliases, ...]] = {
    "start_text": (("startDate",), ("startTime",), ("Start",)),
    "end_text": (("endDate",), ("endTime",), ("End",)),
    "ph_text": (("ph",),),
}
"""Texts as they were, made of one or more columns."""


def metadata(m: Matched) -> Field:
    """One field: all names with their texts, each row as one line."""
    words = {
        name: _words(m.texts(*aliases))
        for name, aliases in kept_columns(m.table).items()
    }
    originals = {
        name: list(zip(*(m.texts(*each) for each in aliases), strict=True))
        for name, aliases in as_they_were(m.table).items()
    }
    missing = keeping.must_be_kept(m)
    owners = keeping.said_of_owners(m)
    pairs = []
    for place, held in enumerate(m.values(NAME)):
        needed = {name for name, places in missing.items() if place in places}
        pair = _line(held, place, words, originals, needed, owners[place])
        pairs.append(pair)
    return Field(NAME, pairs, (), lambda pair: pair)


def kept_columns(table: str) -> dict[str, Aliases]:
    """Name in the metadata -> headers of the column that is kept under it."""
    columns = RULES[table].mapping.columns
    return {column.metadata: column.names for column in columns if column.metadata}


def as_they_were(table: str) -> dict[str, tuple[Aliases, ...]]:
    """Name in the metadata -> headers of the columns whose texts it may hold."""
    columns = RULES[table].mapping.columns
    return {**{column.kept_text: (column.names,) for column in columns}, **_JOINED}


def _line(
    held: Mapping[str, Any],
    place: int,
    words: Mapping[str, list[str]],
    originals: Mapping[str, list[tuple[str, ...]]],
    needed: set[str],
    owner: Mapping[str, str],
) -> Pair:
    """What should be kept of one row, and what is; of the owner nothing need be."""
    said = {name: texts[place] for name, texts in words.items() if texts[place]}
    for name in originals.keys() & (held.keys() | needed):
        said[name] = _as_said(" ".join(filter(None, originals[name][place])))
    said |= {name: text for name, text in owner.items() if name in held}
    shown = {
        name: _as_said(text) if name in originals else _word(text)
        for name, text in held.items()
    }
    text = _text(said)
    return text, text if said == shown else _text(shown)


def _as_said(text: str) -> str:
    """*text* on one line, without the blanks, points and signs that do not count."""
    return " ".join(map(without_point_zero, plain(seen(text)).split()))


def _words(texts: list[str]) -> list[str]:
    said = {text: _word(text) for text in set(texts)}
    return [said[text] for text in texts]


def _word(text: str) -> str:
    return without_point_zero(plain(seen(text)))


def _text(values: Mapping[str, Any]) -> str:
    return repr(sorted(values.items())) if values else ""
