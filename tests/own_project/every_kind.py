"""One table with every kind of value, in fields that can be empty and that cannot."""

from __future__ import annotations

from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, LinkTo, Source, Table

KINDS = {
    "text": convert.text,
    "word": convert.word,
    "person": convert.person_name,
    "phone": convert.phone,
    "email": convert.email,
    "code": convert.number_text,
    "flag": convert.flag,
    "whole": convert.whole,
    "share": convert.whole,
    "amount": convert.amount,
    "weight": convert.amount,
    "day": convert.date,
    "moment": convert.moment,
    "clock": convert.time_of_day,
}
FIELDS = [f"{kind}_{way}" for kind in KINDS for way in ("empty", "filled")]

SAMPLES = Table(
    name="samples",
    noun="samples",
    phase="samples",
    model="workshop.Sample",
    source=Source("Samples", "Samples"),
    key=Field("filemaker_id", ("SampleNo",), convert.number_key, required=True),
    fields=(
        *(Field(name, (name,), KINDS[name.partition("_")[0]]) for name in FIELDS),
        Field("above", ("Above",), convert.number_key, feeds="above_id"),
        Field("shelf", ("Shelf",), convert.key, metadata="shelf"),
    ),
    links=(LinkTo("above", "samples", ("above",), "above_id"),),
    managed=(*FIELDS, "above_id", "filemaker_metadata"),
)

TABLES = (SAMPLES,)
