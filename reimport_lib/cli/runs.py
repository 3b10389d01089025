"""``reimport runs``: every run, newest first."""

from __future__ import annotations

from collections.abc import Collection

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
    undone = {run.run_id for run in readable if run.manifest().get("undone")}
    lines = {run.run_id: _line(run, undone) for run in readable}
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


def _line(run: Run, undone: Collection[str]) -> tuple[str, str, str, str]:
    manifest = run.manifest()
    status = "not running" if is_abandoned(run) else manifest["status"]
    seconds = f"{manifest['seconds']:.1f}" if "seconds" in manifest else ""
    undo = manifest.get("undo")
    of = f"undoes {undo['of']}" if undo else run.reviewed
    return run.run_id, status + _undone(run, undone), seconds, of


def _undone(run: Run, undone: Collection[str]) -> str:
    """That a later run took it back, which was not taken back itself."""
    made = run.manifest().get("undone", [])
    told = [one for one in made if one["by"] not in undone]
    if not told:
        return ""
    left = sum(told[-1]["rows"][outcome] for outcome in ("kept", "blocked"))
    return ", undone in part" if left else ", undone"
