"""``reimport undo``: a run taken back row by row; what people saved since stays."""

from __future__ import annotations

import click

from reimport_lib import printing
from reimport_lib.config import load_settings
from reimport_lib.counting import several
from reimport_lib.execute.undo import FILE, LEAST, Undo, carry_out, plan
from reimport_lib.plan.undo import Fate, Finding, RowAt, UndoPlan
from reimport_lib.printing import Heading, say, say_table
from reimport_lib.record.manifest import UndoRecord
from reimport_lib.record.run import Run
from reimport_lib.tables import registry
from reimport_lib.write.models import tables_of_models
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
def undo(
    run_id: str,
    table: str,
    key: str,
    field: str,
    only_plan: bool,
    min_reversed: float,
    yes: bool,
) -> None:
    """Take back what RUN did, row by row; what was changed since stays."""
    found = plan(load_settings(), run_id, Narrowing(table, key, field))
    _show_plan(found)
    if only_plan:
        say("Nothing was written.")
        return
    run = carry_out(found, ask=printing.asker("undo it"), yes=yes, least=min_reversed)
    say(f"Done by {run.run_id}; every row is in {run.folder / FILE}")
    say(f"Back to what it was: reimport undo {run.run_id}")


def show_undo(run: Run, record: UndoRecord) -> None:
    """What the undo *run* did, from its record."""
    manifest = run.manifest()
    say(f"Run {run.run_id} ({run.mode}) of {record['of']}")
    _show_counts(record["counts"])
    say(f"{manifest['status']}; {manifest.get('seconds', 0):.1f} s")
    if manifest.get("error"):
        say(str(manifest["error"]))
    say(f"Every row: {run.folder / FILE}")


def _show_plan(found: Undo) -> None:
    say(f"Undoing {found.run_id} on {found.database['name']}:")
    _show_counts(found.plan.counts)
    for (model, verdict), rows in _reasons(found.plan).items():
        named = ", ".join(row.key for row in rows[:_SHOWN])
        more = ", ..." if len(rows) > _SHOWN else ""
        of = f" ({verdict.what})" if verdict.what else ""
        say(
            f"{verdict.outcome}: {several(len(rows), 'row')} of {_noun(model)},"
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
            [_noun(model), *(f"{of[str(o)]:,}" if of[str(o)] else "." for o in Fate)]
            for model, of in counts.items()
            if model != BESIDE
        ],
    )


def _noun(model: str) -> str:
    """As reports call its rows; the model's own name, where no table is made of it."""
    table = tables_of_models().get(model)
    return registry.named(table).noun if table else model


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
