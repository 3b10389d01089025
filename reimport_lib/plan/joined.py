"""Fields that a condition of the database joins: both sides' are not mixed against it.

Pure; imports neither Django nor pyarrow. What FileMaker changed and what people changed
may each be right, and not stand in one row together. Where that is so the fields of the
condition are one: all of them are FileMaker's, or all stay as the backend has them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from reimport_lib.plan.bases import digest
from reimport_lib.plan.codes import Note
from reimport_lib.plan.merge import OF_POLICY, STAYS, Merging, Sides
from reimport_lib.tables.merging import Policy

FieldNotes = dict[str, dict[int, Note]]
"""Field -> place -> why the field is as it will be."""


@dataclass(frozen=True, slots=True)
class Condition:
    """
    What the database asks of several fields of one row.

    Attributes:
        name: as the database has it.
        fields: those of them that imports write.
        beside: it names others too.
        holds: (id and managed fields of rows of the target, as they would be) -> for
            each whether it would be met.
    """

    name: str
    fields: tuple[str, ...]
    beside: bool
    holds: Callable[[pd.DataFrame], Sequence[bool]]


def fit(
    notes: FieldNotes,
    sides: Sides,
    merging: Merging,
    places: Collection[int],
    rows: Callable[[Sequence[int]], pd.DataFrame],
    together: Sequence[Sequence[str]] = (),
) -> frozenset[int]:
    """
    Let the fields of a condition be of one side in rows that would not meet it.

    A ruling on one of them is on all of them; else a policy that all of them have. What
    FileMaker has is taken only where that does meet the condition. A clean slate leaves
    nothing of the backend's, and nothing to fit.

    Args:
        notes: as ``merge`` gives them; changed.
        places: of the rows that were merged.
        rows: places -> those rows as they would be by *notes*.
        together: as in ``merge``.

    Returns:
        The places of rows in which this was so.
    """
    asked = () if merging.overwrite else merging.conditions
    conditions = [(each, _joined(each, together)) for each in asked]
    unfit: set[int] = set()
    tried: set[tuple[str, int]] = set()
    goes_on = True
    while goes_on:
        goes_on = False
        for condition, fields in conditions:
            was_tried = {place for name, place in tried if name == condition.name}
            mixed = {
                place: names
                for place, names, stays in _differing(
                    notes,
                    sides,
                    fields,
                    places
                    if condition.beside
                    else _with_peoples(notes, fields) | was_tried,
                )
                if stays < len(names)
            }
            meets = condition.holds(rows([*mixed])) if mixed else ()
            for (place, names), is_met in zip(mixed.items(), meets, strict=True):
                if is_met:
                    continue
                said = {name: digest(sides.said[name][place]) for name in names}
                settled = merging.settle_together(sides.keys[place], said)
                if place in was_tried:
                    settled = Policy.ASK if settled is Policy.TAKE else settled
                _let_be(notes, names, place, settled)
                tried.add((condition.name, place))
                unfit.add(place)
                goes_on = True
    return frozenset(unfit)


def _joined(condition: Condition, together: Sequence[Sequence[str]]) -> set[str]:
    """The fields of *condition*, and those without which one of them means nothing."""
    found = {*condition.fields}
    for group in together:
        if not found.isdisjoint(group):
            found |= {*group}
    return found


def _with_peoples(notes: FieldNotes, fields: Collection[str]) -> set[int]:
    """Places of rows in which one of *fields* stays."""
    return {
        place
        for name in fields
        for place, note in notes.get(name, {}).items()
        if note in STAYS
    }


def _differing(
    notes: FieldNotes, sides: Sides, fields: Collection[str], places: Collection[int]
) -> Iterator[tuple[int, list[str], int]]:
    """(place, fields in which the sides differ, how many of them stay)."""
    held = {name: notes.get(name, {}) for name in fields if name in sides.said}
    for place in places:
        names = [n for n in held if sides.said[n][place] != sides.held[n][place]]
        yield place, names, sum(held[name].get(place) in STAYS for name in names)


def _let_be(
    notes: FieldNotes, names: Sequence[str], place: int, policy: Policy
) -> None:
    """Let all of *names* be of the side that *policy* says."""
    for name in names:
        of_field = notes.setdefault(name, {})
        if policy is not Policy.TAKE or of_field.get(place) in STAYS:
            of_field[place] = OF_POLICY[policy]
