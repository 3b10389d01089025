"""Contact details: phone numbers, e-mail addresses and addresses of patients.

The rules are in ``contact_detail_rules``.
"""

from __future__ import annotations

from reimport_lib.tables.contact_detail_rules import (
    decide_contact_details,
    stage_contact_details,
)
from reimport_lib.tables.declare import Dropped, Field, Source, Table
from reimport_lib.tables.owners import TO_PATIENT
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column

CONTACT_DETAILS = Table(
    name="contact_details",
    noun="contact details",
    phase="patients",
    model="patients.ContactDetail",
    source=Source("Coms", "API_Contact_Details"),
    key=None,
    fields=(
        owner_column("id.key", "id_key", "id___key", "id_Key", "_kf_ContactID"),
        *OWNER_CHECK,
        Field(
            "kind_text",
            ("type", "Type"),
            required=True,
            metadata="type",
            feeds="kind",
            coded=True,
        ),
        Field("label", ("Name", "label"), length=100),
        Field(
            "ph", ("ph",), "number as text", required=True, length=255, feeds="value"
        ),
        Field(
            "international",
            ("PhoneMobileIntFormat",),
            "number as text",
            length=255,
            metadata="international",
            feeds="value",
        ),
        Field(
            "sms_phone",
            ("SMS Phone",),
            "number as text",
            length=255,
            metadata="sms_phone",
            feeds="is_primary",
        ),
        Field(
            "email_default",
            ("Email default",),
            "number as text",
            length=255,
            metadata="email_default",
            feeds="is_primary",
        ),
        Field(
            "xero_address",
            ("Xero address",),
            "number as text",
            metadata="xero_address",
            feeds="is_primary",
        ),
        Field(
            "line1", ("address 1",), "number as text", length=255, feeds="line1, value"
        ),
        Field("line2", ("address 2",), "number as text", length=255),
        Field("suburb", ("suburb",), length=100),
        Field("state", ("state",), length=50, coded=True),
        Field(
            "postcode",
            ("post code", "postcode"),
            "digits",
            width="postcode_width",
            length=20,
        ),
        Field("country", ("country",), length=100, coded=True),
        kept("source_id", "id", convert="number as text"),
        *AUDIT,
    ),
    dropped=(
        Dropped(
            ("Full Address", "Full Address one line", "location"),
            "a calculation over fields that are imported",
        ),
        GLOBALS,
    ),
    managed=(
        "patient_id",
        "kind",
        "value",
        "label",
        "is_primary",
        "line1",
        "line2",
        "suburb",
        "state",
        "postcode",
        "country",
        "filemaker_metadata",
    ),
    stage=stage_contact_details,
    links=(TO_PATIENT,),
    decide=decide_contact_details,
    gates={"min_match_rate": 0.60, "max_rejected": 0.40},
)
