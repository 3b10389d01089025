"""Messages in the ledger: entered in the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps

from reimport_lib.record import outbox
from reimport_lib.record.outbox import Occasion
from reimport_lib.record.status import ROW_BY_ROW, Mode, Status
from reimport_lib.write.bind import DEFAULT


@dataclass(frozen=True, slots=True)
class LedgerMessage:
    """A message as the ledger holds it; see ``record.outbox.Message``."""

    occasion: Occasion
    phase: str
    at: datetime
    counts: Mapping[str, int]
    digest: str


def enter_phase(
    run_id: str,
    phase: str,
    *,
    at: datetime,
    counts: Mapping[str, Mapping[str, int]],
    digest: str,
    alias: str,
) -> None:
    """The *phase* of the run is done; an undo has but one, and is done with it."""
    mode = _mode(run_id, alias)
    is_all = mode in ROW_BY_ROW
    occasion = outbox.of_success(mode) if is_all else Occasion.PHASE_DONE
    _rows(alias).create(
        run_id=run_id,
        occasion=str(occasion),
        phase="" if is_all else phase,
        at=at,
        counts=outbox.totals(counts),
        evidence_root=digest,
    )


def enter_end(run_id: str, status: str, *, at: datetime, alias: str) -> None:
    """The run has succeeded; one that has not is told of by its record alone."""
    if status != Status.SUCCEEDED:
        return
    occasion = outbox.of_success(_mode(run_id, alias))
    _rows(alias).get_or_create(
        run_id=run_id, occasion=str(occasion), phase="", defaults={"at": at}
    )


def entered(run_id: str, *, origin: str, alias: str = DEFAULT) -> list[LedgerMessage]:
    """
    What the ledger tells of the run, in order.

    Args:
        origin: of its folder; another run of this id, from another one, is not meant.
    """
    rows = _rows(alias).filter(run_id=run_id, run__origin__in=("", origin))
    fields = ("occasion", "phase", "at", "counts", "evidence_root")
    return [
        LedgerMessage(Occasion(occasion), *rest)
        for occasion, *rest in rows.order_by("pk").values_list(*fields)
    ]


def _mode(run_id: str, alias: str) -> Mode:
    runs = apps.get_model("ledger", "LedgerRun")._base_manager.using(alias)
    return Mode(runs.values_list("mode", flat=True).get(run_id=run_id))


def _rows(alias: str) -> Any:
    return apps.get_model("ledger", "OutboxMessage")._base_manager.using(alias)
