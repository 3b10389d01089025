"""``reimport show``: what one run did."""

from __future__ import annotations

import click

from reimport_lib import printing
from reimport_lib.cli.summary import show_run
from reimport_lib.cli.undo import show_undo
from reimport_lib.config import load_settings
from reimport_lib.errors import ReimportError
from reimport_lib.record import runs
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Status


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print run.json as it is.")
def show(run_id: str, as_json: bool) -> None:
    """Show what a run did."""
    chosen = runs.load(load_settings(), run_id)
    undo = chosen.manifest().get("undo")
    if undo is None:
        _complete_report(chosen)
    if as_json:
        printing.say_json(chosen.manifest())
    elif undo is None:
        show_run(chosen)
    else:
        show_undo(chosen, undo)


def _complete_report(run: Run) -> None:
    """
    Write the report of a run that has ended notebook by notebook, without one.

    Where it cannot be written, as on a disk that is read only, that is told and the
    run is shown all the same.
    """
    ended = run.status not in (Status.OPEN, Status.RUNNING)
    if ended and not (run.folder / REPORT).exists():
        from reimport_lib.execute import report  # it takes seconds to import

        try:
            report.write(run)
        except ReimportError as error:
            printing.complain(f"reimport: {error.with_id}")
