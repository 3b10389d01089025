"""``reimport signoff``: open a limit by name, list what was opened, take one back."""

from __future__ import annotations

import click

from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import UsageError
from reimport_lib.execute import signing
from reimport_lib.plan.signoffs import WORDS
from reimport_lib.printing import Heading, say, say_table


@click.command()
@click.argument("places", metavar="[TABLE.GATE=VALUE]...", nargs=-1)
@click.option("--why", default="", help="The reason; reports show it.")
@click.option("--until", default="", metavar="DAY", help="The last day, as 2027-01-31.")
@click.option("--by", default="", help="Who decided; else the account that types.")
@click.option("--withdraw", type=int, metavar="NUMBER", help="Take that one back.")
def signoff(
    places: tuple[str, ...], why: str, until: str, by: str, withdraw: int | None
) -> None:
    """Open a limit by name, for every run until a day; alone: list what was opened."""
    settings = load_settings()
    if withdraw is not None:
        if places or until:
            raise UsageError(
                "--withdraw takes a number and --why alone.",
                hint='reimport signoff --withdraw NUMBER --why "..."',
                id="R358",
            )
        taken = signing.withdraw(settings, withdraw, why=why, by=by)
        say(f"Withdrawn: {taken.number}, {taken.sentence}")
        return
    if not places:
        if why or until or by:
            raise UsageError(
                "Say which limit is opened.",
                hint=f"reimport signoff TABLE.GATE=VALUE {WORDS}",
                id="R359",
            )
        _list(settings)
        return
    for signed in signing.sign(settings, places, why=why, until=until, by=by):
        say(f"Signed off: {signed.number}, {signed.sentence}")


def _list(settings: Settings) -> None:
    found = signing.listed(settings)
    if not found:
        say("No limit has been opened.")
        return
    heads = ("number", "limit", "stands", "until", "by", "why", "runs")
    say_table(
        [Heading(head, whole=head not in ("stands", "why", "runs")) for head in heads],
        [
            [
                str(each.number),
                f"{each.place}={each.value:g}",
                standing,
                str(each.until),
                each.by,
                each.why,
                f"{len(runs)}, last {runs[-1]}" if runs else ".",
            ]
            for each, standing, runs in found
        ],
    )
