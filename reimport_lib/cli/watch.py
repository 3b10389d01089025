"""``reimport watch``: whether an import still holds, 1, 6 and 24 hours after it."""

from __future__ import annotations

import click

from reimport_lib.cli.errors import complain
from reimport_lib.config import load_settings
from reimport_lib.counting import several, verb
from reimport_lib.errors import Moved, UsageError
from reimport_lib.printing import say
from reimport_lib.record import runs, watched
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.record.watched import Look

SHOWN = 10


@click.command()
@click.argument("run_id", metavar="[RUN]", default="")
def watch(run_id: str) -> None:
    """
    Make the checks of the newest import again, where that is due; or of RUN, now.

    Due 1, 6 and 24 hours after it ended: let a scheduler call this every hour. Nothing
    is written to the database. Exits with 6 where something is no longer so that people
    did not change.
    """
    from reimport_lib.notify import companion  # these take a while to import
    from reimport_lib.phases import watching

    settings = load_settings()
    run = runs.load(settings, run_id) if run_id else None
    if run is not None and not watching.is_proven(run):
        raise UsageError(
            f"{run_id} is no import that was applied and proven.",
            hint="reimport runs",
            id="R495",
        )
    run = run or watching.watchable(runs.readable(settings))
    if run is None:
        say("Nothing is due: no import is the last that wrote, and was proven.")
        return
    hours = watched.due(run, now())
    if not (hours or run_id):
        say(f"Nothing is due for {run.run_id}.")
        return
    with companion.afterwards(settings, run.run_id, complain):
        found = watching.look(run, hours)
    _tell(run, found)


def _tell(run: Run, found: Look) -> None:
    """
    Raises:
        Moved: something is no longer so.
    """
    say(f"{run.run_id}: {several(found.checks, 'check')} made again.")
    for table, rows in found.edited.items():
        say(f"  {table}: people have changed {several(rows, 'row')} since, as they may")
    for name in found.unseen[:SHOWN]:
        say(f"  could not be looked at: {name}")
    for name, what in list(found.moved.items())[:SHOWN]:
        say(f"  no longer so: {name}: {what}")
    if len(found.moved) > SHOWN:
        say(f"  and {len(found.moved) - SHOWN:,} more")
    if found.moved:
        number = len(found.moved)
        raise Moved(
            f"{run.run_id}: {several(number, 'check')} {verb(number, 'does', 'do')} not"
            " hold any more.",
            hint="find out who changed that, and how; reimport undo"
            f" {run.run_id} --plan shows what is no longer as it was left",
            id="R496",
        )
    say("Nothing moved but what people changed.")
