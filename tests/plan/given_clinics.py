"""Runs the rules of every table over a folder of exports, as the phases would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pandas as pd

from reimport_lib.config import RowSettings, Secret, Settings
from reimport_lib.plan.context import Context, Directory, Held, Known
from reimport_lib.plan.made import make_rows, pointing_at
from reimport_lib.plan.plan import Plan, make_plan
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import snapshot_keys, stage
from reimport_lib.plan.stored_objects import plan_objects
from reimport_lib.plan.values.text import fold_words
from reimport_lib.read.objects import as_frame
from reimport_lib.read.snapshot import Snapshot, freeze
from reimport_lib.tables import registry
from tests.plan.frames import patient, written

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
CLINICS = UUID("2f0d7a52-3a0c-4f6e-9b3c-1f1f7c1f9f11")
SETTINGS = RowSettings(own={"postcode_width": 5})


@dataclass
class Clinic:
    """The plans of one clinic by table; ``targets`` is what they leave behind."""

    snapshot: Snapshot
    context: Context
    plans: dict[str, Plan] = field(default_factory=dict)
    targets: dict[str, pd.DataFrame] = field(default_factory=dict)


def frozen(exports: Path, folder: Path) -> Snapshot:
    """The exports and their listing, as the validation phase would freeze them."""
    listed = json.loads((exports / "s3_listing.json").read_text(encoding="utf-8"))
    listings = {
        registry.stored()[table]: as_frame(
            [
                (entry["Key"], entry["Size"], "")
                for entry in listed
                if entry["Key"].startswith(SETTINGS.of(prefix))
            ]
        )
        for table, prefix in registry.prefixes().items()
    }
    nothing = Secret("")
    settings = Settings(nothing, nothing, str(exports), folder, SETTINGS)
    return freeze(settings, folder / "snapshot", as_of=AS_OF, objects=listings)


def known_clinics(exports: Path) -> Directory:
    names = json.loads((exports / "clinics.json").read_text(encoding="utf-8"))
    pks = {key: uuid5(CLINICS, key) for key in names}
    return Directory(pks, {fold_words(name): pks[key] for key, name in names.items()})


def planned(exports: Path, folder: Path, *, before: Clinic | None = None) -> Clinic:
    """Plan every table in the order of the phases, on top of what *before* left."""
    snapshot = before.snapshot if before else frozen(exports, folder)
    declared = {
        name: table.declared_order
        for name, table in snapshot.manifest.tables.items()
        if table.declared_order
    }
    context = Context(
        AS_OF,
        SETTINGS,
        Known(directories={"clinics": known_clinics(exports)}),
        declared,
    )
    keys = snapshot_keys(
        registry.named("patients"), snapshot.table("patients"), context
    )
    context = _knowing(context, in_snapshot={"patients": keys})
    clinic = Clinic(snapshot, context, targets=dict(before.targets if before else {}))
    for table in registry.sources():
        if snapshot.has(table):
            _plan_table(clinic, table)
            if table == "patients":
                owners = _owners(clinic.targets["patients"])
                clinic.context = _knowing(clinic.context, imported={"patients": owners})
    return clinic


def _knowing(context: Context, **changes: Any) -> Context:
    return replace(context, known=replace(context.known, **changes))


def _plan_table(clinic: Clinic, table: str) -> None:
    rule, context = registry.sources()[table], clinic.context
    listing = f"{table}_objects"
    objects = clinic.snapshot.objects(listing) if clinic.snapshot.has(listing) else None
    staged = stage(rule, clinic.snapshot.table(table), context)
    decided = decide(staged, context, objects)
    for name in registry.made_of(table):
        _add(clinic, name, make_rows(name, staged, decided, context), 0, 0)
        decided = pointing_at(clinic.plans[name], staged, decided)
    counts = clinic.snapshot.manifest.tables[table]
    _add(clinic, table, decided, counts.rows, counts.blank_rows)
    if objects is not None:
        clinic.plans[listing] = plan_objects(
            listing, objects, clinic.plans[table], context
        )


def _add(clinic: Clinic, table: str, decided: Any, rows: int, blank: int) -> None:
    empty = pd.DataFrame(
        columns=["id", "filemaker_id", "import_hash", *decided.managed], dtype=object
    )
    target = clinic.targets.get(table, empty)
    plan = make_plan(
        decided, target, system="filemaker", source_rows=rows, blank_rows=blank
    )
    clinic.plans[table] = plan
    clinic.targets[table] = written(target, plan)


def _owners(patients: pd.DataFrame) -> dict[str, Held]:
    columns = ["filemaker_id", "id", *registry.named("patients").remembered]
    return {
        row[0]: patient(*row[1:]) for row in patients[columns].itertuples(index=False)
    }
