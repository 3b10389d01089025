"""Appointments and clinic events: one row per entry of the calendar.

The rules are in ``appointment_rules``.
"""

from __future__ import annotations

from reimport_lib.plan.codes import Note
from reimport_lib.tables.appointment_rules import (
    decide_appointments,
    stage_appointments,
)
from reimport_lib.tables.declare import Dropped, Field, LinkTo, NoteGate, Source, Table
from reimport_lib.tables.owners import TO_PATIENT
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column

APPOINTMENTS = Table(
    name="appointments",
    noun="appointments",
    phase="appointments",
    model="appointments.Appointment",
    source=Source("Appointments", "API_event"),
    key=Field("filemaker_id", ("id", "_kp_EventID"), "key", True, length=255),
    fields=(
        owner_column(),
        *OWNER_CHECK,
        Field(
            "clinic_key",
            ("idCal", "id_Clinic"),
            "number as text",
            metadata="calendar",
            feeds="clinic_id",
            coded=True,
        ),
        Field(
            "clinician_key",
            ("id_Clinician", "Clinician"),
            "number as text",
            metadata="clinician",
            feeds="clinician_id",
            coded=True,
        ),
        Field(
            "type_word",
            ("Type", "type"),
            metadata="type",
            feeds="appointment_type_id",
            coded=True,
        ),
        Field(
            "start_date",
            ("startDate",),
            "date",
            required=True,
            unless="start_stamp",
            feeds="start_time",
        ),
        Field(
            "start_clock",
            ("startTime",),
            "time of day",
            required=True,
            unless="start_stamp",
            feeds="start_time",
        ),
        Field("start_stamp", ("Start",), "date and time", feeds="start_time"),
        Field("end_date", ("endDate",), "date", feeds="end_time"),
        Field("end_clock", ("endTime",), "time of day", feeds="end_time"),
        Field("end_stamp", ("End",), "date and time", feeds="end_time"),
        Field("all_day", ("allDay",), "flag"),
        Field("all_day_flag", ("FLAG All day",), "flag", feeds="all_day"),
        Field(
            "status_word",
            ("Status", "status"),
            metadata="status",
            feeds="status, status_source",
            coded=True,
        ),
        Field("title", ("title", "Title"), length=255),
        Field("notes", ("note", "notes", "Notes")),
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
    stage=stage_appointments,
    links=(
        TO_PATIENT,
        LinkTo("clinic", "clinics", ("clinic_key",)),
        LinkTo("clinician", "clinicians", ("clinician_key",)),
        LinkTo("type", "appointment_types", ("type_word",)),
    ),
    decide=decide_appointments,
    note_gates=(
        NoteGate(
            "max_clinic_fallback",
            Note.CLINIC_FROM_PATIENT,
            0.20,
            "appointments that took the patient's clinic",
        ),
    ),
)
