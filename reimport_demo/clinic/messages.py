"""Text messages: SMS (sent) and Replies (received).

Pure. Two thirds of the messages remind of a visit and name it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from reimport_demo.clinic import words
from reimport_demo.clinic.defects import owner_cell, respelled
from reimport_demo.clinic.events import Calendar, draw_calendar, visitor
from reimport_demo.clinic.messages_defects import reply_defects, sms_defects
from reimport_demo.clinic.model import Cell, Line, Roster, Size
from reimport_demo.clinic.schedule import (
    Repeats,
    draw_schedule,
    follow,
    key_of,
    random_for,
)

SMS_HEADERS = (
    "_kp_MessageID",
    "_kf_ContactID",
    "_kf_EventID",
    "RecipientPhoneMobile",
    "RecipientPhoneMobileIntFormat",
    "SenderPhoneMobile",
    "SenderName",
    "MessageBody",
    "MessageStatus",
    "SendResult",
    "SentTimestamp",
    "SMSCredits",
    "_kf_GatewayMessageID",
    "_kf_BulkSessionID",
)
REPLY_HEADERS = (
    "_kp_ReplyID",
    "_kf_ContactID",
    "ReplyMessageBody",
    "Timestamp",
    "SenderPhoneMobileIntFormat",
    "ReplyRefID",
)
ANSWERS = ("Yes", "Y", "No sorry", "Can I come later?", "ok thanks", "STOP", "👍")
STATUSES = ("Sent", "Delivered", "Delivered", "Failed", "Pending")


def sms_lines(seed: int, size: Size, roster: Roster) -> Iterator[Line]:
    """The lines of SMS, in file order."""
    rng = random_for(seed, "sms")
    planting = random_for(seed, "sms", "schedule")
    repeats = Repeats(same=6, different=2, respell=_respell, differ=_differ)
    schedule = draw_schedule(
        size.rows_of("sms"),
        size,
        rng=planting,
        defects=sms_defects(seed, roster, planting),
        repeats=repeats,
        blank_rows=5,
    )
    calendar = draw_calendar(seed, size, roster)

    def base(row: int) -> Line:
        return _sms(seed, row, rng, calendar, roster)

    return follow(schedule, base, headers=SMS_HEADERS, repeats=repeats)


def _moment(rng: Random) -> datetime:
    """A second in office hours, when the clock never changes."""
    day = datetime(2016, 3, 1) + timedelta(days=rng.randrange(3_500))
    return day + timedelta(seconds=rng.randrange(8 * 3600, 18 * 3600))


def _sms(seed: int, row: int, rng: Random, calendar: Calendar, roster: Roster) -> Line:
    key = key_of(seed, "sms", row)
    visit = rng.choice(calendar.visits)
    person = visitor(seed, visit, roster)
    phone, sent = words.mobile(rng), _moment(rng)
    cells: dict[str, Cell] = {
        "_kp_MessageID": key,
        "_kf_ContactID": owner_cell(person.key, rng),
        "RecipientPhoneMobile": phone,
        "RecipientPhoneMobileIntFormat": words.international(phone),
        "SenderName": "Clinic",
        "MessageBody": f"Reminder: your visit on {sent:%d %b} at {sent:%H:%M}.",
        "MessageStatus": rng.choice(STATUSES),
        "SendResult": 1,
        "SentTimestamp": sent,
        "SMSCredits": 1,
        "_kf_GatewayMessageID": f"G{rng.randrange(10**8):08d}",
    }
    if rng.random() < 0.66:
        cells["_kf_EventID"] = key_of(seed, "event", visit)
    values = {
        "id": key,
        "contact": person.key,
        "phone": words.international(phone),
        "sent": sent.isoformat(),
    }
    return Line(cells, key=key, values={**values})


def reply_lines(seed: int, size: Size, roster: Roster) -> Iterator[Line]:
    """The lines of Replies, in file order."""
    rng = random_for(seed, "sms_replies")
    repeats = Repeats(same=2, different=0, respell=_respell_reply, differ=_differ)
    planting = random_for(seed, "sms_replies", "schedule")
    schedule = draw_schedule(
        size.rows_of("sms_replies"),
        size,
        rng=planting,
        defects=reply_defects(seed, roster, planting),
        repeats=repeats,
        blank_rows=3,
    )

    def base(row: int) -> Line:
        return _reply(seed, row, rng, roster)

    return follow(schedule, base, headers=REPLY_HEADERS, repeats=repeats)


def _reply(seed: int, row: int, rng: Random, roster: Roster) -> Line:
    key = key_of(seed, "reply", row)
    person = rng.choice(roster.people)
    phone, received = words.international(words.mobile(rng)), _moment(rng)
    cells: dict[str, Cell] = {
        "_kp_ReplyID": key,
        "_kf_ContactID": owner_cell(person.key, rng),
        "ReplyMessageBody": rng.choice(ANSWERS),
        "Timestamp": received,
        "SenderPhoneMobileIntFormat": phone,
        "ReplyRefID": f"R{rng.randrange(10**6):06d}",
    }
    values = {
        "id": key,
        "contact": person.key,
        "phone": phone,
        "sent": received.isoformat(),
    }
    return Line(cells, key=key, values={**values})


def _respell(line: Line, row: int) -> None:
    line.cells["_kp_MessageID"] = respelled(str(line.cells["_kp_MessageID"]), row)


def _respell_reply(line: Line, row: int) -> None:
    line.cells["_kp_ReplyID"] = respelled(str(line.cells["_kp_ReplyID"]), row)


def _differ(line: Line) -> None:
    line.cells["MessageBody"] = "A second message under the same number."
