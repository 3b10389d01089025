"""Tables of models that have one column of an import, or that none can be made into."""

from __future__ import annotations

from reimport_lib.plan.codes import Reason
from reimport_lib.plan.rules import without
from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, Source, Table
from reimport_lib.tables.shared import kept

SUPPLIERS = Table(
    name="suppliers",
    noun="suppliers",
    phase="suppliers",
    model="workshop.Supplier",
    source=Source("Suppliers", "Suppliers"),
    key=Field("filemaker_id", ("SupplierNo",), convert.key, required=True, length=60),
    fields=(
        Field("name", ("Name",), convert.text, required=True, length=120),
        kept("terms", "Terms"),
    ),
    managed=("name", "filemaker_metadata"),
    rules=(without("name", reason=Reason.MISSING_REQUIRED),),
)

TABLES = (SUPPLIERS,)
