"""The columns of the calendar, and the words of its status column.

Pure data; the rules are in ``appointments``.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict

from reimport_lib.plan.mapping import Column, Dropped, Mapping
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column

MAPPING = Mapping(
    table="appointments",
    key=Column("filemaker_id", ("id", "_kp_EventID"), "key", True, length=255),
    columns=(
        owner_column(),
        *OWNER_CHECK,
        Column(
            "clinic_key",
            ("idCal", "id_Clinic"),
            "number as text",
            metadata="calendar",
            feeds="clinic_id",
        ),
        Column(
            "clinician_key",
            ("id_Clinician", "Clinician"),
            "number as text",
            metadata="clinician",
            feeds="clinician_id",
        ),
        Column(
            "type_word",
            ("Type", "type"),
            metadata="type",
            feeds="appointment_type_id",
        ),
        Column(
            "start_date",
            ("startDate",),
            "date",
            required=True,
            unless="start_stamp",
            feeds="start_time",
        ),
        Column(
            "start_clock",
            ("startTime",),
            "time of day",
            required=True,
            unless="start_stamp",
            feeds="start_time",
        ),
        Column("start_stamp", ("Start",), "date and time", feeds="start_time"),
        Column("end_date", ("endDate",), "date", feeds="end_time"),
        Column("end_clock", ("endTime",), "time of day", feeds="end_time"),
        Column("end_stamp", ("End",), "date and time", feeds="end_time"),
        Column("all_day", ("allDay",), "flag"),
        Column("all_day_flag", ("FLAG All day",), "flag", feeds="all_day"),
        Column(
            "status_word",
            ("Status", "status"),
            metadata="status",
            feeds="status, status_source",
        ),
        Column("title", ("title", "Title"), length=255),
        Column("notes", ("note", "notes", "Notes")),
        kept("consult_notes", "Consult Notes", convert="text"),
        kept("note_of_day", "noteDay", convert="text"),
        kept("note_of_clinic", "noteClinic", convert="text"),
        kept("referrer", "id_Referrer", convert="number as text"),
        kept("note_id", "id.Note", convert="number as text"),
        kept("location", "location", convert="text"),
        kept("url", "url", convert="text"),
        kept("no_sms", "No SMS"),
        kept("follow_up", "FLAG Follow Up"),
        kept("message_id", "_kp_MessageID", convert="number as text"),
        *AUDIT,
    ),
    dropped=(
        Dropped(("period",), "a calculation over fields that are imported"),
        GLOBALS,
    ),
    managed=(
        "patient_id",
        "clinic_id",
        "clinician_id",
        "appointment_type_id",
        "start_time",
        "end_time",
        "all_day",
        "status",
        "status_source",
        "clinic_source",
        "title",
        "notes",
        "filemaker_metadata",
    ),
)

STATUS_WORDS: Dict[str, str] = {
    "completed": "completed",
    "complete": "completed",
    "attended": "completed",
    "done": "completed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "dna": "no_show",
    "fta": "no_show",
    "no show": "no_show",
    "no-show": "no_show",
    "no_show": "no_show",
    "did not attend": "no_show",
    "failed to attend": "no_show",
    "scheduled": "scheduled",
    "booked": "scheduled",
    "confirmed": "scheduled",
    "checked in": "checked_in",
    "checked-in": "checked_in",
    "checked_in": "checked_in",
    "arrived": "checked_in",
}
"""Word of the source, case folded -> status; any other word rejects its row."""
