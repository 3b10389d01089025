"""Imported rows with their source rows beside them, and how a field is compared.

Pure. A field is compared value by value: each distinct pair of value and
text is rendered once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import ne
from typing import TYPE_CHECKING, Any

import pandas as pd

from reimport_lib.prove.render import explaining, joined, rendering
from reimport_lib.prove.render.clocks import in_full
from reimport_lib.prove.render.explaining import Explains, Notes
from reimport_lib.prove.render.headers import Aliases, column
from reimport_lib.prove.render.moments import Zone
from reimport_lib.prove.render.rendering import Pair
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field, KeyOf, LinkTo, Table

if TYPE_CHECKING:
    from reimport_lib.prove.reference_data import ReferenceData

Render = Callable[..., Pair]


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """
    The imported rows of one table that are in the database, in source order.

    Attributes:
        rows: record numbers; missing: those of imported rows that are not there.
        source: their texts; target: their columns, by attribute; both in this order.
        frame, outcomes: every row of the table, in the source and its outcomes file.
        notes: codes joined with ";"; created: the row is new; keys: pseudonyms.
        edited: people have saved the row since it was imported.
        kept: field -> target_id -> note, of what the import left as people had it.
        as_of: the clock of the run that imported them.
    """

    table: str
    rows: Sequence[int]
    missing: Sequence[int]
    source: pd.DataFrame
    target: pd.DataFrame
    frame: pd.DataFrame
    outcomes: pd.DataFrame
    notes: Sequence[str]
    created: Sequence[bool]
    keys: Sequence[str]
    edited: Sequence[bool]
    kept: Mapping[str, Mapping[str, str]]
    as_of: datetime
    zone: Zone
    reference: ReferenceData
    _texts: dict[Aliases, list[str]] = field(init=False, default_factory=dict)
    _numbers: list[str] = field(init=False, default_factory=list)

    @property
    def numbers(self) -> Sequence[str]:
        """The record numbers of ``rows``, as texts."""
        if not self._numbers:
            self._numbers.extend(map(str, self.rows))
        return self._numbers

    def texts(self, *aliases: str) -> list[str]:
        """The source's column under one of *aliases*; blanks where it has none."""
        if aliases not in self._texts:
            self._texts[aliases] = column(self.source, aliases)
        return self._texts[aliases]

    def clocks(self, *aliases: str) -> list[str]:
        """Like ``texts`` for times of day, in full where the whole column says less."""
        whole = in_full(column(self.frame, aliases))
        of_row = dict(zip(self.frame.index, whole, strict=True))
        return [of_row[row] for row in self.rows]

    def values(self, *attributes: str) -> list[Any]:
        """The database's column; of several, tuples."""
        if len(attributes) == 1:
            return self.target[attributes[0]].tolist()
        columns = (self.target[name].tolist() for name in attributes)
        return list(zip(*columns, strict=True))

    def links(self, name: str) -> list[Any]:
        """The primary keys in the managed field *name*, a generic one as well."""
        return self.values(self.reference.attribute(name))


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """
    One field of the backend and the source columns that it is made from.

    Attributes:
        values: of the database, one per row; texts: of the source, one list per column.
        render: (value, *texts) -> what the source says, what the value says.
        explained_by: note -> (value, *texts) -> whether it explains a difference.
        unchecked: why the field cannot be compared; "" where it can.
        headers: of those columns, the ones each may have.
        changed: whether a person changed what the value stands in; () where nobody did.
    """

    name: str
    values: Sequence[Any]
    texts: tuple[Sequence[str], ...]
    render: Render
    explained_by: Mapping[str, Explains] = field(default_factory=dict)
    unchecked: str = ""
    headers: tuple[Aliases, ...] = ()
    changed: Sequence[bool] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """
    Attributes:
        rows: how many were compared; equal of them are equal as they stand.
        explained: note -> rows whose difference it explains.
        different, edited: record numbers of rows that nothing explains, and of those
            that people have changed.
        source_sha256, target_sha256: over the lines of all rows but the explained.
        source_filled, target_filled: values that are not blank, over all rows.
    """

    rows: int
    equal: int
    explained: Mapping[str, int]
    different: Sequence[int]
    edited: Sequence[int]
    source_sha256: str
    target_sha256: str
    source_filled: int
    target_filled: int
    explained_blank: int


