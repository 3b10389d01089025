"""Names in the source that the backend does not know: what to load before an import.

Pure; imports neither Django nor pyarrow.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from reimport_lib.checks import Check, Verdict
from reimport_lib.plan.context import Known
from reimport_lib.plan.mapping import resolve
from reimport_lib.plan.match import look_up
from reimport_lib.plan.values.conversions import text
from reimport_lib.tables.declare import Table

NAMED_IN: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "patients": (
        ("clinics", ("clinic_key", "clinic_name")),
        ("funding_sources", ("funding_source",)),
    ),
    "appointments": (
        ("clinics", ("clinic_key",)),
        ("clinicians", ("clinician_key",)),
        ("appointment_types", ("type_word",)),
    ),
}
"""Table -> (directory, the columns that name an entry of it, by staged name)."""

SHOWN = 5
NOT_SHOWN = frozenset({"clinicians"})  # names of people


def directory_checks(table: Table, frame: pd.DataFrame, known: Known) -> list[Check]:
    """One check per directory that *frame* (texts) names entries of."""
    headers = resolve(table, list(frame.columns)).headers
    found = []
    for directory, columns in NAMED_IN.get(table.name, ()):
        present = [headers[name] for name in columns if name in headers]
        if not present:
            continue
        said = frame[present].drop_duplicates().astype(object)
        distinct = said.apply(lambda column: text(column).values).drop_duplicates()
        hits = look_up(
            getattr(known, directory), *(distinct[header] for header in present)
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
        return Check(name, "0", f"0 of {named:,}", Verdict.PASS)
    shown = "" if directory in NOT_SHOWN else f": {', '.join(sorted(unknown)[:SHOWN])}"
    return Check(
        name,
        "0",
        f"{len(unknown):,} of {named:,}{shown}",
        Verdict.WARN,
        "`reimport load-config FILE --scaffold` writes down what the source names; fill"
        " it in and load it, or go on without the links",
    )
