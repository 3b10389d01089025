"""The imported rows of a table, found in the database, the source beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from django.db.models import DateTimeField

from reimport_lib.prove.evidence import IMPORTED, Account, Evidence
from reimport_lib.prove.reference_data import ReferenceData
from reimport_lib.prove.render.comparison import Matched
from reimport_lib.tables import registry
from reimport_lib.write.holding import SAVED
from reimport_lib.write.models import model_of


def match(
    evidence: Evidence, account: Account, table: str, reference: ReferenceData
) -> Matched | None:
    """The imported rows of *table*; None where their outcomes file is gone."""
    outcomes = evidence.outcomes(table)
    if outcomes is None:
        return None
    imported = outcomes[outcomes["outcome"].isin(IMPORTED)]
    held = evidence.database(table)
    there = imported["target_id"].isin(held.index)
    found = imported[there]
    target = held.loc[list(found["target_id"])]
    frame = evidence.source(table)
    return Matched(
        table=table,
        rows=list(found["row"]),
        missing=list(imported.loc[~there, "row"]),
        source=frame.loc[list(found["row"])],
        target=target,
        frame=frame,
        outcomes=outcomes,
        notes=list(found["notes"]),
        created=list(found["outcome"] == "created"),
        keys=list(found["key"]),
        edited=_edited(evidence, account, table, target),
        kept=evidence.kept_fields(table),
        as_of=account.as_of,
        zone=reference.zone(evidence.order_of(table)),
        reference=reference,
    )


def _edited(
    evidence: Evidence, account: Account, table: str, target: pd.DataFrame
) -> list[bool]:
    """Whether people have saved each row since *account* was closed."""
    saved = saved_since(evidence, account, table)
    return [pk in saved for pk in target["pk"]]


def saved_since(evidence: Evidence, account: Account, table: str) -> set[object]:
    """
    Primary keys of rows that people have saved since *account* was closed.

    A model that does not say when its rows were saved tells no edit from a fault.
    """
    model = model_of(table)
    moments = [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, DateTimeField)
        and (field.auto_now or field.attname == SAVED)
        and field.attname not in registry.named(table).managed
    ]
    saved: set[object] = set()
    rows: Any = model._base_manager.using(evidence.alias)
    for name in moments:
        later = rows.filter(**{f"{name}__gt": account.finished_at})
        saved |= set(later.values_list("pk", flat=True))
    return saved
