"""What a run touched, and what of it is as the run left it: read for ``plan.undo``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connections
from django.db.models import ForeignKey, Model

from reimport_lib.plan.undo import (
    CHANGED,
    CREATED,
    DELETED,
    Hold,
    Part,
    Row,
    Touched,
    Undone,
    Verdict,
    Why,
)
from reimport_lib.write import ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.dependents import hanging_on, links_onto
from reimport_lib.write.holding import HASH, KEY
from reimport_lib.write.images import digest_of_row, technical
from reimport_lib.write.models import content_type_ids, fields_of, label_of, model_of
from reimport_lib.write.rows import in_chunks
from reimport_lib.write.slots import slots_of

BESIDE = "ledger.ImportedRow"
_ACTIONS = {ledger.CREATED: CREATED, ledger.DELETED: DELETED}

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """
    Which of the rows that a run touched are meant; nothing given means all.

    Attributes:
        table: of the import.
        key: of a row, in FileMaker or in the database; what hangs on it is meant too.
        field: an attribute of changed rows.
    """

    table: str = ""
    key: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """
    A row that a run touched.

    Attributes:
        number: of the image; later ones have a higher.
        before: encoded values before the run; none of a created row.
        after: encoded values that the run left of what it changed; None: not kept.
        now: encoded values; empty where the row is not there.
    """

    row: Row
    number: int
    action: str
    before: Values
    after: Values | None
    left_sha256: str
    now: Values = field(default_factory=dict)


def images_of(
    run_id: str, narrowing: Narrowing, *, lock: bool, alias: str = DEFAULT
) -> list[Image]:
    """
    The images of *run_id* that are meant, each with its row as it is now.

    Args:
        lock: nobody else changes these rows until the transaction ends.
    """
    held = _model("BeforeImage")._base_manager.using(alias).filter(run_id=run_id)
    columns = "model object_pk pk action values after left_sha256".split()
    found = []
    entries = held.order_by("model", "pk").values_list(*columns)
    for label, of_model in groupby(entries.iterator(2000), lambda entry: entry[0]):
        kept = list(of_model)
        now = rows_now(label, [pk for _, pk, *_ in kept], alias, lock=lock)
        found += [
            Image(
                Row(label, pk),
                number,
                _ACTIONS.get(action, CHANGED),
                before,
                after,
                left,
                now.get(pk, {}),
            )
            for _, pk, number, action, before, after, left in kept
        ]
    return _narrowed(found, narrowing, alias)


def touched(
    run_id: str, images: Sequence[Image], narrowing: Narrowing, alias: str = DEFAULT
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


def rows_now(
    label: str, keys: Sequence[str], alias: str, *, lock: bool = False
) -> dict[str, Values]:
    """Key as text -> encoded values, of the rows of *keys* that are there."""
    model = apps.get_model(label)
    attributes = list(fields_of(model))
    place = attributes.index(ledger.key_of(model))
    manager: Any = model._base_manager
    query = manager.using(alias).order_by("pk")
    if lock and connections[alias].features.has_select_for_update:
        query = query.select_for_update(no_key=False)
    rows = {}
    for some in in_chunks(sorted(keys)):
        for values in query.filter(pk__in=some).values_list(*attributes):
            encoded = map(ledger.encoded_value, values)
            rows[str(values[place])] = dict(zip(attributes, encoded, strict=True))
    return rows


def together(label: str) -> list[frozenset[str]]:
    """Attributes that mean something only together: both halves of a generic link."""
    return [frozenset(pair) for pair in generic_links(apps.get_model(label))]


def generic_links(model: type[Model]) -> list[tuple[str, str]]:
    """(attribute of the content type, attribute of the key) of every generic link."""
    from django.contrib.contenttypes.fields import GenericForeignKey

    return [
        (str(model._meta.get_field(link.ct_field).attname), str(link.fk_field))  # type: ignore[union-attr]
        for link in model._meta.private_fields
        if isinstance(link, GenericForeignKey)
    ]


def _found(
    run_id: str, images: Sequence[Image], narrowing: Narrowing, alias: str
) -> dict[Part, Verdict]:
    """Every part, by its row alone; a later run is named where one did it."""
    runs = _model("LedgerRun")._base_manager.using(alias).filter(run_id=run_id)
    columns = runs.values_list("columns", flat=True).first() or {}
    found: dict[Part, Verdict] = {}
    for image in images:
        if image.action == CREATED:
            found[Part(image.row)] = _created(image, columns.get(image.row.model))
        elif image.action == DELETED:
            again = Verdict(Undone.KEPT, Why.MADE_AGAIN)
            there = again if image.now else Verdict(Undone.REVERSED)
            found[Part(image.row)] = there
        else:
            found |= _changed(image, narrowing.field)
    return found | _by_later_runs(images, found, alias)


def _created(image: Image, columns: Sequence[str] | None) -> Verdict:
    now = image.now
    if not now:
        return Verdict(Undone.ABSENT)
    if not image.left_sha256 or columns is None or not set(columns) <= set(now):
        return Verdict(Undone.KEPT, Why.UNKNOWN)
    model = apps.get_model(image.row.model)
    since = set(now) - set(columns) - technical(model)
    same = digest_of_row([now[name] for name in columns]) == image.left_sha256
    if same and all(_is_default(model, name, now[name]) for name in since):
        return Verdict(Undone.REVERSED)
    return Verdict(Undone.KEPT, Why.PEOPLE)


def _is_default(model: type[Model], name: str, value: Any) -> bool:
    """A column that came after the run holds what it came with."""
    default = fields_of(model)[name].get_default()
    return value in (None, "", ledger.encoded_value(default))


def _changed(image: Image, only: str) -> Iterator[tuple[Part, Verdict]]:
    if not image.now:
        yield Part(image.row), Verdict(Undone.ABSENT)
        return
    if image.after is None:
        yield Part(image.row), Verdict(Undone.KEPT, Why.UNKNOWN)
        return
    if not image.after:
        yield Part(image.row), Verdict(Undone.ABSENT)
    groups = together(image.row.model)
    meant = {only}.union(*(group for group in groups if only in group))
    for name, left in image.after.items():
        if not only or name in meant:
            yield Part(image.row, name), _field(image, name, left)


def _field(image: Image, name: str, left: Any) -> Verdict:
    if name not in image.now or image.now[name] == image.before[name]:
        return Verdict(Undone.ABSENT)
    if image.now[name] != left:
        return Verdict(Undone.KEPT, Why.PEOPLE, name)
    kind = fields_of(apps.get_model(image.row.model))[name]
    try:
        kind.to_python(image.before[name])
    except ValidationError:  # it is of another type today
        return Verdict(Undone.BLOCKED, Why.CONSTRAINT, name)
    return Verdict(Undone.REVERSED)


def _by_later_runs(
    images: Sequence[Image], found: Mapping[Part, Verdict], alias: str
) -> dict[Part, Verdict]:
    """The parts of *found* that are kept as a later run left them."""
    kept = {part.row for part, v in found.items() if v.outcome is Undone.KEPT}
    numbers = {image.row: image.number for image in images if image.row in kept}
    now = {image.row: image.now for image in images if image.row in kept}
    later: dict[Row, list[tuple[str, Values]]] = {}
    held = _model("BeforeImage")._base_manager.using(alias).order_by("pk")
    for label in {row.model for row in kept}:
        of_model = held.filter(model=label)
        for some in in_chunks(sorted(r.key for r in kept if r.model == label)):
            hits = of_model.filter(object_pk__in=some)
            columns = ("pk", "object_pk", "run_id", "after")
            for number, pk, run_id, after in hits.values_list(*columns):
                row = Row(label, pk)
                if number > numbers[row]:
                    later.setdefault(row, []).append((run_id, after or {}))
    named = {}
    for part, verdict in found.items():
        for run_id, after in later.get(part.row, ()):
            is_its = not part.field or after.get(part.field, _NOTHING) == (
                now[part.row].get(part.field)
            )
            if verdict.outcome is Undone.KEPT and is_its:
                why = Why.MADE_AGAIN if verdict.why == Why.MADE_AGAIN else Why.LATER_RUN
                named[part] = Verdict(Undone.KEPT, why, run_id)
    return named


_NOTHING = object()


def _holds(
    actions: Mapping[Row, str], back: Collection[Part], alias: str
) -> Iterator[Hold]:
    """Links of rows that are there onto created rows that may go."""
    going: dict[str, list[str]] = {}
    for row, action in actions.items():
        if action == CREATED and Part(row) in back:
            going.setdefault(row.model, []).append(row.key)
    for label, keys in going.items():
        model = apps.get_model(label)
        typed = [model._meta.pk.to_python(key) for key in keys]
        for hanging in hanging_on([model]):
            child = label_of(hanging.child)
            for child_pk, parent_pk, _ in links_onto(hanging, typed, alias):
                parent = Row(label, str(parent_pk))
                yield Hold(Row(child, str(child_pk)), hanging.attribute, parent)


def _beside(images: Sequence[Image]) -> Iterator[Hold]:
    """A created row goes with what the ledger holds beside it, or neither does."""
    rows = {image.row for image in images if image.action == CREATED}
    for image in images:
        if image.row.model == BESIDE and image.action == CREATED and image.now:
            row = _row_of(image)
            if row in rows:
                yield Hold(image.row, "", row)
                yield Hold(row, "", image.row)


def _row_of(image: Image) -> Row:
    """The row that an ``ImportedRow`` is kept for."""
    values = image.now or image.before
    return Row(label_of(model_of(values["table"])), values["object_pk"])


def _needs(
    images: Sequence[Image], back: Collection[Part], alias: str
) -> Iterator[Hold]:
    """What the values that come back point at."""
    types = {number: name for name, number in content_type_ids(alias).items()}
    dead = _once_deleted(alias)
    for image in images:
        if image.action == CREATED or not image.before:
            continue
        row, before = image.row, image.before
        for name, label in _links(row.model).items():
            part = Part(row, name) if image.action == CHANGED else Part(row)
            if part in back and before.get(name) is not None:
                yield Hold(row, name, Row(label, str(before[name])))
        for kind, name in generic_links(apps.get_model(row.model)):
            part = Part(row, name) if image.action == CHANGED else Part(row)
            label = _label(types.get(before.get(kind) or 0, ""))
            owner = Row(label, str(before.get(name)))
            # one that nobody is known to have deleted was not there before either
            if part in back and owner in dead:
                yield Hold(row, name, owner)
        is_beside = row.model == BESIDE and image.action == DELETED
        if is_beside and Part(row) in back and _row_of(image) in dead:
            yield Hold(row, "", _row_of(image))


def _links(label: str) -> dict[str, str]:
    """Attribute -> model that it names by primary key, of every foreign key."""
    return {
        name: label_of(field.related_model)
        for name, field in fields_of(apps.get_model(label)).items()
        if isinstance(field, ForeignKey) and field.target_field.primary_key
    }


def _label(name: str) -> str:
    """``patients.patient``, as content types are named -> ``patients.Patient``."""
    try:
        return label_of(apps.get_model(name)) if name else ""
    except (LookupError, FieldDoesNotExist):
        return ""


def _once_deleted(alias: str) -> set[Row]:
    held = _model("BeforeImage")._base_manager.using(alias)
    gone = held.filter(action=ledger.DELETED).values_list("model", "object_pk")
    return {Row(*one) for one in gone}


def _there(rows: Iterable[Row], alias: str) -> set[Row]:
    found = set()
    by_model: dict[str, list[str]] = {}
    for row in rows:
        by_model.setdefault(row.model, []).append(row.key)
    for label, keys in by_model.items():
        manager: Any = apps.get_model(label)._base_manager.using(alias)
        for some in in_chunks(keys):
            hits = manager.filter(pk__in=some).values_list("pk", flat=True)
            found |= {Row(label, str(pk)) for pk in hits}
    return found


def _narrowed(images: list[Image], narrowing: Narrowing, alias: str) -> list[Image]:
    if narrowing.table:
        label = label_of(model_of(narrowing.table))
        images = [
            image
            for image in images
            if image.row.model == label
            or (image.row.model == BESIDE and _row_of(image).model == label)
        ]
    if narrowing.key:
        images = _around(images, narrowing.key, alias)
    if narrowing.field:
        meant = narrowing.field
        images = [i for i in images if i.action == CHANGED and meant in (i.after or ())]
    return images


def _around(images: list[Image], key: str, alias: str) -> list[Image]:
    """The rows of *key*, what hangs on them, and what hangs on that."""
    types = {number: name for name, number in content_type_ids(alias).items()}
    children: dict[Row, list[Image]] = {}
    wanted: list[Image] = []
    for image in images:
        for parent in _parents(image, types):
            children.setdefault(parent, []).append(image)
        values = image.now or image.before
        if key in (image.row.key, values.get(KEY), image.before.get(KEY)):
            wanted.append(image)
    by_row = {image.row: image for image in images}
    for image in list(wanted):
        if image.row.model == BESIDE and _row_of(image) in by_row:
            wanted.append(by_row[_row_of(image)])
    found: dict[Row, Image] = {}
    while wanted:
        image = wanted.pop()
        if image.row not in found:
            found[image.row] = image
            wanted += children.get(image.row, [])
    return [image for image in images if image.row in found]


def _parents(image: Image, types: Mapping[int, str]) -> Iterator[Row]:
    if image.row.model == BESIDE:
        yield _row_of(image)
    for values in (image.now, image.before):
        for name, label in _links(image.row.model).items():
            if values.get(name) is not None:
                yield Row(label, str(values[name]))
        for kind, name in generic_links(apps.get_model(image.row.model)):
            if values.get(name) is not None:
                yield Row(
                    _label(types.get(values.get(kind) or 0, "")), str(values[name])
                )


def _model(name: str) -> Any:
    return apps.get_model("ledger", name)
