"""A run executed with its progress on the terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence

from reimport_lib import printing
from reimport_lib.cli.errors import complain
from reimport_lib.cli.summary import phase_lines, show_copy, show_run, source_rows
from reimport_lib.errors import ReimportError
from reimport_lib.execute.prefork import forked
from reimport_lib.printing import say
from reimport_lib.record.manifest import PhaseEntry
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status


def execute(run: Run) -> Status:
    """Execute *run* with progress on the terminal, then print its summary."""
    if forked.AVAILABLE:
        forked.server()  # its imports take as long as those of the runner here
    from reimport_lib.execute import runner

    say(f"Run {run.run_id} ({run.mode}): {run.folder}")
    with printing.progress() as progress:
        task = progress.add_task("starting", total=len(run.phases), pace="")
        started = time.monotonic()

        def tell(event: str, entry: PhaseEntry) -> None:
            label = f"{entry['number']} {entry['name']}"
            if event == "phase_started":
                progress.update(task, description=label)
                return
            progress.advance(task)
            seconds = time.monotonic() - started
            pace = _pace(run.manifest()["phases"], seconds=seconds)
            progress.update(task, description="report", pace=pace)
            for line in phase_lines(entry):
                say(line, out=progress.console)

        status = runner.execute(run, progress=tell, complain=complain)
    show_run(run, brief=True)
    _show_copies(run)
    return status


def _show_copies(run: Run) -> None:
    """Where the copy of a rehearsal lies, and which older ones it has outlived."""
    from reimport_lib.execute import rehearsal_copies

    for gone in rehearsal_copies.remove_older(run):
        if isinstance(gone, ReimportError):
            complain(gone)
        else:
            say(f"Removed the copy of {gone.run_id} ({gone.bytes / 1e6:,.1f} MB)")
    if run.mode is Mode.REHEARSAL:
        show_copy(run)


def _pace(entries: Sequence[PhaseEntry], *, seconds: float) -> str:
    """Rows so far, rows per second, and what is left at the pace of the phases done."""
    done = [entry for entry in entries if entry["status"] != Status.PENDING]
    rows = sum(map(source_rows, done))
    left = len(entries) - len(done)
    parts = [f"{rows:,} rows", f"{rows / seconds:,.0f} rows/s"] if rows else []
    if left and done:
        parts.append(f"~{left * seconds / len(done):.0f} s left")
    return ", ".join(parts)
