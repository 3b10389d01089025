"""Who each row belongs to and what else it names, and why not where it does not.

Pure; imports neither Django nor pyarrow. The authority is the paragraph "Owners" of
``docs/rules.md``. Keys are compared in their canonical form, names folded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pandas as pd

from reimport_lib.plan.cells import blank, constant, each, filled_from, objects, texts
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Directory, Known, Owner, Person
from reimport_lib.plan.decide import Decided, Link, Ruling
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values import conversions
from reimport_lib.plan.values.keys import canonical_key
from reimport_lib.plan.values.text import fold_words

__all__ = [
    "PATIENT",
    "Decided",
    "Found",
    "Link",
    "contradicts_owner",
    "look_up",
    "mapped",
    "owner_link",
    "owner_pks",
    "owner_rules",
    "with_owner_texts",
]

PATIENT = "patients.patient"
"""Type of the owner in a generic foreign key."""


def owner_rules(
    keys: Any, known: Known, *, optional: bool = False
) -> tuple[Ruling, Ruling, Ruling]:
    """Rows without a patient to belong to; a blank owner is allowed when *optional*."""
    nobody = keys == ""
    in_source = nobody | keys.isin(known.source_patients)
    imported = nobody | keys.isin(known.patients.keys())
    return (
        (nobody & (not optional), Reason.NO_OWNER),
        (~in_source, Reason.UNKNOWN_OWNER),
        (in_source & ~imported, Reason.OWNER_NOT_IMPORTED),
    )


def owner_link(keys: Any, known: Known, counted: Any) -> Link:
    """How many of the *counted* rows that name a patient name an imported one."""
    named = counted & (keys != "")
    found = named & keys.isin(known.patients.keys())
    return Link("owner", int(found.sum()), int(named.sum()))


def owner_pks(keys: Any, known: Known) -> Any:
    """Primary key of each row's patient; None for none."""
    pks = {key: owner.pk for key, owner in known.patients.items()}
    return mapped(keys, pks)


def contradicts_owner(staged: Staged, known: Known) -> Ruling:
    """
    A second column that names another person than the owner's key does.

    A patient whom a person renamed in the target goes by the source's name as well.
    """
    frame = staged.frame
    names = conversions.canonical_text(texts(frame["owner_name"])).values
    rows = list(zip(frame["owner"], names, frame["owner_dob"], strict=True))
    other = [_is_another(known.patients.get(key), name, day) for key, name, day in rows]
    people = known.in_source() if any(other) else {}
    other = [
        hit and (key not in people or _is_another(people[key], name, day))
        for hit, (key, name, day) in zip(other, rows, strict=True)
    ]
    return pd.Series(other, index=frame.index, dtype=bool), Reason.CONTRADICTS_OWNER


def _is_another(person: Owner | Person | None, name: str | None, day: object) -> bool:
    return person is not None and (
        _another_name(name, person) or _another_day(day, person)
    )


def _another_name(name: str | None, owner: Owner | Person) -> bool:
    """It begins with another first name or ends with another last name."""
    if not name:
        return False
    first, last = fold_words(owner.first_name), fold_words(owner.last_name)
    begins = not first or name == first or name.startswith(f"{first} ")
    ends = not last or name == last or name.endswith(f" {last}")
    return not (begins and ends)


def _another_day(day: object, owner: Owner | Person) -> bool:
    return day is not None and owner.dob is not None and day != owner.dob


def with_owner_texts(staged: Staged, known: Known) -> Staged:
    """
    *staged* with the second naming of the owner kept where the patient lacks a word.

    A row without a patient (an event of the clinic) may name somebody all the same.
    """
    frame = staged.frame
    people = [known.patients.get(key) for key in frame["owner"]]
    names = [
        name if name and not _has_words(owner, name) else ""
        for owner, name in zip(people, frame["owner_name"], strict=True)
    ]
    days = [
        day.isoformat() if day and (owner is None or day != owner.dob) else ""
        for owner, day in zip(people, frame["owner_dob"], strict=True)
    ]
    said = {"owner_name": names, "owner_dob": days}
    kept = {name: objects(texts, frame.index) for name, texts in said.items()}
    return replace(staged, originals={**staged.originals, **kept})


def _has_words(owner: Owner | None, name: str) -> bool:
    if owner is None:
        return False
    own = fold_words(f"{owner.first_name} {owner.last_name}").split()
    return set(fold_words(name).split()) <= set(own)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a directory says: primary keys (None for none), and which rows name one."""

    pks: Any
    named: Any
    checked: bool

    @property
    def unknown(self) -> Any:
        """(n,) bool: names something that the directory does not hold."""
        return self.named & blank(self.pks) & self.checked

    def link(self, name: str, counted: Any) -> Link:
        named = self.named & counted
        found = int((named & ~blank(self.pks)).sum())
        return Link(name, found, int(named.sum()), self.checked)


def look_up(directory: Directory, *columns: Any) -> Found:
    """
    Find the first of *columns* (texts, None for none) that *directory* knows.

    Each text is tried as a key, then as a name, code or abbreviation.
    """
    index = columns[0].index
    names = {fold_words(name): pk for name, pk in directory.by_name.items()}
    pks = constant(None, index)
    named = pd.Series(False, index=index)
    for column in columns:
        words = texts(column)
        named |= words != ""
        for found in (
            mapped(canonical_key(words), directory.by_key),
            mapped(conversions.canonical_text(words).values, names),
        ):
            pks = filled_from(pks, found)
    return Found(pks, named, bool(directory))


def mapped(keys: Any, table: Mapping[str, UUID]) -> Any:
    """*table* looked up for every key; None for none, always of object."""
    return each(keys, lambda key: table.get(key) if key else None)
