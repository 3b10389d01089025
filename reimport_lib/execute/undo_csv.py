"""``undo.csv``: what becomes of every row and field of an undo.

Rows are named by the keys of the database. Written before the undo writes, and read
again to show what it did.
"""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

from reimport_lib.errors import ReimportError
from reimport_lib.plan.undo import Fate, Finding, Piece, RowAt, UndoPlan, of_parts
from reimport_lib.private_files import write_private
from reimport_lib.record import evidence
from reimport_lib.record.run import Run
from reimport_lib.write import standing

FILE = "undo.csv"
HEAD = ("model", "key", "field", "action", "outcome", "why", "what")


def keep(folder: Path, plan: UndoPlan) -> None:
    """Write and seal every part of *plan* in the *folder* of its run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for part, (outcome, why, what) in sorted(plan.parts.items()):
        action = plan.actions[part.row]
        writer.writerow([*part.row, part.field, action, outcome, why, what])
    write_private(folder / FILE, out.getvalue())
    evidence.seal_rows(folder, folder / FILE)


def read(run: Run) -> UndoPlan:
    """
    The plan that the undo *run* was confirmed with.

    Raises:
        ReimportError: the file is not there, or is not the plan that was confirmed.
    """
    record = run.manifest()["undo"]
    actions: dict[RowAt, str] = {}
    parts: dict[Piece, Finding] = {}
    try:
        text = (run.folder / FILE).read_text(encoding="utf-8")
        _, *lines = csv.reader(io.StringIO(text))
        for model, key, name, action, outcome, why, what in lines:
            row = RowAt(model, key)
            actions[row] = action
            parts[Piece(row, name)] = Finding(Fate(outcome), why, what)
    except (OSError, ValueError) as error:
        raise _other(run, f"cannot be read ({type(error).__name__})") from None
    technical = standing.unsaid({row.model for row in actions})
    with suppress(ReimportError):  # no plan at all
        plan = of_parts(record["of"], actions, parts, technical)
        if plan.digest == record["digest"]:
            return plan
    raise _other(run, "is not the plan that was confirmed")


def _other(run: Run, why: str) -> ReimportError:
    return ReimportError(
        f"{run.run_id}: its {FILE} {why}; what the undo wrote stays as it is.",
        hint=f"reimport verify {run.run_id}",
        id="R392",
    )
