"""Commands that other distributions bring, by entry points of the group ``GROUP``."""

from __future__ import annotations

from importlib.metadata import entry_points

import click

from reimport_lib.errors import UsageError

GROUP = "reimport.commands"
BROUGHT_BY = {"demo": "clinic-reimport-demo"}
"""Commands that are known to exist, by the distribution that brings each."""


class Commands(click.Group):
    """Commands of its own, and those of entry points, loaded when they are asked for.

    One of its own is never replaced.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        brought = entry_points(group=GROUP).names
        return sorted({*super().list_commands(ctx), *brought})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """
        The command *cmd_name*, or None.

        Raises:
            UsageError: its distribution is known, and is not installed.
        """
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        for entry in entry_points(group=GROUP, name=cmd_name):
            command: click.Command = entry.load()
            return command
        if cmd_name in BROUGHT_BY:
            raise UsageError(
                f"reimport {cmd_name} belongs to {BROUGHT_BY[cmd_name]}, "
                "which is not installed.",
                hint="make install, in the checkout; beside a wheel, its own wheel",
                id="R030",
            )
        return None
