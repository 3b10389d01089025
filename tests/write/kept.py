"""What the ledger keeps of the rows that a run touched, as they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps

from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.ledger import decoded


def before_images(run_id: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(model, primary key, action, fields as Python's own values) of every image."""
    images: Any = apps.get_model("ledger", "BeforeImage")
    rows = images.objects.using(DEFAULT).filter(run_id=run_id).order_by("pk")
    columns = ("model", "object_pk", "action", "values")
    for label, key, action, values in rows.values_list(*columns):
        yield label, key, action, decoded(apps.get_model(label), values)
