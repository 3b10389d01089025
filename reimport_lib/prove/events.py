"""Fields of appointments, notes and messages, and where the source says them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from reimport_lib.prove import explaining
from reimport_lib.prove.headers import Aliases
from reimport_lib.prove.matched import Field, Matched
from reimport_lib.prove.people import field_of, listed, own_key, owner
from reimport_lib.prove.reference_data import STRANGER
from reimport_lib.prove.render import clocks, rendering, words
from reimport_lib.prove.render.moments import Zone
from reimport_lib.prove.render.rendering import Pair

START: tuple[Aliases, ...] = (("startDate",), ("startTime",), ("Start",))
END: tuple[Aliases, ...] = (("endDate",), ("endTime",), ("End",))
_ALL_DAY: tuple[Aliases, ...] = (("allDay",), ("FLAG All day",))
_EVENT: Aliases = ("_kf_EventID", "id_Event")


def appointments(m: Matched) -> list[Field]:
    text = rendering.text
    return [
        own_key(m),
        owner(m),
        _clinic(m),
        listed(
            m,
            "clinician_id",
            "clinicians",
            ("id_Clinician", "Clinician"),
            note="unknown_clinician",
        ),
        listed(
            m,
            "appointment_type_id",
            "appointment_types",
            ("Type", "type"),
            note="unknown_value",
        ),
        *_times(m),
        field_of(m, "all_day", rendering.flag, *_ALL_DAY),
        *_sources(m),
        field_of(m, "title", text, ("title", "Title")),
        field_of(m, "notes", text, ("note", "notes", "Notes")),
    ]


def _times(m: Matched) -> list[Field]:
    zone = m.zone
    start = field_of(
        m, "start_time", zone.moment, *START, notes=explaining.moments(zone)
    )
    end = field_of(
        m,
        "end_time",
        partial(_end, zone),
        *END,
        START[0],
        *_ALL_DAY,
        notes={
            note: partial(_explains_end, explains)
            for note, explains in explaining.moments(zone).items()
        },
    )
    return [
        replace(made, texts=(made.texts[0], m.clocks(*clock), *made.texts[2:]))
        for made, clock in ((start, START[1]), (end, END[1]))
    ]


def _sources(m: Matched) -> list[Field]:
    """The status, and who decided it and the clinic."""
    status_word: Aliases = ("Status", "status")
    return [
        field_of(m, "status", _status, status_word, values=_status_values(m)),
        field_of(m, "status_source", _status_source, status_word),
        field_of(
            m,
            "clinic_source",
            _clinic_source,
            values=[
                (source, clinic is not None, "clinic_from_patient" in notes)
                for (source, clinic), notes in zip(
                    m.values("clinic_source", "clinic_id"), m.notes, strict=True
                )
            ],
        ),
    ]


def notes(m: Matched) -> list[Field]:
    day = partial(clocks.day, order=m.zone.order)
    author = (("CreatedBy", "Author"), ("creationAccountName",))
    return [
        own_key(m),
        owner(m),
        field_of(
            m,
            "note_date",
            day,
            ("Date", "date"),
            notes=explaining.dates(m.zone),
        ),
        field_of(m, "author", rendering.first_of, *author),
        field_of(m, "source_type", rendering.label, ("Note Type", "Type")),
        field_of(m, "content", rendering.text, ("Note", "Content", "Text")),
    ]


def sms(m: Matched) -> list[Field]:
    direction = partial(rendering.coded, words=words.DIRECTIONS)
    return [
        own_key(m),
        owner(m),
        _event(m),
        field_of(m, "direction", direction, ("Direction",)),
        field_of(
            m,
            "phone_number",
            rendering.phone,
            ("Phone", "RecipientPhoneMobile"),
            notes=explaining.numbers(),
        ),
        field_of(m, "message", rendering.text, ("Message", "MessageBody")),
        field_of(m, "status", rendering.label, ("Status", "MessageStatus")),
        _stamp(m, "sent_at", ("SentDate", "SentTimestamp")),
    ]


def sms_replies(m: Matched) -> list[Field]:
    phones = ("Phone", "SenderPhoneMobileIntFormat", "SenderPhoneMobile")
    return [
        own_key(m),
        owner(m),
        field_of(
            m,
            "phone_number",
            rendering.phone,
            phones,
            notes=explaining.numbers(),
        ),
        field_of(m, "message", rendering.text, ("Message", "ReplyMessageBody")),
        _stamp(m, "received_at", ("ReceivedDate", "Timestamp", "SentDate")),
    ]


def _clinic(m: Matched) -> Field:
    """By the calendar; with a note the patient's own clinic."""
    names = m.world.directories["clinics"]
    clinics = m.world.clinics_of_patients

    def from_patient(value: tuple[UUID | None, UUID | None], said: str) -> bool:
        clinic, of_patient = value
        return clinic is not None and clinic == of_patient and not names.named(said)

    return field_of(
        m,
        "clinic_id",
        lambda value, said: names.render(value[0], said),
        ("idCal", "id_Clinic"),
        values=[
            (clinic, clinics.get(patient))
            for clinic, patient in m.values("clinic_id", "patient_id")
        ],
        notes={
            "clinic_from_patient": from_patient,
            "unknown_clinic": explaining.unlisted(names),
        },
    )


