"""Sign-offs in the ledger: made once, withdrawn at most, never changed nor deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps

from reimport_lib.errors import UsageError
from reimport_lib.plan.signoffs import Leaning, OpenedLimit
from reimport_lib.write import clocks, fence
from reimport_lib.write.bind import DEFAULT


def today(zone: str, alias: str = DEFAULT) -> date:
    """The day it is in *zone*, by the later of this machine and the database."""
    return clocks.latest(alias).astimezone(ZoneInfo(zone)).date()


def every(*, alias: str = DEFAULT) -> tuple[OpenedLimit, ...]:
    """All there ever were, the oldest first."""
    rows = _model("SignOff").objects.using(alias).order_by("pk")
    return tuple(
        OpenedLimit(
            row.pk,
            row.table,
            row.gate,
            row.value,
            row.why,
            row.by,
            row.until,
            row.at,
            _withdrawn(row),
        )
        for row in rows
    )


def uses(*, alias: str = DEFAULT) -> dict[int, list[str]]:
    """Number of a sign-off -> the runs that leant on it, the oldest first."""
    rows = _model("SignOffUse").objects.using(alias).order_by("pk")
    found: dict[int, list[str]] = {}
    for number, run_id in rows.values_list("sign_off_id", "run_id"):
        if run_id not in found.setdefault(number, []):
            found[number].append(run_id)
    return found


def add(signed: Sequence[OpenedLimit]) -> list[OpenedLimit]:
    """
    Enter *signed*, all or none; as they are in the ledger, with their numbers.

    What was said in the same words within the same second is there already.

    Raises:
        Refused: this process has not taken the fence.
    """
    made = []
    with fence.writing():
        for each in signed:
            said = {
                "table": each.table,
                "gate": each.gate,
                "value": each.value,
                "why": each.why,
                "by": each.by,
                "until": each.until,
                "at": each.at,
            }
            entered = _model("SignOff").objects.using(DEFAULT)
            row, _ = entered.get_or_create(digest=each.digest, defaults=said)
            made.append(row.pk)
    return [each for each in every() if each.number in made]


def withdraw(number: int, *, by: str, why: str, at: datetime) -> OpenedLimit:
    """
    Take the sign-off *number* back, for every run that begins from now on.

    Raises:
        UsageError: there is none, or it was withdrawn before.
        Refused: this process has not taken the fence.
    """
    held = _model("SignOff").objects.using(DEFAULT).filter(pk=number)
    columns = {"withdrawn_at": at, "withdrawn_by": by, "withdrawn_why": why}
    with fence.writing():
        withdrawn = held.filter(withdrawn_at=None).update(**columns)
    if not withdrawn:
        is_there = "was withdrawn before" if held.exists() else "is not in the ledger"
        raise UsageError(
            f"Sign-off {number} {is_there}.", hint="reimport signoff", id="R366"
        )
    return next(each for each in every() if each.number == number)


def record_uses(run_id: str, leanings: Sequence[tuple[str, Leaning]]) -> None:
    """
    Enter what the phases of a run leant on, in the caller's transaction.

    Args:
        leanings: (phase, what it leant on); those that are entered stay as they are.
    """
    if not leanings:
        return
    numbers = dict(_model("SignOff").objects.using(DEFAULT).values_list("digest", "pk"))
    model = _model("SignOffUse")
    model.objects.using(DEFAULT).bulk_create(
        [
            model(
                sign_off_id=numbers[leaning["digest"]],
                run_id=run_id,
                phase=phase,
                place=leaning["place"],
                figure=leaning["figure"],
            )
            for phase, leaning in leanings
        ],
        ignore_conflicts=True,
    )


def _withdrawn(row: Any) -> str:
    if row.withdrawn_at is None:
        return ""
    return f"{row.withdrawn_at:%Y-%m-%d} by {row.withdrawn_by}: {row.withdrawn_why}"


def _model(name: str) -> Any:
    return apps.get_model("ledger", name)