def compare(matched: Matched, field_: Comparison) -> Compared:
    """Both sides of one field, row by row."""
    pairs = _rendered(field_)
    says, shows = [said for said, _ in pairs], [shown for _, shown in pairs]
    unequal = [n for n, each in enumerate(pairs) if ne(*each)] if says != shows else []
    reasons = {place: _explanation(matched, field_, place) for place in unequal}
    explained = {place: code for place, code in reasons.items() if code}
    left = [place for place in unequal if place not in explained]
    edited = [
        place
        for place in left
        if matched.edited[place] or (field_.changed and field_.changed[place])
    ]
    different = [matched.rows[place] for place in left if place not in {*edited}]
    source_sha256 = _sha256(matched.numbers, says, without=explained)
    return Compared(
        rows=len(matched.rows) + len(matched.missing),
        equal=len(pairs) - len(unequal),
        explained=dict(Counter(explained.values())),
        different=sorted([*different, *matched.missing]),
        edited=[matched.rows[place] for place in edited],
        source_sha256=source_sha256,
        target_sha256=_sha256(matched.numbers, shows, without=explained)
        if left
        else source_sha256,
        source_filled=len(says) - says.count(""),
        target_filled=len(shows) - shows.count(""),
        explained_blank=sum(
            bool(pairs[place][0]) - bool(pairs[place][1]) for place in explained
        ),
    )


class _Rendered(dict[tuple[object, ...], Pair]):
    """Each distinct value with its texts -> their pair, rendered when asked for."""

    def __init__(self, render: Render) -> None:
        super().__init__()
        self._render = render

    def __missing__(self, cells: tuple[object, ...]) -> Pair:
        self[cells] = pair = self._render(*cells)
        return pair


def _rendered(field_: Comparison) -> list[Pair]:
    """The pair of every row."""
    known = _Rendered(field_.render)
    cells = zip(field_.values, *field_.texts, strict=True)
    return list(map(known.__getitem__, cells))


def _explanation(matched: Matched, field_: Comparison, place: int) -> str:
    """The note of the row that explains why the field differs, or ""."""
    of_people = matched.kept.get(field_.name)
    if of_people and (note := of_people.get(matched.target.index[place])):
        return note
    cells = (field_.values[place], *(texts[place] for texts in field_.texts))
    for code in matched.notes[place].split(";"):
        explains = field_.explained_by.get(code)
        if explains is not None and explains(*cells):
            return code
    return ""


def _sha256(
    numbers: Sequence[str], texts: Sequence[str], *, without: Collection[int]
) -> str:
    """Over the record numbers and the texts of these rows, but some by their place."""
    if without:
        kept = [place for place in range(len(numbers)) if place not in without]
        numbers, texts = [numbers[n] for n in kept], [texts[n] for n in kept]
    text = "\x00".join([*numbers, *texts])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def field_of(
    matched: Matched,
    name: str,
    render: Render,
    *headers: Aliases,
    notes: Notes | None = None,
    values: Sequence[Any] | None = None,
) -> Comparison:
    """The field *name*, said by the columns under *headers*."""
    held = matched.values(name) if values is None else values
    texts = tuple(matched.texts(*aliases) for aliases in headers)
    return Comparison(name, held, texts, render, notes or {}, headers=headers)


def declared(matched: Matched) -> list[Comparison]:
    """
    Every field of the table that its declaration says how to compare.

    Those that ``Table.proof`` compares come in their place.
    """
    table = registry.named(matched.table)
    found = [_own_key(matched, table.key)] if table.key else []
    found += [_made_key(matched, table, table.key_of)] if table.key_of else []
    for link in table.links:
        if _is_held(table, link):
            found += _one_of(matched, link) if link.others else [_linked(matched, link)]
    found += [
        _declared(matched, each, each.convert.render(matched.zone))
        for each in table.fields
        if each.field in table.managed and each.convert.render
    ]
    special = table.proof(matched) if table.proof else []
    by_name = {each.name: each for each in (*found, *special)}
    order = {name: place for place, name in enumerate(("filemaker_id", *table.managed))}
    return sorted(by_name.values(), key=lambda each: order.get(each.name, -1))


