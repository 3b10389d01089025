"""``reimport files``: files out of FileMaker's containers into the bucket."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import click

from reimport_lib import printing
from reimport_lib.config import load_settings
from reimport_lib.errors import Interrupted
from reimport_lib.files.progress import TransferProgress, told_at_the_end
from reimport_lib.printing import say

TOLD_EVERY_SECONDS = 60.0


@click.command()
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME",
    help="A table with stored objects; without it all.",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=None,
    help="Files to fetch per table.",
)
@click.option("--dry-run", is_flag=True, help="Count what is wanted; fetch nothing.")
def files(tables: tuple[str, ...], most: int | None, dry_run: bool) -> None:
    """Bring files out of FileMaker's containers into the bucket; never overwrites."""
    from reimport_lib.files import ledger, transfer

    settings = load_settings()
    try:
        done = transfer.transfer(
            settings,
            tables=tables,
            most=most,
            dry_run=dry_run,
            tell=teller(),
        )
    except KeyboardInterrupt:
        raise Interrupted(
            "files: stopped by a person; every file that is stored stays.",
            hint="reimport files goes on where it stopped",
            id="R029",
        ) from None
    finally:
        end_line()
    sys.exit(show_transfers(done, kept_in=ledger.path(settings.runs)))


class Brief(Protocol):
    """What can be told on one line while it is worked on."""

    @property
    def brief(self) -> str: ...


def teller() -> Callable[[Brief], None]:
    """Tells how far files are: on one line, written over; in a log, once a minute."""
    told = time.monotonic()

    def tell(progress: Brief) -> None:
        nonlocal told
        if printing.is_terminal():
            printing.say_over(progress.brief)
        elif time.monotonic() - told >= TOLD_EVERY_SECONDS:
            told = time.monotonic()
            say(progress.brief)

    return tell


def end_line() -> None:
    """What comes next does not follow on the line that was written over."""
    if printing.is_terminal():
        say()


def show_transfers(done: Mapping[str, TransferProgress], *, kept_in: Path) -> int:
    """Print how every table ended and why files failed; the exit code is then 4."""
    for line in told_at_the_end(done.values(), kept_in):
        say(line)
    return 4 if any(each.failures for each in done.values()) else 0
