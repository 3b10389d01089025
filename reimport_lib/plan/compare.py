"""What comes in held against what the target has: who is who, and what differs.

Pure; imports neither Django nor pyarrow. A row is found by its canonical FileMaker key;
values are compared by their canonical texts. Whose a field is that people changed,
``plan.merge`` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from reimport_lib.counting import several
from reimport_lib.errors import ReimportError
from reimport_lib.frames import Array, Column
from reimport_lib.plan import bases
from reimport_lib.plan.cells import array_of, either, objects
from reimport_lib.plan.codes import Note, Reason
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.hashes import hashes, of_fewer_fields
from reimport_lib.plan.joined import fit
from reimport_lib.plan.merge import STAYS, Merging, Sides, merge
from reimport_lib.plan.values.canonical import canonical, canonical_texts, line_of
from reimport_lib.plan.values.keys import canonical_key, derived_uuids
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Single
from reimport_lib.tables.merging import Policy, RowsThat, settled_together

_YES = canonical(True)
_PEOPLES = "\x02"  # in an import hash: no row that holds what people typed has one
_STAY_OUT = {
    (RowsThat.DELETED, Policy.ASK): Reason.DELETED_BY_PEOPLE,
    (RowsThat.DELETED, Policy.KEEP): Reason.LEFT_DELETED,
    (RowsThat.MADE, Policy.ASK): Reason.MADE_BY_PEOPLE,
    (RowsThat.MADE, Policy.KEEP): Reason.LEFT_AS_MADE,
}


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


@dataclass(frozen=True, slots=True, eq=False)
class RowChanges:
    """
    Every row that comes in held against the target.

    Attributes:
        values: index = row; the values to hold.
        said: field -> (m,) canonical texts of FileMaker.
        before, after: field -> (m,) canonical texts in the target and to be.
        merged: field -> place -> whose it is, where people have a say in it.
        unfit: places of rows whose fields of a condition had to be of one side.
        by_row: kind -> place -> who has the say, of rows that people deleted or made.
        out: (m,) why the row stays out for what people did, or "".
        adopted: (m,) bool; left by an earlier system.
        hashes: (m,) import hash to be.
        left: (m,) base to be (``plan.bases``); "" where it stays as it is.
        write: (m,) create, update, rehash or "".
    """

    values: pd.DataFrame
    said: Mapping[str, Array]
    before: Mapping[str, Array]
    after: Mapping[str, Array]
    merged: Mapping[str, Mapping[int, Note]]
    unfit: frozenset[int]
    by_row: Mapping[RowsThat, Mapping[int, Policy]]
    out: Array
    adopted: Array
    hashes: Array
    left: Array
    write: Array


def compare(
    decided: Decided, target: pd.DataFrame, matched: Identities, merging: Merging
) -> RowChanges:
    """
    What becomes of each row that comes in, and of each of its fields.

    Args:
        target: as in ``make_plan``.
    """
    table = registry.named(decided.table)
    new = _new_values(decided, target, matched, overwrite=merging.overwrite)
    fields = ("filemaker_id", *decided.managed)
    said = {name: array_of(canonical_texts(new[name])) for name in fields}
    held = {name: canonical_texts(target[name]) for name in fields}
    before = {name: _old(texts, matched) for name, texts in held.items()}
    is_old = matched.positions >= 0
    stored = _old(list(target["import_hash"]), matched)
    left = _old(list(target.get("left", [""] * len(target))), matched)
    differs = is_old & np.logical_or.reduce([said[n] != before[n] for n in fields])
    unowned = differs & (stored == "") & (left == "") & (not merging.overwrite)
    made = unowned & merging.before

    by_row = _rows_that(decided, said, merging, made=made, is_new=~is_old)
    out = np.full(len(new), "", dtype=object)
    for kind, settled in by_row.items():
        for place, policy in settled.items():
            out[place] = _STAY_OUT.get((kind, policy), "")
    places = np.flatnonzero(differs & ~unowned & (out == ""))
    sides = Sides(
        said["filemaker_id"],
        {name: said[name] for name in decided.managed},
        before,
        left,
        _as_left(decided, before, stored, np.flatnonzero(differs)),
        decided.stand_ins,
    )
    together = settled_together(table)
    merged = merge(sides, merging, places.tolist(), together)
    as_merged = partial(_as_merged, new, target, matched, merged)
    unfit = fit(merged, sides, merging, places.tolist(), as_merged, together)
    stays = _staying(merged, len(new))
    after = said | {n: np.where(mask, before[n], said[n]) for n, mask in stays.items()}
    changed = is_old & np.logical_or.reduce([after[n] != before[n] for n in fields])
    if table.single and not merging.overwrite:
        coming = (changed | ~is_old) & (out == "")
        taken = _taken_marks(
            decided, table.single, target, matched, after, stays, coming
        )
        out = np.where(taken, Reason.LOCAL_EDIT.value, out).astype(object)
    hashed = _hashes(decided, after, stays)
    peoples = np.logical_or.reduce([np.zeros(len(new), dtype=bool), *stays.values()])
    with_base = (out == "") & (~is_old | (stored != hashed) | peoples | (left == ""))
    to_leave = _bases(decided, after, left, stays, with_base)
    # nothing of such a row is written, and it has a hash that it does not fit already
    waits = peoples & ~changed & (stored != "") & ((to_leave == "") | (left == ""))
    new_hashes = np.where(waits, stored, hashed).astype(object)
    write = np.select(
        [out != "", ~is_old, changed, stored != new_hashes],
        ["", "create", "update", "rehash"],
        default="",
    ).astype(object)
    return RowChanges(
        values=_with_peoples(new, target, matched, stays),
        said=said,
        before=before,
        after=after,
        merged=merged,
        unfit=unfit,
        by_row=by_row,
        out=out,
        adopted=unowned & ~made,
        hashes=new_hashes,
        left=to_leave,
        write=write,
    )


def _hashes(
    decided: Decided, after: Mapping[str, Array], stays: Mapping[str, Array]
) -> Array:
    """(m,) import hash to be; no row fits that of one with fields that are people's."""
    hashed = dict(after)
    for name, mask in stays.items():
        hashed[name] = np.where(mask, _PEOPLES, after[name])
    by_clock = registry.named(decided.table).by_clock
    return array_of(hashes(hashed, decided.managed, by_clock))


