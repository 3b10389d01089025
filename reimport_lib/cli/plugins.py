"""A group of commands, loaded when they are asked for: its own, and those of others.

Other distributions bring commands by entry points of the group ``GROUP``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any

import click

from reimport_lib.cli.listed import OnList
from reimport_lib.errors import UsageError

GROUP = "reimport.commands"
BROUGHT_BY = {"demo": "clinic-reimport-demo"}
"""Commands that are known to exist, by the distribution that brings each."""


class Commands(click.Group):
    """
    Commands of its own, and those of entry points; one of its own is never replaced.

    Args:
        own: name -> where the command is, and the line of its help.
    """

    def __init__(self, *args: Any, own: Mapping[str, OnList], **words: Any) -> None:
        super().__init__(*args, **words)
        self._own = own

    def list_commands(self, ctx: click.Context) -> list[str]:
        brought = entry_points(group=GROUP).names
        return sorted({*self._own, *brought})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """
        The command *cmd_name*, or None.

        Raises:
            UsageError: its distribution is known, and is not installed.
        """
        if cmd_name in self._own:
            return self._own[cmd_name].load()
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

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the list of commands; those of its own are not loaded for it."""
        shown = click.Group(self.name, commands=dict(self._told(ctx)))
        shown.format_commands(ctx, formatter)

    def _told(self, ctx: click.Context) -> Iterator[tuple[str, click.Command]]:
        for name in self.list_commands(ctx):
            if name in self._own:
                yield name, click.Command(name, help=self._own[name].says)
            elif command := self.get_command(ctx, name):
                yield name, command
