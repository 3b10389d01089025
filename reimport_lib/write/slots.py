"""Places that one row alone can have, by the unique constraints of the models."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model, Q, UniqueConstraint

from reimport_lib.plan.undo import CHANGED, DELETED, Piece, RowAt, Slot
from reimport_lib.write import ledger
from reimport_lib.write.models import fields_of
from reimport_lib.write.rows import in_chunks

if TYPE_CHECKING:
    from reimport_lib.write.touched import RowImage


@dataclass(frozen=True, slots=True)
class _Unique:
    """Attributes whose values one row alone has, among those that *condition* names."""

    name: str
    attributes: tuple[str, ...]
    condition: Q | None = None

    @property
    def bears_on(self) -> frozenset[str]:
        """The attributes by which a row comes to have another place, or none."""
        return frozenset(self.attributes) | _named(self.condition)


def slots_of(
    images: Sequence[RowImage], back: Collection[Piece], alias: str
) -> tuple[list[Slot], list[Slot]]:
    """(places that rows would have once they are back, those who have them now)."""
    wanted: list[Slot] = []
    taken: list[Slot] = []
    by_model: dict[str, list[RowImage]] = {}
    for image in images:
        by_model.setdefault(image.row.model, []).append(image)
    for label, of_model in by_model.items():
        for unique in _uniques(apps.get_model(label)):
            wants = dict(_wanted(unique, of_model, back, alias))
            wanted += wants
            taken += _taken(unique, label, wants, of_model, back, alias)
    return wanted, taken


def _wanted(
    unique: _Unique, images: Sequence[RowImage], back: Collection[Piece], alias: str
) -> Iterator[tuple[Slot, Any]]:
    """Each place that a row comes to have, with the value of its first attribute."""
    for image in images:
        if image.action not in (CHANGED, DELETED):
            continue
        if not (parts := _parts(unique, image, back)):
            continue
        names = {part.field for part in parts}
        once = (
            image.before
            if image.action == DELETED
            else {n: image.before[n] if n in names else v for n, v in image.now.items()}
        )
        place = [once.get(name) for name in unique.attributes]
        if None not in place and _is_among(unique, image.row.model, once, alias):
            yield Slot(_slot(unique, place), image.row, parts), place[0]


def _taken(
    unique: _Unique,
    label: str,
    wants: Mapping[Slot, Any],
    images: Sequence[RowImage],
    back: Collection[Piece],
    alias: str,
) -> Iterator[Slot]:
    """Rows that have one of the wanted places now; parts: by which they give it up."""
    if not wants:
        return
    manager: Any = apps.get_model(label)._base_manager.using(alias)
    if unique.condition is not None:
        manager = manager.filter(unique.condition)
    by_row = {image.row: image for image in images}
    names = {slot.name for slot in wants}
    first = unique.attributes[0]
    for some in in_chunks(sorted(set(wants.values()), key=str)):
        rows = manager.filter(**{f"{first}__in": some})
        for pk, *values in rows.values_list("pk", *unique.attributes):
            name = _slot(unique, [ledger.encoded_value(value) for value in values])
            image = by_row.get(RowAt(label, str(pk)))
            if name in names:
                parts = _parts(unique, image, back) if image else ()
                yield Slot(name, RowAt(label, str(pk)), parts)


def _parts(
    unique: _Unique, image: RowImage, back: Collection[Piece]
) -> tuple[Piece, ...]:
    if Piece(image.row) in back:
        return (Piece(image.row),)
    parts = (Piece(image.row, name) for name in sorted(unique.bears_on))
    return tuple(part for part in parts if part in back)


def _slot(unique: _Unique, place: Sequence[Any]) -> str:
    return f"{unique.name} {place!r}"


def _uniques(model: type[Model]) -> Iterator[_Unique]:
    meta, fields = model._meta, fields_of(model)
    attnames = {field.name: name for name, field in fields.items()}
    for name, field in fields.items():
        if field.unique and not field.primary_key:
            yield _Unique(f"{meta.label} {name}", (name,))
    groups: list[tuple[Sequence[str], Q | None]] = [
        (names, None) for names in meta.unique_together
    ]
    groups += [
        (constraint.fields, constraint.condition)
        for constraint in meta.constraints
        if isinstance(constraint, UniqueConstraint) and constraint.fields
    ]
    for number, (names, condition) in enumerate(groups):
        attributes = tuple(attnames[name] for name in names)
        yield _Unique(f"{meta.label} {number}", attributes, condition)


def _named(condition: Q | None) -> frozenset[str]:
    if condition is None:
        return frozenset()
    found: set[str] = set()
    for child in condition.children:
        if isinstance(child, Q):
            found |= _named(child)
        elif isinstance(child, tuple):
            found.add(str(child[0]).partition("__")[0])
    return frozenset(found)


def _is_among(
    unique: _Unique, label: str, values: Mapping[str, Any], alias: str
) -> bool:
    """A row of *values* falls under the condition of *unique*; the database says."""
    if unique.condition is None:
        return True
    fields = fields_of(apps.get_model(label))
    named = _named(unique.condition)
    against = {
        fields[name].name: fields[name].to_python(values.get(name))
        for name in fields
        if name in named or fields[name].name in named
    }
    return unique.condition.check(against, using=alias)
