"""Names in the source that the backend does not know: what to load before an import.

Pure; imports neither Django nor pyarrow.
"""

from __future__ import annotations

import pandas as pd

from reimport_lib.checks import Check, Verdict
from reimport_lib.plan.context import Known
from reimport_lib.plan.mapping import resolve
from reimport_lib.plan.match import look_up
from reimport_lib.plan.values.conversions import text
from reimport_lib.tables import registry
from reimport_lib.tables.declare import Table

SHOWN = 5


def named_in(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    """Every lookup that *table* names, with the staged columns that name an entry."""
    lookups = registry.lookups()
    return [(link.to, link.columns) for link in table.links if link.to in lookups]


def directory_checks(table: Table, frame: pd.DataFrame, known: Known) -> list[Check]:
    """One check per directory that *frame* (texts) names entries of."""
    headers = resolve(table, list(frame.columns)).headers
    found = []
    for directory, columns in named_in(table):
        present = [headers[name] for name in columns if name in headers]
        if not present:
            continue
        said = frame[present].drop_duplicates().astype(object)
        distinct = said.apply(lambda column: text(column).values).drop_duplicates()
        hits = look_up(
            known.directory(directory), *(distinct[header] for header in present)
        )
        named = _said(distinct[hits.named])
        unknown = _said(distinct[hits.named & hits.pks.isna()])
        found.append(_check(table.name, directory, len(named), unknown))
    return found


def _said(rows: pd.DataFrame) -> set[str]:
    """What each of *rows* names the entry by: its key, or its name without one."""
    return {
        next(cell for cell in cells if cell) for cells in rows.itertuples(index=False)
    }


def _check(table: str, directory: str, named: int, unknown: set[str]) -> Check:
    words = directory.replace("_", " ")
    name = f"{table}: {words} that the backend does not know"
    if not unknown:
        return Check(name, "0", f"0 of {named:,}", Verdict.PASS, id="C029")
    private = registry.lookups()[directory].private
    shown = "" if private else f": {', '.join(sorted(unknown)[:SHOWN])}"
    return Check(
        name,
        "0",
        f"{len(unknown):,} of {named:,}{shown}",
        Verdict.WARN,
        "`reimport load-config FILE --scaffold` writes down what the source names; fill"
        " it in and load it, or go on without the links",
        id="C029",
    )
