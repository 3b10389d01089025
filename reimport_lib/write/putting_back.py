"""The rows of an undo: written, children and parents in order, and read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.apps import apps

from reimport_lib.errors import PhaseFailed
from reimport_lib.plan.undo import (
    CHANGED,
    CREATED,
    DELETED,
    Fate,
    Piece,
    RowAt,
    UndoPlan,
)
from reimport_lib.tables import registry
from reimport_lib.write import changes, images, ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.models import attname, fields_of, label_of, tables_of_models
from reimport_lib.write.reading import rows_counted
from reimport_lib.write.rows import (
    delete_rows,
    drifted,
    in_chunks,
    insert_rows,
    update_rows,
)
from reimport_lib.write.swaps import set_aside
from reimport_lib.write.touched import RowImage, rows_now

PHASE, NUMBER = "undo", 9
ROWS_KEPT_AT_ONCE = 5_000  # of those that go, as dictionaries and JSON

ByRow = Mapping[RowAt, RowImage]


def hold_links(decided: UndoPlan) -> None:
    """Nobody hangs anything on what goes, by a link that no foreign key keeps."""
    tables, going = tables_of_models(), decided.going_back(CREATED)
    models = going.keys() & tables.keys()
    changes.hold_generic_links([tables[label] for label in sorted(models)])


def write(
    undo_id: str,
    decided: UndoPlan,
    by_row: ByRow,
    *,
    whole: bool,
    is_tried: bool = False,
) -> None:
    """
    Rows that were made go first, those that were deleted come last.

    So nobody has a place that another takes. Links are checked at the end, by
    foreign keys that Django made; of generic links see ``changes.refuse_dangling``.

    Args:
        is_tried: it is rolled back, so that nobody can undo it: of rows that go no
            images are kept.
    """
    labels = {row.model for row in decided.rows}
    order = _parents_first(labels)
    going = decided.going_back(CREATED)
    for label in reversed(order):
        rows = {part.row.key: by_row[part.row] for part in going.get(label, [])}
        if not is_tried:
            _keep_going(undo_id, label, rows)
        _delete(label, list(rows))
    changed, again = decided.going_back(CHANGED), decided.going_back(DELETED)
    for label in order:
        _put_back(undo_id, label, changed.get(label, []), by_row)
    for label in order:
        _make_again(undo_id, label, [part.row for part in again.get(label, [])], by_row)
    tables = tables_of_models()
    changes.refuse_dangling(
        {tables[label]: _keys(going[label]) for label in going if label in tables}
    )
    stays = {v.outcome for v in decided.parts.values()} & {
        Fate.KEPT,
        Fate.BLOCKED,
    }
    if stays or not whole:  # else counts are as they were, right or not
        named = {tables[label] for label in labels if label in tables}
        changes.recount(undo_id, PHASE, named)
    images.keep_after(undo_id)


def _keep_going(undo_id: str, label: str, rows: Mapping[str, RowImage]) -> None:
    """Keep rows that are locked, and that nothing else in this undo touches."""
    model = apps.get_model(label)
    for some in in_chunks(list(rows), ROWS_KEPT_AT_ONCE):
        images.keep_going(undo_id, PHASE, model, {key: rows[key].whole for key in some})


def _delete(label: str, keys: Sequence[str]) -> None:
    if keys and delete_rows(apps.get_model(label), keys) != len(keys):
        raise drifted(label, len(keys), "to be deleted went")


def _put_back(undo_id: str, label: str, parts: Sequence[Piece], by_row: ByRow) -> None:
    """Set the fields of *parts*; the others of these rows are written as they are."""
    if not parts:
        return
    model = apps.get_model(label)
    fields: dict[RowAt, list[str]] = {}
    for part in parts:
        fields.setdefault(part.row, []).append(part.field)
    keys = {row: _key(row) for row in fields}
    ledger.keep_before_images(
        undo_id, PHASE, model, list(keys.values()), action=ledger.UPDATED
    )
    _demote(label, fields, keys)
    once = [
        ledger.decoded(
            model, {**by_row[row].now, **{n: by_row[row].before[n] for n in names}}
        )
        for row, names in fields.items()
    ]
    known = fields_of(model)
    named = sorted({part.field for part in parts})
    written = [n for n in named if not getattr(known[n], "generated", False)]
    columns = {name: [values[name] for values in once] for name in written}
    set_aside(model, list(keys.values()), columns)
    update_rows(model, list(keys.values()), columns)


def _demote(
    label: str, fields: Mapping[RowAt, Sequence[str]], keys: Mapping[RowAt, Any]
) -> None:
    """The mark that one row of a group bears: off, before another gets it back."""
    table = tables_of_models().get(label)
    single = registry.named(table).single if table else None
    if table and single:
        mark = attname(single.mark)
        changes.demote(table, [keys[row] for row in fields if mark in fields[row]])


def _make_again(undo_id: str, label: str, rows: Sequence[RowAt], by_row: ByRow) -> None:
    """Insert *rows* as they were, with the keys that they had."""
    if not rows:
        return
    model = apps.get_model(label)
    fields = fields_of(model)
    before = [ledger.decoded(model, by_row[row].before) for row in rows]
    kept = [n for n in before[0] if not getattr(fields[n], "generated", False)]
    insert_rows(model, {name: [values[name] for values in before] for name in kept})
    images.keep_created(undo_id, PHASE, model, [_key(row) for row in rows])


def prove(decided: UndoPlan, by_row: ByRow) -> None:
    """
    Read again what was written: it is as it was before the run.

    Raises:
        PhaseFailed: it is not; nothing is committed.
    """
    wrong = 0
    for label, made in decided.going_back(CREATED).items():
        model = apps.get_model(label)
        keys = [part.row.key for part in made]
        wrong += rows_counted(model, {ledger.key_of(model): keys})
    for action in (CHANGED, DELETED):
        for label, parts in decided.going_back(action).items():
            there = rows_now(label, list({part.row.key for part in parts}), DEFAULT)
            unsaid = images.technical(apps.get_model(label))
            wrong += sum(not _is_back(part, by_row, there, unsaid) for part in parts)
    if wrong:
        raise PhaseFailed(
            f"{decided.run_id}: {wrong:,} of what was put back is not as it was."
            " Nothing was written.",
            hint="a trigger of the database may change rows: reimport restore goes back"
            " without it",
            id="R310",
        )


def _is_back(
    part: Piece,
    by_row: ByRow,
    there: Mapping[str, Mapping[str, Any]],
    unsaid: frozenset[str],
) -> bool:
    image, now_there = by_row[part.row], there.get(part.row.key)
    if now_there is None:
        return False
    names = (part.field,) if part.field else tuple(image.before)
    return all(
        now_there[name] == image.before[name]
        for name in names
        if name in now_there and name not in unsaid
    )


def _parents_first(labels: set[str]) -> list[str]:
    """*labels* so that no model comes before one that its foreign keys name."""
    parents: dict[str, list[str]] = {}
    for label in sorted(labels):
        related = (f.related_model for f in fields_of(apps.get_model(label)).values())
        named = {label_of(model) for model in related if isinstance(model, type)}
        parents[label] = sorted((named & labels) - {label})
    try:
        return list(TopologicalSorter(parents).static_order())
    except CycleError:  # its links are checked at the end
        return sorted(labels)


def _keys(parts: Sequence[Piece]) -> list[Any]:
    """Primary keys of rows of one model."""
    keys = [part.row.key for part in parts]
    return list(map(apps.get_model(parts[0].row.model)._meta.pk.to_python, keys))


def _key(row: RowAt) -> Any:
    return apps.get_model(row.model)._meta.pk.to_python(row.key)
