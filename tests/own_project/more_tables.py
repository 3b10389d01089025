"""Tables of models with one column of an import, and of rows that two may own."""

from __future__ import annotations

from reimport_lib.plan.codes import Reason
from reimport_lib.plan.rules import without
from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, LinkTo, Source, Table
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

MAKERS = Table(
    name="makers",
    noun="makers",
    phase="makers",
    model="workshop.Maker",
    source=Source("Makers", "Makers"),
    key=Field("filemaker_id", ("MakerNo",), convert.key, required=True, length=60),
    fields=(Field("name", ("Name",), convert.text, required=True, length=120),),
)

CALLS = Table(
    name="calls",
    noun="calls",
    phase="calls",
    model="workshop.Call",
    source=Source("Calls", "Calls"),
    key=Field("filemaker_id", ("CallNo",), convert.key, required=True, length=60),
    fields=(
        Field("whom", ("With",), convert.key, required=True, feeds="supplier_id"),
        Field("said", ("Said",), convert.text),
    ),
    links=(
        LinkTo(
            "whom",
            "suppliers",
            ("whom",),
            "supplier_id",
            owner=True,
            others=(("makers", "maker_id"),),
        ),
    ),
    gates={"min_match_rate": 0.0, "max_rejected": 1.0},
)

TABLES = (SUPPLIERS, MAKERS, CALLS)
