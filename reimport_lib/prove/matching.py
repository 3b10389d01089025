"""The imported rows of a table, found in the database, the source beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reimport_lib.prove.evidence import IMPORTED, Account, Evidence
from reimport_lib.prove.reference_data import World
from reimport_lib.prove.render.comparison import Matched
from reimport_lib.write.models import model_of


def match(
    evidence: Evidence, account: Account, table: str, world: World
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
        as_of=account.as_of,
        zone=world.zone(evidence.order_of(table)),
        world=world,
    )


def _edited(
    evidence: Evidence, account: Account, table: str, target: pd.DataFrame
) -> list[bool]:
    """Whether people have saved the row since *account* was closed."""
    manager: Any = model_of(table)._base_manager
    later = manager.using(evidence.alias).filter(updated_at__gt=account.finished_at)
    saved = {str(pk) for pk in later.values_list("pk", flat=True)}
    return [pk in saved for pk in target.index]
