"""The run of a notebook: find or make it, bind the kernel to it, begin the phase.

Without a run id a notebook makes a rehearsal of its own and runs the phases before it
as plain functions; so whoever opens a notebook and runs it writes to no real database.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from reimport_lib import project
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import Refused, TargetError, Unavailable
from reimport_lib.phases import (
    ALWAYS,
    Phase,
    all_phases,
    fencing,
    named,
    recording,
    timing,
)
from reimport_lib.phases.binding import bind_run, is_there, require_same_database
from reimport_lib.phases.injected import cells_run, refuse_undeclared
from reimport_lib.phases.limits import expanded, require_no_looser
from reimport_lib.plan import gates as limits
from reimport_lib.record import forecast, heartbeat, lock, runs
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.record.status import FINISHED, Mode, Return, Status
from reimport_lib.record.versions import opening_details
from reimport_lib.write import bind, sealed

LATEST = "latest"
READS = frozenset({*ALWAYS, "validation-post"})
"""Phases of a full run that write nothing to its database."""
_BY_HAND = "JPY_SESSION_NAME"
"""Set by the server of a notebook that a person has open; papermill has none."""


def open_run(
    phase: str,
    *,
    run_id: str = "",
    gates: Mapping[str, float] | None = None,
) -> Run:
    """
    The run that this kernel works on, its phase *phase* marked as running.

    Args:
        run_id: empty: a rehearsal of its own, for which the phases before *phase* run
            here first; or, where a person steps through the notebooks, the rehearsal
            that they began, when it is the turn of *phase* there; ``latest``: the
            newest rehearsal, if it is not done, or a new one of all phases; else the
            run of that id, the only way into a run that may write.
        gates: limits set in the notebook, by parameter (``phases.limits``) or by
            ``TABLE.NAME``; those that the run was opened with win, and a full run takes
            none from a notebook.

    Raises:
        UsageError: no such run; a parameter that the notebook does not declare.
        Refused: the run does not hold this phase, or an earlier one is not done; a
            limit is opened that nobody signed off; it writes, and it is not the hour.
    """
    if bind.in_kernel():
        sealed.seal_process()
    refuse_undeclared(cells_run())
    wanted = named(phase)
    set_here = expanded(wanted, gates or {})
    require_no_looser(set_here)
    settings = load_settings()
    if run_id == LATEST:
        joined = _latest(settings) if wanted.number else None
    else:
        joined = runs.load(settings, run_id) if run_id else _at_turn(settings, wanted)
    if joined is None:
        begins = run_id or (is_by_hand() and not wanted.number)
        phases = all_phases()[: None if begins else wanted.number + 1]
        run = _take_gates(_new_rehearsal(settings, phases), set_here)
        bind_run(run)
        _run_before(run, wanted)
    else:
        run = _take_gates(joined, set_here)
        bind_run(run)
    _require_turn(run, wanted)
    _require_hours(run, wanted)
    _make_private(run)
    recording.begin(run, wanted.name)
    with recording.recording(run, wanted.name):
        require_database(run)
        if is_there(run):
            fencing.take(run)
    if not lock.is_executed(run):  # else its command gives the signs
        heartbeat.keep(run.folder)
    return run


def require_database(run: Run) -> None:
    """
    The database that *run* began with is there.

    Raises:
        Refused: it is another one, or has been migrated since.
        TargetError: it cannot be reached; once it can, the run goes on.
    """
    try:
        require_same_database(run)
    except TargetError as error:
        if error.hint == project.manage("migrate"):  # then it is no longer the same
            raise
        way_on = f"{error.hint}; then reimport run --resume {run.run_id}"
        raise Unavailable(error.message, hint=way_on, id=error.id) from None


def is_by_hand() -> bool:
    """A person has the notebook of this kernel open."""
    return _BY_HAND in os.environ


def _at_turn(settings: Settings, wanted: Phase) -> Run | None:
    """
    The rehearsal that a person steps through, where *wanted* is what comes next in it.

    The newest of all phases, if it is not older than a review may be, nor at work.
    """
    if not (is_by_hand() and wanted.number):
        return None
    names = tuple(phase.name for phase in all_phases())
    oldest = now() - timedelta(hours=settings.review_hours)
    for run in reversed(runs.readable(settings)):
        manifest = run.manifest()
        if run.mode is not Mode.REHEARSAL or run.phases != names:
            continue
        is_young = datetime.fromisoformat(manifest["created_at"]) > oldest
        is_open = run.status not in FINISHED and not lock.is_executed(run)
        left = [
            e["name"] for e in manifest["phases"] if e["status"] != Status.SUCCEEDED
        ]
        is_turn = left[:1] == [wanted.name]
        return run if is_young and is_open and is_turn else None
    return None


def _latest(settings: Settings) -> Run | None:
    """The newest rehearsal, unless it is done or another process executes it."""
    run = runs.newest(settings, Mode.REHEARSAL, statuses=frozenset(Status))
    if run is None or run.status in FINISHED or lock.is_executed(run):
        return None
    return run


def _new_rehearsal(settings: Settings, phases: Sequence[Phase]) -> Run:
    return runs.create(
        settings,
        Mode.REHEARSAL,
        phases=tuple((phase.number, phase.name) for phase in phases),
        details=opening_details(settings),
    )


def _take_gates(run: Run, gates: Mapping[str, float]) -> Run:
    """
    *run* with those *gates* that are no defaults and that it was not opened with.

    One that a notebook had set before is set anew, to the default as well.
    """
    if run.is_full:
        return run
    before = frozenset(run.manifest().get("gates_from_notebooks", ()))
    opened = {place: v for place, v in run.gates.items() if place not in before}
    held = dict(run.gates)
    for place, value in gates.items():
        table, _, name = place.partition(".")
        if place in opened or f"{limits.ALL}.{name}" in opened:
            continue
        held.pop(place, None)
        if value != limits.Gates().limit(table, name):
            held[place] = value
    if held == dict(run.gates):
        return run
    return run.with_gates(held, set_here=sorted(held.keys() - opened.keys()))


def _run_before(run: Run, wanted: Phase) -> None:
    """The phases before *wanted*, without their notebooks."""
    for name in run.phases[: run.phases.index(wanted.name)]:
        named(name).module.execute(run)


def _require_hours(run: Run, wanted: Phase) -> None:
    """
    Raises:
        Refused: *wanted* writes, no command executes *run*, and it is not the hour.
    """
    if wanted.name not in READS and not lock.is_executed(run):
        timing.require_hours(run, forecast.of_run(run))


def _make_private(run: Run) -> None:
    """papermill by hand makes its output by the umask, before this cell runs."""
    for notebook in run.folder.glob("*.ipynb"):
        notebook.chmod(0o600)


def _require_turn(run: Run, wanted: Phase) -> None:
    """*wanted* belongs to *run* and everything before it is done."""
    if wanted.name not in run.phases:
        raise Refused(
            f"Run {run.run_id} does not include the phase {wanted.name}.",
            hint=f"reimport show {run.run_id}",
            id="R094",
        )
    state = run.manifest().get("going_back", {}).get("state", Return.STAYS)
    if state is not Return.STAYS:
        raise Refused(
            f"Run {run.run_id} has failed, and takes back what it had written.",
            hint=f"reimport run --resume {run.run_id} finishes that"
            if state is Return.BEGUN
            else "reimport run --dry-run",
            id="R327",
        )
    for entry in run.manifest()["phases"]:
        if entry["name"] == wanted.name:
            if entry["status"] == Status.SUCCEEDED:
                raise Refused(
                    f"{wanted.name} is done in run {run.run_id}.",
                    hint=f"reimport show {run.run_id}",
                    id="R095",
                )
            return
        if entry["status"] != Status.SUCCEEDED:
            raise Refused(
                f"{entry['name']} is not done in run {run.run_id}, "
                f"and {wanted.name} comes after it.",
                hint=f"reimport run --resume {run.run_id}",
                id="R096",
            )


def only_looks_back(run: Run, name: str) -> bool:
    """Phase *name* reads what *run* has written, which is all that it will write."""
    return name in READS - {*ALWAYS} and recording.is_last(run, name)
