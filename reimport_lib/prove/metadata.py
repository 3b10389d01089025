"""``filemaker_metadata``: source columns without a field of their own, word for word.

Which column is kept under which name is the mapping's to say, as a reviewer reads it;
the words themselves, and which texts must be there because no field says them, are
read here without the import's conversions or its own account of what values carry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from reimport_lib.prove.render import clocks, keeping, one_form, rendering
from reimport_lib.prove.render.comparison import Comparison, Matched
from reimport_lib.prove.render.headers import Aliases
from reimport_lib.prove.render.rendering import Pair, plain, seen
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field

NAME = "filemaker_metadata"


def metadata(m: Matched) -> Comparison:
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
    return Comparison(NAME, pairs, (), lambda pair: pair)


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


def kept_columns(table: str) -> dict[str, Aliases]:
    """Name in the metadata -> headers of the column that is kept under it."""
    columns = registry.sources()[table].fields
    return {column.metadata: column.names for column in columns if column.metadata}


def as_they_were(table: str) -> dict[str, tuple[Aliases, ...]]:
    """Name in the metadata -> headers of the columns whose texts it may hold."""
    table_ = registry.named(table)
    together = table_.together.joined if table_.together else {}
    joined = {
        name: tuple(table_.column(column).names for column in columns)
        for name, columns in together.items()
    }
    alone = {column.kept_text: (column.names,) for column in table_.fields}
    return {**alone, **joined}


def must_be_kept(m: Matched) -> dict[str, set[int]]:
    """Name in the metadata -> places of the rows whose text must be there."""
    found: dict[str, set[int]] = {}
    table = registry.named(m.table)
    for column in table.fields:
        test = column.convert.keep
        if test is None or not column.field or column.name in table.named_again:
            continue
        values = _values(m, column)
        texts = m.texts(*column.names)
        found[column.kept_text] = keeping.places(
            test(value, text, m.zone.order)
            for value, text in zip(values, texts, strict=True)
        )
    return table.together.kept(m, found) if table.together else found


def named_again(m: Matched) -> list[dict[str, str]]:
    """Per row what names again the rows that it links to, as the metadata has it."""
    table = registry.named(m.table)
    found: list[dict[str, str]] = [{} for _ in m.rows]
    for name in table.named_again:
        column = table.column(name)
        say = _day if column.convert.dated else _name
        rows = zip(found, m.values(NAME), m.texts(*column.names), strict=True)
        for row, held, said in rows:
            row[name] = say(held.get(name, ""), said, m.zone.order)
    return found


def _name(held: str, said: str, _order: str) -> str:
    spoken, shown = rendering.name(held, said)
    return held if spoken == shown else spoken


def _day(held: str, said: str, order: str) -> str:
    """*held* (ISO) where the text says this day in one of the orders."""
    try:
        value = date.fromisoformat(held)
    except ValueError:
        return said
    spoken, shown = clocks.day(value, said, order)
    same = spoken == shown or clocks.in_other_order(value, said, order)
    return held if same else said


def _values(m: Matched, column: Field) -> Sequence[object]:
    """The field that the column became, where the table has one of its name."""
    if column.field in m.target.columns:
        return m.values(column.field)
    return [""] * len(m.rows)


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
