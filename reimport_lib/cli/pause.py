"""``reimport pause`` and ``reimport continue``: a run lets others work for a while."""

from __future__ import annotations

import click

from reimport_lib.cli.run import run
from reimport_lib.cli.status import chosen, show_state, stay_with
from reimport_lib.config import load_settings
from reimport_lib.execute import pausing
from reimport_lib.printing import say
from reimport_lib.record import state


@click.command()
@click.argument("run_id", metavar="[RUN]", default="")
def pause(run_id: str) -> None:
    """End RUN, else the newest, behind the phase that it is at; waits for that."""
    asked = chosen(load_settings(), run_id)
    pausing.ask(asked)
    say(f"Run {asked.run_id} ends behind its phase; Ctrl-C leaves it to that.")
    stay_with(asked)
    show_state(asked, state.of(asked))


@click.command(name="continue")
@click.argument("run_id", metavar="[RUN]", default="")
@click.pass_context
def continue_(context: click.Context, run_id: str) -> None:
    """Go on with RUN in a process of its own: run --resume RUN --detach."""
    context.invoke(run, resume=chosen(load_settings(), run_id).run_id, detach=True)
