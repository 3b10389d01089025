"""Samples and what people said of them, in the ledger: only added to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db import connections

from reimport_lib import project
from reimport_lib.errors import Refused
from reimport_lib.write import fence
from reimport_lib.write.bind import DEFAULT

OPEN = "open"
_MODELS = ("SampleDraw", "SampleMark", "PanelMember")
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HeldDraw:
    """A sample as the ledger holds it; see ``ledger.SampleDraw``."""

    run_id: str
    table: str
    seed: str
    lot: int
    size: int
    allowed: int
    wrong: int
    risk: float
    rows: Sequence[int]
    others: Sequence[int]
    drawn_at: datetime = field(default=_EVER)


@dataclass(frozen=True, slots=True)
class HeldMark:
    """What somebody said of a record; see ``ledger.SampleMark``."""

    run_id: str
    table: str
    row: int
    key: str
    word: str
    remark: str
    source_digest: str
    target_digest: str
    marked_by: str
    marked_at: datetime


def require_tables(*, alias: str = DEFAULT) -> None:
    """
    The ledger has its tables for samples.

    Raises:
        Refused: the database was not migrated since this version was installed.
    """
    wanted = {_model(name)._meta.db_table for name in _MODELS}
    if not wanted <= {*connections[alias].introspection.table_names()}:
        raise Refused(
            "The ledger has no tables for samples yet.",
            hint=project.manage("migrate"),
            id="R421",
        )


def enter_draws(draws: Sequence[HeldDraw]) -> None:
    """
    Enter *draws*; of one that is there, rows that it did not have are added.

    Raises:
        Refused: this process has not taken the fence.
    """
    model = _model("SampleDraw")
    with fence.writing():
        for each in draws:
            which = {name: getattr(each, name) for name in ("run_id", "table", "seed")}
            held = model.objects.using(DEFAULT).filter(size=each.size, **which)
            found = held.first()
            if found is None:
                names = list(HeldDraw.__dataclass_fields__)
                said = {name: getattr(each, name) for name in names}
                said |= {"rows": list(each.rows), "others": list(each.others)}
                model.objects.using(DEFAULT).create(**said)
            elif more := sorted({*each.others} - {*found.others}):
                held.update(others=[*found.others, *more])


def draws_of(run_id: str, *, alias: str = DEFAULT) -> list[HeldDraw]:
    """The samples of *run_id*, the oldest first."""
    names = list(HeldDraw.__dataclass_fields__)
    rows = _model("SampleDraw").objects.using(alias).filter(run_id=run_id)
    return [HeldDraw(*row) for row in rows.order_by("pk").values_list(*names)]


def enter_marks(marks: Sequence[HeldMark]) -> int:
    """
    Enter those of *marks* that do not stand there in these very words.

    Returns:
        How many were new.

    Raises:
        Refused: this process has not taken the fence.
    """
    held = {
        _words(one)
        for run_id in {one.run_id for one in marks}
        for one in newest_marks(run_id).values()
    }
    new = [one for one in marks if _words(one) not in held]
    model = _model("SampleMark")
    names = list(HeldMark.__dataclass_fields__)
    with fence.writing():
        model.objects.using(DEFAULT).bulk_create(
            model(**{name: getattr(one, name) for name in names}) for one in new
        )
    return len(new)


def newest_marks(
    run_id: str, *, alias: str = DEFAULT
) -> dict[tuple[str, int], HeldMark]:
    """(table, row) -> what was said of it last, of the run *run_id*."""
    names = list(HeldMark.__dataclass_fields__)
    rows = _model("SampleMark").objects.using(alias).filter(run_id=run_id)
    found = (HeldMark(*row) for row in rows.order_by("pk").values_list(*names))
    return {(one.table, one.row): one for one in found}


def panels(*, alias: str = DEFAULT) -> dict[str, list[str]]:
    """Table -> keys of the records that are looked at every time, in their order."""
    found: dict[str, list[str]] = {}
    rows = _model("PanelMember").objects.using(alias).order_by("pk")
    for table, key, replaces in rows.values_list("table", "key", "replaces"):
        members = found.setdefault(table, [])
        if replaces in members:
            members[members.index(replaces)] = key
        else:
            members.append(key)
    return found


def choose(
    run_id: str,
    chosen: Mapping[str, Sequence[tuple[str, str]]],
    at: datetime,
) -> None:
    """
    Enter new members of panels.

    Args:
        chosen: table -> (key, key of the member whose place it takes, "" for none).

    Raises:
        Refused: this process has not taken the fence.
    """
    model = _model("PanelMember")
    with fence.writing():
        model.objects.using(DEFAULT).bulk_create(
            model(table=table, key=key, replaces=before, run_id=run_id, chosen_at=at)
            for table, members in chosen.items()
            for key, before in members
        )


def _words(one: HeldMark) -> HeldMark:
    """All of it but when it was said."""
    return replace(one, marked_at=_EVER)


def _model(name: str) -> Any:
    return apps.get_model("ledger", name)
