"""papermill over the notebooks of a run, in order, sealed one by one.

An executed notebook is a view: what is done is what the run's record and the ledger
say. A kernel that died leaves a notebook that looks complete, so the verdict is never
read from one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event

from jupyter_client.manager import AsyncKernelManager

from reimport_lib import errors, home
from reimport_lib.errors import CutOff, Interrupted, PhaseFailed, Refused, ReimportError
from reimport_lib.execute import (
    failure,
    kernels,
    pausing,
    report,
    signals,
    undo_beside,
    undo_proof,
    undo_report,
)
from reimport_lib.execute.kernels import CellError
from reimport_lib.execute.report import MadeBeside
from reimport_lib.execute.undo_beside import Trial
from reimport_lib.execute.undo_report import Complaint
from reimport_lib.notify import companion
from reimport_lib.phases import (
    Phase,
    attempts,
    fencing,
    named,
    opening,
    recording,
    timing,
)
from reimport_lib.privacy import scan
from reimport_lib.private_files import remove_unfinished
from reimport_lib.record import evidence, lock, runs, state
from reimport_lib.record.manifest import PhaseEntry
from reimport_lib.record.run import Run
from reimport_lib.record.status import STOPPED, Return, Status
from reimport_lib.show import export
from reimport_lib.write import bind

_SWITCH_SECONDS = 0.0005
"""How long a page that is being made may keep a notebook's messages waiting."""
STAGES_AHEAD = "reimport_lib.phases.ahead:begin"
"""What a kernel's process begins with while the phases before its own are at work."""

PhaseProgress = Callable[[str, PhaseEntry], None]


def execute(
    run: Run,
    *,
    progress: PhaseProgress | None = None,
    complain: Complaint | None = None,
) -> Status:
    """
    Execute the phases of *run* that are not done, and write its report.

    A page or a record that cannot be written at the end changes nothing about what was
    done: how the run ended is what its phases say.

    Args:
        progress: told ``phase_started``, ``phase_finished`` with the phase's entry.
        complain: told what could not be written.

    Returns:
        How it ended: the first phase that does not succeed decides it, and no phase
        after it is executed. What was written before goes back, see ``failure``.

    Raises:
        Refused: another process is executing this run, a notebook is missing, or it
            writes and would not be over within the hours for that.
        SettingsError: the key that signs what it leaves cannot be read.
    """
    _require_notebooks(run)
    evidence.signing_key(run.settings)  # not found out when all is done
    started = time.monotonic()
    with (
        lock.executing(run),
        signals.interrupting(),
        fencing.kept(run) as fence,
        undo_beside.of_run(run) as trial,
    ):
        is_going_back = failure.is_at_it(run)  # it was killed when it did
        if not is_going_back:
            timing.begin(run)
        remove_unfinished(run.folder)
        pausing.forget(run)
        report.remove(run)
        companion.start(run.settings, run.run_id, complain or _silent)
        written: list[Callable[[], object]] = []
        made = MadeBeside()
        if not is_going_back:
            run.begin()
            with suppress(KeyboardInterrupt):  # what it stopped is told by the record
                written += _execute_phases(run, progress or _silent, trial, made)
        status, goes_back = _how_it_ended(run), failure.goes_back(run)
        is_paused = _is_paused(run, status)
        if status is Status.SUCCEEDED and not run.is_full:
            written.append(partial(undo_proof.prove, run, trial.proof))
        written += [
            trial.end,
            lambda: run.end(
                status,
                seconds=time.monotonic() - started,
                error=str(pausing.paused(run)) if is_paused else "",
                goes_back=goes_back,
                paused=is_paused,
            ),
            fence.end,  # what takes the run back is a writer of its own
            partial(failure.go_back, run),
            lambda: _report_of_undo(run, complain or _silent),
            partial(report.write, run, made),
        ]
        for write in written:
            try:
                write()
            except ReimportError as error:
                (complain or _silent)(error)
        return state.ended_as(run.manifest(), status)


def _report_of_undo(run: Run, complain: Complaint) -> None:
    """What the undo leaves to read by which *run* has gone back by itself."""
    went = run.manifest().get("going_back")
    if went and went["state"] is Return.UNDONE:
        undo_report.leave(runs.load(run.settings, went["by"]), complain=complain)


