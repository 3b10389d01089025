"""``reimport schedule``: the lines for cron or systemd."""

from __future__ import annotations

from datetime import datetime, time

import click

from reimport_lib.config import load_settings
from reimport_lib.errors import UsageError
from reimport_lib.execute import scheduling
from reimport_lib.printing import say
from reimport_lib.record import runs


@click.command()
@click.argument("run_id", metavar="[RUN]", default="")
@click.option("--at", metavar="HH:MM", required=True, help="By this machine's clock.")
@click.option("--systemd", is_flag=True, help="Units of systemd, not a line for cron.")
def schedule(run_id: str, at: str, systemd: bool) -> None:
    """
    Print what begins a rehearsal every night, or RUN, which is open, once.

    With RUN also what looks at the import for a day (reimport watch).
    """
    hour = _hour(at)
    if run_id:
        run = runs.load(load_settings(), run_id)
        moment = datetime.now().astimezone()
        found = [scheduling.once(run, hour, moment), scheduling.watching()]
    else:
        found = [scheduling.every_night(hour)]
    for each in found:
        for line in each.systemd() if systemd else each.cron():
            say(line)


def _hour(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise UsageError(
            f"--at {text}: is no time of day.",
            hint="reimport schedule --at 22:30",
            id="R486",
        ) from None
