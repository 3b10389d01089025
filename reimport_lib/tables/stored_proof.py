"""Documents and images in phase 8: what their stored objects say, and their batches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from reimport_lib.prove.render import clocks, explaining, rendering, shelves, words
from reimport_lib.prove.render.comparison import Comparison, Matched, field_of
from reimport_lib.prove.render.headers import Aliases, column
from reimport_lib.prove.render.rendering import Pair
from reimport_lib.tables import registry
from reimport_lib.tables.owners import PATIENT
from reimport_lib.tables.registry import key_names, owner_names

BATCHES = "image_batches"
_TYPE: Aliases = ("Type", "type")


@dataclass(frozen=True, slots=True)
class _Batch:
    """Whose images, and of which day."""

    owner: str
    taken_on: date


def documents(m: Matched) -> list[Comparison]:
    return [
        _owner_type(m),
        *_object_fields(m, ("FileName", "File Name", "fileName")),
        field_of(m, "file_name", _base_name, values=m.values("file_name", "s3_key")),
    ]


def images(m: Matched) -> list[Comparison]:
    batches = m.reference.rows(BATCHES)
    left_alone = m.reference.left_alone(BATCHES)
    columns = (
        batches["id"],
        m.reference.owners_of(BATCHES, batches),
        batches["taken_on"],
    )
    known = {pk: _Batch(owner, day) for pk, owner, day in zip(*columns, strict=True)}
    held = [known.get(pk) for pk in m.values("batch_id")]
    notes = explaining.dates(m.zone)
    batch_id = field_of(
        m,
        "batch_id",
        partial(_batch, m.zone.order),
        owner_names(m.table),
        ("date", "Date"),
        values=[(batch.taken_on if batch else None, batch) for batch in held],
        notes={note: partial(_batch_day, by) for note, by in notes.items()},
    )
    changed = [str(pk) in left_alone for pk in m.values("batch_id")]
    return [
        replace(batch_id, changed=changed),
        *_object_fields(m, ("fileNane", "fileName")),
    ]


def _object_fields(m: Matched, names: Aliases) -> list[Comparison]:
    """Fields that the stored object gives: from the frozen listing, by its key."""
    sizes = m.reference.sizes[m.table]
    files = shelves.shelf(
        m.reference.prefix(m.table), sizes, number=registry.named(m.table).number_key
    )
    keys = files.keys(column(m.frame, key_names(m.table)))

    def stored_key(value: str, said: str) -> Pair:
        return shelves.ITS_ONLY_FILE, files.says(value, said, keys)

    def size(value: tuple[int | None, str]) -> Pair:
        held, key = value
        return str(sizes.get(key, "")), "" if held is None else str(held)

    return [
        field_of(m, "s3_key", stored_key, key_names(m.table)),
        field_of(m, "s3_bucket", lambda value: (m.reference.bucket, value)),
        field_of(m, "file_size", size, values=m.values("file_size", "s3_key")),
        field_of(m, "mime_type", _ending, values=m.values("mime_type", "s3_key")),
        field_of(
            m,
            "original_name",
            _original_name,
            names,
            values=m.values("original_name", "s3_key"),
        ),
        field_of(m, "category", rendering.slug, _TYPE),
    ]


def _owner_type(m: Matched) -> Comparison:
    types = m.reference.owner_types
    held = [types.get(number, "") for number in m.values("content_type_id")]
    return field_of(m, "owner_type", lambda value: (PATIENT, value), values=held)


def _base_name(value: tuple[str, str]) -> Pair:
    held, key = value
    return key.rpartition("/")[2], held


def _original_name(value: tuple[str, str], said: str) -> Pair:
    """The name in FileMaker; where it has none, the object's."""
    held, key = value
    return rendering.plain(said) or key.rpartition("/")[2], held


def _ending(value: tuple[str, str]) -> Pair:
    mime_type, key = value
    ending = words.ending_of(key)
    return ending, ending if words.is_type_of(mime_type, key) else mime_type


def _batch(
    order: str, value: tuple[Any, _Batch | None], owner_key: str, day: str
) -> Pair:
    """Patient and day of the batch that an image is in."""
    batch = value[1]
    said, shown = clocks.day(batch.taken_on if batch else None, day, order)
    held = rendering.key_text(batch.owner) if batch else ""
    return f"{rendering.key_text(owner_key)} {said}", f"{held} {shown}"


def _batch_day(explains: Any, value: Any, owner_key: str, day: str) -> bool:
    """The day differs as a note says, and the patient does not."""
    taken_on, batch = value
    same = batch is not None and rendering.key(batch.owner, owner_key)
    return bool(same and same[0] == same[1] and explains(taken_on, day))
