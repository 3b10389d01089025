"""The bases of rows that an undo takes back: again what they were before the run.

Else the next import would take what went back for a person's edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reimport_lib.plan.bases import UNKNOWN, of_field, with_fields
from reimport_lib.plan.undo import CHANGED, CREATED, DELETED, Fate, RowAt, UndoPlan
from reimport_lib.write import bases
from reimport_lib.write.bases import Base
from reimport_lib.write.holding import HASH, KEY, METADATA
from reimport_lib.write.models import attname, managed, tables_of_models
from reimport_lib.write.touched import BESIDE, RowImage, row_beside

_OF_THE_LEDGER = {"metadata": METADATA}


@dataclass(slots=True)
class _Back:
    """
    What goes back of one row.

    Attributes:
        action: of the run on the row; of one that it left as it was, on what the
            ledger holds beside it.
        before: its base before the run; "" where it had none.
        names: attributes that go back, those that the ledger has among them.
    """

    action: str
    before: Base
    names: set[str] = field(default_factory=set)


def put_back(decided: UndoPlan, by_row: Mapping[RowAt, RowImage]) -> None:
    """In the transaction of the undo that carries out *decided*."""
    tables = tables_of_models()
    by_model: dict[str, dict[str, _Back]] = {}
    for row, one in _what_goes_back(decided, by_row).items():
        by_model.setdefault(row.model, {})[row.key] = one
    for label in sorted(by_model.keys() & tables.keys()):
        of_model = by_model[label]
        table = tables[label]
        made = [key for key, one in of_model.items() if one.action == CREATED]
        bases.drop(table, made)
        again = {
            key: one.before
            for key, one in of_model.items()
            if one.action == DELETED and one.before.left
        }
        bases.put_back(table, again)
        changed = {key: one for key, one in of_model.items() if one.action == CHANGED}
        _change(table, changed)


def _what_goes_back(
    decided: UndoPlan, by_row: Mapping[RowAt, RowImage]
) -> dict[RowAt, _Back]:
    beside = {
        row_beside(image): image for row, image in by_row.items() if row.model == BESIDE
    }
    back: dict[RowAt, _Back] = {}
    made = _Back(CREATED, Base("", ""))  # had no base before, all of them
    for part, verdict in decided.parts.items():
        if verdict.outcome is not Fate.REVERSED:
            continue
        row, name = part.row, part.field
        if row.model != BESIDE and by_row[row].action == CREATED:
            back[row] = made
            continue
        if row.model == BESIDE:
            row, name = row_beside(by_row[row]), _OF_THE_LEDGER.get(name, name)
        if row not in back:
            image = by_row.get(row) or beside[row]
            base = Base(_key(image, beside.get(row)), image.base)
            back[row] = _Back(image.action, base)
        back[row].names.add(name)
    return back


def _change(table: str, changed: Mapping[str, _Back]) -> None:
    """
    Args:
        changed: primary key -> what goes back of the row.
    """
    held = bases.of_rows(table, list(changed))
    put: dict[str, str] = {}
    unknown = []
    for pk, left in held.items():
        names, before = changed[pk].names, changed[pk].before.left
        if HASH in names and before:
            put[pk] = before
        elif HASH in names:  # from before bases were kept: the hash says it again
            unknown.append(pk)
        else:
            fields = [name for name in managed(table) if attname(name) in names]
            then = {name: of_field(before, name) or UNKNOWN for name in fields}
            put[pk] = with_fields(left, then)
    bases.put(table, put)
    bases.drop(table, unknown)
    lacking = {
        pk: one.before
        for pk, one in changed.items()
        if pk not in held and HASH in one.names and one.before.left
    }
    bases.put_back(table, lacking)


def _key(image: RowImage, beside: RowImage | None) -> str:
    held = beside.before if beside else image.before
    return str(held.get(KEY) or "")
