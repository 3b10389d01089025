"""``reimport find``: which record a pseudonym stands for, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reimport_lib.config import load_settings
from reimport_lib.execute import finding
from reimport_lib.execute.finding import SourceLine
from reimport_lib.printing import Heading, say, say_table
from reimport_lib.tables import registry
from reimport_lib.write.named_rows import NamedRow


@click.command()
@click.argument("word", metavar="PSEUDONYM|KEY")
@click.option("--by", default="", help="Who asks; else the account that types.")
def find(word: str, by: str) -> None:
    """
    Say which record a pseudonym of a report (p-7f3a9c12) stands for.

    KEY, an id in FileMaker: its pseudonym, and what runs made of it. Who looks what up
    is entered into the ledger.
    """
    settings = load_settings()
    look_up = finding.whose if finding.is_pseudonym(word) else finding.of_key
    found = look_up(settings, word, by=by)
    for row in found.rows:
        _show_row(found.pseudonym, row)
    if not found.rows:
        say(f"{found.pseudonym}: not in the database.")
    if found.lines:
        _show_lines(found.lines)
    say(f"Entered into the ledger: {found.by} looked up {found.pseudonym}.")


def _show_row(pseudonym: str, row: NamedRow) -> None:
    say(f"{pseudonym}: one of the {registry.noun(row.table)} ({row.table})")
    say(f"  in FileMaker  {row.key or '(no key)'}")
    if row.deleted_by:
        say(f"  in the backend  {row.target_id}, deleted by {row.deleted_by}")
        return
    say(f"  in the backend  {row.target_id}")
    if row.address:
        say(f"  in the admin  {row.address}")


def _show_lines(lines: Sequence[SourceLine]) -> None:
    heads = ("run", "table", "row", "in FileMaker", "outcome", "reason or fields")
    say_table(
        [Heading(head, whole=head in heads[:4]) for head in heads],
        [
            [
                line.run_id,
                line.table,
                str(line.row or ""),
                line.filemaker_id,
                line.outcome,
                line.reason,
            ]
            for line in lines
        ],
    )
