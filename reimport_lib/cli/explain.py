"""``reimport explain R041``: what an id means that an error, a check or a row has."""

from __future__ import annotations

import click

from reimport_lib import errors
from reimport_lib.cli import catalogue
from reimport_lib.cli.catalogue import CHECK, Meaning
from reimport_lib.errors import UsageError, did_you_mean
from reimport_lib.plan.codes import Note, Reason
from reimport_lib.printing import say


@click.command()
@click.argument("id_", metavar="ID")
def explain(id_: str) -> None:
    """Say what the id of an error (R041), a check (C012) or a row (no_key) means."""
    for code in (*Reason, *Note):
        if code == id_.lower():
            _say(f"{code}, of a row", code.sentence, code.remedy)
            return
    entries = catalogue.Sources().entries()
    wanted = id_.upper()
    if wanted in entries:
        _explain(entries[wanted])
    elif wanted in catalogue.RETIRED:
        _say(f"{wanted}, of earlier versions", catalogue.RETIRED[wanted], "")
    else:
        known = (*entries, *catalogue.RETIRED, *Reason, *Note)
        raise UsageError(
            f"There is no id {id_!r}.{did_you_mean(id_, known)}",
            hint="ids stand in brackets behind errors; all are in docs/errors.md",
            id="R281",
        )


def _explain(entry: Meaning) -> None:
    if entry.family == CHECK:
        _say(f"{entry.id}, a check in {entry.module}", entry.says, entry.hint)
        return
    kind: type[errors.ReimportError] = getattr(errors, entry.family)
    meaning = (kind.__doc__ or "").strip().splitlines()[0]
    _say(f"{entry.id}, {entry.family} in {entry.module}", entry.says, entry.hint)
    say(f"  {'meaning':<9} {meaning} Exit code {kind.exit_code}.")


def _say(head: str, says: str, hint: str) -> None:
    say(head)
    say(f"  {'says':<9} {says}")
    if hint:
        say(f"  {'next':<9} {hint}")
