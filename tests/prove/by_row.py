"""What phase 8 reads of the metadata, row by row: the measure for reading by column."""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.prove.metadata import (
    NAME,
    as_they_were,
    kept_columns,
    must_be_kept,
    named_again,
)
from reimport_lib.prove.render import one_form, rendering
from reimport_lib.prove.render.comparison import Matched
from reimport_lib.prove.render.rendering import Pair, plain, seen
from reimport_lib.tables import registry


def by_row(m: Matched) -> list[Pair]:
    """One field: all names with their texts, each row as one line."""
    words = {name: m.texts(*aliases) for name, aliases in kept_columns(m.table).items()}
    originals = {
        name: list(zip(*(m.texts(*each) for each in aliases), strict=True))
        for name, aliases in as_they_were(m.table).items()
    }
    keys = {
        column.metadata or column.kept_text: column.convert.number
        for column in registry.named(m.table).fields
        if column.convert.key
    }
    missing = must_be_kept(m)
    again = named_again(m)
    pairs = []
    for place, held in enumerate(m.values(NAME)):
        needed = {name for name, places in missing.items() if place in places}
        texts = {name: column[place] for name, column in words.items()}
        texts |= _as_held(keys, texts, held)
        said = {
            name: column[place]
            for name, column in originals.items()
            if name in held or name in needed
        }
        first = {name: column[0] for name, column in said.items()}
        said |= {n: (text,) for n, text in _as_held(keys, first, held).items()}
        pairs.append(_line(held, texts, said, again[place], m.zone.order))
    return pairs


def _as_held(
    keys: Mapping[str, bool], texts: Mapping[str, str], held: Mapping[str, str]
) -> dict[str, str]:
    """Of the *keys* (name -> they are numbers) what is *held*, where it is the same."""
    return {
        name: held[name]
        for name, number in keys.items()
        if name in held
        and name in texts
        and rendering.key_text(held[name], number=number)
        == rendering.key_text(texts[name], number=number)
    }


def _line(
    held: Mapping[str, str],
    words: Mapping[str, str],
    originals: Mapping[str, tuple[str, ...]],
    again: Mapping[str, str],
    order: str,
) -> Pair:
    """What should be kept of one row, and what is; what names again need not be."""
    shown = {name: seen(text) for name, text in held.items()}
    said = {}
    for name, text in words.items():
        if plain(seen(text)):
            is_same = one_form.same(shown.get(name, ""), text, order)
            said[name] = shown.get(name, "") if is_same else plain(seen(text))
    for name, texts in originals.items():
        is_same = one_form.same_in_turn(shown.get(name, ""), texts, order)
        joined = " ".join(filter(None, map(plain, texts)))
        said[name] = shown.get(name, "") if is_same else joined
    said |= {name: text for name, text in again.items() if name in held}
    text = _text(said)
    return text, text if said == shown else _text(shown)


def _text(values: Mapping[str, str]) -> str:
    return repr(sorted(values.items())) if values else ""
