"""The decision that a declaration makes of a table's rows, and rules to declare.

Pure; imports neither Django nor pyarrow. The order is that of ``docs/rules.md``: key,
doubles, owner, the table's own rules, values that the backend cannot hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import pandas as pd

from reimport_lib.frames import Column, Mask
from reimport_lib.plan.capacity import filled, stand_ins
from reimport_lib.plan.cells import blank, constant, each, either, filled_from, texts
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Context, Held
from reimport_lib.plan.decide import (
    Decided,
    Link,
    Ruling,
    counted_rows,
    decide_rows,
    decided,
    duplicates,
    empty,
    misfits,
    no_key,
)
from reimport_lib.plan.match import (
    Found,
    linked_pks,
    look_up,
    mapped,
    owner_rules,
)
from reimport_lib.plan.object_names import naming
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.stored_objects import Objects, match_objects
from reimport_lib.plan.values.keys import derived_uuid, whole_keys
from reimport_lib.tables import registry
from reimport_lib.tables.declare import ByClock, LinkTo, Single, Table

if TYPE_CHECKING:
    from reimport_lib.tables.declare import Rule


def decide(
    staged: Staged, context: Context, objects: pd.DataFrame | None = None
) -> Decided:
    """
    What becomes of each row of *staged*, by the rules of its table.

    Args:
        objects: key and size of everything under the table's prefix.
    """
    table, stored = staged.declared, None
    staged = _with_second_namings(staged, context)
    if table.stored is not None:
        names = naming(table.name, context)
        stored = match_objects(staged.frame["key"], objects, names)
        pointing = stored.columns(table.stored, context.settings.s3_bucket)
        staged = replace(staged, frame=staged.frame.assign(**pointing))
    found = _decide(staged, context, stored)
    while any(table.name in link.tables for link in table.links):
        again = _decide(staged, _knowing(found, context), stored)
        if again.rows["outcome"].equals(found.rows["outcome"]):
            return again
        found = again
    return found


def _knowing(decided: Decided, context: Context) -> Context:
    """*context*, and that rows of the table can be named which come in today."""
    table, system = decided.table, context.settings.system
    keys = [key for key in decided.values["filemaker_id"] if key]
    own = {key: Held(derived_uuid(system, table, key)) for key in keys}
    known = context.known
    rows = {**own, **known.rows(table)}
    return replace(context, known=known.with_rows(table, rows))


def _decide(staged: Staged, context: Context, stored: Objects | None) -> Decided:
    table = staged.declared
    made = registry.made_of(table.name)
    linked = [
        _Linked.of(link, staged, context) for link in table.links if link.to not in made
    ]
    rulings = _rulings(staged, context, linked, stored)
    rows = decide_rows(staged, rulings)
    columns = _columns(staged, context, linked, rows["outcome"] == "")
    lacking = (rows["outcome"] == "") & _lacking(table, columns, context)
    if lacking.any():
        rows = decide_rows(staged, [*rulings, (lacking, Reason.MISSING_REQUIRED)])
        columns = _columns(staged, context, linked, rows["outcome"] == "")
    counted, by = counted_rows(rows), table.by_clock
    links = [link.rate(context, counted) for link in linked]
    return decided(
        _with_unfound(staged, linked),
        rows,
        columns,
        links=[*links, stored.link(counted)] if stored else links,
        create_only={by.field: columns[by.source] == by.words[1]} if by else {},
        stand_ins=stand_ins(context.capacity(table.name)),
    )


def _with_unfound(staged: Staged, linked: Sequence[_Linked]) -> Staged:
    """*staged*, what a row names and nobody finds kept, where nothing else tells it."""
    kept = dict(staged.originals)
    for link in linked:
        columns = [staged.declared.column(name) for name in link.link.columns]
        if link.link.owner or link.link.note or any(each.metadata for each in columns):
            continue
        for column in columns:
            named = either(~link.is_found, texts(staged.frame[column.name]), "")
            lost = kept.get(column.kept_text)
            kept[column.kept_text] = (
                named if lost is None else either(lost != "", lost, named)
            )
    return replace(staged, originals=kept)


def _with_second_namings(staged: Staged, context: Context) -> Staged:
    """*staged*, what they say beside the rows that are linked to kept as originals."""
    kept = dict(staged.originals)
    for link in staged.declared.links:
        if link.again is not None:
            kept |= link.again.unsaid(staged, context)
    return replace(staged, originals=kept)


def _rulings(
    staged: Staged,
    context: Context,
    linked: Sequence[_Linked],
    stored: Objects | None,
) -> list[Ruling]:
    """Every rule of the table, those that all tables share among them, in order."""
    found = _of_keys(staged)
    if stored is not None:
        found.append(stored.doubled_rule)
    for link in linked:
        found += link.rules(staged, context)
    for rule in staged.declared.rules:
        found += rule(staged, context)
    found += misfits(staged)
    if stored is not None:
        found += stored.object_rules
    return found


def _of_keys(staged: Staged) -> list[Ruling]:
    """Of a key that a table makes in a way of its own, a second one says the same."""
    if staged.declared.key is not None or staged.declared.key_of is not None:
        return [no_key(staged), *duplicates(staged)]
    keys = staged.frame["key"]
    return [(keys.duplicated() & (keys != ""), Reason.DUPLICATE_ROW)]


def without(*columns: str, reason: Reason) -> Rule:
    """A row in which all of *columns* are blank stays out, for *reason*."""

    def rule(staged: Staged, _: Context) -> Sequence[Ruling]:
        return ((empty(staged, *columns), reason),)

    return rule


@dataclass(frozen=True, slots=True, eq=False)
class _Linked:
    """
    One declared link of every row.

    Attributes:
        keys: (n,) canonical keys, of a link to a table.
        pks: field of the model -> (n,) primary key of what each row names there.
        found: of a link to a lookup, the entries.
        owners: (n,) primary key of what the owner of each row names; None for none.
    """

    link: LinkTo
    keys: Any = None
    pks: Mapping[str, Column] = field(default_factory=dict)
    found: Found | None = None
    owners: Any = None

    @classmethod
    def of(cls, link: LinkTo, staged: Staged, context: Context) -> _Linked:
        frame = staged.frame
        if link.to in registry.lookups():
            entries = context.known.directory(link.to)
            found = look_up(entries, *(frame[name] for name in link.columns))
            return cls(link, found=found, owners=_owners(link, staged, context))
        (name,) = link.columns
        if staged.declared.column(name).convert.key:
            keys = frame[name]
        else:
            header = staged.resolved.headers.get(name)
            keys = whole_keys(texts(frame[name]).rename(header), table=staged.table)
        pks = linked_pks(keys, context.known, link.tables)
        held = (column for _, column in link.targets)
        return cls(link, keys=keys, pks=dict(zip(held, pks, strict=True)))

    def rules(self, staged: Staged, context: Context) -> list[Ruling]:
        """Rows that name nothing where they must, or something that is not there."""
        link, rules = self.link, list[Ruling]()
        if link.owner:
            optional = link.nobody is not None
            known, tables = context.known, link.tables
            rules += owner_rules(self.keys, known, tables, optional=optional)
        if link.nobody is not None:
            rules.append((self.keys == "", link.nobody))
        if link.again is not None:
            rules += link.again.contradiction(staged, context)
        if link.from_owner is not None:
            rules.append((self._is_taken, link.from_owner.note))
        if self.found is not None and link.note is not None:
            rules.append((self.found.unknown & ~self._is_taken, link.note))
        if self.found is None and link.note is not None:
            unknown = (self.keys != "") & ~self.is_found
            rules.append((unknown & context.known.holds(link.to), link.note))
        return rules

    @property
    def columns(self) -> dict[str, Column]:
        """Managed field -> (n,) primary keys of what rows name; None for none."""
        link = self.link
        if self.found is None:
            label = registry.named(link.to).model.casefold()
            return {**self.pks, link.type_field: constant(label, self.keys.index)}
        if link.from_owner is None:
            return {link.field: self.found.pks}
        own, of_owner = link.from_owner.words
        sources = each(self._is_taken, lambda taken: of_owner if taken else "")
        return {
            link.field: filled_from(self.found.pks, self.owners),
            link.from_owner.source: either(blank(self.found.pks), sources, own),
        }

    @property
    def _is_taken(self) -> Mask:
        """(n,) bool: rows whose owner's link stands in for theirs."""
        if self.found is None or self.owners is None:
            named = self.keys if self.found is None else self.found.pks
            return pd.Series(False, index=named.index)
        return blank(self.found.pks) & ~blank(self.owners)

    def rate(self, context: Context, counted: Mask) -> Link:
        if self.found is not None:
            return self.found.link(self.link.name, counted)
        named = counted & (self.keys != "")
        found, checked = named & self.is_found, context.known.holds(self.link.to)
        return Link(self.link.name, int(found.sum()), int(named.sum()), checked)

    @property
    def is_found(self) -> Mask:
        """(n,) bool: rows whose link leads to a row of a table, or an entry."""
        if self.found is not None:
            return ~blank(self.found.pks)
        return reduce(or_, (~blank(pks) for pks in self.pks.values()))


