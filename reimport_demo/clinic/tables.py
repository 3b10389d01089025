"""The tables of the synthetic clinic, each as a stream of lines.

Pure. The exports are written from these streams, and so can be anything else that
serves the same clinic.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from reimport_demo.clinic import (
    companies,
    details,
    events,
    files,
    messages,
    notes,
    people,
    referrals,
    referrers,
)
from reimport_demo.clinic.model import Export, Size
from reimport_lib.errors import UsageError

SEED = 20_261_122
LEAST_SCALE = 0.02
MOST_SCALE = 100.0


def require_scale(scale: float) -> None:
    """
    Refuse a clinic that is too small for every defect to occur, or beyond any disk.

    Raises:
        UsageError: also for what is no number.
    """
    if not LEAST_SCALE <= scale <= MOST_SCALE:
        raise UsageError(
            f"A clinic at scale {scale} has too few rows for its defects, or too many.",
            hint=f"use a scale from {LEAST_SCALE} to {MOST_SCALE:g}",
            id="R266",
        )


def export_tables(seed: int = SEED, scale: float = 1.0) -> tuple[Export, ...]:
    """
    The tables of the clinic; ``lines()`` of each gives a fresh stream.

    Raises:
        UsageError: *scale* is too small for every defect to occur.
    """
    require_scale(scale)
    size = Size(scale)
    roster = people.make_roster(seed, size)

    def lines_of(make: Any) -> Any:
        return partial(make, seed, size, roster)

    return (
        Export(
            "patients",
            "Contacts",
            people.HEADERS,
            partial(people.patient_lines, seed, size),
        ),
        Export(
            "companies",
            "Companies",
            companies.HEADERS,
            partial(companies.company_lines, seed, size),
        ),
        Export(
            "referrers",
            "Referrers",
            referrers.HEADERS,
            partial(referrers.referrer_lines, seed, size),
        ),
        Export(
            "patient_referrers",
            "PatientToReferrer",
            referrals.REFERRAL_HEADERS,
            lines_of(referrals.referral_lines),
        ),
        Export(
            "referrer_companies",
            "ReferrerToCompanies",
            referrals.WORKPLACE_HEADERS,
            partial(referrals.workplace_lines, seed, size),
        ),
        Export(
            "contact_details", "Coms", details.HEADERS, lines_of(details.detail_lines)
        ),
        Export(
            "appointments", "Appointments", events.HEADERS, lines_of(events.event_lines)
        ),
        Export("notes", "Notes", notes.HEADERS, lines_of(notes.note_lines)),
        Export("sms", "SMS", messages.SMS_HEADERS, lines_of(messages.sms_lines)),
        Export(
            "sms_replies",
            "Replies",
            messages.REPLY_HEADERS,
            lines_of(messages.reply_lines),
        ),
        Export(
            "documents", "Docs", files.DOCUMENT_HEADERS, lines_of(files.document_lines)
        ),
        Export("images", "Images", files.IMAGE_HEADERS, lines_of(files.image_lines)),
    )
