"""Patients and who sent them: a referrer, a patient and a day make a row.

Pure. The authority is the paragraph "Referrers and companies" of ``docs/rules.md``.
The file has no key column.
"""

from __future__ import annotations

from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, KeyOf, Source, Table
from reimport_lib.tables.owners import BY_KEY_ALONE, TO_REFERRER
from reimport_lib.tables.shared import AUDIT, GLOBALS, REFERRER_COLUMN, owner_column

PATIENT_REFERRERS = Table(
    name="patient_referrers",
    noun="referrals",
    phase="patients",
    model="referrers.PatientReferrer",
    source=Source("PatientToReferrer", "API_ContactToReferrer", required=False),
    key_of=KeyOf(("owner", "referrer", "referred_on")),
    find_by=("owner", "referrer", "referred_on"),
    fields=(
        owner_column("id_Contact"),
        REFERRER_COLUMN,
        Field("referred_on", ("date", "Date"), convert.date, original="date_text"),
        *AUDIT,
    ),
    dropped=(GLOBALS,),
    links=(BY_KEY_ALONE, TO_REFERRER),
)