def _declared(matched: Matched, field_: Field, render: Render) -> Comparison:
    notes = field_.convert.notes
    return field_of(
        matched,
        field_.field,
        render,
        field_.names,
        notes=notes(matched.zone) if notes else None,
        values=_told(matched, field_, render),
    )


def _told(matched: Matched, field_: Field, render: Render) -> list[Any]:
    """
    The database's values; what stands for nothing is nothing, unless it was said.

    A text can be blank, and nothing need stand for it.
    """
    held = matched.values(field_.field)
    stand_in = matched.reference.stand_in(matched.table, field_.field)
    if stand_in is None or field_.convert.gives is None:
        return held

    def told(value: Any, text: str) -> Any:
        if value != stand_in:
            return value
        said, shown = render(value, text)
        return value if said == shown else None

    return list(map(told, held, matched.texts(*field_.names)))


def _own_key(matched: Matched, key: Field) -> Comparison:
    render = rendering.number_key if key.convert.number else rendering.key
    return field_of(matched, "filemaker_id", render, key.names)


def _made_key(matched: Matched, table: Table, key_of: KeyOf) -> Comparison:
    """A key that several columns make: each part as its column says it."""
    columns = [table.column(name) for name in key_of.columns]
    parts = [joined.part(column.convert, matched.zone) for column in columns]
    return field_of(
        matched,
        "filemaker_id",
        joined.rendering_of(parts),
        *(column.names for column in columns),
        notes=joined.notes_of(parts),
    )


def _is_held(table: Table, link: LinkTo) -> bool:
    return link.field in table.managed and not link.through


def _linked(matched: Matched, link: LinkTo) -> Comparison:
    """A link: to an entry of a lookup, or followed to the key of the row it names."""
    table = registry.named(matched.table)
    headers = [table.column(name).names for name in link.columns]
    if link.to in registry.lookups():
        return _listed(matched, link, headers)
    keys = matched.reference.keys[link.to]
    held = [matched.reference.key(link.to, pk) for pk in matched.links(link.field)]
    number = registry.named(link.to).number_key
    if link.owner:
        of_key = rendering.number_key if number else rendering.key
        return field_of(matched, link.field, of_key, *headers, values=held)
    known = {rendering.key_text(key, number=number) for key in keys.values()}

    def render(value: str, said: str) -> Pair:
        spoken, held = (rendering.key_text(k, number=number) for k in (said, value))
        return spoken if spoken in known else "", held

    return field_of(matched, link.field, render, *headers, values=held)


def _one_of(matched: Matched, link: LinkTo) -> list[Comparison]:
    """A link onto one of several tables: only the field of the key's own is filled."""
    (name,) = link.columns
    headers, reference = (
        registry.named(matched.table).column(name).names,
        matched.reference,
    )

    def of_table(to: str, field_: str) -> Comparison:
        number = registry.named(to).number_key

        def render(value: str, said: str) -> Pair:
            whose = [table for table in link.tables if reference.holds(table, said)]
            is_its = to in (whose or link.tables[:1])
            spoken, held = (rendering.key_text(k, number=number) for k in (said, value))
            return spoken if is_its else "", held

        held = [reference.key(to, pk) for pk in matched.links(field_)]
        return field_of(matched, field_, render, headers, values=held)

    return [of_table(to, field_) for to, field_ in link.targets]


def _listed(matched: Matched, link: LinkTo, headers: list[Aliases]) -> Comparison:
    """A link to an entry of a lookup, named by key or by name."""
    names = matched.reference.directories[link.to]
    unlisted = explaining.unlisted(names)
    notes = {link.note.value: unlisted} if link.note else {}
    made = field_of(matched, link.field, names.render, *headers, notes=notes)
    if names or not any(map(any, made.texts)):
        return made
    why = f"the backend knows no {link.to.replace('_', ' ')}"
    return replace(made, unchecked=why)
