"""``reimport show``: what one run did."""

from __future__ import annotations

import click

from reimport_lib import printing
from reimport_lib.cli.completing import complete
from reimport_lib.cli.runs import still_undoable
from reimport_lib.cli.summary import show_copy, show_run
from reimport_lib.cli.undo import show_undo
from reimport_lib.config import load_settings
from reimport_lib.errors import ReimportError
from reimport_lib.printing import say
from reimport_lib.record import runs
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Mode, Status


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print run.json as it is.")
def show(run_id: str, as_json: bool) -> None:
    """Show what a run did."""
    chosen = runs.load(load_settings(), run_id)
    undo = chosen.manifest().get("undo")
    complete([chosen])
    if chosen.mode is not Mode.PUT_BACK:
        _complete_report(chosen)
    if as_json:
        printing.say_json(chosen.manifest())
    elif undo is None:
        show_run(chosen)
        if chosen.mode is Mode.REHEARSAL:
            show_copy(chosen)
    else:
        show_undo(chosen, undo)
    if not as_json:
        _show_what_can_be_undone(chosen)


def _complete_report(run: Run) -> None:
    """
    Write the report of a run that has ended notebook by notebook, without one.

    Where it cannot be written, as on a disk that is read only, that is told and the
    run is shown all the same.
    """
    ended = run.status not in (Status.OPEN, Status.RUNNING)
    if ended and not (run.folder / REPORT).exists():
        from reimport_lib.execute import report, undo_report  # they take seconds

        write = undo_report.write_report if run.mode is Mode.UNDO else report.write
        try:
            write(run)
        except ReimportError as error:
            printing.complain(f"reimport: {error.with_id}")


def _show_what_can_be_undone(run: Run) -> None:
    """By what the ledger holds; what people changed since, only the plan tells."""
    told = still_undoable(run.settings, [run]).get(run.run_id, "-")
    if told != "-":
        say(f"Can be undone, by the ledger: {told}")
        say(f"What people changed since: reimport undo {run.run_id} --plan")
