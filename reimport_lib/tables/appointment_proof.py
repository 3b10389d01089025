"""Appointments in phase 8: moments, a status and a clinic that several columns say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from reimport_lib.prove.render import clocks, explaining, keeping, rendering, words
from reimport_lib.prove.render.comparison import Comparison, Matched, field_of
from reimport_lib.prove.render.doubling import ORDERS, Doubled, is_same
from reimport_lib.prove.render.headers import Aliases
from reimport_lib.prove.render.moments import Zone
from reimport_lib.prove.render.rendering import Pair
from reimport_lib.tables.owners import PATIENTS

START: tuple[Aliases, ...] = (("startDate",), ("startTime",), ("Start",))
END: tuple[Aliases, ...] = (("endDate",), ("endTime",), ("End",))
_ALL_DAY: tuple[Aliases, ...] = (("allDay",), ("FLAG All day",))


def comparisons(m: Matched) -> list[Comparison]:
    """Start and end, whether it is all day, its status, its clinic, and who said so."""
    return [
        _clinic(m),
        *_times(m),
        field_of(m, "all_day", rendering.flag, *_ALL_DAY),
        *_sources(m),
    ]


def _times(m: Matched) -> list[Comparison]:
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


def _sources(m: Matched) -> list[Comparison]:
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


def _clinic(m: Matched) -> Comparison:
    """By the calendar; with a note the patient's own clinic."""
    names = m.reference.directories["clinics"]
    patients = m.reference.rows(PATIENTS)
    clinics = dict(zip(patients["id"], patients["clinic_id"], strict=True))

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


def kept_beside(m: Matched, found: dict[str, set[int]]) -> dict[str, set[int]]:
    """Wall times are kept in two texts instead of one a column."""
    parts = {name for name in found if name.startswith(("start_", "end_"))}
    return {name: found[name] for name in found.keys() - parts} | _of_calendar(m)


def _of_calendar(m: Matched) -> dict[str, set[int]]:
    """Starts and ends of which a column says more than the moment that was stored."""
    zone = ZoneInfo(m.zone.name)
    zones = [replace(m.zone, order=order) for order in ORDERS]
    starts = m.values("start_time")
    days = [start.astimezone(zone).date() for start in starts]
    found = {}
    for name, moments, columns in (
        ("start_text", starts, START),
        ("end_text", m.values("end_time"), END),
    ):
        on, at, stamp = columns
        columns_of_texts = m.texts(*on), m.clocks(*at), m.texts(*stamp)
        texts = zip(*columns_of_texts, strict=True)
        rows = zip(moments, days, texts, strict=True)
        found[name] = keeping.places(_says_more(zones, *row) for row in rows)
    return found


def _says_more(
    zones: Sequence[Zone],
    moment: datetime | None,
    day: date,
    texts: tuple[str, str, str],
) -> bool:
    """A time behind the date, an end that stayed empty, or a stamp that differs."""
    on, at, stamp = texts
    if keeping.has_time(on):
        return True
    if moment is None:
        pairs = [clocks.day(day, on, each.order) for each in zones]
        same = any(said == shown for said, shown in pairs)
        return bool(rendering.folded(at + stamp)) or bool(on.strip() and not same)
    if not (rendering.folded(stamp) and rendering.folded(on) and rendering.folded(at)):
        return False
    pairs = [each.moment(moment, "", "", stamp) for each in zones]
    return all(said != shown for said, shown in pairs)


def told_otherwise(pair: Doubled, header: str) -> bool | None:
    """Columns of a moment say it together, column by column or as it was stored."""
    for field, columns in (("start_time", START), ("end_time", END)):
        if header in [name for names in columns for name in names]:
            return _is_moment_told(pair, field, columns)
    return None


def _is_moment_told(pair: Doubled, field: str, columns: tuple[Aliases, ...]) -> bool:
    cells = [pair.texts(names) for names in columns]
    if all(is_same(said, told, pair.zone.order) for said, told in cells):
        return True
    zones = [replace(pair.zone, order=order) for order in ORDERS]
    moments = [
        zone.moment(pair.values[field], *(s for s, _ in cells)) for zone in zones
    ]
    return any(said == shown for said, shown in moments)
