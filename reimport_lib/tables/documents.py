"""Documents: one row per file, linked to its patient and to its stored object.

Pure. The authority is the paragraph "Documents and images" of ``docs/rules.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from reimport_lib import setting_values
from reimport_lib.frames import Column
from reimport_lib.plan.cells import each, filled_from
from reimport_lib.plan.context import Context
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.stored_objects import base_names
from reimport_lib.plan.values.text import visible
from reimport_lib.tables import convert, stored_proof
from reimport_lib.tables.declare import (
    Dropped,
    Field,
    Setting,
    ShownAs,
    Source,
    Stored,
    Table,
)
from reimport_lib.tables.owners import BY_TYPE, PATIENT
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column


def name_of_object(staged: Staged, _: Context) -> Column:
    """(n,) the name of each row's stored object."""
    return base_names(staged.frame["s3_key"])


def original_name(staged: Staged, context: Context) -> Column:
    """(n,) the name as FileMaker has it, else that of the stored object."""
    names = staged.frame["original_name"]
    return filled_from(names, name_of_object(staged, context))


def category(staged: Staged, _: Context) -> Column:
    """(n,) the type as one lower-case word with hyphens; ``other`` where blank."""
    return each(staged.frame["source_type"], _category)


def _category(source_type: str | None) -> str:
    word = visible(source_type or "").casefold()
    return re.sub(r"[\W_]+", "-", word).strip("-") or "other"


STORED = Stored("s3_bucket", "s3_key", size="file_size", mime_type="mime_type")

OBJECT_SHOWN: Mapping[str, ShownAs] = {
    "file_size": "plain",
    "s3_bucket": "setting",
    "s3_key": "object",
}
"""How the fields that point at a stored object are shown."""

MIME_TYPES = (
    *("application/pdf", "image/jpeg", "image/png"),
    *("image/heic", "image/tiff", "image/gif"),
)

DOCUMENTS = Table(
    name="documents",
    noun="documents",
    phase="documents",
    model="documents.Document",
    source=Source("Docs", "API_Docs"),
    key=Field("filemaker_id", ("id", "_kp_DocID"), convert.key, True, length=255),
    find_by=("owner", "document_date", "original_name"),
    fields=(
        owner_column("id_Contact", feeds="owner_id"),
        *OWNER_CHECK,
        Field(
            "original_name",
            ("FileName", "File Name", "fileName"),
            convert.text,
            length=255,
            shown="file",
        ),
        Field("source_type", ("Type", "type"), convert.word, length=100, coded=True),
        Field("document_date", ("Date", "date"), convert.date, original="date_text"),
        kept("name_of_file", "Name of file", to=convert.text),
        kept("container", "Doc", to=convert.text),
        kept("order", "id_Order", to=convert.number_text),
        kept("imported", "imported"),
        kept("number", "num"),
        kept("exported_at", "NexusExportDate"),
        *AUDIT,
    ),
    dropped=(
        Dropped(("Document", "Thumbnail"), "a container: the stored object is linked"),
        GLOBALS,
    ),
    managed=(
        "owner_type",
        "owner_id",
        "file_name",
        "original_name",
        "mime_type",
        "file_size",
        "s3_bucket",
        "s3_key",
        "category",
        "source_type",
        "document_date",
        "filemaker_metadata",
    ),
    links=(BY_TYPE,),
    stored=STORED,
    values={
        "file_name": name_of_object,
        "original_name": original_name,
        "category": category,
    },
    proof=stored_proof.documents,
    shown={**OBJECT_SHOWN, "file_name": "file", "category": "text"},
    words={"owner_type": (PATIENT,), "mime_type": MIME_TYPES},
    gates={"min_object_rate": 0.85},
)

DOCUMENTS_OBJECTS = Table(
    name="documents_objects",
    noun="stored document files",
    phase="documents",
    objects_of="documents",
    prefix=Setting(
        "documents_prefix",
        "S3_DOCUMENTS_PREFIX",
        setting_values.prefix,
        "filemaker-docs/",
    ),
)
