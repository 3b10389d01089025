"""What comes in held against what the target has: who is who, and what differs.

Pure; imports neither Django nor pyarrow. A row is found by its canonical FileMaker key;
values are compared by their canonical texts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reimport_lib.counting import several
from reimport_lib.errors import ReimportError
from reimport_lib.frames import Array, Column
from reimport_lib.plan.cells import array_of, either, objects
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.hashes import hashes, of_fewer_fields
from reimport_lib.plan.values.canonical import canonical, canonical_texts
from reimport_lib.plan.values.keys import canonical_key, derived_uuids
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Single

_YES = canonical(True)


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """For each row that comes in: its place in the target (-1: none) and its id."""

    positions: Array
    ids: Column


def match(decided: Decided, target: pd.DataFrame, system: str) -> Identities:
    keys = decided.values["filemaker_id"]
    number = registry.named(decided.table).number_key
    held = canonical_key(target["filemaker_id"].astype(object), number=number)
    if held.duplicated().any():
        raise ReimportError(
            f"{decided.table}: {int(held.duplicated().sum()):,} of"
            f" {several(len(held), 'row')} in the database have the FileMaker key of"
            " another one.",
            hint="look at both in the backend, move what hangs on one to the other"
            " before it goes, then rehearse again",
            id="R106",
        )
    places = {key: place for place, key in enumerate(held)}
    positions = np.array([places.get(key, -1) for key in keys], dtype=np.int64)
    derived = derived_uuids(system, decided.table, keys)
    ids = list(target["id"])
    kept = [
        ids[place] if place >= 0 else pk
        for place, pk in zip(positions, derived, strict=True)
    ]
    return Identities(positions, objects(kept, keys.index))


def new_values(
    decided: Decided, target: pd.DataFrame, matched: Identities, *, clean_slate: bool
) -> pd.DataFrame:
    """The values to hold; a field decided at creation keeps what the target has."""
    new = decided.values
    if clean_slate:
        return new
    for name, mask in decided.create_only.items():
        current = objects(_old(list(target[name]), matched), new.index)
        keep = mask.to_numpy(dtype=bool) & (matched.positions >= 0)
        new = new.assign(**{name: either(~keep, new[name], current)})
    return new


@dataclass(frozen=True, slots=True, eq=False)
class RowChanges:
    """
    Every row that comes in held against the target.

    Attributes:
        before, after: field -> (m,) canonical texts in the target and to be.
        edited, adopted: (m,) bool; changed by a person, left by an earlier system.
        hashes: (m,) import hash to be.
        write: (m,) create, update, rehash or "".
    """

    before: Mapping[str, Array]
    after: Mapping[str, Array]
    edited: Array
    adopted: Array
    hashes: Array
    write: Array


def compare(
    decided: Decided,
    new: pd.DataFrame,
    target: pd.DataFrame,
    matched: Identities,
    *,
    clean_slate: bool,
) -> RowChanges:
    fields = ("filemaker_id", *decided.managed)
    after = {name: array_of(canonical_texts(new[name])) for name in fields}
    held = {name: canonical_texts(target[name]) for name in fields}
    before = {name: _old(texts, matched) for name, texts in held.items()}
    is_old = matched.positions >= 0
    differing = [after[name] != before[name] for name in fields]
    changed = is_old & np.logical_or.reduce(differing)
    table = registry.named(decided.table)
    held_hashes = hashes(held, decided.managed, table.by_clock)
    stored = _old(list(target["import_hash"]), matched)
    ours = stored == _old(held_hashes, matched)
    unsure = np.flatnonzero(changed & ~ours & (stored != ""))
    ours[unsure] = _of_fewer_fields(decided, before, stored, unsure)
    adopted = changed & (stored == "") & (not clean_slate)
    edited = changed & ~ours & ~adopted & (not clean_slate)
    if table.single and not clean_slate:
        of_target = array_of(list(target["import_hash"]))
        other = np.flatnonzero(of_target != array_of(held_hashes))
        stays = np.setdiff1d(other, matched.positions[~edited])
        stays = stays[~_of_fewer_fields(decided, held, of_target, stays)]
        taken = _mark_taken(table.single, after, held, stays.tolist())
        edited |= (changed | ~is_old) & taken
    new_hashes = array_of(hashes(after, decided.managed, table.by_clock))
    write = np.select(
        [edited, ~is_old, changed, stored != new_hashes],
        ["", "create", "update", "rehash"],
        default="",
    )
    return RowChanges(before, after, edited, adopted, new_hashes, write)


def _of_fewer_fields(
    decided: Decided,
    held: Mapping[str, Sequence[str] | Array],
    stored: Array,
    places: Array,
) -> Array:
    """(p,) bool: whether the rows at *places* are as an earlier import left them."""
    some = {name: array_of(texts)[places] for name, texts in held.items()}
    by_clock = registry.named(decided.table).by_clock
    found = of_fewer_fields(
        some, list(stored[places]), decided.managed, by_clock, decided.stand_ins
    )
    return np.array(found, dtype=bool)


def _mark_taken(
    single: Single,
    after: Mapping[str, Array],
    held: Mapping[str, list[str]],
    stays: Collection[int],
) -> Array:
    """
    (m,) bool: rows to bear the mark where one that a person changed does and *stays*.

    One row of a group can; the one that comes in waits for the same decision.

    Args:
        stays: places in the target of rows that are not as imported and not written.
    """
    groups = {
        tuple(held[name][place] for name in single.of)
        for place in stays
        if held[single.mark][place] == _YES
    }
    coming = zip(*(after[name] for name in single.of), strict=True)
    taken = np.array([group in groups for group in coming], dtype=bool)
    marked: Array = taken & (after[single.mark] == _YES)
    return marked


def _old(cells: Sequence[object], matched: Identities) -> Array:
    """*cells* of the target, one for each row that comes in; "" where it is new."""
    return array_of([*cells, ""])[matched.positions]