def _new_values(
    decided: Decided, target: pd.DataFrame, matched: Identities, *, overwrite: bool
) -> pd.DataFrame:
    """The values to hold; a field decided at creation keeps what the target has."""
    new = decided.values
    if overwrite:
        return new
    keep = {
        name: mask.to_numpy(dtype=bool) & (matched.positions >= 0)
        for name, mask in decided.create_only.items()
    }
    return _with_peoples(new, target, matched, keep)


def _with_peoples(
    new: pd.DataFrame,
    target: pd.DataFrame,
    matched: Identities,
    stays: Mapping[str, Array],
) -> pd.DataFrame:
    """*new* with what the target has in the fields that stay."""
    for name, mask in stays.items():
        if mask.any():
            current = objects(_old(list(target[name]), matched), new.index)
            new = new.assign(**{name: either(~mask, new[name], current)})
    return new


def _rows_that(
    decided: Decided,
    said: Mapping[str, Array],
    merging: Merging,
    *,
    made: Array,
    is_new: Array,
) -> dict[RowsThat, dict[int, Policy]]:
    """Kind -> place -> who has the say, of rows that people deleted or made."""
    keys = said["filemaker_id"]
    deleted = is_new & np.array([key in merging.deleted for key in keys], dtype=bool)
    return {
        kind: {
            place: merging.settle(keys[place], kind, row_digest(decided, said, place))
            for place in np.flatnonzero(mask).tolist()
        }
        for kind, mask in ((RowsThat.DELETED, deleted), (RowsThat.MADE, made))
        if mask.any()
    }


def row_digest(decided: Decided, said: Mapping[str, Array], place: int) -> str:
    """Of all that FileMaker says of one row."""
    return bases.digest(line_of([said[name][place] for name in decided.managed]))


def _as_left(
    decided: Decided, before: Mapping[str, Array], stored: Array, places: Array
) -> Array:
    """(m,) bool: those of *places* are as an import left them, by their import hash."""
    table = registry.named(decided.table)
    found = np.ones(len(stored), dtype=bool)
    some = {name: before[name][places] for name in decided.managed}
    now = array_of(hashes(some, decided.managed, table.by_clock))
    found[places] = stored[places] == now
    unsure = places[~found[places] & (stored[places] != "")]
    found[unsure] = of_fewer_fields(
        {name: before[name][unsure] for name in decided.managed},
        list(stored[unsure]),
        decided.managed,
        table.by_clock,
        decided.stand_ins,
    )
    return found


