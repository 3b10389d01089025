"""The staging of a phase by its kernel's worker, while phases before it are at work.

Staging reads the snapshot alone, which is there once phase 0 is done. What a worker has
staged stays in memory; a kernel without one stages for itself.
"""

from __future__ import annotations

import time
from dataclasses import fields
from functools import lru_cache
from typing import Any

from reimport_lib import workers
from reimport_lib.config import load_settings
from reimport_lib.phases import frozen, named, validation
from reimport_lib.plan.stage import Staged
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import STOPPED, Status
from reimport_lib.tables import registry

_LOOKED_AFTER_SECONDS = 0.05

StagedValues = dict[str, Any]


def begin(run_id: str, phase: str) -> None:
    """Have the tables of *phase* staged in the run *run_id* as soon as that can be."""
    for table in named(phase).tables:
        if table in registry.sources():
            workers.begin(_values, (run_id, table))


def staged(run: Run, snapshot: Snapshot, table: str) -> Staged:
    """As ``frozen.staged``, by a worker where one has begun with it."""
    for values in workers.begun(_values, (run.run_id, table)):
        return Staged(**values, declared=registry.named(table))
    return frozen.staged(run, snapshot, table)


def _values(of: tuple[str, str]) -> StagedValues:
    """All of a staged table but its declaration, whose functions do not pickle."""
    run_id, table = of
    run = _once_frozen(run_id)
    made = frozen.staged(run, frozen.snapshot_of(run), table)
    return {
        each.name: getattr(made, each.name)
        for each in fields(made)
        if each.name != "declared"
    }


@lru_cache(maxsize=1)
def _once_frozen(run_id: str) -> Run:
    """
    The run, when its source is frozen.

    Raises:
        ValueError: it stopped before.
    """
    run = runs.load(load_settings(), run_id)
    while (status := run.phase(validation.NAME)["status"]) is not Status.SUCCEEDED:
        if status in STOPPED:
            raise ValueError(f"{validation.NAME} has ended as {status}")
        time.sleep(_LOOKED_AFTER_SECONDS)
    return run
