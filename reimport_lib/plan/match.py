"""Who each row belongs to and what else it names, and why not where it does not.

Pure; imports neither Django nor pyarrow. The authority is the paragraph "Owners" of
``docs/rules.md``. Keys are compared in their canonical form, names folded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reimport_lib.frames import Column, Mask
from reimport_lib.plan.cells import blank, constant, each, filled_from, texts
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Directory, Known
from reimport_lib.plan.decide import Link, Ruling
from reimport_lib.plan.values.keys import key_of
from reimport_lib.plan.values.text import convert, fold_words, listed_words


def owner_rules(
    keys: Column, known: Known, to: str, *, optional: bool = False
) -> tuple[Ruling, ...]:
    """
    Rows without a row of *to* to belong to; *optional*: a blank owner is allowed.

    Where *to* is not in the source, that a row of it is unknown cannot be said.
    """
    nobody = keys == ""
    in_source = nobody | keys.isin(known.in_snapshot.get(to, frozenset()))
    imported = nobody | keys.isin(known.rows(to).keys())
    if not known.holds(to):
        return (
            (nobody & (not optional), Reason.NO_OWNER),
            (~imported, Reason.OWNER_NOT_EXPORTED),
        )
    return (
        (nobody & (not optional), Reason.NO_OWNER),
        (~in_source, Reason.UNKNOWN_OWNER),
        (in_source & ~imported, Reason.OWNER_NOT_IMPORTED),
    )


def link_rate(
    keys: Column, known: Known, to: str, counted: Mask, name: str = "owner"
) -> Link:
    """How many of the *counted* rows that name a row of *to* name an imported one."""
    named = counted & (keys != "")
    found = named & keys.isin(known.rows(to).keys())
    return Link(name, int(found.sum()), int(named.sum()), known.holds(to))


def linked_pks(keys: Column, known: Known, to: str) -> Column:
    """Primary key of the row of *to* that each row names; None for none."""
    return mapped(keys, {key: held.pk for key, held in known.rows(to).items()})


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

    def entry(text: str) -> Any:
        found = directory.by_key.get(key_of(text)) or names.get(fold_words(text))
        return found if text else None

    def meant(text: str) -> Any:
        found = {entry(word) for word in listed_words(text)} or {None}
        return entry(text) or (found.pop() if len(found) == 1 else None)

    pks = constant(None, index)
    named = pd.Series(False, index=index)
    for column in columns:
        words = texts(column)
        named |= words != ""
        pks = filled_from(pks, convert(words, meant))
    return Found(pks, named, bool(directory))


def mapped(keys: Column, table: Mapping[str, Any]) -> Column:
    """*table* looked up for every key; None for none, always of object."""
    return each(keys, lambda key: table.get(key) if key else None)
