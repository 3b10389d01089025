"""A small invented source, staged, decided and planned by the rules themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd

from reimport_lib.config import RowSettings
from reimport_lib.plan.context import Context
from reimport_lib.plan.plan import Plan, make_plan
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import Staged, stage
from reimport_lib.show.masking import Masking
from reimport_lib.tables import registry

MASK = Masking(b"an invented secret of tests 00000")
REVEALED = Masking(b"an invented secret of tests 00000", reveal=True)
CONTEXT = Context(as_of=datetime(2026, 1, 1, tzinfo=UTC), settings=RowSettings())

# What must never be seen in masked output; each occurs in the source below.
PRIVATE = (
    "Zephyrine",
    "Quillfeather",
    "Bartholomew",
    "Ogle",
    "Smythe",
    "Marigold",
    "4444555566",
    "412345678",
    "0412 345 678",
    "zephyrine@quill.example",
    "1950-02-01",
    "likes to be called",
    "KEY-ONE",
    "key-one",
)
PATIENTS: tuple[dict[str, str], ...] = (
    {
        "id": "KEY-ONE",
        "title": "Ms.",
        "nameFirst": "Zephyrine",
        "nameLast": "Quillfeather",
        "DOB": "1/02/1950",
        "gender": "F",
        "Health Number": "4444555566",
        "contactType": "Patient",
        "NDIS Coordinator Name": "Marigold Ogle",
        "NDIS Coordinator Phone": "0412 345 678",
        "NDIS Coordinator Email": "zephyrine@quill.example",
        "NDIS notes": "likes to be called Zephyrine",
    },
    {
        "id": "KEY-TWO",
        "nameFirst": "Bartholomew",
        "nameLast": "Ogle-Smythe",
        "DOB": "31/02/1950",
        "gender": "M",
        "Health Number": "123",
        "contactType": "Patient",
    },
    {"id": "KEY-THREE", "contactType": "Patient"},
    {"id": "", "nameFirst": "Zephyrine", "contactType": "Patient"},
    {"id": "KEY-FOUR", "nameFirst": "Quillfeather", "contactType": "Company"},
)


def frame(records: Sequence[dict[str, str]]) -> pd.DataFrame:
    """*records* as a source frame: text, "" for blank, index = row from 2 on."""
    names = list(dict.fromkeys(name for record in PATIENTS for name in record))
    rows = [[record.get(name, "") for name in names] for record in records]
    index = pd.RangeIndex(2, 2 + len(records), name="row")
    return pd.DataFrame(rows, columns=names, index=index, dtype=object)


def staged(records: Sequence[dict[str, str]] = PATIENTS) -> Staged:
    return stage(registry.sources()["patients"], frame(records), CONTEXT)


def plan(
    records: Sequence[dict[str, str]] = PATIENTS, *, target: pd.DataFrame | None = None
) -> Plan:
    """The plan of *records* against *target*, which is empty if not given."""
    rule = registry.sources()["patients"]
    decided = decide(staged(records), CONTEXT)
    columns = ["id", "filemaker_id", "import_hash", *rule.managed]
    empty = pd.DataFrame(columns=columns, dtype=object)
    return make_plan(
        decided,
        empty if target is None else target,
        system="tests",
        source_rows=len(records),
        blank_rows=1,
    )


def imported_before() -> pd.DataFrame:
    """A target that holds the two patients under earlier first names."""
    target = plan().values.drop(columns="write").reset_index(drop=True)
    names = ["Zephyra", "Bart"][: len(target)]
    return target.assign(import_hash="", first_name=names)
