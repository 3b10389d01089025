"""The outcomes files of a run: every row of every table, and what became of it.

Keys are pseudonyms; no value of a record is in them.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.plan.values.keys import pseudonym
from reimport_lib.private_files import write_private
from reimport_lib.record import evidence, runs
from reimport_lib.record.run import Run

COLUMNS = ("table", "row", "key", "outcome", "reason", "notes", "target_id")


def text(run: Run, table: str, rows: pd.DataFrame) -> str:
    """The outcomes of *rows* (as in a Plan) as CSV."""
    columns = (rows[name].tolist() for name in COLUMNS[1:])
    return _csv(run, ((table, *line) for line in zip(*columns, strict=True)))


def deletions_text(run: Run, plans: Sequence[DeletionPlan]) -> str:
    """The outcomes of rows that came from FileMaker and may go, as CSV."""
    lines = (
        (plan.table, 0, key, outcome, reason, "", target_id)
        for plan in plans
        for target_id, key, outcome, reason in plan.judged[
            ["target_id", "key", "outcome", "reason"]
        ].itertuples(index=False, name=None)
    )
    return _csv(run, lines)


def write(run: Run, texts: Mapping[str, str]) -> None:
    """Write one CSV per name into the run folder, whole, private and sealed by row."""
    run.outcomes_folder.mkdir(mode=0o700, exist_ok=True)
    for name, content in texts.items():
        path = run.outcomes_folder / f"{name}.csv"
        write_private(path, content)
        evidence.seal_rows(run.folder, path)


def digest(texts: Mapping[str, str]) -> str:
    """One sha256 over the files of a phase, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(f"{name}\n{texts[name]}".encode())
    return digest.hexdigest()


def _csv(run: Run, lines: Iterable[tuple[object, ...]]) -> str:
    secret = runs.pseudonym_key(run.settings)
    shown: dict[str, str] = {"": ""}
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for table, row, key, *rest in lines:
        name = str(key)
        if name not in shown:
            shown[name] = pseudonym(secret, name)
        writer.writerow((table, row or "", shown[name], *rest))
    return buffer.getvalue()
