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
from reimport_lib.write.images import rows_with_digests, technical
from reimport_lib.write.kept_row import NOT_THERE, KeptRow
from reimport_lib.write.models import content_type_ids, fields_of, label_of, model_of
from reimport_lib.write.reading import rows_as_kept

BESIDE = "ledger.ImportedRow"
_ACTIONS = {ledger.CREATED: CREATED, ledger.DELETED: DELETED}

_OWN = ("table", "object_pk")  # of a row of BESIDE: which one it is kept for

Values = Mapping[str, Any]
DigestColumns = Mapping[str, Sequence[str]]
"""Model -> the attributes that digests of its rows are over."""


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
        now: encoded values; empty where the row is not there. Of one that the run
            created only what it names others by, and what tells whose it is.
        base: what the last import had left of it before the run (``plan.bases``).
        digest: of a created row as it is now; "" where it was not made.
        whole: all values of a created row as JSON, where they are wanted, or "".
    """

    row: RowAt
    number: int
    action: str
    before: Values
    after: Values | None
    left_sha256: str
    now: KeptRow = field(default_factory=lambda: NOT_THERE)
    base: str = ""
    digest: str = ""
    whole: str = ""


def images_of(
    run_id: str,
    narrowing: Narrowing,
    *,
    lock: bool,
    whole: bool = False,
    alias: str = DEFAULT,
) -> list[RowImage]:
    """
    The images of *run_id* that are meant, each with its row as it is now.

    Args:
        lock: nobody else changes these rows until the transaction ends.
        whole: what it created is going to be kept, before it goes.
    """
    held = ledger_model("BeforeImage")._base_manager.using(alias).filter(run_id=run_id)
    columns = digest_columns(run_id, alias)
    found: list[RowImage] = []
    labels = held.order_by("model").values_list("model", flat=True).distinct()
    for label in list(labels):
        of_model = held.filter(model=label).order_by("pk")
        made, others = _created(of_model), _others(of_model)
        of_label = columns.get(label)
        found += _with_rows_made(label, made, of_label, alias, lock=lock, whole=whole)
        now = rows_now(label, [key for key, *_ in others], alias, lock=lock)
        found += _with_rows(label, others, now)
    return _narrowed(found, narrowing, alias)


def digest_columns(run_id: str, alias: str) -> DigestColumns:
    """The attributes that the digests of *run_id* are over."""
    runs = ledger_model("LedgerRun")._base_manager.using(alias).filter(run_id=run_id)
    return runs.values_list("columns", flat=True).first() or {}


def since_digests(label: str, columns: Sequence[str] | None) -> frozenset[str] | None:
    """
    Attributes that the model *label* has got since digests were over *columns*.

    None: of a row as it is now no digest can be made, for it lacks some of them, or
    there were none.
    """
    model = apps.get_model(label)
    names = frozenset(fields_of(model))
    if columns is None or not names.issuperset(columns):
        return None
    return names.difference(columns) - technical(model)


def _created(held: Any) -> list[tuple[Any, ...]]:
    """Of created rows the ledger keeps no values: none of its JSON is read."""
    made = held.filter(action=ledger.CREATED)
    return list(made.values_list("object_pk", "pk", "left_sha256"))


def _with_rows_made(
    label: str,
    made: Sequence[tuple[Any, ...]],
    columns: Sequence[str] | None,
    alias: str,
    *,
    lock: bool,
    whole: bool,
) -> Iterator[RowImage]:
    since = since_digests(label, columns)
    attributes = () if columns is None or since is None else columns
    names = [*_naming(label), *sorted(since or ())]
    places = {name: place for place, name in enumerate(names)}
    now = {
        key: (KeptRow(places, row.beside), "", digest if attributes else "", row.whole)
        for key, digest, row in rows_with_digests(
            *(apps.get_model(label), [key for key, *_ in made], attributes, names),
            whole=whole,
            alias=alias,
            lock=lock,
        )
    }
    nothing = NOT_THERE, "", "", ""
    for key, number, left in made:
        row = RowAt(label, key)
        yield RowImage(row, number, CREATED, {}, {}, left, *now.get(key, nothing))


def _naming(label: str) -> list[str]:
    """The attributes of a model by which a row names others, or is named."""
    model = apps.get_model(label)
    generic = [name for pair in generic_links(model) for name in pair]
    wanted = {ledger.key_of(model), KEY, *links(label), *generic}
    if label == BESIDE:
        wanted.update(_OWN)
    return [name for name in fields_of(model) if name in wanted]


def _others(held: Any) -> list[tuple[Any, ...]]:
    columns = "object_pk pk action values after left_sha256 base".split()
    return list(held.exclude(action=ledger.CREATED).values_list(*columns))


def _with_rows(
    label: str, others: Sequence[tuple[Any, ...]], now: Mapping[str, KeptRow]
) -> Iterator[RowImage]:
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
