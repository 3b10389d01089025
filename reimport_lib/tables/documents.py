"""Documents: one row per file, linked to its patient and to its stored object.

Pure. The authority is the paragraph "Documents and images" of ``docs/rules.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from reimport_lib.plan.cells import constant, each, filled_from, texts
from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import (
    Decided,
    counted_rows,
    decide_rows,
    decided,
    duplicates,
    misfits,
    no_key,
)
from reimport_lib.plan.object_names import naming
from reimport_lib.plan.objects import Objects, base_names, match_objects, mime_types
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values.text import visible
from reimport_lib.tables import convert, stored_proof
from reimport_lib.tables.declare import Dropped, Field, Shown, Source, Table
from reimport_lib.tables.owners import (
    BY_TYPE,
    PATIENT,
    contradicts_owner,
    owner_link,
    owner_pks,
    owner_rules,
    with_owner_texts,
)
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column


def decide_documents(
    staged: Staged, context: Context, objects: pd.DataFrame | None = None
) -> Decided:
    """
    Which documents come in: those of an imported patient, with an object.

    *objects* holds key and size of everything under the documents' prefix.
    """
    staged = with_owner_texts(staged, context.known)
    frame, known = staged.frame, context.known
    stored = match_objects(frame["key"], objects, naming("documents", context))
    rows = decide_rows(
        staged,
        rules=(
            no_key(staged),
            *duplicates(staged),
            stored.doubled_rule,
            *owner_rules(frame["owner"], known),
            contradicts_owner(staged, known),
            *misfits(staged),
            *stored.object_rules,
        ),
    )
    counted, names = counted_rows(rows), frame["original_name"]
    return decided(
        staged,
        rows,
        {
            **object_columns(stored, context),
            "owner_type": constant(PATIENT, frame.index),
            "owner_id": owner_pks(frame["owner"], known),
            "file_name": base_names(stored.keys),
            "original_name": filled_from(names, base_names(stored.keys)),
            "category": categories(frame["source_type"]),
            "source_type": texts(frame["source_type"]),
            "document_date": frame["document_date"],
        },
        links=(owner_link(frame["owner"], known, counted), stored.link(counted)),
    )


def object_columns(stored: Objects, context: Context) -> dict[str, Any]:
    """The fields that point at a stored object; nothing is downloaded."""
    bucket = context.settings.s3_bucket
    return {
        "mime_type": mime_types(stored.keys),
        "file_size": stored.sizes,
        "s3_bucket": constant(bucket, stored.keys.index),
        "s3_key": stored.keys,
    }


def categories(types: Any) -> Any:
    """(n,) the type as one lower-case word with hyphens; ``other`` where blank."""
    return each(types, _category)


def _category(source_type: str | None) -> str:
    word = visible(source_type or "").casefold()
    return re.sub(r"[\W_]+", "-", word).strip("-") or "other"


OBJECT_SHOWN: Mapping[str, Shown] = {
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
    decide=decide_documents,
    proof=stored_proof.documents,
    links=(BY_TYPE,),
    shown={**OBJECT_SHOWN, "file_name": "file", "category": "text"},
    words={"owner_type": (PATIENT,), "mime_type": MIME_TYPES},
    gates={"min_object_rate": 0.85},
)

DOCUMENTS_OBJECTS = Table(
    name="documents_objects",
    noun="stored document files",
    phase="documents",
    made_of="documents",
    prefix="documents_prefix",
)
