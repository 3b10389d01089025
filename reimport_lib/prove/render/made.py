"""Rows without a source row of their own, judged one by one by what made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reimport_lib.checks import Check, Verdict, could_not_check, some_rows
from reimport_lib.counting import several
from reimport_lib.tables import registry

if TYPE_CHECKING:
    from reimport_lib.prove.evidence import Evidence


def check_made(
    evidence: Evidence, table: str, facts: Callable[[Any], dict[str, bool]]
) -> list[Check]:
    """
    One check per field of the imported rows of *table*, but those that people changed.

    Args:
        facts: a row of the database -> field -> whether it says what it should.
    """
    rows = evidence.imported(table)
    if rows is None:
        return [evidence.gap(f"{table}: fields", table, id="C091")]
    rows = rows[~rows["target_id"].isin(evidence.left_alone(table))]
    if not len(rows):
        return [could_not_check(f"{table}: fields", "no row came in", id="C091")]
    held = evidence.database(table)
    numbered = enumerate(rows["target_id"], start=1)
    found = [(n, facts(held.loc[pk])) for n, pk in numbered if pk in held.index]
    judged = found[0][1] if found else {table: False}
    return [
        *(
            _check(table, name, len(rows), [n for n, right in found if right[name]])
            for name in judged
        ),
        *(
            could_not_check(
                f"{table}.{name}", "nobody has said how it is compared", id="C092"
            )
            for name in registry.named(table).managed
            if found and name not in judged
        ),
    ]


def _check(table: str, name: str, rows: int, right: list[int]) -> Check:
    wrong = sorted({*range(1, rows + 1)} - {*right})
    made_of = registry.noun(registry.made(table).of)
    actual = f"{len(right):,} of {rows:,} as their {made_of} say"
    return Check(
        f"{table}.{name}",
        several(rows, "row"),
        actual + (f"; not {some_rows(wrong)} in key order" if wrong else ""),
        Verdict.FAIL if wrong else Verdict.PASS,
        f"see outcomes/{table}.csv" if wrong else "",
        id="C092",
    )
