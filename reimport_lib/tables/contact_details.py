"""Contact details: phone numbers, e-mail addresses and addresses of whomever.

The rules are in ``contact_detail_rules``.
"""

from __future__ import annotations

from functools import partial

from reimport_lib import setting_values
from reimport_lib.plan.codes import Reason
from reimport_lib.plan.rules import without
from reimport_lib.tables import contact_detail_proof, convert
from reimport_lib.tables.contact_detail_rules import (
    KINDS,
    flagged_first,
    stage_contact_details,
)
from reimport_lib.tables.declare import (
    Dropped,
    Field,
    Setting,
    Single,
    Source,
    Table,
    Together,
)
from reimport_lib.tables.owners import OF_ANYBODY
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column

POSTCODE_WIDTH = Setting(
    "postcode_width",
    "REIMPORT_POSTCODE_WIDTH",
    partial(setting_values.width, default=4),
    "4",
)

CONTACT_DETAILS = Table(
    name="contact_details",
    noun="contact details",
    phase="patients",
    model="patients.ContactDetail",
    source=Source("Coms", "API_Contact_Details"),
    key=None,
    find_by=("owner", "kind_text", "ph", "line1"),
    fields=(
        owner_column(
            *("id.key", "id_key", "id___key", "id_Key", "_kf_ContactID"),
            feeds="patient_id, referrer_id, company_id",
        ),
        *OWNER_CHECK,
        Field(
            "kind_text",
            ("type", "Type"),
            convert.text,
            required=True,
            metadata="type",
            feeds="kind",
            coded=True,
            words=KINDS,
        ),
        Field("label", ("Name", "label"), convert.text, length=100, shown="text"),
        Field(
            "ph",
            ("ph",),
            convert.number_text,
            required=True,
            length=255,
            feeds="value",
            shown="phone",
        ),
        Field(
            "international",
            ("PhoneMobileIntFormat",),
            convert.number_text,
            length=255,
            metadata="international",
            feeds="value",
        ),
        Field(
            "sms_phone",
            ("SMS Phone",),
            convert.number_text,
            length=255,
            metadata="sms_phone",
            feeds="is_primary",
        ),
        Field(
            "email_default",
            ("Email default",),
            convert.number_text,
            length=255,
            metadata="email_default",
            feeds="is_primary",
        ),
        Field(
            "xero_address",
            ("Xero address",),
            convert.number_text,
            metadata="xero_address",
            feeds="is_primary",
        ),
        Field(
            "line1",
            ("address 1",),
            convert.number_text,
            length=255,
            feeds="line1, value",
            shown="hidden",
        ),
        Field("line2", ("address 2",), convert.number_text, length=255, shown="hidden"),
        Field("suburb", ("suburb",), convert.text, length=100, shown="hidden"),
        Field("state", ("state",), convert.text, length=50, coded=True, shown="hidden"),
        Field(
            "postcode",
            ("post code", "postcode"),
            convert.digits,
            width=POSTCODE_WIDTH,
            length=20,
        ),
        Field(
            "country",
            ("country",),
            convert.text,
            length=100,
            coded=True,
            shown="hidden",
        ),
        kept("source_id", "id", to=convert.number_text),
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
        *("referrer_id", "company_id"),
    ),
    stage=stage_contact_details,
    links=(OF_ANYBODY,),
    rules=(
        without("kind", reason=Reason.UNKNOWN_TYPE),
        without("content", "ph", "line1", reason=Reason.NO_CONTENT),
    ),
    single=Single(
        "is_primary",
        of=("patient_id", "referrer_id", "company_id", "kind"),
        order=flagged_first,
    ),
    proof=contact_detail_proof.comparisons,
    together=Together(
        joined={"ph_text": ("ph",)},
        kept=contact_detail_proof.kept_beside,
        told=contact_detail_proof.told_otherwise,
    ),
    shown={"content": "text", "value": "phone", "is_primary": "plain"},
    words={"kind": KINDS},
    gates={"min_match_rate": 0.60, "max_rejected": 0.40},
)
