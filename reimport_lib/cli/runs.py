"""``reimport runs``: every run, newest first."""

from __future__ import annotations

import click

from reimport_lib import printing
from reimport_lib.cli.summary import is_abandoned
from reimport_lib.config import Settings, load_settings
from reimport_lib.printing import Heading, say
from reimport_lib.record import runs
from reimport_lib.record.run import Run


@click.command(name="runs")
def list_runs() -> None:
    """List the runs, newest first."""
    show_runs(load_settings())


def show_runs(settings: Settings) -> None:
    """The runs, a line each; those whose record is damaged with what to do."""
    readable, damaged = runs.found(settings)
    lines = {run.run_id: _line(run) for run in readable}
    lines |= {run_id: (run_id, "unreadable", "", "") for run_id in damaged}
    if not lines:
        say(f"No runs in {settings.runs}.")
        return
    right = Heading("seconds", right=True)
    printing.say_table(
        [Heading("run"), Heading("status"), right, Heading("reviewed")],
        [lines[run_id] for run_id in sorted(lines, reverse=True)],
    )
    for error in damaged.values():
        say(f"{error.with_id} Next: {error.hint}.")


def _line(run: Run) -> tuple[str, str, str, str]:
    manifest = run.manifest()
    status = "not running" if is_abandoned(run) else manifest["status"]
    seconds = f"{manifest['seconds']:.1f}" if "seconds" in manifest else ""
    return run.run_id, status, seconds, run.reviewed
