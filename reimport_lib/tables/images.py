"""Images, and the batches they are grouped in: one per patient and day.

Pure. The authority is the paragraph "Documents and images" of ``docs/rules.md``. An
image's key is ``recid``, a number; a batch's key is made of patient and day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from reimport_lib import setting_values
from reimport_lib.frames import Column
from reimport_lib.plan.cells import blank, constant, each, objects
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import Ruling
from reimport_lib.plan.match import linked_pks
from reimport_lib.plan.stage import Staged
from reimport_lib.tables import convert, stored_proof
from reimport_lib.tables.declare import (
    Dropped,
    Field,
    Made,
    Setting,
    Source,
    Table,
)
from reimport_lib.tables.documents import (
    MIME_TYPES,
    OBJECT_SHOWN,
    STORED,
    category,
    original_name,
)
from reimport_lib.tables.image_batch_proof import check_batches
from reimport_lib.tables.owners import BY_TYPE, PATIENT, PATIENTS, TO_PATIENT
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column

BATCH_FIELDS = ("owner_type", "owner_id", "name", "taken_on", "filemaker_metadata")
"""Managed fields of a batch, in digest order."""

_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def _no_day(staged: Staged, _: Context) -> tuple[Ruling]:
    return ((blank(staged.frame["date_taken"]), Reason.BAD_DATE),)


def batch_keys(staged: Staged) -> Column:
    """(n,) ``patient:day`` of every image; "" where one of them is missing."""
    frame = staged.frame
    keys = [
        f"{owner}:{day.isoformat()}" if owner and day else ""
        for owner, day in zip(frame["owner"], frame["date_taken"], strict=True)
    ]
    return objects(keys, frame.index)


def make_batches(images: Staged, context: Context) -> dict[str, Column]:
    """The batches of *images*: one per patient and day."""
    first = images.frame.drop_duplicates("key")
    return {
        "owner_type": constant(PATIENT, first.index),
        "owner_id": linked_pks(first["owner"], context.known, (PATIENTS,))[0],
        "name": each(first["date_taken"], _day_name),
        "taken_on": first["date_taken"],
    }


def _day_name(day: date) -> str:
    """``20 Aug 2019``, in English on every machine."""
    return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year}"


IMAGES = Table(
    name="images",
    noun="images",
    phase="images",
    model="images.Image",
    source=Source("Images", "API_Images", date_order="MDY"),
    key=Field("filemaker_id", ("recid", "RecID"), convert.number_key, True, length=255),
    find_by=("owner", "date_taken", "original_name"),
    fields=(
        owner_column("id_Contact", feeds="batch_id"),
        *OWNER_CHECK,
        Field(
            "date_taken",
            ("date", "Date"),
            convert.date,
            required=True,
            original="date_text",
        ),
        Field("source_type", ("Type", "type"), convert.word, length=100, coded=True),
        Field(
            "original_name",
            ("fileNane", "fileName"),
            convert.text,
            length=255,
            shown="file",
        ),
        kept("name_of_file", "Name of file", to=convert.text),
        Field("caption", ("caption", "Caption"), convert.text, shown="text"),
        kept("image_id", "id", to=convert.number_text),
        kept("file_size_text", "filesize"),
        kept("imported", "imported"),
        kept("result", "result"),
        kept("exported_at", "NexusExportDate"),
        *AUDIT,
    ),
    dropped=(
        Dropped(
            (
                "image_Full",
                "image_Ex_large",
                "image_large",
                "image_medium",
                "image_small",
                "best_image_container",
            ),
            "a container: the stored object is linked",
        ),
        Dropped(("Recovered",), "a thumbnail as text"),
        GLOBALS,
    ),
    managed=(
        "batch_id",
        "s3_bucket",
        "s3_key",
        "original_name",
        "file_size",
        "mime_type",
        "category",
        "source_type",
        "caption",
        "date_taken",
        "filemaker_metadata",
    ),
    shown={**OBJECT_SHOWN, "category": "text"},
    words={"mime_type": MIME_TYPES},
    links=(replace(TO_PATIENT, field="batch_id", through="image_batches"),),
    by_machine=("s3_thumbnail_key",),
    stored=STORED,
    rules=(_no_day,),
    values={
        "original_name": original_name,
        "category": category,
    },
    proof=stored_proof.images,
    gates={"min_object_rate": 0.85},
)

IMAGES_OBJECTS = Table(
    name="images_objects",
    noun="stored image files",
    phase="images",
    objects_of="images",
    prefix=Setting(
        "images_prefix",
        "S3_IMAGES_PREFIX",
        setting_values.prefix,
        "filemaker-images/",
    ),
)
IMAGE_BATCHES = Table(
    name="image_batches",
    noun="image batches",
    phase="images",
    model="images.ImageBatch",
    made=Made(
        "images",
        batch_keys,
        make_batches,
        said={"owner_id": "owner", "taken_on": "date_taken"},
    ),
    managed=BATCH_FIELDS,
    links=(BY_TYPE,),
    shown={"name": "text", "taken_on": "plain"},
    words={"owner_type": (PATIENT,)},
    counts={"image_count": ("images", "batch_id")},
    checks=check_batches,
)
