"""What a kernel does while it waits for its turn: all that no earlier phase can change.

That is to prove the snapshot, and to stage its tables. Whatever fails here fails again
in the cell that needs it, and is told there.
"""

from __future__ import annotations

import time
from contextlib import suppress

from reimport_lib.config import load_settings
from reimport_lib.phases import frozen, named
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.tables import registry

ROWS = 200_000
"""More rows than these are not held while a phase waits: it would cost much memory."""

_LOOK_SECONDS = 0.05


def line_for(run_id: str, phase: str) -> str:
    """The line of Python that a kernel runs as it starts."""
    module = "reimport_lib.phases.ahead"
    return f"import {module}; {module}.prepare({run_id!r}, {phase!r})"


def prepare(run_id: str, phase: str) -> None:
    """Read ahead for *phase* of the run *run_id*; raises nothing."""
    with suppress(Exception):
        read_ahead(runs.load(load_settings(), run_id), phase)


def read_ahead(run: Run, phase: str) -> None:
    """
    Stage the tables of *phase*, as soon as the source of *run* is frozen.

    Then its clock is recorded. A run that never gets that far ends this process.
    """
    tables = tuple(registry.sources()) if phase == "delete" else named(phase).tables
    if not tables and phase != "validation-post":
        return
    while not run.manifest()["as_of"]:
        time.sleep(_LOOK_SECONDS)
    snapshot = frozen.snapshot_of(run)
    staged = [
        name for name in tables if name in registry.sources() and snapshot.has(name)
    ]
    if sum(snapshot.manifest.tables[name].rows for name in staged) <= ROWS:
        frozen.stage_ahead(run, snapshot, staged)
