"""What a waiting kernel's worker does of its phase while phases before it are at work.

Tables are staged once the snapshot is there. They are planned once the phases are done
whose rows they name; of what is to be deleted, the keys are found once the copy is
there. One worker at a time, but for the one whose phase has begun: what is waited for
is not held up by what is not. A kernel without a worker, or whose worker failed, does
it all in its turn; also where the source was frozen anew since, as in a run that is
resumed.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import partial
from typing import Any

from reimport_lib import workers
from reimport_lib.config import load_settings
from reimport_lib.phases import (
    ALWAYS,
    Phase,
    all_phases,
    frozen,
    named,
    planning,
    row_plans,
    source_keys,
    validation,
)
from reimport_lib.phases.binding import reading
from reimport_lib.phases.planning import Plans
from reimport_lib.plan.context import Known
from reimport_lib.plan.delete import Keys
from reimport_lib.plan.stage import Staged
from reimport_lib.private_files import lock, private_open
from reimport_lib.read.snapshot import Snapshot
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import STOPPED, Status
from reimport_lib.tables import registry
from reimport_lib.write import bind

ROWS_AT_MOST = 200_000  # that are staged before they can be decided
_LOOKED_AFTER_SECONDS = 0.05
_LOCK = ".ahead"

StagedValues = dict[str, Any]
PlansByRow = tuple[Plans, str]
"""Plans, and what ``row_plans`` keeps of them."""
MadeOf = tuple[str, str]
"""Digest of a snapshot, and the clock of its run: what tables are staged of."""

_kept: dict[tuple[str, str, MadeOf], Staged] = {}
"""Run, table, what it is made of -> as this worker has staged it."""


def begin(run_id: str, phase: str) -> None:
    """Have of *phase* in the run *run_id* done what can be, as soon as it can be."""
    wanted = named(phase)
    if wanted.tables:
        for table in wanted.tables:
            if table in registry.sources():
                workers.begin(_values, (run_id, table))
        workers.begin(_plans, (run_id, phase))
    elif phase == "delete":
        workers.begin(_keys, run_id)


def staged(run: Run, snapshot: Snapshot, table: str) -> Staged:
    """As ``frozen.staged``, by a worker where one has begun with it."""
    for made_of, values in workers.begun(_values, (run.run_id, table)):
        if made_of == _made_of(run, snapshot):
            return Staged(**values, declared=registry.named(table))
    return frozen.staged(run, snapshot, table)


def plans(run: Run, phase: str, staged: planning.Stageds) -> PlansByRow:
    """As ``planning.plan_tables``, by a worker where one has begun with it."""
    for made in workers.begun(_plans, (run.run_id, phase)):
        return made
    return _with_rows(run, planning.plan_tables(run, staged))


def keys(run: Run, snapshot: Snapshot) -> tuple[Keys, Keys]:
    """As ``source_keys.source_keys``, by a worker where one has begun with it."""
    for found in workers.begun(_keys, run.run_id):
        return found
    return source_keys.source_keys(run, snapshot)


def _values(of: tuple[str, str]) -> tuple[MadeOf, StagedValues]:
    """All of a staged table but its declaration, whose functions do not pickle."""
    run_id, table = of
    run, snapshot = _once_frozen(run_id)
    with _in_turn(run, registry.named(table).phase):
        made = _keep(run, snapshot, table)
    values = {
        each.name: getattr(made, each.name)
        for each in fields(made)
        if each.name != "declared"
    }
    return _made_of(run, snapshot), values


def _made_of(run: Run, snapshot: Snapshot) -> MadeOf:
    return snapshot.digest, run.manifest()["as_of"]


def _keep(run: Run, snapshot: Snapshot, table: str) -> Staged:
    """Stage *table*, for this worker to keep."""
    of = run.run_id, table, _made_of(run, snapshot)
    made = _kept[of] = frozen.staged(run, snapshot, table)
    return made


def _kept_or_made(run: Run, snapshot: Snapshot, table: str) -> Staged:
    """*table* as this worker has staged it, which it lets go of, or stages it now."""
    kept = _kept.pop((run.run_id, table, _made_of(run, snapshot)), None)
    return frozen.staged(run, snapshot, table) if kept is None else kept


def _with_rows(run: Run, made: Plans) -> PlansByRow:
    return made, row_plans.text(row_plans.lines(run, made))


def _plans(of: tuple[str, str]) -> PlansByRow:
    """
    The plans of a phase, where it names only rows of phases that are done.

    Raises:
        ValueError: it has asked for rows of another, or a phase before it stopped.
    """
    run_id, name = of
    phase, before = named(name), _before(named(name))
    run = _once_done(run_id, before)
    snapshot = frozen.snapshot_of(run)
    with _in_turn(run, name), reading(run):
        staged = {
            table: _kept_or_made(run, snapshot, table)
            for table in phase.tables
            if table in registry.sources() and snapshot.has(table)
        }
        known = frozen.known_to(run, snapshot)
        made = planning.plan_tables(run, staged, known)
    _require_asked(known, {*before, name})
    return _with_rows(run, made)


def _before(phase: Phase) -> set[str]:
    """The phases that are to be done before *phase* is planned."""
    without = (p.name for p in all_phases() if not p.tables and p.number < phase.number)
    return {*without, *phase.prerequisites}


def _require_asked(known: Known, phases: Collection[str]) -> None:
    """
    Raises:
        ValueError: *known* was asked for rows of none of *phases*.
    """
    others = {
        table for table in known.asked if registry.named(table).phase not in phases
    }
    if others:
        raise ValueError(f"Rows of {', '.join(sorted(others))} are named as well.")


def _keys(run_id: str) -> tuple[Keys, Keys]:
    """What ``source_keys`` finds; what it takes is staged before there is a copy."""
    run, snapshot = _once_frozen(run_id)
    with reading(run):
        held, rows = source_keys.imported(snapshot, alias=bind.REAL), 0
        for table in source_keys.decided(snapshot, held) if held else ():
            rows += snapshot.manifest.tables[table].rows
            if rows <= ROWS_AT_MOST:
                _keep(run, snapshot, table)
        run = _once_done(run_id, ALWAYS)
        snapshot = frozen.snapshot_of(run)
        staged = partial(_kept_or_made, run, snapshot)
        return source_keys.source_keys(run, snapshot, staged)


@contextmanager
def _in_turn(run: Run, phase: str) -> Iterator[None]:
    """Let no other worker be at work that is ahead; none waits whose *phase* began."""
    with private_open(run.folder / _LOCK, "a") as file:
        while run.phase(phase)["status"] is Status.PENDING:
            with suppress(BlockingIOError):
                lock(file, wait=False)
                break
            time.sleep(_LOOKED_AFTER_SECONDS)
        yield


def _once_frozen(run_id: str) -> tuple[Run, Snapshot]:
    """
    The run and its snapshot, as soon as there is one.

    Raises:
        ValueError: its source could not be frozen.
        SourceError: it is being frozen anew.
    """
    run = runs.load(load_settings(), run_id)
    while "snapshot_digest" not in (manifest := run.manifest()):
        entries = (e for e in manifest["phases"] if e["name"] == validation.NAME)
        if any(entry["status"] in STOPPED for entry in entries):
            raise ValueError(f"{validation.NAME} stopped")
        time.sleep(_LOOKED_AFTER_SECONDS)
    return run, frozen.snapshot_of(run)


def _once_done(run_id: str, phases: Collection[str]) -> Run:
    """
    The run, when those of *phases* that it has are done.

    Raises:
        ValueError: one of them stopped before.
    """
    run = runs.load(load_settings(), run_id)
    while True:
        entries = [e for e in run.manifest()["phases"] if e["name"] in phases]
        left = [e for e in entries if e["status"] is not Status.SUCCEEDED]
        if not left:
            return run
        if stopped := [e["name"] for e in left if e["status"] in STOPPED]:
            raise ValueError(f"{', '.join(stopped)} stopped")
        time.sleep(_LOOKED_AFTER_SECONDS)
