"""What a run touched, and what of it is as the run left it: read for ``plan.undo``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model

from reimport_lib.plan.undo import (
    CHANGED,
    CREATED,
    DELETED,
    RowAt,
)
from reimport_lib.write import ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import KEY
from reimport_lib.write.kept_row import NOT_THERE, KeptRow
from reimport_lib.write.models import content_type_ids, fields_of, label_of, model_of
from reimport_lib.write.reading import rows_as_kept

BESIDE = "ledger.ImportedRow"
_ACTIONS = {ledger.CREATED: CREATED, ledger.DELETED: DELETED}

Values = Mapping[str, Any]


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
class RowImage:
    """
    A row that a run touched.

    Attributes:
        number: of the image; later ones have a higher.
        before: encoded values before the run; none of a created row.
        after: encoded values that the run left of what it changed; None: not kept.
        now: encoded values; empty where the row is not there.
        base: what the last import had left of it before the run (``plan.bases``).
    """

    row: RowAt
    number: int
    action: str
    before: Values
    after: Values | None
    left_sha256: str
    now: KeptRow = field(default_factory=lambda: NOT_THERE)
    base: str = ""


def images_of(
    run_id: str, narrowing: Narrowing, *, lock: bool, alias: str = DEFAULT
) -> list[RowImage]:
    """
    The images of *run_id* that are meant, each with its row as it is now.

    Args:
        lock: nobody else changes these rows until the transaction ends.
    """
    held = ledger_model("BeforeImage")._base_manager.using(alias).filter(run_id=run_id)
    found: list[RowImage] = []
    labels = held.order_by("model").values_list("model", flat=True).distinct()
    for label in list(labels):
        keys = list(held.filter(model=label).values_list("object_pk", flat=True))
        now = rows_now(label, keys, alias, lock=lock)
        images = list(_created(label, held.filter(model=label).order_by("pk"), now))
        if len(images) < len(keys):
            images += _others(label, held.filter(model=label).order_by("pk"), now)
        found += images
    return _narrowed(found, narrowing, alias)


def _created(label: str, held: Any, now: Mapping[str, KeptRow]) -> Iterator[RowImage]:
    """Of created rows the ledger keeps no values: none of its JSON is read."""
    made = held.filter(action=ledger.CREATED)
    for pk, number, left in made.values_list("object_pk", "pk", "left_sha256"):
        row = RowAt(label, pk)
        yield RowImage(row, number, CREATED, {}, {}, left, now.get(pk, NOT_THERE))


def _others(label: str, held: Any, now: Mapping[str, KeptRow]) -> Iterator[RowImage]:
    columns = "object_pk pk action values after left_sha256 base".split()
    others = held.exclude(action=ledger.CREATED).values_list(*columns)
    for pk, number, action, before, after, left, base in others:
        row, done = RowAt(label, pk), _ACTIONS.get(action, CHANGED)
        yield RowImage(
            row, number, done, before, after, left, now.get(pk, NOT_THERE), base
        )


def rows_now(
    label: str, keys: Sequence[str], alias: str, *, lock: bool = False
) -> dict[str, KeptRow]:
    """Key as text -> encoded values, of the rows of *keys* that are there."""
    return rows_as_kept(apps.get_model(label), keys, alias=alias, lock=lock)


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


def row_beside(image: RowImage) -> RowAt:
    """The row that an ``ImportedRow`` is kept for."""
    values = image.now or image.before
    return RowAt(label_of(model_of(values["table"])), values["object_pk"])


def links(label: str) -> dict[str, str]:
    """Attribute -> model that it names by primary key, of every foreign key."""
    return {
        name: label_of(field.related_model)
        for name, field in fields_of(apps.get_model(label)).items()
        if isinstance(field, ForeignKey) and field.target_field.primary_key
    }


def label_named(name: str) -> str:
    """``patients.patient``, as content types are named -> ``patients.Patient``."""
    try:
        return label_of(apps.get_model(name)) if name else ""
    except (LookupError, FieldDoesNotExist):
        return ""


def _narrowed(
    images: list[RowImage], narrowing: Narrowing, alias: str
) -> list[RowImage]:
    if narrowing.table:
        label = label_of(model_of(narrowing.table))
        images = [
            image
            for image in images
            if image.row.model == label
            or (image.row.model == BESIDE and row_beside(image).model == label)
        ]
    if narrowing.key:
        images = _around(images, narrowing.key, alias)
    if narrowing.field:
        meant = narrowing.field
        images = [i for i in images if i.action == CHANGED and meant in (i.after or ())]
    return images


def _around(images: list[RowImage], key: str, alias: str) -> list[RowImage]:
    """The rows of *key*, what hangs on them, and what hangs on that."""
    types = {number: name for name, number in content_type_ids(alias).items()}
    children: dict[RowAt, list[RowImage]] = {}
    wanted: list[RowImage] = []
    for image in images:
        for parent in _parents(image, types):
            children.setdefault(parent, []).append(image)
        values = image.now or image.before
        if key in (image.row.key, values.get(KEY), image.before.get(KEY)):
            wanted.append(image)
    by_row = {image.row: image for image in images}
    for image in list(wanted):
        if image.row.model == BESIDE and row_beside(image) in by_row:
            wanted.append(by_row[row_beside(image)])
    found: dict[RowAt, RowImage] = {}
    while wanted:
        image = wanted.pop()
        if image.row not in found:
            found[image.row] = image
            wanted += children.get(image.row, [])
    return [image for image in images if image.row in found]


def _parents(image: RowImage, types: Mapping[int, str]) -> Iterator[RowAt]:
    if image.row.model == BESIDE:
        yield row_beside(image)
    for values in (image.now, image.before):
        for name, label in links(image.row.model).items():
            if values.get(name) is not None:
                yield RowAt(label, str(values[name]))
        for kind, name in generic_links(apps.get_model(image.row.model)):
            if values.get(name) is not None:
                yield RowAt(
                    label_named(types.get(values.get(kind) or 0, "")), str(values[name])
                )


def ledger_model(name: str) -> Any:
    return apps.get_model("ledger", name)
