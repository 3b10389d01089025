"""What is there, as everything of it that a fault must not change.

Rows are told by the digests of a backup, which share no code with plans and writing.
Moments, durations, numbers of rows of the ledger and names of runs are left out: they
differ between any two runs.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reimport_lib.backup.backup import open_backup
from reimport_lib.errors import BackupError
from reimport_lib.private_files import sha256_of
from reimport_lib.record import runs
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import Run
from reimport_lib.record.status import STOPPED, Mode, Status
from reimport_lib.write import bind
from tests.phases import sites
from tests.phases.sites import Site

_OF_THE_MOMENT = {"Fence"}  # who has the database now, for how long
_VOLATILE = {
    *("id", "pk", "seconds", "origin", "reviewed_seal"),
    *("evidence_root", "reviewed_root"),  # over moments too
}
_RUN_ID = re.compile(r"\d{8}T\d{6}Z-(\w+)")
_PID = re.compile(r"\.\d+\.(?=tmp$)")
_OF_A_PHASE = ("status", "tables", "plan_digests", "links")
_UNFINISHED = ("*.tmp", "*.partial")


@dataclass(frozen=True)
class Seen:
    """
    Attributes:
        rows: table -> digest; without the ledger.
        ledger: model -> its rows as JSON, and how many of each.
        record: of the newest import: its phases as ``run.json`` tells of them.
        outcomes: name -> sha256 of every outcomes file of it.
        phases: (run, phase) that the ledger holds as done.
        untrue: where the record of the import and the ledger contradict each other.
        unfinished: files that somebody began and nobody finished.
        unproven: backups that have a manifest, and are not what it says.
    """

    rows: Mapping[str, str]
    ledger: Mapping[str, Counter[str]]
    record: Mapping[str, Any]
    outcomes: Mapping[str, str]
    phases: frozenset[str]
    untrue: tuple[str, ...]
    unfinished: tuple[str, ...]
    unproven: tuple[str, ...]

    def differences(self, other: Seen, *, rows_alone: bool = False) -> list[str]:
        """What differs, in words; unfinished files count as a difference of *self*."""
        found = [f"rows of {n}" for n in _differ(self.rows, other.rows)]
        if rows_alone:
            return found
        found += [f"ledger: {n}" for n in _differ(self.ledger, other.ledger)]
        found += [f"run.json: {n}" for n in _differ(self.record, other.record)]
        found += [f"outcomes of {n}" for n in _differ(self.outcomes, other.outcomes)]
        left = (f"left: {name}" for name in self.unfinished)
        return [*found, *self.untrue, *self.unproven, *left]


def look(site: Site) -> Seen:
    """What database and folder of runs hold now."""
    newest = _newest_import(site)
    rows = sites.content(site.digest())
    ledger = _ledger(site)
    done = frozenset(
        f"{row['run_id']} {row['name']}"
        for row in map(json.loads, ledger["LedgerPhase"])
        if row["run_id"] != "earlier"
    )
    return Seen(
        rows,
        ledger,
        _record(newest) if newest else {},
        _outcomes(newest) if newest else {},
        done,
        tuple(_untrue(newest.manifest(), done)) if newest else (),
        _unfinished(site.settings.runs),
        tuple(_unproven(site.settings.runs)),
    )


def _newest_import(site: Site) -> Run | None:
    """The import of the story, once it is opened; the earlier one is not meant."""
    found = _imports(site)
    return found[1] if len(found) > 1 else None


def _imports(site: Site) -> list[Run]:
    """The imports that there are, in the order of the rehearsals that they apply."""
    found = runs.readable(site.settings)  # no clock of theirs says it: it may jump
    full = [run for run in found if run.mode is Mode.FULL]
    return sorted(full, key=lambda run: run.reviewed)


def _ledger(site: Site) -> dict[str, Counter[str]]:
    from django.apps import apps

    bind.bind_real(site.settings)
    earlier = _imports(site)[0].run_id
    phases = apps.get_model("ledger", "LedgerPhase")._base_manager
    # a run that was killed before it did anything is entered, and that is all
    active = set(phases.values_list("run_id", flat=True))
    found = {}
    for model in apps.get_app_config("ledger").get_models():
        if model.__name__ in _OF_THE_MOMENT:
            continue
        dropped = {
            field.attname
            for field in model._meta.concrete_fields
            if field.name in _VOLATILE or field.get_internal_type() == "DateTimeField"
        }
        lines = [
            json.dumps(
                {n: _told(v) for n, v in row.items() if n not in dropped},
                default=str,
                sort_keys=True,
            )
            for row in model._base_manager.values()
            if row.get("run_id", "") in {"", *active}
        ]
        found[model.__name__] = Counter(
            _RUN_ID.sub(r"\1", line.replace(earlier, "earlier")) for line in lines
        )
    bind.close()
    return found


def _told(value: Any) -> Any:
    """An end that a later attempt went on from is told until the run has another."""
    is_stop = isinstance(value, str) and value in STOPPED
    return "running" if is_stop else value


def _record(run: Run) -> dict[str, Any]:
    manifest = run.manifest()
    found: dict[str, Any] = {"status": manifest["status"]}
    for entry in manifest["phases"]:
        told: Mapping[str, Any] = entry
        found[entry["name"]] = {
            **{name: told.get(name) for name in _OF_A_PHASE},
            "checks": [
                (check["name"], check["verdict"])  # resumed, it may count less
                for check in entry["checks"]
            ],
        }
    return found


def _outcomes(run: Run) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in run.outcomes_folder.glob("*.csv")}


def _untrue(manifest: Manifest, done: frozenset[str]) -> list[str]:
    """What ``run.json`` says and the ledger does not; both ways."""
    found = []
    restored = manifest["status"] is Status.ROLLED_BACK
    writing = {"validation", "backup", "validation-post"}
    for entry in manifest["phases"]:
        name, status = entry["name"], entry["status"]
        if name in writing or restored:
            continue
        is_done = f"full {name}" in done
        if status is Status.SUCCEEDED and not is_done:
            found.append(f"run.json says that {name} is done, the ledger does not")
        known = status in (Status.SUCCEEDED, Status.VALIDATION_FAILED)
        if is_done and status in STOPPED and not known and "committed" not in entry:
            found.append(f"{name} was committed, and run.json says {status}")
    return found


def _unproven(folder: Path) -> Iterator[str]:
    for manifest in folder.glob("*/*/manifest.json"):
        if manifest.parent.name.startswith(("backup", "before-restore")):
            try:
                open_backup(manifest.parent)
            except BackupError as error:
                yield f"{manifest.parent.name}: {error.message}"


def _unfinished(folder: Path) -> tuple[str, ...]:
    return tuple(
        sorted(
            _PID.sub(".", str(path.relative_to(folder)))
            for pattern in _UNFINISHED
            for path in folder.rglob(pattern)
        )
    )


def _differ(these: Mapping[str, Any], those: Mapping[str, Any]) -> list[str]:
    names = sorted({*these, *those})
    return [name for name in names if these.get(name) != those.get(name)]
