"""Referrers and the companies they work for: both and a day make a row.

Pure. The authority is the paragraph "Referrers and companies" of ``docs/rules.md``.
The file has no key column.
"""

from __future__ import annotations

from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, KeyOf, LinkTo, Source, Table
from reimport_lib.tables.owners import TO_REFERRER
from reimport_lib.tables.shared import AUDIT, GLOBALS, REFERRER_COLUMN

REFERRER_COMPANIES = Table(
    name="referrer_companies",
    noun="places of work",
    phase="patients",
    model="referrers.ReferrerCompany",
    source=Source("ReferrerToCompanies", "API_ReferrerToCompany_Join", required=False),
    key_of=KeyOf(("referrer", "company", "since")),
    find_by=("referrer", "company", "since"),
    fields=(
        REFERRER_COLUMN,
        Field(
            "company",
            ("id_Company",),
            convert.key,
            required=True,
            feeds="company_id",
        ),
        Field("since", ("date", "Date"), convert.date, original="date_text"),
        *AUDIT,
    ),
    dropped=(GLOBALS,),
    links=(
        TO_REFERRER,
        LinkTo("company", "companies", ("company",), "company_id", owner=True),
    ),
    gates={"min_match_rate": 0.80},
)
