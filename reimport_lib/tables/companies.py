"""Companies: practices that referrers work for, suppliers, plan managers.

Pure. The authority is the paragraph "Referrers and companies" of ``docs/rules.md``.
"""

from __future__ import annotations

from reimport_lib.plan.codes import Reason
from reimport_lib.plan.rules import without
from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, Source, Table
from reimport_lib.tables.shared import AUDIT, GLOBALS, kept

COMPANIES = Table(
    name="companies",
    noun="companies",
    phase="patients",
    model="referrers.Company",
    source=Source("Companies", "API_Company", required=False),
    key=Field("filemaker_id", ("id", "_kp_CompanyID"), convert.key, True, length=255),
    find_by=("name", "location"),
    fields=(
        Field(
            "name",
            ("Name", "Company"),
            convert.text,
            required=True,
            length=200,
            shown="plain",
        ),
        Field("abn", ("ABN",), convert.number_text, length=20, shown="plain"),
        Field("company_type", ("Type", "type"), convert.word, length=100, coded=True),
        Field("location", ("Location",), convert.text, length=200, shown="text"),
        kept("id_key", "id.key", "id_key", "id___key", to=convert.number_text),
        kept("xero_contact_id", "_kf_XeroContactID", to=convert.number_text),
        *AUDIT,
    ),
    dropped=(GLOBALS,),
    rules=(without("name", reason=Reason.MISSING_REQUIRED),),
)
