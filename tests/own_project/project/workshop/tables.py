"""What the workshop's FileMaker file exports, and what becomes of each column."""

from __future__ import annotations

from reimport_lib import (
    Field,
    LinkTo,
    Lookup,
    Reason,
    Source,
    Table,
    convert,
    kept,
    without,
)

CUSTOMERS = Table(
    name="customers",
    noun="customers",
    phase="customers",
    model="workshop.Customer",
    source=Source("Customers", "Customers"),
    key=Field("filemaker_id", ("CustomerNo",), convert.key, required=True, length=255),
    fields=(
        Field("full_name", ("Name",), convert.person_name, required=True, length=120),
        Field("phone", ("Phone",), convert.phone, length=50, original="phone_text"),
        Field("customer_since", ("Since",), convert.date, original="since_text"),
        kept("remarks", "Remarks"),
    ),
    managed=("full_name", "phone", "customer_since", "filemaker_metadata"),
    rules=(without("full_name", reason=Reason.MISSING_REQUIRED),),
)

MACHINES = Table(
    name="machines",
    noun="machines",
    phase="machines",
    model="workshop.Machine",
    source=Source("Machines", "Machines"),
    key=Field("filemaker_id", ("MachineNo",), convert.key, required=True, length=255),
    fields=(
        Field("owner", ("CustomerNo",), convert.key, True, feeds="customer_id"),
        Field("kind_name", ("Kind",), convert.text, metadata="kind", feeds="kind_id"),
        Field("frame_number", ("Frame",), convert.text, length=40, shown="text"),
        Field("bought_on", ("Bought",), convert.date, original="bought_text"),
    ),
    managed=(
        *("customer_id", "kind_id", "frame_number", "bought_on"),
        "filemaker_metadata",
    ),
    links=(
        LinkTo("owner", "customers", ("owner",), "customer_id", owner=True),
        LinkTo("kind", "kinds", ("kind_name",), "kind_id"),
    ),
)

JOBS = Table(
    name="jobs",
    noun="jobs",
    phase="jobs",
    model="workshop.Job",
    source=Source("Jobs", "Jobs"),
    key=Field("filemaker_id", ("JobNo",), convert.key, required=True, length=255),
    fields=(
        Field("owner", ("MachineNo",), convert.key, True, feeds="machine_id"),
        Field("taken_in", ("TakenIn",), convert.date, original="taken_in_text"),
        Field("done_at", ("Done",), convert.moment, original="done_text"),
        Field("work", ("Work",), convert.text, required=True, shown="text"),
        Field("hours", ("Hours",), convert.amount),
        Field("under_warranty", ("Warranty",), convert.flag),
        kept("mechanic", "Mechanic"),
    ),
    managed=(
        "machine_id",
        "taken_in",
        "done_at",
        "work",
        "hours",
        "under_warranty",
        "filemaker_metadata",
    ),
    links=(LinkTo("machine", "machines", ("owner",), "machine_id", owner=True),),
    rules=(without("work", reason=Reason.NO_CONTENT),),
)

TABLES = (CUSTOMERS, MACHINES, JOBS)
LOOKUPS = (Lookup("kinds", "workshop.Kind", ("name",)),)