def _execute_phases(
    run: Run, tell: PhaseProgress, trial: Trial, made: MadeBeside
) -> list[Callable[[], object]]:
    """
    The phases that are not done, up to the first that does not succeed.

    While a notebook is at work, which leaves this process little to do, what can be
    *made* of the report is: what fails of it is made at the end, and told then.

    Returns:
        What waits for each page of theirs, and raises where it was not written.
    """
    todo = [named(name) for name in run.phases if not _is_done(run, name)]
    last_planned = next((p.name for p in reversed(todo) if p.tables), "")
    with (
        _switching_often(),
        ThreadPoolExecutor(max_workers=1) as exporter,
        kernels.preloaded(
            len(todo), [(STAGES_AHEAD, run.run_id, phase.name) for phase in todo]
        ) as booted,
    ):
        pages = [exporter.submit(export.load)]  # beside the start of the first kernel
        exporter.submit(scan.load)
        exporter.submit(bind.load)  # the scan asks the backend; each phase tells faults
        for phase in todo:
            tell("phase_started", run.phase(phase.name))
            trial.begin(phase.name)
            is_over = Event()
            if phase.name == last_planned:
                exporter.submit(made.write_worklist, run, phase.name, is_over)
            if opening.only_looks_back(run, phase.name):
                exporter.submit(made.draw, run)
            try:
                _execute_phase(run, phase, booted)
            finally:
                is_over.set()
                notebook = (run.folder / phase.notebook).resolve()
                pages.append(exporter.submit(report.write_page, notebook))
                exporter.submit(made.read, notebook)
                exporter.submit(made.read_rows, run)
                tell("phase_finished", run.phase(phase.name))
            if not _is_done(run, phase.name) or pausing.is_asked(run):
                break
    return [page.result for page in pages]


@contextmanager
def _switching_often() -> Iterator[None]:
    """Let no thread of this process keep the others waiting for long."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _execute_phase(
    run: Run, phase: Phase, booted: Iterator[AsyncKernelManager]
) -> None:
    """
    One notebook; how the phase ended is in the record, whatever happens.

    Raises:
        KeyboardInterrupt: it was stopped.
    """
    try:
        attempts.keep_last(run, phase.name, by_runner=True)
        raised = kernels.execute(
            home.notebooks() / phase.notebook,
            run.folder / phase.notebook,
            {"run_id": run.run_id},
            kernel=next(booted),
        )
        _require_record(run, phase, raised)
    except KeyboardInterrupt:
        stopped = f"{phase.name}: stopped; what was not finished was rolled back."
        hint = f"reimport run --resume {run.run_id}"
        recording.record_failure(
            run, phase.name, Interrupted(stopped, hint=hint, id="R069")
        )
        raise
    except ReimportError as error:
        recording.record_failure(run, phase.name, error)
    except Exception as error:  # recorded, and told without its text
        failure = recording.unexpected(run, phase.name, error)
        recording.record_failure(run, phase.name, failure)
    finally:
        report.seal(run, phase)


def _require_record(run: Run, phase: Phase, raised: CellError | None) -> None:
    """
    The kernel has recorded how the phase ended.

    Raises:
        ReimportError: as a cell raised it, where no phase function recorded it.
        CutOff: its kernel died.
        PhaseFailed: a cell raised anything else; without its text.
    """
    if run.phase(phase.name)["status"] not in (Status.PENDING, Status.RUNNING):
        return
    again = f"reimport run --resume {run.run_id}"
    if raised is None:
        raise CutOff(
            f"{phase.name}: its kernel ended before the phase was recorded as done.",
            hint=again,
            id="R070",
        )
    raise errors.told_again(raised.name, raised.text) or PhaseFailed(
        f"{phase.name}: a cell raised {raised.name} before the phase was recorded as"
        " done.",
        hint="mend its notebook, then rehearse again: reimport run --dry-run",
        id="R326",
    )


def _how_it_ended(run: Run) -> Status:
    """By its phases: the first that stopped, or that nobody came to."""
    statuses = [entry["status"] for entry in run.manifest()["phases"]]
    stopped = [status for status in statuses if status in STOPPED]
    if stopped:
        return stopped[0]
    is_done = all(status is Status.SUCCEEDED for status in statuses)
    return Status.SUCCEEDED if is_done else Status.INTERRUPTED


def _is_paused(run: Run, status: Status) -> bool:
    """It ends between two phases, as somebody asked; nobody asks any more."""
    is_paused = status is Status.INTERRUPTED and pausing.is_asked(run)
    pausing.forget(run)
    return is_paused


def _require_notebooks(run: Run) -> None:
    missing = [
        phase.notebook
        for phase in map(named, run.phases)
        if not (home.notebooks() / phase.notebook).is_file()
    ]
    if missing:
        raise Refused(
            f"{home.notebooks()} has no {' and no '.join(missing)}.",
            hint=f"reimport init, then reimport run --resume {run.run_id}",
            id="R294",
        )


def _is_done(run: Run, name: str) -> bool:
    return run.phase(name)["status"] is Status.SUCCEEDED


def _silent(*_: object) -> None:
    """Tell nobody."""
