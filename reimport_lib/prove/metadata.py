"""``filemaker_metadata``: source columns without a field of their own, word for word.

Which column is kept under which name is the mapping's to say, as a reviewer reads it;
the words themselves, and which texts must be there because no field says them, are
read here without the import's conversions or its own account of what values carry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache

from reimport_lib.prove.render import clocks, keeping, one_form, rendering
from reimport_lib.prove.render.comparison import Comparison, Matched
from reimport_lib.prove.render.headers import Aliases
from reimport_lib.prove.render.rendering import Pair, plain, seen
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field

NAME = "filemaker_metadata"
Wording = tuple[str, ...]


def metadata(m: Matched) -> Comparison:
    """One field: all names with their texts, each row as one line."""
    held = m.values(NAME)
    shown = list(map(_seen, held))
    said: list[dict[str, str]] = [{} for _ in held]
    keys = {
        column.metadata or column.kept_text: column.convert.number
        for column in registry.named(m.table).fields
        if column.convert.key
    }
    order = m.zone.order
    for name, aliases in kept_columns(m.table).items():
        texts = m.texts(*aliases)
        blank = {text for text in {*texts} if not plain(seen(text))}
        kept = _Said(
            lambda text, words: one_form.same(text, words[0], order),
            lambda words: plain(seen(words[0])),
            keys.get(name),
        )
        for row, told, text in zip(held, said, texts, strict=True):
            if text not in blank:
                told[name] = kept[row.get(name), (text,)]
    places = _places_of_names(held, must_be_kept(m))
    for name, columns in as_they_were(m.table).items():
        if not places.get(name):
            continue
        cells = list(zip(*(m.texts(*each) for each in columns), strict=True))
        kept = _Said(
            lambda text, words: one_form.same_in_turn(text, words, order),
            lambda words: " ".join(filter(None, map(plain, words))),
            keys.get(name),
        )
        for place in places[name]:
            said[place][name] = kept[held[place].get(name), cells[place]]
    for row, again, told in zip(held, named_again(m), said, strict=True):
        told |= {name: text for name, text in again.items() if name in row}
    pairs = list(map(_line, said, shown))
    return Comparison(NAME, pairs, (), lambda pair: pair)


class _Said(dict[tuple[str | None, Wording], str]):
    """
    (kept text, texts of the source) -> what should be kept: the same, where it is.

    Each pair is compared once; most recur.

    Args:
        is_same: whether a kept text is these texts, in whichever form.
        joined: the texts, where it is not.
        number: the texts are keys, and these are numbers or not; None: no keys.
    """

    def __init__(
        self,
        is_same: Callable[[str, Wording], bool],
        joined: Callable[[Wording], str],
        number: bool | None,
    ) -> None:
        super().__init__()
        self._is_same = is_same
        self._joined = joined
        self._number = number

    def __missing__(self, cells: tuple[str | None, Wording]) -> str:
        held, texts = cells
        if self._number is not None and held and plain(seen(held)):
            spoken, kept = (
                rendering.key_text(text, number=self._number)
                for text in (texts[0], held)
            )
            texts = (held,) if spoken == kept else texts
        shown = seen(held or "")
        self[cells] = shown if self._is_same(shown, texts) else self._joined(texts)
        return self[cells]


def _places_of_names(
    held: Sequence[Mapping[str, str]], missing: Mapping[str, set[int]]
) -> Mapping[str, Sequence[int]]:
    """Name -> places of the rows that hold it, or need it."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(held):
        for name in row:
            found[name].append(place)
    for name, places in missing.items():
        found[name] += [place for place in places if name not in held[place]]
    return found


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
        asked = cache(test)  # most pairs recur
        found[column.kept_text] = keeping.places(
            asked(value, text, m.zone.order)
            for value, text in zip(values, texts, strict=True)
        )
    return table.together.kept(m, found) if table.together else found


def named_again(m: Matched) -> list[dict[str, str]]:
    """Per row what names again the rows that it links to, as the metadata has it."""
    table = registry.named(m.table)
    found: list[dict[str, str]] = [{} for _ in m.rows]
    for name in table.named_again:
        column = table.column(name)
        say = cache(_day if column.convert.dated else _name)
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


def _seen(row: Mapping[str, str]) -> Mapping[str, str]:
    """The texts of *row* as a reader sees them."""
    if all(map(str.isascii, row.values())):
        return row
    return {name: seen(text) for name, text in row.items()}


def _line(said: Mapping[str, str], shown: Mapping[str, str]) -> Pair:
    """What should be kept of one row, and what is; what names again need not be."""
    text = _text(said)
    return text, text if said == shown else _text(shown)


def _text(values: Mapping[str, str]) -> str:
    return repr(sorted(values.items())) if values else ""
