"""Names in the source that the backend does not know: what to load before an import.

Pure; imports neither Django nor pyarrow.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from reimport_lib.checks import Check, Verdict
from reimport_lib.counting import MANY_ROWS
from reimport_lib.plan.context import Known
from reimport_lib.plan.mapping import resolve
from reimport_lib.plan.match import look_up
from reimport_lib.plan.values.conversions import text
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table

SHOWN = 5
_ROWS = "number of source rows"


def named_in(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    """Every lookup that *table* names, with the staged columns that name an entry."""
    lookups = registry.lookups()
    return [(link.to, link.columns) for link in table.links if link.to in lookups]


def directory_checks(
    table: Table, frame: pd.DataFrame, known: Known, *, many: int = MANY_ROWS
) -> list[Check]:
    """
    One check per directory that *frame* (texts) names entries of.

    Args:
        many: rows that must say a word before it is shown; people type names, too.
    """
    headers = resolve(table, list(frame.columns)).headers
    found = []
    for directory, columns in named_in(table):
        present = [headers[name] for name in columns if name in headers]
        if not present:
            continue
        said = frame.groupby(present, sort=False).size().reset_index(name=_ROWS)
        said[present] = said[present].astype(object).apply(lambda c: text(c).values)
        hits = look_up(
            known.directory(directory), *(said[header] for header in present)
        )
        named = _said(said[hits.named])
        unknown = _said(said[hits.named & hits.pks.isna()])
        found.append(_check(table.name, directory, len(named), unknown, many))
    return found


def _said(rows: pd.DataFrame) -> Counter[str]:
    """
    What *rows* name the entry by, their key or their name without one, and how often.

    Args:
        rows: one or more texts, and last the number of source rows that have them.
    """
    said = Counter[str]()
    for *cells, number in rows.itertuples(index=False):
        said[next(cell for cell in cells if cell)] += number
    return said


def _check(
    table: str, directory: str, named: int, unknown: Counter[str], many: int
) -> Check:
    words = directory.replace("_", " ")
    name = f"{table}: {words} that the backend does not know"
    if not unknown:
        return Check(name, "0", f"0 of {named:,}", Verdict.PASS, id="C029")
    private = registry.lookups()[directory].private
    shown = [] if private else sorted(w for w, n in unknown.items() if n >= many)
    rare = len(unknown) - len(shown)
    told = f": {', '.join(shown[:SHOWN])}" if shown else ""
    if rare and not private:
        told += f"; {rare:,} in fewer than {many} rows each"
    return Check(
        name,
        "0",
        f"{len(unknown):,} of {named:,}{told}",
        Verdict.WARN,
        "`reimport load-config FILE --scaffold` writes down what the source names; fill"
        " it in and load it, or go on without the links",
        id="C029",
    )
