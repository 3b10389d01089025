"""Rows in the backend before the import: left by the first system, or made by people.

By default they let an import succeed within the default gates:

- some patients with the random keys of the first system and without a hash, their
  values equal to FileMaker's: they keep their keys and are ``unchanged``;
- a few rows of every kind that FileMaker no longer has, among them documents and image
  batches whose generic link points at nobody: they are ``deleted``;
- a few rows made by people, some of them for imported patients: they are ``kept``.

With ``adopted=True`` a few of those patients differ from FileMaker: nobody can say who
changed them, so a plan shows them and stops (gate ``patients.max_adopted``). Rows that
people edited after an import are made by ``edit_imported``.

Needs a database bound with ``write.bind``, writable; otherwise imports nothing of
the importer but its rules, which say what an earlier import had written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pandas as pd

from reimport_demo.clinic import leftovers, people, words
from reimport_demo.clinic.build import Clinic, open_clinic
from reimport_demo.clinic.leftovers import Known
from reimport_demo.clinic.model import Size
from reimport_demo.clinic.schedule import random_for
from reimport_lib.config import RowSettings
from reimport_lib.plan.context import Context
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import stage
from reimport_lib.tables import registry
from reimport_lib.write import models, read
from reimport_lib.write import rows as writing

THEN = datetime(2025, 11, 16, 9, 2, tzinfo=UTC)
"""When the first system ran."""
PHONE = words.international(words.MOBILES[0])
_OWNER = "patients.patient"


def load_existing(
    clinic: Clinic | Path, alias: str = "default", *, adopted: bool = False
) -> dict[str, int]:
    """
    Write the rows that were there before; how many per table.

    Args:
        clinic: or its folder; its clinics and funding sources must be loaded.
        adopted: some patients differ from FileMaker, which stops a plan by default.
    """
    made = open_clinic(clinic) if isinstance(clinic, Path) else clinic
    rng = random_for(made.seed, "existing")
    lines = people.patient_lines(made.seed, Size(made.scale))
    known = leftovers.choose(lines, Size(made.scale))
    patients = _first_system_patients(known, rng, alias, adopted=adopted)
    written = {"patients": len(patients)}
    for table, rows in (*_gone(rng, alias), *_local(patients, rng, alias)):
        written[table] = written.get(table, 0) + _insert(table, rows, alias)
    return written


def edit_imported(alias: str = "default", *, rows: int = 3) -> dict[str, list[str]]:
    """
    Edit imported rows as a person would in the backend; the hash stays as it was.

    Returns:
        Table -> keys of the rows edited: the next import must not overwrite them.
    """
    changes = {"patients": "middle_names", "appointments": "title", "notes": "author"}
    edited = {}
    for table, field in changes.items():
        model: Any = models.model_of(table)
        imported = model.objects.using(alias).exclude(import_hash="")
        chosen = list(imported.order_by("filemaker_id")[:rows])
        for row in chosen:
            setattr(row, field, "Edited by hand")
            row.updated_at = THEN + timedelta(days=30)
        model.objects.using(alias).bulk_update(chosen, [field, "updated_at"])
        edited[table] = [row.filemaker_id for row in chosen]
    return edited


def _first_system_patients(
    known: Sequence[Known], rng: Random, alias: str, *, adopted: bool
) -> list[UUID]:
    """Patients as an earlier import wrote them, but for the key and the hash."""
    frame = pd.DataFrame(
        [[k.cells.get(header, "") for header in people.HEADERS] for k in known],
        columns=list(people.HEADERS),
        index=pd.Index([k.row for k in known], name="row"),
        dtype=object,
    )
    rules = registry.sources()["patients"]
    context = Context(THEN, RowSettings(), read.known(alias=alias))
    values = decide(stage(rules, frame, context), context).values
    columns = {name: values[name].tolist() for name in values.columns}
    if adopted:
        columns["first_name"] = [
            "Formerly" if k.differs else name
            for k, name in zip(known, columns["first_name"], strict=True)
        ]
    keys = [_random_key(rng) for _ in known]
    model = models.model_of("patients")
    writing.insert_rows(
        model, {"id": keys, **columns, **_stamped(len(keys))}, alias=alias
    )
    return keys


Rows = list[dict[str, Any]]


def _gone(rng: Random, alias: str) -> list[tuple[str, Rows]]:
    """Rows of the first system that FileMaker no longer has; some links dangle."""
    owner_type = models.content_type_ids(alias)[_OWNER]
    patients: Rows = _gone_rows("patients", rng)
    for number, patient in enumerate(patients):
        patient |= {"first_name": "Gone", "last_name": f"Since {2020 + number}"}

    def of_patients(table: str, **cells: Any) -> Rows:
        rows = _gone_rows(table, rng)
        return [
            {**row, "patient_id": patients[n % len(patients)]["id"], **cells}
            for n, row in enumerate(rows)
        ]

    def dangling(table: str, **cells: Any) -> Rows:
        link = {"content_type_id": owner_type}
        return [
            {**row, **link, "object_id": _random_key(rng), **cells}
            for row in _gone_rows(table, rng)
        ]

    batches = dangling(
        "image_batches", name="FileMaker Import", taken_on=date(2019, 3, 5)
    )
    images = [
        {
            **row,
            "batch_id": batches[n % len(batches)]["id"],
            "original_name": "gone.jpg",
        }
        for n, row in enumerate(_gone_rows("images", rng))
    ]
    return [
        ("patients", patients),
        (
            "contact_details",
            of_patients("contact_details", kind="mobile", value="+610"),
        ),
        ("appointments", of_patients("appointments", start_time=THEN)),
        ("notes", of_patients("notes", content="A note of somebody who is gone.")),
        ("documents", dangling("documents", original_name="gone.pdf")),
        ("image_batches", batches),
        ("images", images),
    ]


def _gone_rows(table: str, rng: Random) -> Rows:
    """Rows with keys that FileMaker has no longer; images have record numbers."""
    first = 90_000_000
    return [
        {
            "id": _random_key(rng),
            "filemaker_id": str(first + n)
            if table == "images"
            else str(_random_key(rng)),
        }
        for n in range(leftovers.GONE[table])
    ]


def _local(patients: Sequence[UUID], rng: Random, alias: str) -> list[tuple[str, Rows]]:
    """Rows that people made: for patients of their own, and for imported ones."""
    counts = leftovers.LOCAL
    own = [
        {"id": _random_key(rng), "first_name": "Walk", "last_name": f"In {n + 1}"}
        for n in range(counts["patients"])
    ]
    whose = [*(row["id"] for row in own), *patients[:3]]

    def of_patients(table: str, **cells: Any) -> Rows:
        return [
            {"id": _random_key(rng), "patient_id": whose[n % len(whose)], **cells}
            for n in range(counts[table])
        ]

    document = {
        "id": _random_key(rng),
        "content_type_id": models.content_type_ids(alias)[_OWNER],
        "object_id": patients[0],
        "original_name": "brought along.pdf",
    }
    later = THEN + timedelta(days=400)
    return [
        ("patients", own),
        ("contact_details", of_patients("contact_details", kind="phone", value=PHONE)),
        (
            "appointments",
            of_patients("appointments", start_time=later, title="Walk-in"),
        ),
        ("notes", of_patients("notes", content="Written in the backend.")),
        ("documents", [document]),
    ]


def _insert(table: str, rows: Rows, alias: str) -> int:
    """Insert rows that all name the same columns."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    stamped = {**columns, **_stamped(len(rows))}
    return writing.insert_rows(models.model_of(table), stamped, alias=alias)


def _stamped(rows: int) -> dict[str, list[datetime]]:
    return {"created_at": [THEN] * rows, "updated_at": [THEN] * rows}


def _random_key(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
