"""Tables whose models no import can write to, each for a reason of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reimport_lib.tables import convert
from reimport_lib.tables.declare import Field, Table
from tests.own_project.more_tables import SUPPLIERS

MANAGED = {
    "Sum": ("doubled",),
    "Visit": ("kind_id",),
    "Kind": ("colour",),
    "Season": ("opens",),
}
MODELS = (*"Trailer Regular Archive Spoke Pair".split(), *MANAGED, "Part", "Nowhere")


def _table(model: str) -> Table:
    name = f"{model.lower()}s"
    managed = MANAGED.get(model, ("filemaker_metadata",))
    return replace(
        SUPPLIERS,
        name=name,
        model=f"workshop.{model}",
        fields=(
            *SUPPLIERS.fields,
            Field("opens", ("Opens",), convert.date),
        ),
        managed=managed,
    )


TABLES = tuple(map(_table, MODELS))


def make_models() -> None:
    """The models; Django must be set up."""
    from django.db import models
    from workshop.models import Customer, Kind, Machine

    def made(name: str, base: Any = models.Model, /, **fields: Any) -> None:
        meta = type("Meta", (), {"app_label": "workshop", **fields.pop("Meta", {})})
        type(name, (base,), {"__module__": __name__, "Meta": meta, **fields})

    made("Trailer", Machine)
    made("Regular", Customer, Meta={"proxy": True})
    made("Archive", Meta={"managed": False})
    made("Spoke", code=models.CharField(max_length=5, primary_key=True))
    made(
        "Pair",
        pk=models.CompositePrimaryKey("left", "right"),
        left=models.IntegerField(),
        right=models.IntegerField(),
    )
    made(
        "Sum",
        single=models.IntegerField(default=1),
        doubled=models.GeneratedField(
            expression=models.F("single") * 2,
            output_field=models.IntegerField(),
            db_persist=True,
        ),
    )
    made("Part", stock=models.IntegerField())
    by_name = models.ForeignKey(Kind, models.CASCADE, to_field="name")
    made("Visit", kind=by_name)
    made("Season", opens=models.DateTimeField(null=True))