def _owners(link: LinkTo, staged: Staged, context: Context) -> Column | None:
    """(n,) what the owner's row has where *link* may be taken from it; else None."""
    owner = staged.declared.owner_link
    if link.from_owner is None:
        return None
    if owner is None:
        raise ValueError(f"{staged.table}: the rows have no owner for {link.name}")
    held = context.known.rows(owner.to).items()
    theirs = {key: row.values[link.from_owner.field] for key, row in held}
    return mapped(staged.frame[owner.columns[0]], theirs)


def _columns(
    staged: Staged, context: Context, linked: Sequence[_Linked], comes_in: Mask
) -> dict[str, Column]:
    """
    The managed fields over all staged rows, the metadata left out.

    Links to rows that these make, or through them, are for ``plan.made`` to fill.
    """
    table, frame = staged.declared, staged.frame
    are_text = {field.field for field in table.fields if field.convert.is_text}
    found = {
        name: texts(frame[name]) if name in are_text else frame[name]
        for name in table.managed
        if name in frame
    }
    for link in linked:
        found |= link.columns
    for name in registry.made_of(table.name):
        found[table.link_to(name).field] = constant(None, frame.index)
    for name, made in table.values.items():
        found[name] = frame[made] if isinstance(made, str) else made(staged, context)
    if table.single is not None:
        order = table.single.order(staged, context)[comes_in]
        found[table.single.mark] = _marks(table.single, order, found)
    if table.by_clock is not None:
        found |= _by_clock(table.by_clock, staged, context, found)
    return filled(found, context.capacity(table.name))


