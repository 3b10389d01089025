"""The closed lists of outcomes, reasons and notes, each with a sentence and a remedy.

Pure; imports nothing of this package. The words are those of ``docs/rules.md``.
"""

from __future__ import annotations

from enum import StrEnum


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


class _Code(StrEnum):
    """A code with the sentence a reader sees and what to do about it."""

    sentence: str
    remedy: str

    def __new__(cls, code: str, sentence: str, remedy: str) -> _Code:
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        member.remedy = remedy
        return member


class Reason(_Code):
    """Why a row is skipped or rejected: one per row, the first that applies."""

    NO_KEY = (
        "no_key",
        "The row has no FileMaker key.",
        "Give the record its id in FileMaker, then export again.",
    )
    DUPLICATE_ROW = (
        "duplicate_row",
        "An equal row stands earlier in the source.",
        "Nothing to do: the first one counts.",
    )
    DUPLICATE_KEY = (
        "duplicate_key",
        "Several rows share this key and differ in their values.",
        "Give each record a key of its own in FileMaker, or merge them there into"
        " one that keeps what each holds.",
    )
    EXCLUDED_BY_RULE = (
        "excluded_by_rule",
        "A named rule leaves this kind of row, or a file of this name, out.",
        "Nothing to do, unless the kind or the name was given by mistake.",
    )
    UNKNOWN_OWNER = (
        "unknown_owner",
        "What it belongs to is not in the source.",
        "Find out whose it is and set the key of its owner in FileMaker.",
    )
    OWNER_NOT_IMPORTED = (
        "owner_not_imported",
        "What it belongs to is in the source, but was not imported.",
        "Mend the row of its owner first; this one follows.",
    )
    OWNER_NOT_EXPORTED = (
        "owner_not_exported",
        "What it belongs to is of a table whose export is missing.",
        "Export that table too; this row follows.",
    )
    NO_OWNER = (
        "no_owner",
        "The row names nothing that it belongs to.",
        "Set the key of its owner in FileMaker.",
    )
    AMBIGUOUS_OWNER = (
        "ambiguous_owner",
        "Rows of two tables have the key that it names.",
        "Give one of the two another key in FileMaker, and this row the right one.",
    )
    CONTRADICTS_OWNER = (
        "contradicts_owner",
        "A second column names another person than the key does.",
        "Decide in FileMaker which of the two is right.",
    )
    UNKNOWN_TYPE = (
        "unknown_type",
        "The kind of contact detail is blank or not known.",
        "Set the type to Phone, Mobile, Email or Address in FileMaker.",
    )
    UNKNOWN_VALUE = (
        "unknown_value",
        "A coded field holds a word that no table knows.",
        "Correct the word in FileMaker, or have it added to the words of the mapping.",
    )
    NO_CONTENT = (
        "no_content",
        "What the row is for, its text or its value, is blank.",
        "Nothing to do, unless it was left blank by mistake in FileMaker.",
    )
    MISSING_REQUIRED = (
        "missing_required",
        "A value without which the row means nothing is blank.",
        "Fill it in FileMaker.",
    )
    BAD_DATE = (
        "bad_date",
        "A required date cannot be read.",
        "Correct the date in FileMaker.",
    )
    BAD_TIME = (
        "bad_time",
        "A required time cannot be read.",
        "Correct the time in FileMaker.",
    )
    VALUE_TOO_LONG = (
        "value_too_long",
        "A value is longer than its field in the backend.",
        "Shorten it in FileMaker, or widen the field in the backend.",
    )
    BAD_CHARACTER = (
        "bad_character",
        "A value holds a character that no database stores (NUL).",
        "Remove the character in FileMaker.",
    )
    NO_OBJECT = (
        "no_object",
        "No stored file belongs to this row.",
        "Upload the file under the key of its record; until then the row stays out.",
    )
    AMBIGUOUS_OBJECT = (
        "ambiguous_object",
        "More than one stored file, or more than one row, could be meant.",
        "Give each file the whole key of its record as its name.",
    )
    EMPTY_OBJECT = (
        "empty_object",
        "The stored file holds no byte.",
        "Upload the file again.",
    )
    NO_METADATA = (
        "no_metadata",
        "No row of the source describes this stored file.",
        "Nothing to do, unless its record should be there: the file stays as it is.",
    )
    ROW_NOT_IMPORTED = (
        "row_not_imported",
        "The row that describes this file was not imported.",
        "Mend the row; the file follows.",
    )
    LOCAL_EDIT = (
        "local_edit",
        "A person changed this record in the backend since the last import.",
        "Decide which version is right; see the gate max_local_edits.",
    )


