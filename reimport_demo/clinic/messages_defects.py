"""What is wrong or odd with some rows of SMS and Replies.

Pure. Both files have an owner, a text, a phone and a moment, under different headers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from random import Random

from reimport_demo.clinic import words
from reimport_demo.clinic.defects import (
    date_defects,
    no_content,
    no_key,
    no_owner,
    owner_not_imported,
    respell,
    text_dates,
    unknown_owner,
)
from reimport_demo.clinic.events_defects import autumn, spring
from reimport_demo.clinic.model import Cell, Line, Roster
from reimport_demo.clinic.schedule import Defect, Plant

OWNER = "_kf_ContactID"
NOT_NUMBERS = ("0491 57", "Clinic", "12")
SCIENTIFIC = ("4.9E+08", "6.1491E+10")
NOT_MOMENTS = ("31/02/2019 10:00", "soon", "2019-13-45 09:00:00")


def sms_defects(seed: int, roster: Roster, rng: Random) -> list[Defect]:
    """All defects of SMS with their number of rows at full size."""
    stamps = _stamps("SentTimestamp", rng)
    return [
        Defect("no key", 3, no_key("_kp_MessageID")),
        Defect("key respelled", 10, respell("_kp_MessageID")),
        Defect("no owner", 10, no_owner(OWNER)),
        Defect("unknown owner", 15, unknown_owner(OWNER, seed)),
        Defect("owner left out", 4, owner_not_imported(OWNER, roster.left_out)),
        Defect("owner key respelled", 10, respell(OWNER)),
        Defect("no text", 7, no_content("MessageBody")),
        Defect("text with returns", 6, _returns),
        Defect("phone not valid", 6, _phone(NOT_NUMBERS, kept=True)),
        Defect("phone in scientific notation", 4, _phone(SCIENTIFIC, kept=False)),
        Defect("phone as number", 12, _phone_as_number),
        Defect("no phone", 5, _no_phone),
        *date_defects(stamps, "sent", 8),
        Defect("sent unreadable", 4, _bad_moment("SentTimestamp")),
        Defect("not sent", 6, _no_moment("SentTimestamp")),
        Defect("sent in the spring gap", 3, _clock_change(spring, "dst_gap")),
        Defect("sent in the autumn fold", 3, _clock_change(autumn, "dst_ambiguous")),
    ]


def reply_defects(seed: int, roster: Roster, rng: Random) -> list[Defect]:
    """All defects of Replies; the table is too small for all of them at small sizes."""
    left_out = owner_not_imported(OWNER, roster.left_out)
    return [
        Defect("no key", 2, no_key("_kp_ReplyID"), least=0),
        Defect("key respelled", 4, respell("_kp_ReplyID")),
        Defect("no owner", 4, no_owner(OWNER)),
        Defect("unknown owner", 6, unknown_owner(OWNER, seed), least=0),
        Defect("owner left out", 3, left_out, least=0),
        Defect("owner key respelled", 4, respell(OWNER)),
        Defect("no text", 4, no_content("ReplyMessageBody")),
        Defect("received unreadable", 2, _bad_moment("Timestamp")),
    ]


def _stamps(column: str, rng: Random) -> dict[str, Plant]:
    """Text with date and time; the dates as in every other date column."""
    dates = text_dates([column], "sent", rng, 2015, 2025)
    return {name: _with_time(column, plant) for name, plant in dates.items()}


def _with_time(column: str, plant_date: Plant) -> Plant:
    clocks = (("2:02 pm", "14:02:00"), ("09:15:30", "09:15:30"), ("16:40", "16:40:00"))

    def plant(line: Line, number: int) -> None:
        plant_date(line, number)
        written, meant = clocks[number % len(clocks)]
        line.cells[column] = f"{line.cells[column]} {written}"
        line.values["sent"] = f"{line.values['sent']}T{meant}"

    return plant


def _returns(line: Line, number: int) -> None:
    end = ("\v", "\r\n", "\r")[number % 3]
    line.cells["MessageBody"] = f"Dear patient,{end}please call us.{end}The clinic"


def _phone(spellings: tuple[str, ...], *, kept: bool) -> Plant:
    def plant(line: Line, number: int) -> None:
        text = spellings[number % len(spellings)]
        line.cells |= {
            "RecipientPhoneMobile": text,
            "RecipientPhoneMobileIntFormat": "",
        }
        line.values["phone"] = text if kept else ""
        line.note("bad_number")

    return plant


def _phone_as_number(line: Line, number: int) -> None:
    phone = words.MOBILES[number % len(words.MOBILES)]
    written: Cell = int(phone) if number % 2 else f"{int(phone)}.0"
    line.cells |= {
        "RecipientPhoneMobile": written,
        "RecipientPhoneMobileIntFormat": "",
    }
    line.values["phone"] = words.international(phone)


def _no_phone(line: Line, number: int) -> None:
    line.cells |= {"RecipientPhoneMobile": "", "RecipientPhoneMobileIntFormat": ""}
    line.values["phone"] = ""


def _bad_moment(column: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells[column] = NOT_MOMENTS[number % len(NOT_MOMENTS)]
        line.values["sent"] = None
        line.note("bad_date")

    return plant


def _no_moment(column: str) -> Plant:
    def plant(line: Line, number: int) -> None:
        line.cells[column] = ""
        line.values["sent"] = None

    return plant


def _clock_change(change: Callable[[int], date], note: str) -> Plant:
    """A second in the hour that the change of the clock skips or repeats."""

    def plant(line: Line, number: int) -> None:
        sent = datetime.combine(change(2016 + number % 9), time(2, 20 + number % 30))
        line.cells["SentTimestamp"] = (
            sent if number % 2 else f"{sent:%Y-%m-%d %H:%M:%S}"
        )
        line.values["sent"] = sent.isoformat()
        line.note(note)

    return plant
