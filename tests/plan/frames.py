"""Small invented tables, and the rules and plans over them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import pandas as pd

from reimport_lib.config import RowSettings
from reimport_lib.plan.context import Context, Directory, Held, Known
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.plan import Plan, make_plan
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import Staged, stage
from reimport_lib.tables import registry

SPACE = UUID("6f1d2a60-7a4e-4a57-9a4e-0d9d6a1f9a11")
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
NORTH, SOUTH = uuid5(SPACE, "north"), uuid5(SPACE, "south")
ADA, BEN, RUTH, WORKS = (uuid5(SPACE, name) for name in ("ada", "ben", "ruth", "works"))


def patient(pk: UUID | None, *values: Any) -> Held:
    """A patient as rules ask for them: clinic, first and last name, day of birth."""
    return Held(
        pk, dict(zip(registry.named("patients").remembered, values, strict=True))
    )


KNOWN = Known(
    in_snapshot={
        "patients": frozenset({"p1", "p2", "company"}),
        "referrers": frozenset({"r9"}),
        "companies": frozenset({"c9"}),
    },
    imported={
        "patients": {
            "p1": patient(ADA, NORTH, "Ada", "Example", date(1980, 2, 3)),
            "p2": patient(BEN, None, "Ben", "Sample", None),
        },
        "referrers": {"r9": Held(RUTH)},
        "companies": {"c9": Held(WORKS)},
    },
    directories={
        "clinics": Directory({"101": NORTH, "102": SOUTH}, {"north clinic": NORTH})
    },
)
EMPTY = replace(KNOWN, directories={})


def knowing(**directories: Directory) -> Known:
    """``KNOWN`` with these lookups beside its own."""
    return replace(KNOWN, directories={**KNOWN.directories, **directories})


def context(known: Known = KNOWN, **settings: Any) -> Context:
    """What rules may know; *settings* are those of the tables, by name."""
    return Context(AS_OF, RowSettings(own=settings), known)


def frame(*rows: dict[str, str]) -> pd.DataFrame:
    """A frame of text as a snapshot gives it; the first record is row 2."""
    index = pd.RangeIndex(2, len(rows) + 2, name="row")
    return pd.DataFrame(list(rows), index=index, dtype=object).fillna("")


def listing(*keys: str) -> pd.DataFrame:
    return pd.DataFrame({"key": list(keys), "size": [7] * len(keys)})


def staged(table: str, *rows: dict[str, str], known: Known = KNOWN) -> Staged:
    return stage(registry.sources()[table], frame(*rows), context(known))


def decided(
    table: str,
    *rows: dict[str, str],
    known: Known = KNOWN,
    objects: pd.DataFrame | None = None,
) -> Decided:
    return decide(staged(table, *rows, known=known), context(known), objects)


def verdicts(
    table: str, *rows: dict[str, str], known: Known = KNOWN, **more: Any
) -> list[str]:
    """``outcome(reason)`` or the notes of every row; "" comes in without a note."""
    rows_ = decided(table, *rows, known=known, **more).rows
    return [
        f"{line.outcome}({line.reason})" if line.outcome else line.notes
        for line in rows_.itertuples()
    ]


def no_rows(managed: tuple[str, ...]) -> pd.DataFrame:
    columns = ["id", "filemaker_id", "import_hash", *managed]
    return pd.DataFrame(columns=columns, dtype=object)


def plan(of: Decided, target: pd.DataFrame | None = None, **options: Any) -> Plan:
    return make_plan(
        of,
        no_rows(of.managed) if target is None else target,
        system="filemaker",
        source_rows=len(of.rows),
        blank_rows=0,
        **options,
    )


def written(target: pd.DataFrame, by: Plan) -> pd.DataFrame:
    """*target* after *by* was applied to it."""
    new = by.values.drop(columns="write")
    rest = target[~target["id"].isin(list(new["id"]))]
    return pd.concat([rest, new], ignore_index=True).astype(object)
