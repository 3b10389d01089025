"""Clinical notes: one row per note, with its own date, author and type.

Pure. The authority is the paragraph "Notes and SMS" of ``docs/rules.md``.
"""

from __future__ import annotations

from reimport_lib.frames import Column
from reimport_lib.plan.cells import filled_from, texts
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.context import Context
from reimport_lib.plan.rules import without
from reimport_lib.plan.stage import Staged
from reimport_lib.prove.render import rendering
from reimport_lib.prove.render.comparison import Comparison, Matched, field_of
from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, Source, Table
from reimport_lib.tables.owners import TO_PATIENT
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column


def _author_of(staged: Staged, _: Context) -> Column:
    """Who wrote the note; where nobody is named, who made the record."""
    return texts(filled_from(staged.frame["author"], staged.frame["created_by"]))


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
    find_by=("owner", "note_date", "author"),
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
    links=(TO_PATIENT,),
    rules=(without("content", reason=Reason.NO_CONTENT),),
    values={"author": _author_of},
    proof=_author,
)
