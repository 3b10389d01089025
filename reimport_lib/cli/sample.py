"""``reimport sample``: records of a run to be compared by eye, and what people said."""

from __future__ import annotations

from pathlib import Path

import click

from reimport_lib.config import load_settings
from reimport_lib.counting import several
from reimport_lib.printing import Heading, say, say_table

_SHEETS = (".csv", ".xlsx", ".xlsm")


class _OrRun(click.Group):
    """A group of commands, to which a run or a file may be given instead of one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [word for word in args if not word.startswith("-")]
        if words and not self.commands.keys() & {*words}:
            is_file = any(Path(word).suffix.casefold() in _SHEETS for word in words)
            args = ["read" if is_file else "make", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_OrRun)
def sample() -> None:
    """
    Make the sign-off pack of RUN: records to be compared by eye.

    `reimport sample RUN` makes it, `reimport sample read FILE` takes the marks back.
    """


@sample.command(name="make")
@click.argument("run_id", metavar="RUN")
@click.option("--seed", default="", help="Of the random samples; else the run's own.")
@click.option(
    "--table", "tables", multiple=True, metavar="NAME", help="Of this table alone."
)
@click.option(
    "--size",
    type=click.IntRange(min=1),
    default=None,
    help="Rows at random of each table; else as both error rates ask.",
)
def make(run_id: str, seed: str, tables: tuple[str, ...], size: int | None) -> None:
    """Make the sign-off pack of RUN, or make it anew."""
    from reimport_lib.execute import sampling  # it takes seconds to import

    pack = sampling.make(
        load_settings(), run_id, seed=seed, tables=tables, size=size or 0
    )
    say_table(
        [
            Heading("table"),
            Heading("at random", right=True),
            Heading("cards", right=True),
            Heading("what a sample that passes proves"),
        ],
        [
            [name, f"{size:,}", f"{cards:,}", proves]
            for name, (size, cards, proves) in pack.tables.items()
        ],
    )
    for line in pack.left_out:
        say(line)
    say(f"{sampling.told(pack)}, drawn by the seed {pack.seed}")
    say(f"Private: {pack.index}")
    say(f"Mark them there or in {pack.sheet}")
    say("Then: reimport sample read FILE --by NAME")


@sample.command(name="read")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--by", default="", help="Who looked, where a line does not say it.")
def read(path: Path, by: str) -> None:
    """Enter the marks of FILE: all of them, or none where one is wrong."""
    from reimport_lib.execute import sample_marks  # it takes seconds to import

    found = sample_marks.read(load_settings(), path, by=by)
    say(f"{several(found.marked, 'mark')} in {path}, {found.new:,} new.")
    say(f"What they come to: reimport show {found.run.run_id}")
