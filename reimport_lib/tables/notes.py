"""Clinical notes: one row per note, with its own date, author and type.

Pure. The authority is the paragraph "Notes and SMS" of ``docs/rules.md``.
"""

from __future__ import annotations

import pandas as pd

from reimport_lib.plan.cells import filled_from, texts
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import (
    Decided,
    counted_rows,
    decide_rows,
    decided,
    duplicates,
    empty,
    misfits,
    no_key,
)
from reimport_lib.plan.stage import Staged
from reimport_lib.prove.render import rendering
from reimport_lib.prove.render.comparison import Comparison, Matched, field_of
from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, Source, Table
from reimport_lib.tables.owners import (
    TO_PATIENT,
    contradicts_owner,
    owner_link,
    owner_pks,
    owner_rules,
    with_owner_texts,
)
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column


def decide_notes(
    staged: Staged, context: Context, objects: pd.DataFrame | None = None
) -> Decided:
    """Which notes come in: those with a text that belong to an imported patient."""
    staged = with_owner_texts(staged, context.known)
    frame, known = staged.frame, context.known
    rows = decide_rows(
        staged,
        rules=(
            no_key(staged),
            *duplicates(staged),
            *owner_rules(frame["owner"], known),
            contradicts_owner(staged, known),
            (empty(staged, "content"), Reason.NO_CONTENT),
            *misfits(staged),
        ),
        doubts=(),
    )
    author = filled_from(frame["author"], frame["created_by"])
    return decided(
        staged,
        rows,
        {
            "patient_id": owner_pks(frame["owner"], known),
            "note_date": frame["note_date"],
            "author": texts(author),
            "source_type": texts(frame["source_type"]),
            "content": texts(frame["content"]),
        },
        links=(owner_link(frame["owner"], known, counted_rows(rows)),),
    )


def _author(m: Matched) -> list[Comparison]:
    """Who wrote a note; where nobody is named, who made the record."""
    headers = (("CreatedBy", "Author"), ("creationAccountName",))
    return [field_of(m, "author", rendering.first_of, *headers)]


NOTES = Table(
    name="notes",
    noun="notes",
    phase="notes",
    model="notes.Note",
    source=Source("Notes", "API_Notes"),
    key=Field("filemaker_id", ("id", "_kp_NoteID"), convert.key, True, length=255),
    fields=(
        owner_column("id_Key", "id_Contact"),
        *OWNER_CHECK,
        Field("note_date", ("Date", "date"), convert.date, original="date_text"),
        Field(
            "author",
            ("CreatedBy", "Author"),
            convert.text,
            length=200,
            shown="initials",
        ),
        Field(
            "source_type", ("Note Type", "Type"), convert.word, length=100, coded=True
        ),
        Field(
            "content",
            ("Note", "Content", "Text"),
            convert.text,
            required=True,
            shown="text",
        ),
        kept("display", "Display"),
        *AUDIT,
    ),
    dropped=(GLOBALS,),
    managed=(
        "patient_id",
        "note_date",
        "author",
        "source_type",
        "content",
        "filemaker_metadata",
    ),
    links=(TO_PATIENT,),
    decide=decide_notes,
    proof=_author,
)
