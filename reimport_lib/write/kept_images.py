"""How much the ledger keeps of each run to undo it by, and taking that out of it.

That it was taken out, when, and how much it was, stays in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Count, Min, Sum, TextField
from django.db.models.functions import Cast, Coalesce, Length

from reimport_lib.write import fence
from reimport_lib.write.bind import DEFAULT

_BESIDE = 280  # bytes of an image but for its values: names, a digest, two indexes


@dataclass(frozen=True, slots=True)
class KeptImages:
    """
    The before-images of one run.

    Attributes:
        mode, status: of the run. since: when it began.
        rows: how many; bytes: about, with their indexes.
    """

    run_id: str
    mode: str
    status: str
    since: datetime
    rows: int
    bytes: int


def kept(*, alias: str = DEFAULT) -> list[KeptImages]:
    """Of every run that has any, in the order in which they wrote."""
    values = Length(Cast("values", TextField()))
    length = values + Coalesce(Length(Cast("after", TextField())), 0)
    found = (
        _model("BeforeImage")
        .using(alias)
        .values_list("run_id", "run__mode", "run__status", "run__started_at")
        .annotate(rows=Count("pk"), length=Sum(length), first=Min("pk"))
        .order_by("first")
    )
    return [
        KeptImages(run_id, mode, status, since, rows, length + rows * _BESIDE)
        for run_id, mode, status, since, rows, length, _ in found
    ]


def prune(run_id: str, *, at: datetime) -> int:
    """
    Take the before-images of *run_id* out of the ledger; how many there were.

    Raises:
        Refused: this process has not taken the fence.
    """
    with fence.writing():
        runs = _model("LedgerRun").using(DEFAULT).filter(run_id=run_id)
        runs.select_for_update().get()
        images = _model("BeforeImage").using(DEFAULT).filter(run_id=run_id)
        pruned: dict[str, dict[str, int]] = {}
        by_action = images.values_list("model", "action").annotate(Count("pk"))
        for model, action, rows in by_action.order_by("model", "action"):
            pruned.setdefault(model, {})[action] = rows
        if pruned:
            runs.update(pruned_at=at, pruned=pruned)
        return int(images._raw_delete(DEFAULT))


def _model(name: str) -> Any:
    return apps.get_model("ledger", name)._base_manager
