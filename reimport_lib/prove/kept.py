"""Texts that no field of the backend says: they must be in the metadata.

Pure. Read from the source and from the value that is stored, without the import's own
account of what its values carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reimport_lib.prove.render import clocks, keeping, rendering
from reimport_lib.prove.render.comparison import Matched
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Field

_METADATA = "filemaker_metadata"


def must_be_kept(m: Matched) -> dict[str, set[int]]:
    """Name in the metadata -> places of the rows whose text must be there."""
    found: dict[str, set[int]] = {}
    table = registry.named(m.table)
    for column in table.fields:
        test = column.convert.keep
        if test is None or not column.field or column.name in table.named_again:
            continue
        values = _values(m, column)
        texts = m.texts(*column.names)
        found[column.kept_text] = keeping.places(
            test(value, text, m.zone.order)
            for value, text in zip(values, texts, strict=True)
        )
    return table.together.kept(m, found) if table.together else found


def named_again(m: Matched) -> list[dict[str, str]]:
    """Per row what names again the rows that it links to, as the metadata has it."""
    table = registry.named(m.table)
    found: list[dict[str, str]] = [{} for _ in m.rows]
    for name in table.named_again:
        column = table.column(name)
        say = _day if column.convert.dated else _name
        rows = zip(found, m.values(_METADATA), m.texts(*column.names), strict=True)
        for row, held, said in rows:
            row[name] = say(held.get(name, ""), said, m.zone.order)
    return found


def _name(held: str, said: str, _order: str) -> str:
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


def _values(m: Matched, column: Field) -> Sequence[object]:
    """The field that the column became, where the table has one of its name."""
    if column.field in m.target.columns:
        return m.values(column.field)
    return [""] * len(m.rows)
