"""``reimport verify``: whether what a run left is what was sealed."""

from __future__ import annotations

from pathlib import Path

import click

from reimport_lib import printing
from reimport_lib.config import load_settings
from reimport_lib.counting import several, verb
from reimport_lib.errors import ValidationFailed
from reimport_lib.phases.verifying import verified
from reimport_lib.record.verify.findings import told


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--root", default="", metavar="HEX", help="The root as you kept it.")
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="The public key that must have signed.",
)
def verify(run_id: str, root: str, key: Path | None) -> None:
    """Hold what a run left against its seals; names what was altered."""
    found = verified(load_settings(), run_id, root=root, key=key)
    for line in told(found):
        printing.say(line)
    if found.altered:
        number = len(found.altered)
        raise ValidationFailed(
            f"{run_id}: {several(number, 'thing')} {verb(number, 'is', 'are')} not as"
            f" sealed: {found.altered[0]}.",
            hint="docs/evidence.md says what that can mean, and what to do",
            id="R370",
        )
