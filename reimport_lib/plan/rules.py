"""The decision that a declaration makes of a table's rows, and rules to declare.

Pure; imports neither Django nor pyarrow. The order is that of ``docs/rules.md``: key,
doubles, owner, the table's own rules, values that the backend cannot hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from reimport_lib.plan.cells import texts
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Context
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
from reimport_lib.plan.match import Found, link_rate, linked_pks, look_up, owner_rules
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values.keys import whole_keys
from reimport_lib.tables import registry
from reimport_lib.tables.declare import LinkTo, Single

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
    table = staged.declared
    if table.prepare is not None:
        staged = table.prepare(staged, context)
    if table.decide is not None:
        return table.decide(staged, context, objects)
    linked = [_Linked.of(link, staged, context) for link in table.links]
    rules = _of_keys(staged)
    for each in linked:
        if each.link.owner:
            rules += owner_rules(each.keys, context.known, each.link.to)
    for rule in table.rules:
        rules += rule(staged, context)
    rows = decide_rows(
        staged,
        rules=(*rules, *misfits(staged)),
        doubts=[
            (each.found.unknown, each.link.note)
            for each in linked
            if each.found is not None and each.link.note is not None
        ],
    )
    counted = counted_rows(rows)
    columns = _columns(staged, context, linked)
    if table.single is not None:
        order = table.single.order(staged, context)[rows["outcome"] == ""]
        columns[table.single.mark] = _marks(table.single, order, columns)
    return decided(
        staged,
        rows,
        columns,
        links=[each.rate(context, counted) for each in linked],
    )


def _of_keys(staged: Staged) -> list[Ruling]:
    """A key that is made of a row says all of it: a second one says the same again."""
    if staged.declared.key is not None:
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
        found: of a link to a lookup, the entries.
    """

    link: LinkTo
    keys: Any = None
    found: Found | None = None

    @classmethod
    def of(cls, link: LinkTo, staged: Staged, context: Context) -> _Linked:
        frame = staged.frame
        if link.to in registry.lookups():
            entries = context.known.directory(link.to)
            columns = [frame[name] for name in link.columns]
            return cls(link, found=look_up(entries, *columns))
        (name,) = link.columns
        if staged.declared.column(name).convert.key:
            return cls(link, keys=frame[name])
        header = staged.resolved.headers.get(name)
        said = texts(frame[name]).rename(header)
        return cls(link, keys=whole_keys(said, table=staged.table))

    def pks(self, context: Context) -> Any:
        """(n,) primary key of what each row names; None for none."""
        if self.found is not None:
            return self.found.pks
        return linked_pks(self.keys, context.known, self.link.to)

    def rate(self, context: Context, counted: Any) -> Link:
        if self.found is not None:
            return self.found.link(self.link.name, counted)
        to = self.link.to
        return link_rate(self.keys, context.known, to, counted, self.link.name)


def _columns(
    staged: Staged, context: Context, linked: Sequence[_Linked]
) -> dict[str, Any]:
    """The managed fields over all staged rows, without metadata and ``single``."""
    table, frame = staged.declared, staged.frame
    are_text = {field.field for field in table.fields if field.convert.is_text}
    found = {
        name: texts(frame[name]) if name in are_text else frame[name]
        for name in table.managed
        if name in frame
    }
    found |= {each.link.field: each.pks(context) for each in linked}
    return found | {name: made(staged, context) for name, made in table.values.items()}


def _marks(single: Single, order: pd.DataFrame, columns: Mapping[str, Any]) -> Any:
    """(n,) bool: the least row of *order* (rows that come in) in each group."""
    groups = [columns[name][order.index] for name in single.of]
    first = order.sort_values(list(order.columns)).groupby(groups, sort=False).head(1)
    index = columns[single.of[0]].index
    return pd.Series(index.isin(first.index), index=index, dtype=object)
