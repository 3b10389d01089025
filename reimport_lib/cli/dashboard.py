"""``reimport dashboard``: the pages of runs, on this machine alone."""

from __future__ import annotations

from importlib.util import find_spec

import click

from reimport_lib.errors import UsageError
from reimport_lib.printing import say

_OF_THE_EXTRA = ("django_htmx", "prometheus_client")


@click.command()
@click.option(
    "--port",
    default=8765,
    show_default=True,
    type=click.IntRange(0, 65_535),
    help="0 takes a free one.",
)
def dashboard(port: int) -> None:
    """Serve the pages of runs on 127.0.0.1, until Ctrl-C; people log in."""
    if lacking := [name for name in _OF_THE_EXTRA if find_spec(name) is None]:
        raise UsageError(
            f"The dashboard needs {', '.join(lacking)}, not installed here.",
            hint="install clinic-reimport with its extra `dashboard`",
            id="R494",
        )
    from reimport_lib.dashboard import serve  # Django, which others do without

    serve.serve(port, lambda address: say(f"{address} until Ctrl-C"))
