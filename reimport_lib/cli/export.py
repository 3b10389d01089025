"""``reimport export``: what a run left, and the means to check it, as one file."""

from __future__ import annotations

from pathlib import Path

import click

from reimport_lib.cli.completing import complete
from reimport_lib.config import load_settings
from reimport_lib.counting import several
from reimport_lib.execute import dossier
from reimport_lib.printing import say
from reimport_lib.record import runs


@click.command()
@click.argument("run_id", metavar="RUN")
@click.argument("path", metavar="DOSSIER", type=click.Path(path_type=Path))
@click.option(
    "--private",
    is_flag=True,
    help="With what holds persons' data: frozen exports, the backup.",
)
def export(run_id: str, path: Path, *, private: bool) -> None:
    """Write what RUN left, with what checks it, into one file to give away."""
    settings = load_settings()
    complete([runs.load(settings, run_id)])
    made = dossier.export(settings, run_id, path, private=private)
    say(f"{made.path}: all that {run_id} left; python3 verify.py in it checks it.")
    if made.left_out:
        files = several(len(made.left_out), "file")
        say(f"Left out, for the persons' data in them: {files} (--private takes them).")
    say(f"Root, to be kept where nobody can change it: {made.root}")