class Kept(_Code):
    """Why a target row that the delete phase looked at stays."""

    REJECTED_NOW = (
        "rejected_now",
        "Imported before; its source row is rejected or skipped today.",
        "See the reason of that row; until it comes in the record stays as it is.",
    )
    HAS_CHILDREN = (
        "has_children",
        "It would go, but records that stay hang on it.",
        "It goes with a later run, once nothing hangs on it.",
    )
    LOCAL_CHANGES = (
        "local_changes",
        "It would go, but people changed it in the backend since it came in.",
        "Take it out of the backend by hand, or leave it: no import changes it.",
    )
    HAS_LOCAL_ROWS = (
        "has_local_rows",
        "It would go, but records that people made hang on it.",
        "Move those records to another one, and it goes with a later run.",
    )
    LOCAL = (
        "local",
        "It has no FileMaker key: made in the backend, by people or another system.",
        "Nothing to do: no import changes it.",
    )


class Note(_Code):
    """A value changed or doubted on the way in: any number per imported row."""

    AMBIGUOUS_DATE = (
        "ambiguous_date",
        "A text date fits both orders; the set order was taken.",
        "Check the order of dates in the settings.",
    )
    OTHER_DATE_ORDER = (
        "other_date_order",
        "A text date fits only the other order, and was read so.",
        "Check the date in FileMaker.",
    )
    BAD_DATE = (
        "bad_date",
        "An optional date cannot be read; it stays empty.",
        "Correct the date in FileMaker.",
    )
    DATE_IN_FUTURE = (
        "date_in_future",
        "A birth date lies in the future; it stays empty.",
        "Correct the date in FileMaker.",
    )
    DATE_TOO_OLD = (
        "date_too_old",
        "A birth date lies before 1880; it stays empty.",
        "Correct the date in FileMaker.",
    )
    DST_GAP = (
        "dst_gap",
        "The wall time does not exist (clocks went forward).",
        "Nothing to do: the offset from before the change was taken.",
    )
    DST_AMBIGUOUS = (
        "dst_ambiguous",
        "The wall time occurs twice (clocks went back).",
        "Nothing to do: the first occurrence was taken.",
    )
    END_BEFORE_START = (
        "end_before_start",
        "The end lies before the start; it stays empty.",
        "Correct the times in FileMaker.",
    )
    CLINIC_EVENT = (
        "clinic_event",
        "An appointment without a patient: an event of the clinic.",
        "Nothing to do.",
    )
    CLINIC_FROM_PATIENT = (
        "clinic_from_patient",
        "The clinic is unknown or blank; the patient's clinic was taken.",
        "Add the calendar to the clinics, or set it in FileMaker.",
    )
    UNKNOWN_CLINIC = (
        "unknown_clinic",
        "The clinic named is not one the backend knows; it stays empty.",
        "Add the clinic with `reimport load-config`.",
    )
    UNKNOWN_CLINICIAN = (
        "unknown_clinician",
        "The clinician named is not one the backend knows; it stays empty.",
        "Add the clinician with `reimport load-config`.",
    )
    UNKNOWN_VALUE = (
        "unknown_value",
        "A coded field holds a word that no table knows.",
        "Correct the word in FileMaker; funding sources and types of appointment can"
        " be added with `reimport load-config`.",
    )
    UNKNOWN_REFERRER = (
        "unknown_referrer",
        "The referrer named did not come in; it stays empty.",
        "Mend the referrer's own row, or the referrer of this one, in FileMaker.",
    )
    LEADING_ZERO_RESTORED = (
        "leading_zero_restored",
        "A number had lost its leading zeros; they were put back.",
        "Nothing to do.",
    )
    BAD_NUMBER = (
        "bad_number",
        "A phone number is not valid; its text is kept where it can be.",
        "Correct the number in FileMaker.",
    )
    AMBIGUOUS_TIME = (
        "ambiguous_time",
        "A time was written without all of its minutes, or may be part of a day;"
        " hours and minutes were taken.",
        "Check the time in FileMaker.",
    )
    TEXT_KEPT = (
        "text_kept",
        "The value does not carry all that was typed; the text is kept beside it.",
        "Look at the text in the metadata of the record.",
    )
    BAD_EMAIL = (
        "bad_email",
        "An e-mail address is not valid; its text is kept.",
        "Correct the address in FileMaker.",
    )
