"""``reimport load-config``: clinics, clinicians, types and funding out of a file."""

from __future__ import annotations

from pathlib import Path

import click

from reimport_lib.config import load_settings
from reimport_lib.printing import say


@click.command(name="load-config")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--scaffold",
    is_flag=True,
    help="Write FILE instead: what the source names, to be filled in.",
)
def load_config(file: Path, scaffold: bool) -> None:
    """Load clinics, clinicians, appointment types and funding sources from FILE."""
    if scaffold:
        from reimport_lib.cli import scaffold as drafting

        _show_drafted(drafting.write(load_settings(), file), file)
        return
    from reimport_lib.write import configuration

    _show_loaded(configuration.load(load_settings(), file))


def _show_loaded(counts: dict[str, int]) -> None:
    for name, count in counts.items():
        say(f"{name.replace('_', ' ')}: {count:,} loaded")


def _show_drafted(counts: dict[str, int], file: Path) -> None:
    """What a source names; the names themselves stay in the file."""
    for name, count in counts.items():
        say(f"{name.replace('_', ' ')}: {count:,} named by the source")
    say(f"Written: {file}. Put names where keys stand, then:")
    say(f"Next: reimport load-config {file}")
