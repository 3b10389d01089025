"""Patients: one row per contact of the kind Patient.

Pure. The authority is the paragraph "Patients" of ``docs/rules.md``.
"""

from __future__ import annotations

from functools import partial

from reimport_lib import setting_values
from reimport_lib.plan.cells import test
from reimport_lib.plan.codes import Note, Reason
from reimport_lib.plan.context import Context
from reimport_lib.plan.decide import Ruling
from reimport_lib.plan.rules import without
from reimport_lib.plan.stage import Staged
from reimport_lib.plan.values.text import listed_words
from reimport_lib.tables import convert, coordinator_proof
from reimport_lib.tables.declare import Dropped, Field, LinkTo, Setting, Source, Table
from reimport_lib.tables.shared import AUDIT, GLOBALS, TITLES, kept

OTHER_KINDS = frozenset(
    (
        *("company", "supplier", "business", "organisation", "organization"),
        *("practice", "clinic", "hospital", "insurer", "fund", "vendor"),
        *("referrer", "doctor", "gp", "specialist", "practitioner", "clinician"),
        *("coordinator", "support coordinator", "ndis coordinator", "plan manager"),
        *("carer", "caregiver", "guardian", "parent", "relative", "family", "spouse"),
        *("partner", "friend", "next of kin", "emergency contact", "staff", "employee"),
    )
)
"""Kinds of contacts, folded, that are certainly no patients; another one may be."""


def _not_a_patient(staged: Staged, _: Context) -> tuple[Ruling, Ruling]:
    """
    Only other kinds of contact, or a kind that nobody knows and that may be one.

    One of several kinds is enough; a file without that column holds only patients.
    """
    kinds = staged.frame["contact_type"]
    is_there = "contact_type" in staged.resolved.headers
    strangers = test(kinds, lambda kind: is_there and not _is_patient(kind or ""))
    known = test(kinds, lambda kind: OTHER_KINDS.issuperset(listed_words(kind or "")))
    known &= ~staged.coded(Reason.BAD_CHARACTER, "contact_type")
    return (
        (strangers & known, Reason.EXCLUDED_BY_RULE),
        (strangers & ~known, Reason.UNKNOWN_VALUE),
    )


def _is_patient(kind: str) -> bool:
    return "patient" in listed_words(kind)


HEALTH_NUMBER_WIDTH = Setting(
    "health_number_width",
    "REIMPORT_HEALTH_NUMBER_WIDTH",
    partial(setting_values.width, default=10),
    "10",
)

PATIENTS = Table(
    name="patients",
    noun="patients",
    phase="patients",
    model="patients.Patient",
    source=Source("Contacts", "API_Contacts"),
    key=Field(
        "filemaker_id", ("id", "_kp_id", "id_Contact"), convert.key, True, length=255
    ),
    find_by=("last_name", "first_name", "dob"),
    fields=(
        Field(
            "title",
            ("title", "Title"),
            convert.title,
            length=20,
            coded=True,
            words=TITLES,
        ),
        Field(
            "first_name", ("nameFirst",), convert.person_name, required=True, length=100
        ),
        Field("middle_names", ("nameMiddle",), convert.person_name, length=100),
        Field(
            "last_name", ("nameLast",), convert.person_name, required=True, length=100
        ),
        Field("dob", ("DOB",), convert.birth_date, original="dob_text"),
        Field(
            "sex",
            ("gender", "sex"),
            convert.sex,
            original="sex_text",
            coded=True,
            words=("M", "F", "O", "U"),
        ),
        Field(
            "health_number",
            ("Health Number",),
            convert.digits,
            width=HEALTH_NUMBER_WIDTH,
            length=20,
        ),
        Field(
            "contact_type",
            ("contactType",),
            convert.text,
            metadata="contact_type",
            feeds="(only patients come in)",
            coded=True,
            words=("Patient", "Company", "Referrer"),
        ),
        Field(
            "clinic_key",
            ("id_Clinic",),
            convert.number_text,
            metadata="id_clinic",
            feeds="clinic_id",
        ),
        Field(
            "clinic_name",
            ("Clinic_Name",),
            convert.text,
            metadata="clinic_name",
            feeds="clinic_id",
            coded=True,
        ),
        Field(
            "funding_source",
            ("Funding",),
            convert.number_text,
            length=100,
            feeds="funding_source, funding_type_id",
            coded=True,
            words=("NDIS", "DVA", "Medicare", "Private", "EPC", "TAC", "WorkCover"),
        ),
        Field(
            "coordinator_name",
            ("NDIS Coordinator Name",),
            convert.person_name,
            length=200,
            feeds="coordinator_name, coordinator_id",
        ),
        Field(
            "coordinator_phone",
            ("NDIS Coordinator Phone",),
            convert.phone,
            length=50,
            original="coordinator_phone_text",
        ),
        Field(
            "coordinator_email", ("NDIS Coordinator Email",), convert.email, length=200
        ),
        Field(
            "ndis_plan_start_date",
            ("NDIS Plan Start Date",),
            convert.date,
            original="ndis_plan_start_text",
        ),
        Field(
            "ndis_plan_end_date",
            ("NDIS Plan End Date",),
            convert.date,
            original="ndis_plan_end_text",
        ),
        Field("ndis_notes", ("NDIS notes",), convert.text, shown="text"),
        kept("ndis_report", "NDIS Report"),
        kept("xero_contact_id", "_kf_XeroContactID", to=convert.number_text),
        kept("area", "Area"),
        kept("cys_id", "CYS_ID", to=convert.number_text),
        kept("old_id", "old.id", to=convert.number_text),
        kept("old", "Old"),
        kept("diabetes", "Diabetes"),
        kept("impaired_vision", "Impaired Vision"),
        kept("impaired_hearing", "Impaired Hearing"),
        kept("self_doc", "selfDoc"),
        kept("sms", "sms"),
        kept("xmas", "Xmas"),
        kept("flagged", "Flaged"),
        kept("image_keys", "imageKeys", to=convert.number_text),
        kept("document_keys", "docKeys", to=convert.number_text),
        kept("phones", "Phones", to=convert.number_text),
        *AUDIT,
    ),
    dropped=(
        Dropped(
            ("Name", "Name Full", "Name for Labels", "Initial", "FlagedNum", "_kz_*"),
            "a calculation over fields that are imported",
        ),
        Dropped(
            ("Consent Sign", "faceImage*"),
            "a container: files come with the documents and images",
        ),
        GLOBALS,
    ),
    links=(
        LinkTo(
            "clinic",
            "clinics",
            ("clinic_key", "clinic_name"),
            "clinic_id",
            note=Note.UNKNOWN_CLINIC,
        ),
        LinkTo(
            "funding",
            "funding_sources",
            ("funding_source",),
            "funding_type_id",
            note=Note.UNKNOWN_VALUE,
        ),
        LinkTo(
            "coordinator",
            "coordinators",
            ("coordinator_name",),
            "coordinator_id",
            later=True,
        ),
    ),
    remembered=("clinic_id", "first_name", "last_name", "dob"),
    rules=(
        _not_a_patient,
        without("first_name", "last_name", reason=Reason.MISSING_REQUIRED),
    ),
    proof=coordinator_proof.patients,
)
