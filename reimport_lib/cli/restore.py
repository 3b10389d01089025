"""``reimport restore``: the database put back to what it was before a run."""

from __future__ import annotations

from pathlib import Path

import click

from reimport_lib import printing
from reimport_lib.cli.errors import complain
from reimport_lib.cli.undo import show_plan
from reimport_lib.config import Settings, load_settings
from reimport_lib.counting import several
from reimport_lib.execute import peoples_work, undo, undo_csv
from reimport_lib.execute.peoples_work import PeoplesWork
from reimport_lib.execute.restore import WayBack, go_back, kept_folders, way_back
from reimport_lib.notify import companion
from reimport_lib.printing import Heading, say
from reimport_lib.record.status import ROW_BY_ROW
from reimport_lib.write.since import Did

_SHOWN = 3


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--put-back", is_flag=True, help="Put back what people did before RUN went."
)
@click.option("--plan", "only_plan", is_flag=True, help="Show it; write nothing.")
@click.option("--yes", is_flag=True, help="Confirm without typing (batch).")
def restore(run_id: str, put_back: bool, only_plan: bool, yes: bool) -> None:
    """
    Put the database back to what it was before RUN.

    What people did since is listed and kept in files first; --put-back brings it again.
    """
    settings = load_settings()
    if put_back:
        _put_back(settings, run_id, only_plan=only_plan, yes=yes)
        return
    way = way_back(settings, run_id)
    if way.is_back:
        say(
            f"The ledger of {way.backup.database} no longer holds {run_id}: it was put"
            " back before, and that was not recorded. Now it is; nothing else is done."
        )
    else:
        _show_way_back(way)
    if only_plan:
        say("Nothing was written.")
        return
    with companion.afterwards(settings, run_id, complain):
        kept = go_back(way, ask=printing.asker("go back"), yes=yes)
    _show_restored(way, kept)


def _put_back(settings: Settings, run_id: str, *, only_plan: bool, yes: bool) -> None:
    found = undo.plan_of(settings, run_id, peoples_work.kept(settings, run_id))
    show_plan(found)
    if only_plan:
        say("Nothing was written.")
        return
    ask = printing.asker("put it back")
    with companion.afterwards(settings, run_id, complain):
        run = undo.carry_out(found, ask=ask, yes=yes, least=0)
    say(f"Done by {run.run_id}; every row is in {run.folder / undo_csv.FILE}")
    say(f"Back to what it was: reimport undo {run.run_id}")


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
    _show_people(way)


def _show_people(way: WayBack) -> None:
    """What people did since the backup; which rows, as the database names them."""
    since, found = way.backup.made_at, way.people
    if way.unlisted:
        say(
            f"What people have saved since {since} goes too, and could not be listed"
            f" ({way.unlisted.rstrip('.')}). The copy of what the database holds now"
            " has it."
        )
        return
    if not found.has_any:
        say(f"Nobody has saved anything since {since} that would go.")
        return
    say(f"What people have done since {since}, and what is kept in files first:")
    printing.say_table(
        [Heading("rows of"), *(Heading(str(did), right=True) for did in Did)],
        [
            [undo.noun_of(model), *(f"{n:,}" if (n := of[did]) else "." for did in Did)]
            for model, of in found.counts.items()
        ],
    )
    for line in _first(found):
        say(line)
    for table in found.untold:
        say(f"{table} changed too; its rows could not be told one by one.")


def _first(found: PeoplesWork) -> list[str]:
    lines = []
    for model, of in found.counts.items():
        for did in filter(of.get, Did):
            rows = [w for w in found.rows if (w.row.model, w.did) == (model, did)]
            named = [f"{w.row.key} {w.saved_at[:16]}".strip() for w in rows[:_SHOWN]]
            more = ", ..." if len(rows) > _SHOWN else ""
            lines.append(f"{did}: {undo.noun_of(model)} {', '.join(named)}{more}")
    return lines


def _show_restored(way: WayBack, kept: Path | None) -> None:
    """That the database is back, and the renewed reports of the runs undone."""
    from reimport_lib.execute import report  # it takes seconds to import

    for run in (way.run, *way.later):
        if run.mode not in ROW_BY_ROW:  # it has no phases to report of
            report.write(run)
    if kept is None:
        for folder in kept_folders(way.run):
            say(f"What it held before it was put back: {folder}")
    else:
        tables_held = len(way.backup.digest.tables)
        say(
            f"{way.backup.database} is as it was before {way.run.run_id}:"
            f" {several(tables_held, 'table')} and"
            f" {several(way.backup.digest.rows, 'row')}, compared with the backup."
        )
        say(f"What it held until now: {kept}")
    if folders := peoples_work.folders(way.run):
        say(f"What people had done: {folders[-1]}")
        say(f"Put it back: reimport restore {way.run.run_id} --put-back --plan")
