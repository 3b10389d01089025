"""What a run that undoes leaves to read: its notebook, sealed, the page, the report.

Made when the undo has ended, however it did: nothing that goes wrong here changes what
was done.
"""

from __future__ import annotations

from collections.abc import Callable

from reimport_lib import errors, home
from reimport_lib.errors import Interrupted, PhaseFailed, Refused, ReimportError
from reimport_lib.execute import (
    changes,
    kernels,
    report,
    shared_files,
    signals,
    undo,
    undo_changes,
    undo_csv,
)
from reimport_lib.phases import recording, sealing
from reimport_lib.phases.template import UNDO
from reimport_lib.record import evidence, lock
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Mode
from reimport_lib.show import undo_cover
from reimport_lib.write import bind

Complaint = Callable[[ReimportError], None]


def leave(run: Run, *, complain: Complaint) -> None:
    """
    Execute ``undo.ipynb`` into the folder of *run*, and write its pages.

    Args:
        complain: told what could not be written, and why.
    """
    with lock.executing(run), signals.interrupting():
        for write in (keep_changes, _execute, write_report):
            try:
                _tried(run, write)
            except KeyboardInterrupt:
                stopped = f"{run.run_id}: stopped before its report was written."
                hint = f"reimport show {run.run_id}"
                complain(Interrupted(stopped, hint=hint, id="R394"))
                return
            except ReimportError as error:
                complain(error)


def _tried(run: Run, write: Callable[[Run], None]) -> None:
    try:
        write(run)
    except ReimportError:
        raise
    except Exception as error:  # recorded, and told without its text
        raise recording.unexpected(run, "undo", error) from None


def keep_changes(run: Run) -> None:
    """The list of what was undone; where people's work was put back, there is none."""
    if run.mode is Mode.UNDO:
        bind.bind_real(run.settings)
        undo_changes.keep(run, undo_csv.read(run))


def write_report(run: Run) -> None:
    """Write ``report.html`` of *run*, by its record alone, and close it again."""
    manifest = run.manifest()
    nouns = undo.nouns_of(manifest["undo"]["counts"])
    changes.write(run)
    page = undo_cover.render(manifest, run.folder, nouns)
    shared_files.check(run, {REPORT: page})
    page = undo_cover.render(run.manifest(), run.folder, nouns)
    shared_files.write(run, REPORT, page)
    sealing.close(run)


def _execute(run: Run) -> None:
    """
    The notebook, and its page.

    Raises:
        ReimportError: as a cell raised it; the notebook is not there.
    """
    notebook, output = home.notebooks() / UNDO, run.folder / UNDO
    if not notebook.is_file():
        raise Refused(
            f"{home.notebooks()} has no {UNDO}: what was undone is not shown.",
            hint="reimport init writes it",
            id="R395",
        )
    with kernels.preloaded(1) as booted:
        shown = {"undo_id": run.run_id}
        raised = kernels.execute(notebook, output, shown, kernel=next(booted))
    evidence.seal_file(run.folder, output)
    report.write_page(output)
    if raised is not None:
        raise errors.told_again(raised.name, raised.text) or PhaseFailed(
            f"{UNDO}: a cell raised {raised.name}; what was undone is not shown.",
            hint=f"reimport show {run.run_id}",
            id="R396",
        )
