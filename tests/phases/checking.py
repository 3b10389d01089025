"""An imported clinic whose database and run folder a test spoils, and what then fails.

The database is spoilt inside a transaction that is rolled back; the run folder that a
test spoils is a copy.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.checks import Check, Verdict
from reimport_lib.phases import frozen
from reimport_lib.phases import validation_post as phase
from reimport_lib.phases.binding import bind_run
from reimport_lib.prove.evidence import Evidence, gather
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.write import bind
from tests.phases.conftest import Whole

Line = dict[str, str]


@dataclass(frozen=True)
class Case:
    """A run whose phase 8 is asked again."""

    run: Run

    def evidence(self) -> Evidence:
        return gather(self.run, frozen.snapshot_of(self.run))

    def checks(self) -> dict[str, Check]:
        """Every check of the phase by its name."""
        evidence = self.evidence()
        made = (phase.counts, phase.fields, phase.links, phase.functional)
        return named(check for ask in made for check in ask(evidence))

    def imported(self, table: str, *, notes: str = "") -> list[str]:
        """Primary keys of imported rows in source order, of those with just *notes*."""
        rows = self.evidence().imported(table)
        assert rows is not None
        found: list[str] = list(rows.loc[rows["notes"] == notes, "target_id"])
        return found

    def outcomes_file(self, table: str) -> Path:
        return self.run.outcomes_folder / f"{table}.csv"

    def edit_outcomes(self, table: str, edit: Callable[[Line], Line | None]) -> None:
        """Rewrite an outcomes file line by line; None leaves a line out."""
        path = self.outcomes_file(table)
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        kept = [line for line in map(edit, lines) if line is not None]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)

    def edit_manifest(self, edit: Callable[[dict[str, Any]], None]) -> None:
        path = self.run.folder / "run.json"
        manifest = json.loads(path.read_text())
        edit(manifest)
        path.write_text(json.dumps(manifest))


def named(checks: Any) -> dict[str, Check]:
    found: dict[str, Check] = {}
    for check in checks:
        assert check.name not in found, f"two checks are called {check.name}"
        found[check.name] = check
    return found


def with_verdict(checks: Mapping[str, Check], verdict: Verdict) -> set[str]:
    return {name for name, check in checks.items() if check.verdict is verdict}


def failing(checks: Sequence[Check] | Mapping[str, Check]) -> set[str]:
    """Names of the checks that failed."""
    found = checks if isinstance(checks, Mapping) else named(checks)
    return with_verdict(found, Verdict.FAIL)


def rows_of(label: str) -> Any:
    """All rows of a model: ``patients.Patient``."""
    from django.apps import apps

    model: Any = apps.get_model(label)
    return model._base_manager


@contextmanager
def spoilt() -> Iterator[None]:
    """Whatever is written inside is taken back at the end."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def case(whole: Whole) -> Iterator[Case]:
    """The imported clinic; what a test does to its database is taken back."""
    bind_run(whole.full)
    with spoilt():
        yield Case(whole.full)
    bind.close()


@pytest.fixture
def own_case(whole: Whole, tmp_path: Path) -> Iterator[Case]:
    """The same with run folders of the test's own."""
    folder = tmp_path / "runs"
    without = shutil.ignore_patterns("backup", "*.sqlite3*")
    shutil.copytree(whole.site.settings.runs, folder, ignore=without)
    bind_run(whole.full)
    settings = replace(whole.site.settings, runs=folder)
    with spoilt():
        yield Case(runs.load(settings, whole.full.run_id))
    bind.close()
