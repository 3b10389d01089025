"""``reimport undo``: a run taken back row by row; what people saved since stays."""

from __future__ import annotations

import click

from reimport_lib import printing
from reimport_lib.cli.errors import complain
from reimport_lib.config import load_settings
from reimport_lib.counting import several
from reimport_lib.execute.undo import (
    LEAST,
    Undo,
    carry_out,
    noun_of,
    nouns_of,
    plan,
)
from reimport_lib.execute.undo_csv import FILE
from reimport_lib.notify import companion
from reimport_lib.plan.undo import Fate, Finding, RowAt, UndoPlan
from reimport_lib.printing import Heading, say, say_table
from reimport_lib.record.manifest import UndoRecord
from reimport_lib.record.run import REPORT, Run
from reimport_lib.record.status import Mode
from reimport_lib.show import undo_words
from reimport_lib.write.touched import BESIDE, Narrowing

_SHOWN = 3


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--table", default="", help="Only rows of this table.")
@click.option(
    "--key", default="", help="Only the row of this key, and what hangs on it."
)
@click.option("--field", default="", help="Only this field of rows that were changed.")
@click.option("--plan", "only_plan", is_flag=True, help="Show it; write nothing.")
@click.option(
    "--min-reversed",
    default=LEAST,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share of the rows that must go back, or nothing does.",
)
@click.option("--yes", is_flag=True, help="Confirm without typing (batch).")
@click.option(
    "--word", default="", help="The word, where somebody has typed it elsewhere."
)
@click.option("--by", default="", help="Who typed it.")
@click.option("--json", "as_json", is_flag=True, help="With --plan: for a program.")
def undo(
    run_id: str,
    table: str,
    key: str,
    field: str,
    only_plan: bool,
    min_reversed: float,
    yes: bool,
    word: str,
    by: str,
    as_json: bool,
) -> None:
    """Take back what RUN did, row by row; what was changed since stays."""
    found = plan(load_settings(), run_id, Narrowing(table, key, field))
    if only_plan and as_json:
        printing.say_json(_told(found))
        return
    show_plan(found)
    if only_plan:
        say("Nothing was written.")
        return
    with companion.afterwards(found.settings, run_id, complain):
        run = carry_out(
            found,
            ask=(lambda _: word) if word else printing.asker("undo it"),
            yes=yes,
            least=min_reversed,
            report=_leave_report,
            by=by if word else "",
        )
    say(f"Done by {run.run_id}; every row is in {run.folder / FILE}")
    _say_report(run)
    say(f"Back to what it was: reimport undo {run.run_id}")


def _told(found: Undo) -> dict[str, object]:
    """The plan as counts: what people read of it before they type its word."""
    counts = {noun_of(m): of for m, of in found.plan.counts.items() if m != BESIDE}
    return {"run": found.run_id, "word": found.word, "rows": counts}


def _leave_report(run: Run) -> None:
    from reimport_lib.execute import undo_report  # it takes seconds to import

    undo_report.leave(run, complain=complain)


def _say_report(run: Run) -> None:
    if (run.folder / REPORT).exists():
        say(f"Report: {run.folder / REPORT}")


def show_undo(run: Run, record: UndoRecord) -> None:
    """What the undo *run* did, from its record."""
    manifest = run.manifest()
    say(f"Run {run.run_id} ({run.mode}) of {record['of']}")
    _show_counts(record["counts"])
    say(f"{manifest['status']}; {manifest.get('seconds', 0):.1f} s")
    if manifest.get("error"):
        say(str(manifest["error"]))
    say(f"Every row: {run.folder / FILE}")
    _say_report(run)


def show_plan(found: Undo) -> None:
    is_undo = found.mode is Mode.UNDO
    what = "Undoing" if is_undo else "Putting back what people did before"
    say(f"{what} {found.run_id} on {found.database['name']}:")
    _show_counts(found.plan.counts)
    nouns = nouns_of(dict.fromkeys(row.model for row in found.plan.rows))
    for (model, verdict), rows in _reasons(found.plan).items():
        named = ", ".join(row.key for row in rows[:_SHOWN])
        more = ", ..." if len(rows) > _SHOWN else ""
        what = undo_words.named(verdict, nouns)
        of = f" ({what})" if what else ""
        say(
            f"{verdict.outcome}: {several(len(rows), 'row')} of {noun_of(model)},"
            f" {verdict.why}{of}: {named}{more}"
        )
    if found.unknown_rows:
        say(
            f"{several(found.unknown_rows, 'row')} that it created stay: it ran before"
            " the ledger kept which."
        )


def _show_counts(counts: dict[str, dict[str, int]]) -> None:
    say_table(
        [Heading("rows of"), *(Heading(str(o), right=True) for o in Fate)],
        [
            [noun_of(model), *(f"{of[str(o)]:,}" if of[str(o)] else "." for o in Fate)]
            for model, of in counts.items()
            if model != BESIDE
        ],
    )


def _reasons(plan: UndoPlan) -> dict[tuple[str, Finding], list[RowAt]]:
    """
    (model, verdict) -> the rows that do not go back for it, in order.

    What the ledger holds beside a row shares its lot, and is not named again.
    """
    found: dict[tuple[str, Finding], list[RowAt]] = {}
    for row, verdict in sorted(plan.rows.items()):
        if verdict.why and row.model != BESIDE:
            found.setdefault((row.model, verdict), []).append(row)
    return found
