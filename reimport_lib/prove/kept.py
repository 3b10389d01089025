"""Texts that no field of the backend says: they must be in the metadata.

Pure. Read from the source and from the value that is stored, without the import's own
account of what its values carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from reimport_lib.prove.render import clocks, keeping, rendering
from reimport_lib.prove.render.comparison import Matched
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field

_OWNERS = ("owner_name", "owner_dob")
_METADATA = "filemaker_metadata"


def must_be_kept(m: Matched) -> dict[str, set[int]]:
    """Name in the metadata -> places of the rows whose text must be there."""
    found: dict[str, set[int]] = {}
    for column in registry.sources()[m.table].fields:
        test = column.convert.keep
        if test is None or not column.field or column.field.startswith("owner"):
            continue
        values = _values(m, column)
        texts = m.texts(*column.names)
        found[column.kept_text] = keeping.places(
            test(value, text, m.zone.order)
            for value, text in zip(values, texts, strict=True)
        )
    beside = registry.named(m.table).kept_beside
    return beside(m, found) if beside else found


def said_of_owners(m: Matched) -> list[dict[str, str]]:
    """Per row what its second naming of the owner says, as the metadata has it."""
    declared = {each.name: each.names for each in registry.named(m.table).fields}
    named = [declared[name] for name in _OWNERS if name in declared]
    if len(named) < len(_OWNERS):
        return [{} for _ in m.rows]
    texts = (*(m.texts(*names) for names in named), m.values(_METADATA))
    return [
        {
            "owner_name": _name(held.get("owner_name", ""), name),
            "owner_dob": _day(held.get("owner_dob", ""), day, m.zone.order),
        }
        for name, day, held in zip(*texts, strict=True)
    ]


def _name(held: str, said: str) -> str:
    spoken, shown = rendering.name(held, said)
    return held if spoken == shown else spoken


def _day(held: str, said: str, order: str) -> str:
    """*held* (ISO) where the text says this day in one of the orders."""
    try:
        value = date.fromisoformat(held)
    except ValueError:
        return said
    spoken, shown = clocks.day(value, said, order)
    same = spoken == shown or clocks.in_other_order(value, said, order)
    return held if same else said


def _values(m: Matched, column: Field) -> Sequence[Any]:
    """The field that the column became, where the table has one of its name."""
    if column.field in m.target.columns:
        return m.values(column.field)
    return [""] * len(m.rows)
