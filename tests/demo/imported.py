"""What the importer decides about a clinic, table by table, without a database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import pandas as pd

from reimport_demo.clinic.build import Clinic
from reimport_demo.clinic.directory import make_directory
from reimport_lib.config import load_settings
from reimport_lib.plan.context import Context, Directory, Held, Known
from reimport_lib.plan.decide import Decided
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import snapshot_keys, stage
from reimport_lib.plan.values.text import fold
from reimport_lib.read.objects import as_frame, prefixes
from reimport_lib.read.snapshot import Snapshot, freeze
from reimport_lib.tables import registry

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = UUID("5f0c9c1e-54c4-4c55-9c5e-7f0d8c1b1c11")


def frozen(clinic: Clinic, folder: Path) -> tuple[Snapshot, Context]:
    """The clinic's snapshot, and a context that knows its lists but no patient yet."""
    settings = load_settings({"REIMPORT_SOURCE": str(clinic.exports)})
    stored = json.loads(clinic.listing.read_text(encoding="utf-8"))
    objects = {
        name: as_frame(
            [(o["Key"], o["Size"], "") for o in stored if o["Key"].startswith(prefix)]
        )
        for name, prefix in prefixes(settings).items()
    }
    snapshot = freeze(settings, folder, as_of=AS_OF, objects=objects)
    return snapshot, Context(AS_OF, settings.rows, known_lists(clinic))


def known_lists(clinic: Clinic) -> Known:
    lists = make_directory(clinic.seed)
    named = {
        "clinics": [(p.key, p.name) for p in lists.clinics],
        "clinicians": [(p.key, p.name) for p in lists.clinicians],
        "appointment_types": [(p.key, p.name) for p in lists.appointment_types],
        "funding_sources": [(code, name) for name, code in lists.funding],
    }
    return Known(
        directories={name: directory(places) for name, places in named.items()}
    )


def directory(places: Iterable[tuple[str, str]]) -> Directory:
    """Found by key (or code) and by name."""
    pks = {(key, name): uuid5(KEYS, key) for key, name in places}
    by_key = {fold(key): pk for (key, _), pk in pks.items()}
    return Directory(by_key, by_key | {fold(name): pk for (_, name), pk in pks.items()})


def decisions(clinic: Clinic, folder: Path) -> tuple[dict[str, Decided], Context]:
    """Every table decided in the order of the phases; owners are then known."""
    snapshot, context = frozen(clinic, folder)
    keys = {
        name: snapshot_keys(registry.named(name), snapshot.table(name), context)
        for name in registry.owners()
    }
    context = replace(context, known=replace(context.known, in_snapshot=keys))
    decided: dict[str, Decided] = {}
    for table, rule in registry.sources().items():
        listing = f"{table}_objects"
        objects = snapshot.objects(listing) if snapshot.has(listing) else None
        staged = stage(rule, snapshot.table(table), context)
        decided[table] = decide(staged, context, objects)
        if table in keys:
            owners = _owners(table, decided[table].values)
            context = replace(context, known=context.known.with_rows(table, owners))
    return decided, context


def _owners(table: str, values: pd.DataFrame) -> dict[str, Held]:
    names = registry.named(table).remembered
    rows = zip(values["filemaker_id"], *(values[name] for name in names), strict=True)
    return {
        key: Held(uuid5(KEYS, key), dict(zip(names, held, strict=True)))
        for key, *held in rows
    }
