"""How what a run touched stands now: the facts by which ``plan.undo`` decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model

from reimport_lib.plan.undo import (
    CHANGED,
    CREATED,
    DELETED,
    Fate,
    Finding,
    Hold,
    Piece,
    RowAt,
    Touched,
    Why,
)
from reimport_lib.write import ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.dependents import hanging_on, links_onto
from reimport_lib.write.holding import HASH
from reimport_lib.write.images import digest_of_row, technical
from reimport_lib.write.models import content_type_ids, fields_of, label_of
from reimport_lib.write.rows import in_chunks
from reimport_lib.write.slots import slots_of
from reimport_lib.write.touched import (
    BESIDE,
    Narrowing,
    RowImage,
    Values,
    generic_links,
    label_named,
    ledger_model,
    links,
    row_beside,
    together,
)

_NOTHING = object()


def facts_of(
    run_id: str, images: Sequence[RowImage], narrowing: Narrowing, alias: str = DEFAULT
) -> Touched:
    """All that ``plan.undo.decide`` decides by."""
    found = _found(run_id, images, narrowing, alias)
    actions = {image.row: image.action for image in images}
    back = {part for part, verdict in found.items() if verdict.outcome == "reversed"}
    needs = list(_needs(images, back, alias))
    wanted, taken = slots_of(images, back, alias)
    return Touched(
        run_id,
        actions,
        found,
        holds=[*_holds(actions, back, alias), *_beside(images)],
        needs=needs,
        there=_there({hold.parent for hold in needs}, alias),
        wanted=wanted,
        taken=taken,
        together={label: together(label) for label in {r.model for r in actions}},
        technical={
            label: technical(apps.get_model(label)) | {HASH}
            for label in {row.model for row in actions}
        },
    )


def _found(
    run_id: str, images: Sequence[RowImage], narrowing: Narrowing, alias: str
) -> dict[Piece, Finding]:
    """Every part, by its row alone; a later run is named where one did it."""
    runs = ledger_model("LedgerRun")._base_manager.using(alias).filter(run_id=run_id)
    columns = runs.values_list("columns", flat=True).first() or {}
    labels = {image.row.model for image in images}
    unsaid = {label: technical(apps.get_model(label)) for label in labels}
    found: dict[Piece, Finding] = {}
    for image in images:
        label = image.row.model
        if image.action == CREATED:
            made = _created(image, columns.get(label), unsaid[label])
            found[Piece(image.row)] = made
        elif image.action == DELETED:
            again = Finding(Fate.KEPT, Why.MADE_AGAIN)
            there = again if image.now else Finding(Fate.REVERSED)
            found[Piece(image.row)] = there
        else:
            found |= _changed(image, narrowing.field)
    return found | _by_later_runs(images, found, alias)


def _created(
    image: RowImage, columns: Sequence[str] | None, unsaid: Collection[str]
) -> Finding:
    now = image.now
    if not now:
        return Finding(Fate.ABSENT)
    if not image.left_sha256 or columns is None or not set(columns) <= set(now):
        return Finding(Fate.KEPT, Why.UNKNOWN)
    model = apps.get_model(image.row.model)
    since = set(now) - set(columns) - set(unsaid)
    same = digest_of_row([now[name] for name in columns]) == image.left_sha256
    if same and all(_is_default(model, name, now[name]) for name in since):
        return Finding(Fate.REVERSED)
    return Finding(Fate.KEPT, Why.PEOPLE)


def _is_default(model: type[Model], name: str, value: Any) -> bool:
    """A column that came after the run holds what it came with."""
    default = fields_of(model)[name].get_default()
    return value in (None, "", ledger.encoded_value(default))


def _changed(image: RowImage, only: str) -> Iterator[tuple[Piece, Finding]]:
    if not image.now:
        yield Piece(image.row), Finding(Fate.ABSENT)
        return
    if image.after is None:
        yield Piece(image.row), Finding(Fate.KEPT, Why.UNKNOWN)
        return
    if not image.after:
        yield Piece(image.row), Finding(Fate.ABSENT)
    groups = together(image.row.model)
    meant = {only}.union(*(group for group in groups if only in group))
    for name, left in image.after.items():
        if not only or name in meant:
            yield Piece(image.row, name), _field(image, name, left)


def _field(image: RowImage, name: str, left: Any) -> Finding:
    if name not in image.now or image.now[name] == image.before[name]:
        return Finding(Fate.ABSENT)
    if image.now[name] != left:
        return Finding(Fate.KEPT, Why.PEOPLE, name)
    kind = fields_of(apps.get_model(image.row.model))[name]
    try:
        kind.to_python(image.before[name])
    except ValidationError:  # it is of another type today
        return Finding(Fate.BLOCKED, Why.CONSTRAINT, name)
    return Finding(Fate.REVERSED)


def _by_later_runs(
    images: Sequence[RowImage], found: Mapping[Piece, Finding], alias: str
) -> dict[Piece, Finding]:
    """The parts of *found* that are kept as a later run left them."""
    kept = {part.row for part, v in found.items() if v.outcome is Fate.KEPT}
    numbers = {image.row: image.number for image in images if image.row in kept}
    now = {image.row: image.now for image in images if image.row in kept}
    later: dict[RowAt, list[tuple[str, Values]]] = {}
    held = ledger_model("BeforeImage")._base_manager.using(alias).order_by("pk")
    for label in {row.model for row in kept}:
        of_model = held.filter(model=label)
        for some in in_chunks(sorted(r.key for r in kept if r.model == label)):
            hits = of_model.filter(object_pk__in=some)
            columns = ("pk", "object_pk", "run_id", "after")
            for number, pk, run_id, after in hits.values_list(*columns):
                row = RowAt(label, pk)
                if number > numbers[row]:
                    later.setdefault(row, []).append((run_id, after or {}))
    named = {}
    for part, verdict in found.items():
        for run_id, after in later.get(part.row, ()):
            is_its = not part.field or after.get(part.field, _NOTHING) == (
                now[part.row].get(part.field)
            )
            if verdict.outcome is Fate.KEPT and is_its:
                why = Why.MADE_AGAIN if verdict.why == Why.MADE_AGAIN else Why.LATER_RUN
                named[part] = Finding(Fate.KEPT, why, run_id)
    return named


def _holds(
    actions: Mapping[RowAt, str], back: Collection[Piece], alias: str
) -> Iterator[Hold]:
    """Links of rows that are there onto created rows that may go."""
    going: dict[str, list[str]] = {}
    for row, action in actions.items():
        if action == CREATED and Piece(row) in back:
            going.setdefault(row.model, []).append(row.key)
    for label, keys in going.items():
        model = apps.get_model(label)
        typed = [model._meta.pk.to_python(key) for key in keys]
        for hanging in hanging_on([model]):
            child = label_of(hanging.child)
            for child_pk, parent_pk, _ in links_onto(hanging, typed, alias):
                parent = RowAt(label, str(parent_pk))
                yield Hold(RowAt(child, str(child_pk)), hanging.attribute, parent)


def _beside(images: Sequence[RowImage]) -> Iterator[Hold]:
    """A created row goes with what the ledger holds beside it, or neither does."""
    rows = {image.row for image in images if image.action == CREATED}
    for image in images:
        if image.row.model == BESIDE and image.action == CREATED and image.now:
            row = row_beside(image)
            if row in rows:
                yield Hold(image.row, "", row)
                yield Hold(row, "", image.row)


def _needs(
    images: Sequence[RowImage], back: Collection[Piece], alias: str
) -> Iterator[Hold]:
    """What the values that come back point at."""
    types = {number: name for name, number in content_type_ids(alias).items()}
    dead = _once_deleted(alias)
    for image in images:
        if image.action == CREATED or not image.before:
            continue
        row, before = image.row, image.before
        for name, label in links(row.model).items():
            part = Piece(row, name) if image.action == CHANGED else Piece(row)
            if part in back and before.get(name) is not None:
                yield Hold(row, name, RowAt(label, str(before[name])))
        for kind, name in generic_links(apps.get_model(row.model)):
            part = Piece(row, name) if image.action == CHANGED else Piece(row)
            label = label_named(types.get(before.get(kind) or 0, ""))
            owner = RowAt(label, str(before.get(name)))
            # one that nobody is known to have deleted was not there before either
            if part in back and owner in dead:
                yield Hold(row, name, owner)
        is_beside = row.model == BESIDE and image.action == DELETED
        if is_beside and Piece(row) in back and row_beside(image) in dead:
            yield Hold(row, "", row_beside(image))


def _once_deleted(alias: str) -> set[RowAt]:
    held = ledger_model("BeforeImage")._base_manager.using(alias)
    gone = held.filter(action=ledger.DELETED).values_list("model", "object_pk")
    return {RowAt(*one) for one in gone}


def _there(rows: Iterable[RowAt], alias: str) -> set[RowAt]:
    found = set()
    by_model: dict[str, list[str]] = {}
    for row in rows:
        by_model.setdefault(row.model, []).append(row.key)
    for label, keys in by_model.items():
        manager: Any = apps.get_model(label)._base_manager.using(alias)
        for some in in_chunks(keys):
            hits = manager.filter(pk__in=some).values_list("pk", flat=True)
            found |= {RowAt(label, str(pk)) for pk in hits}
    return found