def _end(
    zone: Zone, value: datetime | None, day: str, clock: str, stamp: str, *rest: str
) -> Pair:
    return zone.moment(value, *_end_texts(day, clock, stamp, *rest))


def _end_texts(
    day: str, clock: str, stamp: str, start_day: str, *all_day: str
) -> tuple[str, str, str]:
    """
    What the source says of the end, as a date, a time and a stamp.

    A time without a date is on the day of the start; a date without a time says
    nothing, unless the whole day is meant: then it is the end of that date.
    """
    if not rendering.folded(clock):
        whole = any(map(rendering.is_set, all_day)) and rendering.folded(day)
        return (day, "24:00", stamp) if whole else ("", "", stamp)
    if rendering.folded(day) or rendering.folded(stamp):
        return day, clock, stamp
    return (start_day, clock, "") if rendering.folded(start_day) else ("", "", "")


def _explains_end(explains: Any, value: Any, *texts: str) -> bool:
    return bool(explains(value, *_end_texts(*texts)))


def _status_values(m: Matched) -> list[tuple[str, str, str]]:
    """status, who decided it, and what the clock says where the row is new."""
    columns = m.values("status", "status_source", "start_time")
    return [
        (
            status,
            source,
            ("completed" if start < m.as_of else "scheduled") if created else status,
        )
        for (status, source, start), created in zip(columns, m.created, strict=True)
    ]


def _status(value: tuple[str, str, str], said: str) -> Pair:
    """By the source's word; without one by the clock, when the row was created."""
    status, source, by_clock = value
    if not rendering.word(said) and source == "clock" and status == by_clock:
        return "", ""
    return rendering.coded(status, said, words.STATUSES)


def _status_source(value: str, said: str) -> Pair:
    return "filemaker" if rendering.word(said) else "clock", value


def _clinic_source(value: tuple[str, bool, bool]) -> Pair:
    source, has_clinic, from_patient = value
    if from_patient:
        return "patient", source
    return "filemaker" if has_clinic else "", source


def _event(m: Matched) -> Field:
    """The appointment a message is about, where one with that key was imported."""
    held = m.world.appointments
    known = {rendering.key_text(key) for key in held.values()}

    def render(value: str, said: str) -> Pair:
        spoken = rendering.key_text(said)
        return spoken if spoken in known else "", rendering.key_text(value)

    keys = [held.get(pk, STRANGER) if pk else "" for pk in m.values("appointment_id")]
    return field_of(m, "appointment_id", render, _EVENT, values=keys)


def _stamp(m: Matched, name: str, aliases: Aliases) -> Field:
    def render(value: datetime | None, said: str) -> Pair:
        return m.zone.moment(value, "", "", said)

    explained_by = explaining.moments(m.zone)
    return field_of(
        m,
        name,
        render,
        aliases,
        notes={
            note: (lambda value, said, by=by: by(value, "", "", said))
            for note, by in explained_by.items()
        },
    )
