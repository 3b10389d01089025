"""The clinic's tables, in the order in which they come in, and what they name."""

from __future__ import annotations

from reimport_lib.tables.appointments import APPOINTMENTS
from reimport_lib.tables.companies import COMPANIES
from reimport_lib.tables.contact_details import CONTACT_DETAILS
from reimport_lib.tables.coordinators import COORDINATORS
from reimport_lib.tables.declare import Head, Lookup
from reimport_lib.tables.documents import DOCUMENTS, DOCUMENTS_OBJECTS
from reimport_lib.tables.images import IMAGE_BATCHES, IMAGES, IMAGES_OBJECTS
from reimport_lib.tables.notes import NOTES
from reimport_lib.tables.patient_referrers import PATIENT_REFERRERS
from reimport_lib.tables.patients import PATIENTS
from reimport_lib.tables.referrer_companies import REFERRER_COMPANIES
from reimport_lib.tables.referrers import REFERRERS
from reimport_lib.tables.sms import SMS, SMS_REPLIES

API_CHECKS = "reimport_lib.tables.clinic_api"

TABLES = (
    PATIENTS,
    COORDINATORS,
    COMPANIES,
    REFERRERS,
    PATIENT_REFERRERS,
    REFERRER_COMPANIES,
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

LOOKUPS = (
    Lookup(
        "clinics",
        "clinics.Clinic",
        ("name",),
        settable=("colour", "abn", "phone", "email", "address", "is_active"),
        is_place=True,
    ),
    Lookup(
        "clinicians",
        "clinics.Clinician",
        ("full_name",),
        settable=("clinic", "credential", "role", "is_active"),
        private=True,
    ),
    Lookup(
        "appointment_types",
        "clinics.AppointmentType",
        ("name",),
        settable=("default_duration_minutes", "is_active"),
    ),
    Lookup(
        "funding_sources",
        "clinics.FundingSource",
        ("name", "code"),
        settable=("is_active", "order"),
    ),
)

HEADS = {
    "patients": Head(title="Patients, referrers and their contact details"),
    "appointments": Head(title="Appointments and the clinic's events"),
    "notes": Head(title="Clinical notes, text messages and replies"),
    "images": Head(title="Images in batches"),
}
