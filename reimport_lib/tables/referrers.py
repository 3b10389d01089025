"""Referrers: who sends patients to the clinic.

Pure. The authority is the paragraph "Referrers and companies" of ``docs/rules.md``.
"""

from __future__ import annotations

from reimport_lib.plan.codes import Note, Reason
from reimport_lib.plan.rules import without
from reimport_lib.tables import convert
from reimport_lib.tables.declare import Dropped, Field, LinkTo, Source, Table
from reimport_lib.tables.shared import AUDIT, GLOBALS, TITLES, kept

REFERRERS = Table(
    name="referrers",
    noun="referrers",
    phase="patients",
    model="referrers.Referrer",
    source=Source("Referrers", "API_Referrer", required=False),
    key=Field("filemaker_id", ("id", "_kp_ReferrerID"), convert.key, True, length=255),
    find_by=("last_name", "first_name"),
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
        Field(
            "sex",
            ("gender", "sex"),
            convert.sex,
            original="sex_text",
            coded=True,
            words=("M", "F", "O", "U"),
        ),
        # their kind of contact is what they are specialists in
        Field("specialty", ("contactType",), convert.word, length=100, coded=True),
        Field(
            "clinic_key",
            ("id_Clinic",),
            convert.number_text,
            metadata="id_clinic",
            feeds="clinic_id",
        ),
        kept("old_id", "old.id", to=convert.number_text),
        *AUDIT,
    ),
    dropped=(
        Dropped(
            ("Name", "Name Full", "Name for Labels", "Initial"),
            "a calculation over fields that are imported",
        ),
        GLOBALS,
    ),
    links=(
        LinkTo(
            "clinic", "clinics", ("clinic_key",), "clinic_id", note=Note.UNKNOWN_CLINIC
        ),
    ),
    rules=(without("first_name", "last_name", reason=Reason.MISSING_REQUIRED),),
)
