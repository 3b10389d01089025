"""What a project writes, as mypy reads it: checked by `make lint`, run by no test."""

from __future__ import annotations

from typing import assert_type

from reimport_lib import (
    Field,
    LinkTo,
    Lookup,
    Note,
    Reason,
    Source,
    Table,
    convert,
    kept,
    open_phase,
    without,
)

KEY = Field("filemaker_id", ("BikeNo",), convert.key, required=True, length=50)
BRAND = LinkTo("brand", "brands", ("brand_key",), "brand_id", note=Note.UNKNOWN_VALUE)

BIKES = Table(
    name="bikes",
    noun="bikes",
    phase="bikes",
    model="workshop.Bike",
    source=Source("Bikes", "Bikes", required=False),
    key=KEY,
    fields=(
        Field("frame", ("Frame",), convert.text, length=80, shown="text"),
        Field("brand_key", ("BrandNo",), convert.number_text, feeds="brand_id"),
        kept("remarks", "Remarks"),
    ),
    managed=("frame", "brand_id", "filemaker_metadata"),
    links=(BRAND,),
    rules=(without("frame", reason=Reason.NO_CONTENT),),
)

TABLES: tuple[Table, ...] = (BIKES,)
LOOKUPS: tuple[Lookup, ...] = ()

assert_type(BIKES.fields, tuple[Field, ...])
assert_type(BIKES.source, Source | None)
assert_type(Reason.NO_CONTENT.remedy, str)


def in_a_notebook(run_id: str) -> str:
    phase = open_phase("bikes", run_id=run_id)
    return phase.run.run_id


# What must not pass; an ignore that nothing needs is an error itself.
Field("frame", "Frame", convert.text)  # type: ignore[arg-type]
Table(name="bikes")  # type: ignore[call-arg]
Source(file=3)  # type: ignore[arg-type, call-arg]
