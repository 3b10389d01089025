"""``reimport restore``: the database put back to what it was before a run."""

from __future__ import annotations

from pathlib import Path

import click

from reimport_lib import printing
from reimport_lib.config import load_settings
from reimport_lib.counting import several
from reimport_lib.execute.restore import WayBack, go_back, kept_folders, way_back
from reimport_lib.printing import Heading, say
from reimport_lib.record.status import Mode


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--yes", is_flag=True, help="Confirm without typing (batch).")
def restore(run_id: str, yes: bool) -> None:
    """Put the database back to what it was before RUN; what was saved since goes."""
    way = way_back(load_settings(), run_id)
    if way.is_back:
        say(
            f"The ledger of {way.backup.database} no longer holds {run_id}: it was put"
            " back before, and that was not recorded. Now it is; nothing else is done."
        )
    else:
        _show_way_back(way)
    kept = go_back(way, ask=printing.asker("go back"), yes=yes)
    _show_restored(way, kept)


def _show_way_back(way: WayBack) -> None:
    """What going back will undo, and what it will take along."""
    run = way.run
    say(f"Going back to {way.backup.database} as it was before {run.run_id}:")
    printing.say_table(
        [
            Heading("table"),
            Heading("rows now", right=True),
            Heading("rows then", right=True),
        ],
        [(name, f"{now:,}", f"{then:,}") for name, now, then in way.changes],
    )
    for later in way.later:
        say(f"Undoes {later.run_id} too.")
    for run_id in way.unknown:
        say(f"{run_id} has no record here to read: what it wrote goes too, untold.")
    say(f"What people have saved since {way.backup.made_at} goes too.")


def _show_restored(way: WayBack, kept: Path | None) -> None:
    """That the database is back, and the renewed reports of the runs undone."""
    from reimport_lib.execute import report  # it takes seconds to import

    for run in (way.run, *way.later):
        if run.mode is not Mode.UNDO:  # it has no phases to report of
            report.write(run)
    if kept is None:
        for folder in kept_folders(way.run):
            say(f"What it held before it was put back: {folder}")
        return
    tables_held = len(way.backup.digest.tables)
    say(
        f"{way.backup.database} is as it was before {way.run.run_id}:"
        f" {several(tables_held, 'table')} and"
        f" {several(way.backup.digest.rows, 'row')}, compared with the backup."
    )
    say(f"What it held until now: {kept}")
