"""The clinic's tables, in the order in which they come in."""

from __future__ import annotations

from reimport_lib.tables.appointments import APPOINTMENTS
from reimport_lib.tables.contact_details import CONTACT_DETAILS
from reimport_lib.tables.documents import DOCUMENTS, DOCUMENTS_OBJECTS
from reimport_lib.tables.images import IMAGE_BATCHES, IMAGES, IMAGES_OBJECTS
from reimport_lib.tables.notes import NOTES
from reimport_lib.tables.patients import PATIENTS
from reimport_lib.tables.sms import SMS, SMS_REPLIES

TABLES = (
    PATIENTS,
    CONTACT_DETAILS,
    APPOINTMENTS,
    NOTES,
    SMS,
    SMS_REPLIES,
    DOCUMENTS,
    DOCUMENTS_OBJECTS,
    IMAGES,
    IMAGES_OBJECTS,
    IMAGE_BATCHES,
)
