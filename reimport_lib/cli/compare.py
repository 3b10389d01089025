"""``reimport compare``: what is another than it was the last time."""

from __future__ import annotations

import click

from reimport_lib import printing
from reimport_lib.config import load_settings
from reimport_lib.counting import several
from reimport_lib.errors import UsageError
from reimport_lib.printing import Heading, say
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.show import comparing, last_time


@click.command()
@click.argument("now", metavar="[RUN", default="")
@click.argument("then", metavar="[EARLIER]]", default="")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def compare(now: str, then: str, as_json: bool) -> None:
    """Compare RUN, else the newest, with EARLIER, else the one before of its kind."""
    settings = load_settings()
    readable = [run for run in runs.readable(settings) if "undo" not in run.manifest()]
    chosen = runs.load(settings, now) if now else _newest(readable)
    other = runs.load(settings, then) if then else _before(chosen, readable)
    figures = tuple(comparing.figures(run.manifest()) for run in (other, chosen))
    found = comparing.differences(*figures)
    if as_json:
        printing.say_json(
            [
                {
                    "where": one.where,
                    "what": one.what,
                    "then": str(one.then) if one.then else None,
                    "now": str(one.now) if one.now else None,
                    "difference": one.by,
                }
                for one in found
            ]
        )
        return
    differ = f"{several(len(found), 'figure')} differ"
    say(f"{chosen.run_id} against {other.run_id}: {differ}")
    for sentence in comparing.sentences(*figures):
        say(f"  {sentence}")
    if found:
        printing.say_table(
            [
                *(Heading(name) for name in ("where", "what")),
                *(Heading(name, right=True) for name in ("then", "now", "difference")),
            ],
            [one.cells for one in found],
        )


def _newest(readable: list[Run]) -> Run:
    if not readable:
        raise UsageError(
            "There is no run to compare.", hint="reimport run --dry-run", id="R335"
        )
    return readable[-1]


def _before(run: Run, readable: list[Run]) -> Run:
    """
    The run that *run* is compared with where none is named.

    Raises:
        UsageError: there is none.
    """
    found = last_time.before(run, readable)
    if found is None:
        raise UsageError(
            f"Before {run.run_id} no other {run.mode} of the same phases succeeded.",
            hint=f"reimport compare {run.run_id} EARLIER; reimport runs lists them",
            id="R336",
        )
    return found
