"""The columns of the contact details.

Pure data; the rules are in ``contact_details``.
"""

from __future__ import annotations

from reimport_lib.plan.mapping import Column, Dropped, Mapping
from reimport_lib.tables.shared import AUDIT, GLOBALS, OWNER_CHECK, kept, owner_column

MAPPING = Mapping(
    table="contact_details",
    key=None,
    columns=(
        owner_column("id.key", "id_key", "id___key", "id_Key", "_kf_ContactID"),
        *OWNER_CHECK,
        Column(
            "kind_text", ("type", "Type"), required=True, metadata="type", feeds="kind"
        ),
        Column("label", ("Name", "label"), length=100),
        Column(
            "ph", ("ph",), "number as text", required=True, length=255, feeds="value"
        ),
        Column(
            "international",
            ("PhoneMobileIntFormat",),
            "number as text",
            length=255,
            metadata="international",
            feeds="value",
        ),
        Column(
            "sms_phone",
            ("SMS Phone",),
            "number as text",
            length=255,
            metadata="sms_phone",
            feeds="is_primary",
        ),
        Column(
            "email_default",
            ("Email default",),
            "number as text",
            length=255,
            metadata="email_default",
            feeds="is_primary",
        ),
        Column(
            "xero_address",
            ("Xero address",),
            "number as text",
            metadata="xero_address",
            feeds="is_primary",
        ),
        Column(
            "line1", ("address 1",), "number as text", length=255, feeds="line1, value"
        ),
        Column("line2", ("address 2",), "number as text", length=255),
        Column("suburb", ("suburb",), length=100),
        Column("state", ("state",), length=50),
        Column(
            "postcode",
            ("post code", "postcode"),
            "digits",
            width="postcode_width",
            length=20,
        ),
        Column("country", ("country",), length=100),
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
)
