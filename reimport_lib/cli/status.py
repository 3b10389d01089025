"""``reimport status`` and ``reimport stop``: a run at work, seen from outside."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext

import click

from reimport_lib import printing
from reimport_lib.cli.completing import complete
from reimport_lib.cli.summary import phase_lines
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import UsageError
from reimport_lib.execute import stopping
from reimport_lib.printing import say
from reimport_lib.record import forecast, runs, state
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.state import RunState
from reimport_lib.record.status import Status
from reimport_lib.show import forecast_words, next_steps, run_facts, state_words

_LOOKED_AFTER_SECONDS = 0.5


@click.command()
@click.argument("run_id", metavar="[RUN]", default="")
@click.option("--follow", is_flag=True, help="Until it has ended.")
@click.option("--json", "as_json", is_flag=True, help="Print it for a program.")
def status(run_id: str, follow: bool, as_json: bool) -> None:
    """Say where RUN stands, else the newest; exits as its command did."""
    run = chosen(load_settings(), run_id)
    if follow:
        with printing.aside() if as_json else nullcontext():
            stay_with(run)
    stands = state.of(run)
    if stands.has_ended:
        complete([run])
    if as_json:
        printing.say_json(stands.as_json())
    else:
        show_state(run, stands)
    sys.exit(stands.exit_code or 0)


@click.command()
@click.argument("run_id", metavar="[RUN]", default="")
def stop(run_id: str) -> None:
    """End RUN, else the newest, as by Ctrl-C: what it is at is rolled back."""
    run = chosen(load_settings(), run_id)
    pid = stopping.ask(run)
    say(f"Process {pid} was asked to end run {run.run_id}; waiting for it.")
    show_state(run, stopping.ended(run))


def chosen(settings: Settings, run_id: str) -> Run:
    """
    The run *run_id*, else the newest.

    Raises:
        UsageError: there is none.
    """
    newest = runs.all_run_ids(settings)[-1:]
    if not run_id and not newest:
        raise UsageError(
            f"There is no run in {settings.runs}.",
            hint="reimport run --dry-run",
            id="R428",
        )
    return runs.load(settings, run_id or newest[0])


def show_state(run: Run, stands: RunState) -> None:
    """What is known of a run that may be at work, in lines."""
    say(f"Run {run.run_id} ({run.mode}): {stands.told}")
    for line in state_words.lines(stands):
        say(f"  {line}")
    if stands.is_alive and (left := forecast.seconds_left(run)) is not None:
        say(f"  {forecast_words.left(left)}")
    why, _ = run_facts.error(run.manifest())
    if stands.has_ended and why:
        say(f"  {why}")
    say(f"Folder: {run.folder}")
    if stands.has_ended and (run.folder / REPORT).exists():
        say(f"Report: {run.folder / REPORT}")
    say(f"Next: {_next(run, stands)}")


def _next(run: Run, stands: RunState) -> str:
    if stands.is_alive:
        return f"reimport status {run.run_id} --follow"
    if stands.state in (state.SILENT, Status.OPEN):
        return f"reimport run --resume {run.run_id}"
    return next_steps.after(run.manifest()).command or f"reimport show {run.run_id}"


def stay_with(run: Run) -> None:
    """Tell what happens in *run*, a line for each phase, until it has ended."""
    told: set[str] = set()
    with printing.progress() as progress:
        task = progress.add_task("", total=len(run.phases), pace="")
        while True:
            stands = state.of(run)
            for entry in run.manifest()["phases"]:
                is_over = entry["status"] not in (Status.PENDING, Status.RUNNING)
                if is_over and entry["name"] not in told:
                    told.add(entry["name"])
                    for line in phase_lines(entry):
                        say(line, out=progress.console)
            if not stands.is_alive:
                return
            now = stands.phase or stands.told
            pace = f"{stands.rows:,} rows" if stands.rows else ""
            progress.update(task, description=now, completed=stands.done, pace=pace)
            time.sleep(_LOOKED_AFTER_SECONDS)
