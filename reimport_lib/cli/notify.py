"""``reimport notify``: what is to be told of runs, told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reimport_lib.config import load_settings
from reimport_lib.counting import several
from reimport_lib.errors import ReimportError, UsageError
from reimport_lib.printing import say

if TYPE_CHECKING:
    from reimport_lib.notify.book import Tally

ALWAYS = "always"


@click.command()
@click.option(
    "--follow",
    is_flag=False,
    flag_value=ALWAYS,
    default="",
    metavar="[RUN]",
    help="Stay: until RUN has ended and all of it is told, or for good.",
)
@click.option("--test", is_flag=True, help="Send one message to each, and say how.")
def notify(follow: str, test: bool) -> None:
    """Send what REIMPORT_NOTIFY names people for, and is due."""
    if test and follow:
        raise UsageError(
            "--test sends at once; it follows nothing.",
            hint="reimport notify --test",
            id="R439",
        )
    from reimport_lib.notify import delivering  # it takes a while to import

    notifier = delivering.notifier(load_settings())
    if test:
        answers = notifier.test()
        for name, answer in answers:
            say(f"{name}: {'sent' if answer.is_taken else answer.said}")
        sys.exit(0 if all(a.is_taken for _, a in answers) else ReimportError.exit_code)
    if follow:
        notifier.follow("" if follow == ALWAYS else follow)
        return
    say(_told(notifier.round()))


def _told(tally: Tally) -> str:
    waits = f"{several(tally.waiting, 'notification')} waiting"
    if tally.next_at:
        waits += f" (next try {tally.next_at:%Y-%m-%d %H:%M} UTC)"
    return f"{tally.sent:,} sent, {waits}, {tally.given_up:,} given up."