def _taken_marks(
    decided: Decided,
    single: Single,
    target: pd.DataFrame,
    matched: Identities,
    after: Mapping[str, Array],
    stays: Mapping[str, Array],
    coming: Array,
) -> Array:
    """
    (m,) bool: rows of *coming* to bear the mark where one that people marked does.

    One row of a group can; the one that comes in waits for the same decision.
    """
    marked = after[single.mark] == _YES
    peoples = np.zeros(len(marked), dtype=bool)
    for name in (single.mark, *single.of):
        peoples |= stays.get(name, False)
    groups = list(zip(*(after[name] for name in single.of), strict=True))
    held = {groups[place] for place in np.flatnonzero(peoples & marked)}
    held |= _groups_of_others(decided, single, target, matched)
    in_held = np.array([group in held for group in groups], dtype=bool)
    taken: Array = coming & marked & ~peoples & in_held
    return taken


def _groups_of_others(
    decided: Decided, single: Single, target: pd.DataFrame, matched: Identities
) -> set[tuple[str, ...]]:
    """Groups whose mark a row bears that people changed and that does not come in."""
    others = np.setdiff1d(np.arange(len(target)), matched.positions)
    marks = canonical_texts(target[single.mark])
    places = np.array([p for p in others if marks[p] == _YES], dtype=np.int64)
    rows = target.iloc[places]
    texts = {name: array_of(canonical_texts(rows[name])) for name in decided.managed}
    stored = array_of(list(rows["import_hash"]))
    as_left = _as_left(decided, texts, stored, np.arange(len(rows)))
    groups = zip(*(texts[name][~as_left] for name in single.of), strict=True)
    return set(groups)


def _bases(
    decided: Decided,
    after: Mapping[str, Array],
    left: Array,
    stays: Mapping[str, Array],
    wanted: Array,
) -> Array:
    """
    (m,) what this import leaves of the *wanted* rows; "" for all others.

    A field that stays as people left it keeps the base it had, and so does one that
    was decided when its row was created.
    """
    places = np.flatnonzero(wanted)
    columns: dict[str, Sequence[str]] = {}
    for name in decided.managed:
        cells = bases.digests(after[name][places])
        held = stays.get(name, np.zeros(len(wanted), dtype=bool))[places]
        for at in np.flatnonzero(held):
            cells[at] = bases.of_field(left[places[at]], name) or bases.UNKNOWN
        if name in decided.create_only:
            mask = decided.create_only[name].to_numpy(dtype=bool)[places]
            for at in np.flatnonzero(mask & (left[places] != "")):
                cells[at] = bases.of_field(left[places[at]], name) or cells[at]
        columns[name] = cells
    found = np.full(len(wanted), "", dtype=object)
    found[places] = array_of(bases.packed(columns))
    return np.where(found == left, "", found)


def _old(cells: Sequence[object], matched: Identities) -> Array:
    """*cells* of the target, one for each row that comes in; "" where it is new."""
    return array_of([*cells, ""])[matched.positions]


def _as_merged(
    new: pd.DataFrame,
    target: pd.DataFrame,
    matched: Identities,
    merged: Mapping[str, Mapping[int, Note]],
    places: Sequence[int],
) -> pd.DataFrame:
    """id and the values to hold, by *merged*, of the rows at *places*."""
    some = np.array(places, dtype=np.int64)
    of_some = Identities(matched.positions[some], matched.ids.iloc[some])
    stays = {name: mask[some] for name, mask in _staying(merged, len(new)).items()}
    values = _with_peoples(new.iloc[some], target, of_some, stays)
    return values.assign(id=of_some.ids)


def _staying(merged: Mapping[str, Mapping[int, Note]], size: int) -> dict[str, Array]:
    """Field -> (m,) bool: it holds what the backend has, whatever FileMaker says."""
    return {
        name: _mask([p for p, note in notes.items() if note in STAYS], size)
        for name, notes in merged.items()
    }


def _mask(places: Sequence[int], size: int) -> Array:
    found = np.zeros(size, dtype=bool)
    found[list(places)] = True
    return found
