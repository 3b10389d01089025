"""``reimport doctor``: what is wrong before a run begins, and what to do."""

from __future__ import annotations

import sys

import click

from reimport_lib import printing
from reimport_lib.checks import Check, failed
from reimport_lib.cli import examination
from reimport_lib.config import load_settings
from reimport_lib.printing import say


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it for a program.")
def doctor(as_json: bool) -> None:
    """Check settings, source, database and S3; say what is wrong and what to do."""
    checks = examination.examine(load_settings())
    if as_json:
        printing.say_json([check.as_json() for check in checks])
        sys.exit(_exit_code(checks))
    sys.exit(show_checks(checks))


def show_checks(checks: list[Check]) -> int:
    """Print *checks*; the exit code is 3 when one failed."""
    for check in checks:
        say(f"{check.verdict:<16}{check.name}: {check.actual}")
        if check.advice:
            say(f"{'':<16}{check.advice}")
    return _exit_code(checks)


def _exit_code(checks: list[Check]) -> int:
    return 3 if failed(checks) else 0
