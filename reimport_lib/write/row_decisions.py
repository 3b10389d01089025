"""What people said of rows in a worklist, in the ledger: entered, and read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps

from reimport_lib.write import decisions, fence
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.decisions import PersonsRuling

ASK = "ask"
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SaidOfRow:
    """
    What somebody said of one row and code, as the ledger holds it.

    Attributes:
        key: canonical FileMaker key; "" where the row has none.
        source_digest: of what FileMaker said then.
        word: one of ``ledger.RowWord``.
        until: the last day on which it counts; None: no last one.
    """

    table: str
    key: str
    code: str
    source_digest: str
    word: str
    decided_by: str
    remark: str
    until: date | None
    decided_at: datetime
    run_id: str = ""


def newest(table: str, *, alias: str = DEFAULT) -> list[SaidOfRow]:
    """The newest on each row and code of *table*, those withdrawn left out."""
    return [one for one in _latest(table, alias) if one.word != ASK]


def enter(
    said: Sequence[SaidOfRow],
    rulings: Sequence[PersonsRuling] = (),
) -> int:
    """
    Enter *said*, and *rulings* with it, all or none.

    Returns:
        How much of *said* was not there in these very words.

    Raises:
        Refused: this process has not taken the fence.
    """
    held = {
        _words(one)
        for table in {one.table for one in said}
        for one in _latest(table, DEFAULT)
    }
    new = {_words(one): one for one in said if _words(one) not in held}
    names = list(SaidOfRow.__dataclass_fields__)
    with fence.writing():
        _model().objects.using(DEFAULT).bulk_create(
            _model()(**{name: getattr(one, name) for name in names})
            for one in new.values()
        )
        decisions.enter(rulings)
    return len(new)


def _latest(table: str, alias: str) -> Iterable[SaidOfRow]:
    names = list(SaidOfRow.__dataclass_fields__)
    rows = _model().objects.using(alias).filter(table=table).order_by("pk")
    found: dict[tuple[str, str, str], SaidOfRow] = {}
    for values in rows.values_list(*names):
        one = SaidOfRow(**dict(zip(names, values, strict=True)))
        found[one.key, one.code, one.source_digest] = one
    return found.values()


def _words(one: SaidOfRow) -> SaidOfRow:
    """*one* but for when, and in which run's worklist, it was said."""
    return replace(one, decided_at=_EVER, run_id="")


def _model() -> Any:
    return apps.get_model("ledger", "RowDecision")
