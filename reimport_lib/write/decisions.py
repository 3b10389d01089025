"""Rulings of people on conflicts, in the ledger: entered, and read for a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps

from reimport_lib.plan.merge import Ruled
from reimport_lib.tables.merging import Policy
from reimport_lib.write import fence
from reimport_lib.write.bind import DEFAULT


@dataclass(frozen=True, slots=True)
class PersonsRuling:
    """
    One ruling, as the ledger holds it.

    Attributes:
        key: canonical FileMaker key; field: a managed one, or a kind of ``RowsThat``.
        source_digest: of what FileMaker said when it was decided.
    """

    table: str
    key: str
    field: str
    source_digest: str
    ruling: Policy
    decided_by: str
    reason: str
    decided_at: datetime
    run_id: str = ""


def rulings(table: str, *, alias: str = DEFAULT) -> dict[tuple[str, str], Ruled]:
    """(key, field or kind) -> the newest ruling, of the rows of *table*."""
    columns = ("key", "field", "ruling", "source_digest")
    rows = _rows(alias).filter(table=table).values_list(*columns)
    return {(key, what): Ruled(Policy(word), said) for key, what, word, said in rows}


def newest(*, alias: str = DEFAULT) -> list[PersonsRuling]:
    """The newest ruling on each field and row, withdrawn ones too; oldest first."""
    names = list(PersonsRuling.__dataclass_fields__)
    found: dict[tuple[str, str, str], PersonsRuling] = {}
    for values in _rows(alias).values_list(*names):
        row = dict(zip(names, values, strict=True))
        one = PersonsRuling(**row | {"ruling": Policy(row["ruling"])})
        found.pop((one.table, one.key, one.field), None)
        found[one.table, one.key, one.field] = one
    return list(found.values())


def count(*, alias: str = DEFAULT) -> int:
    """How many rulings were ever entered; none is ever changed or taken away."""
    return int(_rows(alias).count())


def enter(decided: Sequence[PersonsRuling]) -> None:
    """
    Enter *decided*, all of them or none; earlier rulings stay as they are.

    Raises:
        Refused: this process has not taken the fence.
    """
    names = list(PersonsRuling.__dataclass_fields__)
    model: Any = apps.get_model("ledger", "Decision")
    with fence.writing():
        model.objects.using(DEFAULT).bulk_create(
            model(**{n: getattr(one, n) for n in names}) for one in decided
        )


def _rows(alias: str) -> Any:
    model: Any = apps.get_model("ledger", "Decision")
    return model.objects.using(alias).order_by("pk")
