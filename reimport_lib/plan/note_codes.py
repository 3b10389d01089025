"""The closed list of notes, which ``codes`` gives with all other codes. Pure."""

from __future__ import annotations

from reimport_lib.plan.coding import ToDo, Told


class Note(Told):
    """A value changed or doubted on the way in: any number per imported row."""

    AMBIGUOUS_DATE = (
        "ambiguous_date",
        "A text date fits both orders; the set order was taken.",
        "Check the order of dates in the settings.",
        ToDo.ELSEWHERE,
    )
    OTHER_DATE_ORDER = (
        "other_date_order",
        "A text date fits only the other order, and was read so.",
        "Check the date in FileMaker.",
        ToDo.FIX,
    )
    BAD_DATE = (
        "bad_date",
        "An optional date cannot be read; it stays empty.",
        "Correct the date in FileMaker.",
        ToDo.FIX,
    )
    DATE_IN_FUTURE = (
        "date_in_future",
        "A birth date lies in the future; it stays empty.",
        "Correct the date in FileMaker.",
        ToDo.FIX,
    )
    DATE_TOO_OLD = (
        "date_too_old",
        "A birth date lies before 1880; it stays empty.",
        "Correct the date in FileMaker.",
        ToDo.FIX,
    )
    DST_GAP = (
        "dst_gap",
        "The wall time does not exist (clocks went forward).",
        "Nothing to do: the offset from before the change was taken.",
        ToDo.NOTHING,
    )
    DST_AMBIGUOUS = (
        "dst_ambiguous",
        "The wall time occurs twice (clocks went back).",
        "Nothing to do: the first occurrence was taken.",
        ToDo.NOTHING,
    )
    END_BEFORE_START = (
        "end_before_start",
        "The end lies before the start; it stays empty.",
        "Correct the times in FileMaker.",
        ToDo.FIX,
    )
    CLINIC_EVENT = (
        "clinic_event",
        "An appointment without a patient: an event of the clinic.",
        "Nothing to do.",
        ToDo.EXPECTED,
    )
    CLINIC_FROM_PATIENT = (
        "clinic_from_patient",
        "The clinic is unknown or blank; the patient's clinic was taken.",
        "Add the calendar to the clinics, or set it in FileMaker.",
        ToDo.ELSEWHERE,
    )
    UNKNOWN_CLINIC = (
        "unknown_clinic",
        "The clinic named is not one the backend knows; it stays empty.",
        "Add the clinic with `reimport load-config`.",
        ToDo.ELSEWHERE,
    )
    UNKNOWN_CLINICIAN = (
        "unknown_clinician",
        "The clinician named is not one the backend knows; it stays empty.",
        "Add the clinician with `reimport load-config`.",
        ToDo.ELSEWHERE,
    )
    UNKNOWN_VALUE = (
        "unknown_value",
        "A coded field holds a word that no table knows.",
        "Correct the word in FileMaker; funding sources and types of appointment can"
        " be added with `reimport load-config`.",
        ToDo.FIX,
    )
    UNKNOWN_REFERRER = (
        "unknown_referrer",
        "The referrer named did not come in; it stays empty.",
        "Mend the referrer's own row, or the referrer of this one, in FileMaker.",
        ToDo.FIX,
    )
    LEADING_ZERO_RESTORED = (
        "leading_zero_restored",
        "A number had lost its leading zeros; they were put back.",
        "Nothing to do.",
        ToDo.NOTHING,
    )
    BAD_NUMBER = (
        "bad_number",
        "A phone number is not valid; its text is kept where it can be.",
        "Correct the number in FileMaker.",
        ToDo.FIX,
    )
    AMBIGUOUS_TIME = (
        "ambiguous_time",
        "A time was written without all of its minutes, or may be part of a day;"
        " hours and minutes were taken.",
        "Check the time in FileMaker.",
        ToDo.FIX,
    )
    TEXT_KEPT = (
        "text_kept",
        "The value does not carry all that was typed; the text is kept beside it.",
        "Look at the text in the metadata of the record.",
        ToDo.EXPECTED,
    )
    BAD_EMAIL = (
        "bad_email",
        "An e-mail address is not valid; its text is kept.",
        "Correct the address in FileMaker.",
        ToDo.FIX,
    )
    KEPT_LOCAL = (
        "kept_local",
        "People changed a field in the backend, FileMaker did not: theirs stays.",
        "Nothing to do.",
        ToDo.NOTHING,
    )
    CONFLICT = (
        "conflict",
        "FileMaker and people both changed a field; what the backend has stays.",
        "Decide which is right: reimport decisions.",
        ToDo.DECIDE,
    )
    KEPT_BY_DECISION = (
        "kept_by_decision",
        "FileMaker and people both changed a field; by a ruling or a policy what the"
        " backend has stays.",
        "Nothing to do; reimport decisions changes it.",
        ToDo.NOTHING,
    )
    TAKEN_BY_DECISION = (
        "taken_by_decision",
        "FileMaker and people both changed a field; by a ruling or a policy what"
        " FileMaker has is taken.",
        "Nothing to do; reimport decisions changes it.",
        ToDo.NOTHING,
    )
    UNFIT_TOGETHER = (
        "unfit_together",
        "What FileMaker changed and what people changed do not meet a condition of the"
        " database together: its fields are of one side.",
        "Decide whose they are: reimport decisions.",
        ToDo.DECIDE,
    )
    OVERWRITTEN = (
        "overwritten",
        "People had changed a field; the clean slate overwrites it.",
        "Nothing to do; reimport undo brings it back.",
        ToDo.NOTHING,
    )
