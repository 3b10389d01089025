"""``reimport drift``: what moved since a rehearsal, looked at without a run."""

from __future__ import annotations

import click
import pandas as pd

from reimport_lib.config import load_settings
from reimport_lib.counting import several
from reimport_lib.execute import approve
from reimport_lib.phases import moved, since_rehearsal
from reimport_lib.printing import Heading, say, say_table
from reimport_lib.write import bind, identity

SHOWN_ROWS = 20
HEADS = ("where", "table", "key", "change", "fields")


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--source", is_flag=True, help="Read the source again too.")
def drift(run_id: str, source: bool) -> None:
    """Show what moved since the rehearsal RUN; nothing is run."""
    settings = load_settings()
    rehearsal = approve.reviewed_rehearsal(settings, run_id)
    bind.bind_real(settings)
    identity.require_ready(bind.REAL)
    found = since_rehearsal.drift(rehearsal)
    bind.close()
    if source:
        found = pd.concat([found, moved.source_now(rehearsal)], ignore_index=True)
    path = moved.write(rehearsal.folder, found)
    looked = "the database and the source" if source else "the database"
    if found.empty:
        say(f"Nothing moved since {run_id}, in {looked}.")
        return
    say_table(
        [Heading(name.replace("_", " "), whole=name != "fields") for name in HEADS],
        [
            [line[name] for name in HEADS]
            for _, line in found.head(SHOWN_ROWS).iterrows()
        ],
    )
    if len(found) > SHOWN_ROWS:
        say(f"and {len(found) - SHOWN_ROWS:,} more")
    say(f"{several(len(found), 'row')} moved since {run_id}, in {looked}: {path}")
    say(f"Next: reimport run --full --reviewed {run_id} --accept-drift")
