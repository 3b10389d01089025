"""The tables, as data: which export each comes from, which model it becomes.

Pure; imports nothing of this package.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the run.

    Attributes:
        name: the word used everywhere (outcomes file, gates, reports).
        phase: the phase that imports it.
        model: Django label, ``app.Model``; empty for stored objects.
        file: stem of its export file and of its server layout; empty when derived.
        required: leaving the file out needs a setting.
    """

    name: str
    phase: str
    model: str
    file: str = ""
    required: bool = False

    @property
    def is_source(self) -> bool:
        """It has source rows of its own that come out of FileMaker."""
        return bool(self.file)


TABLES = (
    Table("patients", "patients", "patients.Patient", "Contacts", required=True),
    Table(
        "contact_details", "patients", "patients.ContactDetail", "Coms", required=True
    ),
    Table(
        "appointments",
        "appointments",
        "appointments.Appointment",
        "Appointments",
        required=True,
    ),
    Table("notes", "notes", "notes.Note", "Notes", required=True),
    Table("sms", "notes", "notes.SmsMessage", "SMS", required=True),
    Table("sms_replies", "notes", "notes.SmsReply", "Replies"),
    Table("documents", "documents", "documents.Document", "Docs", required=True),
    Table("documents_objects", "documents", ""),
    Table("images", "images", "images.Image", "Images", required=True),
    Table("images_objects", "images", ""),
    Table("image_batches", "images", "images.ImageBatch"),
)
BY_NAME = {table.name: table for table in TABLES}
SOURCE_TABLES = tuple(table for table in TABLES if table.is_source)

SERVERS = ("data-api", "odata")
"""The ways in over a server, beside a folder of exports."""
