"""Appointments and clinic events: one row per entry of the calendar.

The rules are in ``appointment_rules``.
"""

from __future__ import annotations

from dataclasses import replace

from reimport_lib.plan.codes import Note
from reimport_lib.tables import appointment_proof, convert
from reimport_lib.tables.appointment_rules import (
    doubtful_end,
    end_in_order,
    required,
    stage_appointments,
    status_by_clock,
)
from reimport_lib.tables.declare import (
    ByClock,
    Dropped,
    Field,
    FromOwner,
    LinkTo,
    NoteGate,
    Source,
    Table,
    Together,
)
from reimport_lib.tables.owners import TO_PATIENT
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column

APPOINTMENTS = Table(
    name="appointments",
    noun="appointments",
    phase="appointments",
    model="appointments.Appointment",
    source=Source("Appointments", "API_event"),
    key=Field("filemaker_id", ("id", "_kp_EventID"), convert.key, True, length=255),
    find_by=("owner", "start_date", "start_clock", "start_stamp", "title"),
    fields=(
        owner_column(),
        *OWNER_CHECK,
        Field(
            "clinic_key",
            ("idCal", "id_Clinic"),
            convert.number_text,
            metadata="calendar",
            feeds="clinic_id",
            coded=True,
        ),
        Field(
            "clinician_key",
            ("id_Clinician", "Clinician"),
            convert.number_text,
            metadata="clinician",
            feeds="clinician_id",
            coded=True,
        ),
        Field(
            "type_word",
            ("Type", "type"),
            convert.text,
            metadata="type",
            feeds="appointment_type_id",
            coded=True,
            shown="text",
        ),
        Field(
            "start_date",
            ("startDate",),
            convert.date,
            required=True,
            unless="start_stamp",
            feeds="start_time",
        ),
        Field(
            "start_clock",
            ("startTime",),
            convert.since_midnight,
            required=True,
            unless="start_stamp",
            feeds="start_time",
        ),
        Field("start_stamp", ("Start",), convert.moment, feeds="start_time"),
        Field("end_date", ("endDate",), convert.date, feeds="end_time"),
        Field("end_clock", ("endTime",), convert.since_midnight, feeds="end_time"),
        Field("end_stamp", ("End",), convert.moment, feeds="end_time"),
        Field("all_day", ("allDay",), convert.flag, shown="plain"),
        Field("all_day_flag", ("FLAG All day",), convert.flag, feeds="all_day"),
        Field(
            "status_word",
            ("Status", "status"),
            convert.text,
            metadata="status",
            feeds="status, status_source",
            coded=True,
            words=("scheduled", "booked", "completed", "attended", "cancelled"),
        ),
        Field("title", ("title", "Title"), convert.text, length=255, shown="text"),
        Field("notes", ("note", "notes", "Notes"), convert.text, shown="text"),
        kept("consult_notes", "Consult Notes", to=convert.text),
        kept("note_of_day", "noteDay", to=convert.text),
        kept("note_of_clinic", "noteClinic", to=convert.text),
        Field(
            "",
            ("id_Referrer",),
            convert.number_text,
            metadata="referrer",
            feeds="referrer_id",
        ),
        kept("note_id", "id.Note", to=convert.number_text),
        kept("location", "location", to=convert.text),
        kept("url", "url", to=convert.text),
        kept("no_sms", "No SMS"),
        kept("follow_up", "FLAG Follow Up"),
        kept("message_id", "_kp_MessageID", to=convert.number_text),
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
        "referrer_id",
    ),
    stage=stage_appointments,
    links=(
        replace(TO_PATIENT, nobody=Note.CLINIC_EVENT),
        LinkTo(
            "clinic",
            "clinics",
            ("clinic_key",),
            "clinic_id",
            note=Note.UNKNOWN_CLINIC,
            from_owner=FromOwner(
                "clinic_id",
                note=Note.CLINIC_FROM_PATIENT,
                source="clinic_source",
                words=("filemaker", "patient"),
            ),
        ),
        LinkTo(
            "clinician",
            "clinicians",
            ("clinician_key",),
            "clinician_id",
            note=Note.UNKNOWN_CLINICIAN,
        ),
        LinkTo(
            "type",
            "appointment_types",
            ("type_word",),
            "appointment_type_id",
            note=Note.UNKNOWN_VALUE,
        ),
        LinkTo(
            "referrer",
            "referrers",
            ("referrer",),
            "referrer_id",
            note=Note.UNKNOWN_REFERRER,
        ),
    ),
    rules=(required, doubtful_end),
    values={"start_time": "start", "end_time": end_in_order, "all_day": "whole_day"},
    by_clock=ByClock(
        "status",
        status_by_clock,
        source="status_source",
        words=("filemaker", "clock"),
    ),
    proof=appointment_proof.comparisons,
    together=Together(
        joined={
            "start_text": ("start_date", "start_clock", "start_stamp"),
            "end_text": ("end_date", "end_clock", "end_stamp"),
        },
        kept=appointment_proof.kept_beside,
        told=appointment_proof.told_otherwise,
    ),
    shown={"start_time": "plain", "end_time": "plain"},
    words={
        "status": ("scheduled", "checked_in", "completed", "cancelled", "no_show"),
        "status_source": ("filemaker", "clock"),
        "clinic_source": ("filemaker", "patient"),
    },
    note_gates=(
        NoteGate(
            "max_clinic_fallback",
            Note.CLINIC_FROM_PATIENT,
            0.20,
            "appointments that took the patient's clinic",
        ),
    ),
)
