"""``reimport reject``: a rehearsal that is not to be applied, and why."""

from __future__ import annotations

import click

from reimport_lib.config import load_settings
from reimport_lib.execute import approve
from reimport_lib.printing import say
from reimport_lib.record import runs


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--why", required=True, help="What is wrong with it.")
@click.option("--by", default="", help="Who says so, else who types.")
def reject(run_id: str, why: str, by: str) -> None:
    """Reject a rehearsal: it can never be applied; its record says why."""
    rehearsal = runs.load(load_settings(), run_id)
    approve.reject(rehearsal, why=why, by=by)
    say(f"Rejected: {run_id}. It can no longer be applied.")
    say("Next: reimport run --dry-run, once that is mended")
