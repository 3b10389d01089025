"""Rows of an undo with their values: before the run, as the undo finds them, after it.

Read out of the images of both runs, and the rows themselves; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps

from reimport_lib.plan.undo import (
    CHANGED,
    DELETED,
    Fate,
    Finding,
    Piece,
    RowAt,
    RowValues,
    UndoPlan,
)
from reimport_lib.write import ledger
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.holding import KEY
from reimport_lib.write.models import (
    OWNER_TYPE,
    attname,
    content_type_ids,
    managed,
    tables_of_models,
)
from reimport_lib.write.rows import in_chunks
from reimport_lib.write.touched import Values, ledger_model, rows_now


def values_of(
    plan: UndoPlan, rows: Iterable[RowAt], *, undo_id: str = "", alias: str = DEFAULT
) -> dict[RowAt, RowValues]:
    """
    The values of those of *rows* of *plan* whose models tables are made of.

    Args:
        undo_id: of the run that carried the plan out; without one, or where it wrote
            nothing, rows are told as they are now.
    """
    tables = tables_of_models()
    by_model: dict[str, dict[str, RowAt]] = {}
    for row in rows:
        if row.model in tables:
            by_model.setdefault(row.model, {})[row.key] = row
    parts: dict[RowAt, dict[str, Finding]] = {}
    for part, verdict in plan.parts.items():
        if part.field and part.row.key in by_model.get(part.row.model, ()):
            parts.setdefault(part.row, {})[part.field] = verdict
    found: dict[RowAt, RowValues] = {}
    for label, wanted in by_model.items():
        by_run = _before(plan.run_id, label, wanted, alias)
        by_undo = _before(undo_id, label, wanted, alias) if undo_id else {}
        there = rows_now(label, [key for key in wanted if key not in by_undo], alias)
        told = _Telling(label, alias)
        for key, row in wanted.items():
            before = by_run.get(key)
            now = by_undo[key] if key in by_undo else there.get(key)
            of_row = parts.get(row, {})
            after = _after(plan, row, before, now, of_row)
            found[row] = told(row, (before, now, after), of_row)
    return found


def _before(
    run_id: str, label: str, keys: Iterable[str], alias: str
) -> dict[str, Values | None]:
    """Key -> the row as *run_id* found it, of those that it touched."""
    images = ledger_model("BeforeImage")._base_manager.using(alias)
    of_model = images.filter(run_id=run_id, model=label)
    return {
        pk: None if action == ledger.CREATED else values
        for some in in_chunks(sorted(keys))
        for pk, action, values in of_model.filter(object_pk__in=some).values_list(
            "object_pk", "action", "values"
        )
    }


def _after(
    plan: UndoPlan,
    row: RowAt,
    before: Values | None,
    now: Values | None,
    parts: Mapping[str, Finding],
) -> Values | None:
    """The row by the plan, which the undo reads again when it has written it."""
    if plan.actions[row] == CHANGED:
        back = {n: (before or {})[n] for n, v in parts.items() if _goes_back(v)}
        return None if now is None else {**now, **back}
    if not _goes_back(plan.parts[Piece(row)]):
        return now
    return before if plan.actions[row] == DELETED else None


def _goes_back(verdict: Finding) -> bool:
    return verdict.outcome is Fate.REVERSED


class _Telling:
    """Rows of one model, by the columns that the import writes, in their order."""

    def __init__(self, label: str, alias: str) -> None:
        names = managed(tables_of_models()[label])
        self._model = apps.get_model(label)
        self._columns = {attname(name): name for name in names}
        self._types = {n: name for name, n in content_type_ids(alias).items()}

    def __call__(
        self,
        row: RowAt,
        moments: tuple[Values | None, Values | None, Values | None],
        parts: Mapping[str, Finding],
    ) -> RowValues:
        keys = [str(each[KEY]) for each in moments if each and each.get(KEY)]
        of_columns = {n: parts[a] for a, n in self._columns.items() if a in parts}
        before, now, after = map(self._typed, moments)
        return RowValues(
            row,
            keys[0] if keys else row.key,
            before,
            now,
            after,
            parts=of_columns,
            more=len(parts) - len(of_columns),
        )

    def _typed(self, values: Values | None) -> dict[str, Any] | None:
        if values is None:
            return None
        typed = ledger.decoded(self._model, values)
        told = {name: typed.get(a) for a, name in self._columns.items()}
        if OWNER_TYPE in told:
            told[OWNER_TYPE] = self._types.get(told[OWNER_TYPE] or 0, "")
        return told