def _lacking(table: Table, columns: Mapping[str, Column], context: Context) -> Mask:
    """(n,) bool: rows without a value for a field of the backend that must have one."""
    made = registry.made_of(table.name)
    later = {link.field for link in table.links if link.through or link.to in made}
    empty = {
        name: column.isna() & (name not in later and not capacity.empty)
        for name, column in columns.items()
        if (capacity := context.capacity(table.name).get(name))
    }
    return pd.DataFrame(empty).any(axis=1)


def _by_clock(
    declared: ByClock, staged: Staged, context: Context, columns: Mapping[str, Column]
) -> dict[str, Column]:
    """The field that the clock decides where it is blank, and who decided."""
    said = columns[declared.field]
    source, clock = declared.words
    return {
        declared.field: filled_from(said, declared.value(staged, context)),
        declared.source: each(blank(said), lambda by: clock if by else source),
    }


def _marks(single: Single, order: pd.DataFrame, columns: Mapping[str, Column]) -> Mask:
    """(n,) bool: the least row of *order* (rows that come in) in each group."""
    groups = [columns[name][order.index] for name in single.of]
    ranked = order.sort_values(list(order.columns))
    first = ranked.groupby(groups, sort=False, dropna=False).head(1)
    index = columns[single.of[0]].index
    return pd.Series(index.isin(first.index), index=index, dtype=object)
