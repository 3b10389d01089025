"""papermill over the notebooks of a run, in order, sealed one by one.

An executed notebook is a view: what is done is what the run's record and the ledger
say. A kernel that died leaves a notebook that looks complete, so the verdict is never
read from one.
"""

from __future__ import annotations

import hashlib
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from jupyter_client.manager import AsyncKernelManager

from reimport_lib import errors
from reimport_lib.config import ROOT
from reimport_lib.errors import Interrupted, PhaseFailed, ReimportError
from reimport_lib.execute import kernels
from reimport_lib.execute.kernels import CellError
from reimport_lib.phases import Phase, attempts, named, recording
from reimport_lib.private_files import write_private
from reimport_lib.record import lock
from reimport_lib.record.manifest import PhaseEntry
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Status
from reimport_lib.show import cover, export

NOTEBOOKS = ROOT / "notebooks"

Progress = Callable[[str, PhaseEntry], None]


def execute(run: Run, *, progress: Progress | None = None) -> Status:
    """
    Execute the phases of *run* that are not done, and write its report.

    Args:
        progress: told ``phase_started``, ``phase_finished`` with the phase's entry.

    Returns:
        The status of the run: the first phase that does not succeed decides it, and
        no phase after it is executed.

    Raises:
        Refused: another process is executing this run.
    """
    started = time.monotonic()
    with lock.executing(run), _signals_interrupt():
        run.begin()
        try:
            status = _execute_phases(run, progress or _silent)
        except KeyboardInterrupt:  # between two phases
            status = Status.INTERRUPTED
        close(run, status, seconds=time.monotonic() - started)
    return status


def _execute_phases(run: Run, tell: Progress) -> Status:
    """The phases that are not done, up to the first that does not succeed."""
    todo = [named(name) for name in run.phases if not _done(run, name)]
    status = Status.SUCCEEDED
    with (
        ThreadPoolExecutor(max_workers=1) as exporter,
        kernels.preloaded(len(todo)) as booted,
    ):
        pages = [exporter.submit(export.load)]  # beside the start of the first kernel
        for phase in todo:
            tell("phase_started", run.phase(phase.name))
            status = _execute_phase(run, phase, booted)
            # beside the next notebook, which leaves this process little to do
            notebook = (run.folder / phase.notebook).resolve()
            pages.append(exporter.submit(_write_page, notebook))
            tell("phase_finished", run.phase(phase.name))
            if status is not Status.SUCCEEDED:
                break
    for page in pages:
        page.result()
    return status


def close(run: Run, status: Status, *, seconds: float) -> None:
    """Record the end of *run* and write ``report.html``."""

    run.end(status, seconds=seconds)
    write_report(run)


def write_report(run: Run) -> None:
    """Seal the notebooks that papermill wrote by hand, and write ``report.html``."""
    for entry in run.manifest()["phases"]:
        phase = named(entry["name"])
        notebook = run.folder / phase.notebook
        if "notebook_sha256" not in entry:
            seal(run, phase, notebook)
        kept = (each["notebook"] for each in entry.get("attempts", ()))
        earlier = [run.folder / name for name in kept if name]
        for path in (notebook, *earlier):
            if not path.with_suffix(".html").is_file():
                _write_page(path)
    page = cover.render(run.manifest(), run.folder)
    write_private(run.folder / REPORT, page)


def _execute_phase(
    run: Run, phase: Phase, booted: Iterator[AsyncKernelManager]
) -> Status:
    """One notebook; what its kernel recorded is the verdict, not that it ended."""
    output = run.folder / phase.notebook
    try:
        attempts.keep_last(run, phase.name, by_runner=True)
        raised = kernels.execute(
            NOTEBOOKS / phase.notebook,
            output,
            {"run_id": run.run_id},
            kernel=next(booted),
        )
        _require_record(run, phase, raised)
    except KeyboardInterrupt:
        error: ReimportError = Interrupted(
            f"{phase.name}: stopped; what was not finished was rolled back.",
            hint=f"reimport run --resume {run.run_id}",
        )
        if not _done(run, phase.name):
            recording.record_failure(run, phase.name, error)
        seal(run, phase, output)
        return Status.INTERRUPTED
    except ReimportError as error:
        if run.phase(phase.name)["status"] in (Status.PENDING, Status.RUNNING):
            recording.record_failure(run, phase.name, error)
    except Exception as error:  # recorded, and told without its text
        recording.record_failure(
            run, phase.name, recording.unexpected(phase.name, error)
        )
    seal(run, phase, output)
    return run.phase(phase.name)["status"]


def _require_record(run: Run, phase: Phase, raised: CellError | None) -> None:
    """
    The kernel has recorded how the phase ended.

    Raises:
        ReimportError: as a cell raised it, where no phase function recorded it.
        PhaseFailed: it died, or a cell raised anything else; without its text.
    """
    if run.phase(phase.name)["status"] in (Status.PENDING, Status.RUNNING):
        if raised:
            errors.raise_again(raised.name, raised.text)
        what = f"a cell raised {raised.name}" if raised else "its kernel ended"
        raise PhaseFailed(
            f"{phase.name}: {what} before the phase was recorded as done.",
            hint=f"reimport run --resume {run.run_id}",
        )


def seal(run: Run, phase: Phase, notebook: Path) -> None:
    """Record the sha256 of *notebook*, where it was executed."""
    if notebook.is_file():
        digest = hashlib.sha256(notebook.read_bytes()).hexdigest()
        run.record_notebook(phase.name, notebook.name, digest)


def _write_page(notebook: Path) -> None:
    """The HTML of *notebook* beside it, where it was executed."""
    if notebook.is_file():
        write_private(notebook.with_suffix(".html"), export.export(notebook))


def _done(run: Run, name: str) -> bool:
    return run.phase(name)["status"] is Status.SUCCEEDED


def _silent(event: str, entry: PhaseEntry) -> None:
    del event, entry


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """
    SIGTERM and SIGHUP end a run as Ctrl-C does: recorded, rolled back.

    One that is ignored (``nohup``) stays so.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, stop)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
