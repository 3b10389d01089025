"""How what a run touched stands now: the facts by which ``plan.undo`` decides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
from reimport_lib.write.dependents import (
    Hanging,
    hanging_on,
    links_at_all,
    links_counted,
    links_onto,
)
from reimport_lib.write.holding import HASH
from reimport_lib.write.images import digest_of_row, technical
from reimport_lib.write.models import content_type_ids, fields_of, label_of
from reimport_lib.write.rows import in_chunks
from reimport_lib.write.slots import slots_of
from reimport_lib.write.touched import (
    BESIDE,
    DigestColumns,
    Narrowing,
    RowImage,
    Values,
    digest_columns,
    generic_links,
    label_named,
    ledger_model,
    links,
    row_beside,
    since_digests,
    together,
)

_NOTHING = object()
_GONE, _BACK = Finding(Fate.ABSENT), Finding(Fate.REVERSED)
_UNKNOWN = Finding(Fate.KEPT, Why.UNKNOWN)
_THEIRS = Finding(Fate.KEPT, Why.PEOPLE)


def facts_of(
    run_id: str,
    images: Sequence[RowImage],
    narrowing: Narrowing,
    alias: str = DEFAULT,
    *,
    columns: DigestColumns | None = None,
) -> Touched:
    """
    All that ``plan.undo.decide`` decides by.

    Links among rows that the run made are read where one of them may stay, or another
    row hangs on them: else all of them go with what they hang on.

    Args:
        columns: model -> the attributes that digests are over, where the images are of
            no run; a link by no foreign key must then lead to a row that is there.
    """
    of_run = digest_columns(run_id, alias) if columns is None else columns
    found = _found(of_run, images, narrowing, alias)
    actions = {image.row: image.action for image in images}
    back = {part for part, verdict in found.items() if verdict.outcome == "reversed"}
    needs = list(_needs(images, back, alias, every_link=columns is not None))
    holds: list[Hold] = []
    if not _go_together(images, found, alias):
        holds = [*_holds(actions, back, alias), *_beside(images)]
    wanted, taken = slots_of(images, back, alias)
    return Touched(
        run_id,
        actions,
        found,
        holds=holds,
        needs=needs,
        there=_there({hold.parent for hold in needs}, alias),
        wanted=wanted,
        taken=taken,
        together={label: together(label) for label in {r.model for r in actions}},
        technical=unsaid({row.model for row in actions}),
    )


def unsaid(labels: Iterable[str]) -> dict[str, frozenset[str]]:
    """Model -> its fields that nobody types: they do not count for a row."""
    return {label: technical(apps.get_model(label)) | {HASH} for label in labels}


def _found(
    columns: DigestColumns, images: Sequence[RowImage], narrowing: Narrowing, alias: str
) -> dict[Piece, Finding]:
    """Every part, by its row alone; a later run is named where one did it."""
    labels = {image.row.model for image in images}
    made = {label: _as_made(label, columns.get(label)) for label in labels}
    found: dict[Piece, Finding] = {}
    for image in images:
        label = image.row.model
        if image.action == CREATED:
            found[Piece(image.row)] = made[label](image)
        elif image.action == DELETED:
            again = Finding(Fate.KEPT, Why.MADE_AGAIN)
            there = again if image.now else Finding(Fate.REVERSED)
            found[Piece(image.row)] = there
        else:
            found |= _changed(image, narrowing.field)
    return found | _by_later_runs(images, found, alias)


def _as_made(
    label: str, columns: Sequence[str] | None
) -> Callable[[RowImage], Finding]:
    """
    What tells rows of a model that are as the run made them.

    Args:
        columns: that its digests are over; None: it kept none.
    """
    model, since = apps.get_model(label), since_digests(label, columns)
    if columns is None or since is None:
        return lambda image: _UNKNOWN if image.now else _GONE

    def found(image: RowImage) -> Finding:
        now = image.now
        if not now:
            return _GONE
        if not image.left_sha256:
            return _UNKNOWN
        digest = image.digest or digest_of_row(now.of(columns))
        same = digest == image.left_sha256
        if same and all(_is_default(model, name, now[name]) for name in since):
            return _BACK
        return _THEIRS

    return found


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


def _go_together(
    images: Sequence[RowImage], found: Mapping[Piece, Finding], alias: str
) -> bool:
    """
    All rows that the run made and that are there go back, and no other hangs on them.

    The links that the database counts onto them are as many as they have themselves.
    """
    made: dict[str, list[RowImage]] = {}
    for image in images:
        if image.action == CREATED and image.now:
            if found[Piece(image.row)].outcome is not Fate.REVERSED:
                return False
            made.setdefault(image.row.model, []).append(image)
    return all(
        _hang_by_themselves(hanging, keys, made, alias)
        for label, going in made.items()
        for keys in ({image.row.key for image in going},)
        for hanging in hanging_on([apps.get_model(label)])
    )


def _hang_by_themselves(
    hanging: Hanging,
    keys: Collection[str],
    made: Mapping[str, Sequence[RowImage]],
    alias: str,
) -> bool:
    """Nothing names one of the *keys* by the relation but rows that the run *made*."""
    among = _links_among(hanging, keys, made, alias)
    if links_at_all(hanging, alias) == among:  # counted without naming a key
        return True
    key: Any = hanging.parent._meta.pk
    return links_counted(hanging, [key.to_python(k) for k in keys], alias) == among


def _links_among(
    hanging: Hanging,
    keys: Collection[str],
    made: Mapping[str, Sequence[RowImage]],
    alias: str,
) -> int:
    """Rows that the run *made* and that name one of *keys* by the relation."""
    children = made.get(label_of(hanging.child))
    if not children:
        return 0
    if not hanging.type_attribute:
        return sum(str(image.now[hanging.attribute]) in keys for image in children)
    kind = content_type_ids(alias).get(hanging.parent._meta.label_lower)
    return sum(
        image.now[hanging.type_attribute] == kind
        and str(image.now[hanging.attribute]) in keys
        for image in children
    )


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
    images: Sequence[RowImage], back: Collection[Piece], alias: str, *, every_link: bool
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
            is_named = every_link and bool(label)
            if part in back and (owner in dead or is_named):
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
