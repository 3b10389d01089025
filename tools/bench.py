"""Seconds and rows per second of every phase, at the size of the real clinic.

    python -m tools.bench [--scale 1.0]        DATABASE_URL names another database

The phases run three times: as plain functions in this process (freezing, staging,
planning, writing, reading back), as a dry run through the notebooks, and as a full run
of that dry run. A full run takes over the dry run's snapshot and backup, so what its
notebooks cost is best seen in the phases that import.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from reimport_demo.clinic.build import build
from reimport_demo.s3 import read_listing, serve_s3
from reimport_lib.config import Settings, load_settings
from reimport_lib.execute import approve, runner
from reimport_lib.phases import Phase, named, recording, validation
from reimport_lib.phases.binding import bind_run
from reimport_lib.phases.data import DataPhase
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.write import bind, configuration
from tools.databases import migrate

POSTCODE_WIDTH = "5"  # of the synthetic clinic
FIRST_SYSTEM_SECONDS = 82
STEPS = ("snapshot", "stage", "plan", "apply", "reconcile")
WHOLE = "whole"
HEADINGS = ("rows", *STEPS, WHOLE, "rows/s", "dry run", "full run")

Seconds = dict[str, float]
Result = TypeVar("Result")


@contextmanager
def clinic_to_import(scale: float) -> Iterator[Settings]:
    """Exports, objects, a configured database: all thrown away at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        made = build(folder / "clinic", scale=scale)
        url = os.environ.get("DATABASE_URL", f"sqlite:///{folder / 'clinic.sqlite3'}")
        with serve_s3(*read_listing(made.listing)) as server:
            os.environ |= server.environment() | {
                "DATABASE_URL": url,
                "REIMPORT_SOURCE": str(made.exports),
                "REIMPORT_RUNS": str(folder / "runs"),
                "REIMPORT_POSTCODE_WIDTH": POSTCODE_WIDTH,
            }
            settings = load_settings()
            migrate(url)
            configuration.load(settings, made.config)
            bind.close()
            yield settings


def by_functions(run: Run) -> dict[str, Seconds]:
    """Execute *run* in this process; seconds per phase and step."""
    bind_run(run)
    found = {name: _phase_by_functions(run, named(name)) for name in run.phases}
    bind.close()
    return found


def _phase_by_functions(run: Run, phase: Phase) -> Seconds:
    seconds: Seconds = {}
    started = time.perf_counter()
    if phase.name == validation.NAME:
        _validation(run, seconds)
    elif phase.tables:
        _data_phase(run, phase.module, seconds)
    else:
        phase.module.execute(run)
    return {**seconds, WHOLE: time.perf_counter() - started}


def _validation(run: Run, seconds: Seconds) -> None:
    recording.begin(run, validation.NAME)
    snapshot = _timed(seconds, "snapshot", lambda: validation.freeze(run))
    recording.finish(run, validation.NAME, validation.checks(run, snapshot))


def _data_phase(run: Run, phase: DataPhase, seconds: Seconds) -> None:
    recording.begin(run, phase.name)
    staged = _timed(seconds, "stage", lambda: phase.stage(run))
    plans = _timed(seconds, "plan", lambda: phase.plan(run, staged))
    phase.require(run, plans)
    _timed(seconds, "apply", lambda: phase.apply(run, plans))
    checks = _timed(seconds, "reconcile", lambda: phase.reconcile(run, plans))
    recording.finish(run, phase.name, checks)


def _timed(seconds: Seconds, step: str, work: Callable[[], Result]) -> Result:
    started = time.perf_counter()
    result = work()
    seconds[step] = time.perf_counter() - started
    return result


def by_notebooks(run: Run) -> float:
    """Execute *run* through its notebooks; seconds for the whole."""
    started = time.perf_counter()
    status = runner.execute(run)
    if status is not Status.SUCCEEDED:
        sys.exit(f"{run.run_id} ended as {status}: {run.manifest()['error']}")
    return time.perf_counter() - started


def table(functions: dict[str, Seconds], rehearsal: Run, full: Run) -> Table:
    """One line per phase, for people; the snapshot's rows are those of all phases."""
    shown = Table(box=None, header_style="none", pad_edge=False)
    shown.add_column("phase")
    for heading in HEADINGS:
        shown.add_column(heading, justify="right")
    rows = {name: _source_rows(full, name) for name in functions}
    rows[validation.NAME] = sum(rows.values())
    for name, seconds in functions.items():
        in_notebook = full.phase(name)["seconds"]
        shown.add_row(
            name,
            f"{rows[name]:,}" if rows[name] else "",
            *(f"{seconds[step]:.2f}" if step in seconds else "" for step in STEPS),
            f"{seconds[WHOLE]:.2f}",
            f"{rows[name] / seconds[WHOLE]:,.0f}" if rows[name] else "",
            f"{rehearsal.phase(name)['seconds']:.2f}",
            f"{in_notebook:.2f}",
        )
    return shown


def _source_rows(run: Run, phase: str) -> int:
    return sum(entry["source_rows"] for entry in run.phase(phase)["tables"].values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0)
    scale = parser.parse_args().scale
    with clinic_to_import(scale) as settings:
        functions = by_functions(approve.open_rehearsal(settings, gates={}))
        rehearsal = approve.open_rehearsal(settings, gates={})
        dry_seconds = by_notebooks(rehearsal)
        full = approve.open_full(settings, rehearsal, ask=None, yes=True)
        full_seconds = by_notebooks(full)
        out = Console(highlight=False, width=120)
        out.print(table(functions, rehearsal, full))
    whole = sum(seconds[WHOLE] for seconds in functions.values())
    out.print(f"functions {whole:.1f} s, dry run {dry_seconds:.1f} s, ", end="")
    out.print(f"full run of it {full_seconds:.1f} s; the first system needed ", end="")
    out.print(f"{FIRST_SYSTEM_SECONDS} s for the same at scale 1")


if __name__ == "__main__":
    main()
