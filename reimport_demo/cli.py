"""``reimport demo``: its words in, one call each, an exit code out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reimport_lib.record.status import EXIT_CODES

_PORT = click.IntRange(min=-1, max=65535)  # 0: a free one; -1: none


@click.group(invoke_without_command=True)
@click.option(
    "--exports",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder of exports instead of the synthetic clinic.",
)
@click.option(
    "--source",
    default="",
    metavar="data-api|odata",
    help="Over a local FileMaker server instead of the files.",
)
@click.option("--database-url", default="", help="An empty database of your own.")
@click.option("--scale", default=1.0, show_default=True, help="Size of the clinic.")
@click.pass_context
def demo(
    context: click.Context,
    exports: Path | None,
    source: str,
    database_url: str,
    scale: float,
) -> None:
    """Import a synthetic clinic, or a folder of exports, from end to end."""
    if context.invoked_subcommand:
        return
    from reimport_demo import command

    status = command.run(
        exports=exports, source=source, database_url=database_url, scale=scale
    )
    sys.exit(EXIT_CODES[status])


@demo.command(name="serve-filemaker")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--scale", default=0.05, show_default=True, help="Size of the clinic.")
@click.option("--https-port", default=8443, show_default=True, type=_PORT)
@click.option("--http-port", default=3000, show_default=True, type=_PORT)
@click.option("--fault", "faults", multiple=True, metavar="NAME=VALUE")
@click.option("--strict", is_flag=True, help="Refuse what some servers refuse.")
def serve_filemaker(
    folder: Path | None,
    scale: float,
    https_port: int,
    http_port: int,
    faults: tuple[str, ...],
    strict: bool,
) -> None:
    """Serve the clinic as a FileMaker server does, until Ctrl-C."""
    from reimport_demo.filemaker import command

    try:
        command.serve(
            folder,
            scale=scale,
            https_port=https_port,
            http_port=http_port,
            faults=faults,
            strict=strict,
        )
    except KeyboardInterrupt:
        sys.exit(0)
