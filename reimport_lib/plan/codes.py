"""The closed lists of outcomes, reasons and notes: a sentence, a remedy, an action.

Pure; the notes lie in ``note_codes``. The words are those of ``docs/rules.md``.
"""

from __future__ import annotations

from enum import StrEnum

from reimport_lib.plan.coding import ToDo as ToDo
from reimport_lib.plan.coding import Told
from reimport_lib.plan.note_codes import Note as Note


class Outcome(StrEnum):
    """What became of a source row (the first five) or a target row (the last two)."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"
    DELETED = "deleted"
    KEPT = "kept"


SOURCE_OUTCOMES = (
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
    Outcome.SKIPPED,
    Outcome.REJECTED,
)


class Reason(Told):
    """Why a row is skipped or rejected: one per row, the first that applies."""

    NO_KEY = (
        "no_key",
        "The row has no FileMaker key.",
        "Give the record its id in FileMaker, then export again.",
        ToDo.FIX,
    )
    DUPLICATE_ROW = (
        "duplicate_row",
        "An equal row stands earlier in the source.",
        "Nothing to do: the first one counts.",
        ToDo.NOTHING,
    )
    DUPLICATE_KEY = (
        "duplicate_key",
        "Several rows share this key and differ in their values.",
        "Give each record a key of its own in FileMaker, or merge them there into"
        " one that keeps what each holds.",
        ToDo.FIX,
    )
    EXCLUDED_BY_RULE = (
        "excluded_by_rule",
        "A named rule leaves this kind of row, or a file of this name, out.",
        "Nothing to do, unless the kind or the name was given by mistake.",
        ToDo.EXPECTED,
    )
    UNKNOWN_OWNER = (
        "unknown_owner",
        "What it belongs to is not in the source.",
        "Find out whose it is and set the key of its owner in FileMaker.",
        ToDo.FIX,
    )
    OWNER_NOT_IMPORTED = (
        "owner_not_imported",
        "What it belongs to is in the source, but was not imported.",
        "Mend the row of its owner first; this one follows.",
        ToDo.EXPECTED,
    )
    OWNER_NOT_EXPORTED = (
        "owner_not_exported",
        "What it belongs to is of a table whose export is missing.",
        "Export that table too; this row follows.",
        ToDo.ELSEWHERE,
    )
    NO_OWNER = (
        "no_owner",
        "The row names nothing that it belongs to.",
        "Set the key of its owner in FileMaker.",
        ToDo.FIX,
    )
    AMBIGUOUS_OWNER = (
        "ambiguous_owner",
        "Rows of two tables have the key that it names.",
        "Give one of the two another key in FileMaker, and this row the right one.",
        ToDo.FIX,
    )
    CONTRADICTS_OWNER = (
        "contradicts_owner",
        "A second column names another person than the key does.",
        "Decide in FileMaker which of the two is right.",
        ToDo.FIX,
    )
    UNKNOWN_TYPE = (
        "unknown_type",
        "The kind of contact detail is blank or not known.",
        "Set the type to Phone, Mobile, Email or Address in FileMaker.",
        ToDo.FIX,
    )
    UNKNOWN_VALUE = (
        "unknown_value",
        "A coded field holds a word that no table knows.",
        "Correct the word in FileMaker, or have it added to the words of the mapping.",
        ToDo.FIX,
    )
    NO_CONTENT = (
        "no_content",
        "What the row is for, its text or its value, is blank.",
        "Nothing to do, unless it was left blank by mistake in FileMaker.",
        ToDo.EXPECTED,
    )
    MISSING_REQUIRED = (
        "missing_required",
        "A value without which the row means nothing is blank.",
        "Fill it in FileMaker.",
        ToDo.FIX,
    )
    BAD_DATE = (
        "bad_date",
        "A required date cannot be read.",
        "Correct the date in FileMaker.",
        ToDo.FIX,
    )
    BAD_TIME = (
        "bad_time",
        "A required time cannot be read.",
        "Correct the time in FileMaker.",
        ToDo.FIX,
    )
    VALUE_TOO_LONG = (
        "value_too_long",
        "A value is longer than its field in the backend.",
        "Shorten it in FileMaker, or widen the field in the backend.",
        ToDo.FIX,
    )
    BAD_CHARACTER = (
        "bad_character",
        "A value holds a character that no database stores (NUL).",
        "Remove the character in FileMaker.",
        ToDo.FIX,
    )
    NO_OBJECT = (
        "no_object",
        "No stored file belongs to this row.",
        "Upload the file under the key of its record; until then the row stays out.",
        ToDo.ELSEWHERE,
    )
    AMBIGUOUS_OBJECT = (
        "ambiguous_object",
        "More than one stored file, or more than one row, could be meant.",
        "Give each file the whole key of its record as its name.",
        ToDo.ELSEWHERE,
    )
    EMPTY_OBJECT = (
        "empty_object",
        "The stored file holds no byte.",
        "Upload the file again.",
        ToDo.ELSEWHERE,
    )
    NO_METADATA = (
        "no_metadata",
        "No row of the source describes this stored file.",
        "Nothing to do, unless its record should be there: the file stays as it is.",
        ToDo.EXPECTED,
    )
    ROW_NOT_IMPORTED = (
        "row_not_imported",
        "The row that describes this file was not imported.",
        "Mend the row; the file follows.",
        ToDo.EXPECTED,
    )
    LOCAL_EDIT = (
        "local_edit",
        "People gave the mark of the primary one, which it should bear, to another.",
        "Take the mark off the other record in the backend, or set it in FileMaker.",
        ToDo.ELSEWHERE,
    )
    DELETED_BY_PEOPLE = (
        "deleted_by_people",
        "People deleted this record in the backend; FileMaker still has it.",
        "Decide whether it comes back: reimport decisions.",
        ToDo.DECIDE,
    )
    LEFT_DELETED = (
        "left_deleted",
        "People deleted this record in the backend, and it is to stay deleted.",
        "Nothing to do; reimport decisions changes it.",
        ToDo.NOTHING,
    )
    MADE_BY_PEOPLE = (
        "made_by_people",
        "People made a record with this key in the backend, and it differs.",
        "Decide whose it is: reimport decisions.",
        ToDo.DECIDE,
    )
    LEFT_AS_MADE = (
        "left_as_made",
        "People made a record with this key in the backend, and it is to stay theirs.",
        "Nothing to do; reimport decisions changes it.",
        ToDo.NOTHING,
    )


LOCAL = frozenset(
    {
        Reason.LOCAL_EDIT,
        Reason.DELETED_BY_PEOPLE,
        Reason.LEFT_DELETED,
        Reason.MADE_BY_PEOPLE,
        Reason.LEFT_AS_MADE,
    }
)
"""Reasons that lie in what people did in the backend, not in the source."""


WITHOUT_DOUBT = frozenset({Reason.DUPLICATE_ROW, Reason.EXCLUDED_BY_RULE})
"""Reasons of skipped rows that nobody needs to look at: they are counted alone."""


class Kept(Told):
    """Why a target row that the delete phase looked at stays."""

    REJECTED_NOW = (
        "rejected_now",
        "Imported before; its source row is rejected or skipped today.",
        "See the reason of that row; until it comes in the record stays as it is.",
        ToDo.EXPECTED,
    )
    HAS_CHILDREN = (
        "has_children",
        "It would go, but records that stay hang on it.",
        "It goes with a later run, once nothing hangs on it.",
        ToDo.EXPECTED,
    )
    LOCAL_CHANGES = (
        "local_changes",
        "It would go, but people changed it in the backend since it came in.",
        "Decide whether it stays: reimport decisions. Until then no import changes it.",
        ToDo.DECIDE,
    )
    HAS_LOCAL_ROWS = (
        "has_local_rows",
        "It would go, but records that people made hang on it.",
        "Move those records to another one, and it goes with a later run.",
        ToDo.ELSEWHERE,
    )
    LOCAL = (
        "local",
        "It has no FileMaker key: made in the backend, by people or another system.",
        "Nothing to do: no import changes it.",
        ToDo.NOTHING,
    )


SKIPPED = frozenset(
    {
        Reason.DUPLICATE_ROW,
        Reason.EXCLUDED_BY_RULE,
        Reason.NO_CONTENT,
        Reason.NO_METADATA,
        Reason.ROW_NOT_IMPORTED,
        Reason.LEFT_DELETED,
        Reason.LEFT_AS_MADE,
    }
)
"""Reasons of rows that are left out and not wrong; every other one rejects."""
