"""Rows left out as doubled: the row of their key that came in says all that they say.

Read from the two rows as they stand in the source, cell by cell; which rows are paired
is the import's word, whether they are the same is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from reimport_lib.checks import Check, Verdict, some_rows
from reimport_lib.counting import several
from reimport_lib.prove.evidence import IMPORTED, Evidence
from reimport_lib.prove.reference_data import reference_data
from reimport_lib.prove.render import rendering
from reimport_lib.prove.render.doubling import ORDERS, Doubled, bare, is_same
from reimport_lib.tables import convert, registry
from reimport_lib.tables.declare import Field

DOUBLED = "duplicate_row"


def check_doubled(evidence: Evidence) -> list[Check]:
    """One check for every table of which rows were left out as doubled."""
    found: list[Check] = []
    for table in registry.source_tables():
        found += evidence.answer(doubled_of_table, table.name)
    return found


def doubled_of_table(evidence: Evidence, table: str) -> list[Check]:
    """One check, where rows of *table* were left out as doubled."""
    declared = registry.named(table)
    if not declared.source or not evidence.snapshot.has(table):
        return []
    rows = evidence.outcomes(table)
    if rows is None or not (rows["reason"] == DOUBLED).any():
        return []
    return [_check(evidence, table, rows)]


def _check(evidence: Evidence, table: str, rows: pd.DataFrame) -> Check:
    doubled = rows[rows["reason"] == DOUBLED]
    others = rows[rows["reason"] != DOUBLED]
    of_key = others[others["key"].isin(doubled["key"])].groupby("key")
    groups = {key: list(of_key.get_group(key).itertuples()) for key in of_key.groups}
    zone = reference_data(evidence).zone(evidence.order_of(table))
    frame, held = evidence.source(table), evidence.database(table)
    wanted = {t.target_id for taken in groups.values() for t in taken}
    some: Any = held[held.index.isin(wanted)]
    records: dict[Any, dict[str, Any]] = some.to_dict("index")
    more = []
    for row, key in zip(doubled["row"], doubled["key"], strict=True):
        taken = groups.get(key, [])
        came_in = [
            Doubled(table, frame.loc[[row, t.row]], records[t.target_id], zone)
            for t in taken
            if t.outcome in IMPORTED and t.target_id in records
        ]
        if not taken or (came_in and all(says_more(pair) for pair in came_in)):
            more.append(row)
    count, file = len(doubled), registry.by_name()[table].file
    return Check(
        f"{table}: doubled rows say nothing that the row which came in does not",
        f"{count:,} of {several(count, 'row')}",
        f"{count - len(more):,} of {several(count, 'row')}"
        + (f"; not {some_rows(more)}" if more else ""),
        Verdict.FAIL if more else Verdict.PASS,
        f"compare them with the other row of their key in {file}" if more else "",
        id="C042",
    )


def says_more(pair: Doubled) -> bool:
    """The first row of *pair* says something that the second does not."""
    return any(True for _ in said_more(pair))


def said_more(pair: Doubled) -> Iterator[str]:
    """Names of the columns in which the first row says more."""
    table = registry.named(pair.table)
    for names in (registry.key_names(pair.table), registry.owner_names(pair.table)):
        said, told = (
            rendering.key_text(text, number=table.number_key)
            for text in pair.texts(names)
        )
        if said != told:
            yield next(iter(names), "")
    for each in table.fields:
        if not each.convert.key and not _is_told(pair, each):
            yield each.names[0]


def _is_told(pair: Doubled, each: Field) -> bool:
    said, told = pair.texts(each.names)
    if not bare(said) or bare(said) == bare(told):
        return True
    if each.convert.coded or (each.coded and each.feeds):
        return False  # a rule makes something else out of the very words
    together = registry.named(pair.table).together
    answer = together.told(pair, each.names[0]) if together else None
    if answer is not None:
        return answer
    if each.convert is convert.moment and each.field in pair.values:
        zones = [replace(pair.zone, order=order) for order in ORDERS]
        value = pair.values[each.field]
        moments = [zone.moment(value, "", "", said) for zone in zones]
        return any(spoken == shown for spoken, shown in moments)
    return is_same(said, told, pair.zone.order)
