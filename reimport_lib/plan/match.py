"""Who each row belongs to and what else it names, and why not where it does not.

Pure; imports neither Django nor pyarrow. The authority is the paragraph "Owners" of
``docs/rules.md``. Keys are compared in their canonical form, names folded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from reimport_lib.frames import Column, Mask
from reimport_lib.plan.cells import blank, constant, each, either, filled_from, texts
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Directory, Known
from reimport_lib.plan.decide import Link, Ruling
from reimport_lib.plan.values.keys import key_of
from reimport_lib.plan.values.text import convert, fold_words, listed_words


def owner_rules(
    keys: Column, known: Known, tables: Sequence[str], *, optional: bool = False
) -> tuple[Ruling, ...]:
    """
    Rows without a row of *tables* to belong to; *optional*: a blank owner is allowed.

    Where the first of them is not in the source, that a row is unknown cannot be said.
    """
    nobody = keys == ""
    holding = _holding(keys, known, tables)
    imported = {to: holding[to] & keys.isin(known.rows(to).keys()) for to in tables}
    exported = tables[0] in known.in_snapshot
    unknown = Reason.UNKNOWN_OWNER if exported else Reason.OWNER_NOT_EXPORTED
    return (
        (nobody & (not optional), Reason.NO_OWNER),
        (~nobody & ~holding.any(axis=1), unknown),
        (holding.sum(axis=1) > 1, Reason.AMBIGUOUS_OWNER),
        (~nobody & ~pd.DataFrame(imported).any(axis=1), Reason.OWNER_NOT_IMPORTED),
    )


def linked_pks(keys: Column, known: Known, tables: Sequence[str]) -> list[Column]:
    """
    For each of *tables*, the primary key of its row that each row names; None for none.

    Of several tables the one that holds the key; one that two of them hold names none.
    """
    rows = [{key: held.pk for key, held in known.rows(to).items()} for to in tables]
    found = [mapped(keys, of_table) for of_table in rows]
    if len(tables) == 1:
        return found
    holding = _holding(keys, known, tables)
    whose = holding.mask(holding.sum(axis=1) != 1, other=False)
    return [either(whose[to], pks, None) for to, pks in zip(tables, found, strict=True)]


def _holding(keys: Column, known: Known, tables: Sequence[str]) -> pd.DataFrame:
    """(n, tables) bool: the table holds the key."""
    named = keys != ""
    return pd.DataFrame({to: named & keys.isin(known.keys(to)) for to in tables})


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a directory says: primary keys (None for none), and which rows name one."""

    pks: Column
    named: Mask
    checked: bool

    @property
    def unknown(self) -> Mask:
        """(n,) bool: names something that the directory does not hold."""
        return self.named & blank(self.pks) & self.checked

    def link(self, name: str, counted: Mask) -> Link:
        named = self.named & counted
        found = int((named & ~blank(self.pks)).sum())
        return Link(name, found, int(named.sum()), self.checked)


def look_up(directory: Directory, *columns: Column) -> Found:
    """
    Find the first of *columns* (texts, None for none) that *directory* knows.

    Each text is tried as a key, then as a name, code or abbreviation; one that is none,
    as the words of a set or a repeated field, which must all name the same entry.
    """
    index = columns[0].index
    names = {fold_words(name): pk for name, pk in directory.by_name.items()}

    def entry(text: str) -> object:
        found = directory.by_key.get(key_of(text)) or names.get(fold_words(text))
        return found if text else None

    def meant(text: str) -> object:
        found = {entry(word) for word in listed_words(text)} or {None}
        return entry(text) or (found.pop() if len(found) == 1 else None)

    pks = constant(None, index)
    named = pd.Series(False, index=index)
    for column in columns:
        words = texts(column)
        named |= words != ""
        pks = filled_from(pks, convert(words, meant))
    return Found(pks, named, bool(directory))


def mapped(keys: Column, table: Mapping[str, object]) -> Column:
    """*table* looked up for every key; None for none, always of object."""
    return each(keys, lambda key: table.get(key) if key else None)
