"""The plans of a run row by row, by which two runs are compared.

A private file per phase, whose digest is in the run's record. Keys are pseudonyms, and
what a plan makes of a row is a digest: no value is in it.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from reimport_lib.counting import several
from reimport_lib.errors import Refused
from reimport_lib.plan.delete import DeletionPlan
from reimport_lib.plan.plan import MERGED, ROWS, Plan
from reimport_lib.plan.values.canonical import canonical, canonical_texts, row_hash
from reimport_lib.plan.values.keys import pseudonym
from reimport_lib.private_files import write_private
from reimport_lib.record import runs
from reimport_lib.record.run import Run

FOLDER = "plans"
SHOWN_ROWS = 5
COLUMNS = ("table", "key", "row", "target_id", "outcome", "reason", "fields", "sha256")

RowPlan = tuple[str, ...]


def text(lines: Iterable[RowPlan]) -> str:
    """The file of *lines*."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return buffer.getvalue()


def keep(run: Run, phase: str, text: str) -> str:
    """Write the file of *phase*, which ``text`` gives; its sha256."""
    folder = run.folder / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    write_private(folder / f"{phase}.csv", text)
    return hashlib.sha256(text.encode()).hexdigest()


def lines(run: Run, plans: Sequence[Plan]) -> Iterator[RowPlan]:
    """One for each row of *plans*: what becomes of it, and a digest of all of that."""
    named = _Names(run)
    for plan in plans:
        changed, merged = _changed(plan), _merged(plan)
        rows = (plan.rows[name].tolist() for name in ROWS)
        for row, key, outcome, reason, notes, target in zip(*rows, strict=True):
            # the number of its line is no part of a plan: rows before it come and go
            fields = changed.get(key, {})
            told = [outcome, reason, notes, target, plan.written.get(key, "")]
            told += merged.get(key, [])
            sha = row_hash([*told, *(f"{name} {of}" for name, of in fields.items())])
            place = (plan.table, named.of(key), str(row or ""), target)
            yield (*place, outcome, reason, ";".join(fields), sha)


def lines_of_deletions(run: Run, plans: Sequence[DeletionPlan]) -> Iterator[RowPlan]:
    """As ``lines``, of the rows that came from FileMaker and may go."""
    named = _Names(run)
    for plan in plans:
        columns = ("target_id", "key", "outcome", "reason")
        for target, key, outcome, reason in plan.judged[list(columns)].itertuples(
            index=False, name=None
        ):
            stood = plan.stood.get(target, "") if target in plan.edited else ""
            sha = row_hash([canonical(target), outcome, reason, stood])
            yield (plan.table, named.of(key), "", str(target), outcome, reason, "", sha)


def read(run: Run) -> pd.DataFrame:
    """
    The plans of *run*, all phases.

    Returns:
        index = phase, table, key, which of those of one key (from 1); COLUMNS as texts.

    Raises:
        Refused: a file is gone, or is not the one that was written.
    """
    parts = []
    for entry in run.manifest()["phases"]:
        if "plan_digests" not in entry:
            continue
        path = run.folder / FOLDER / f"{entry['name']}.csv"
        try:
            text = path.read_bytes()
        except OSError:
            text = b""
        if hashlib.sha256(text).hexdigest() != entry.get("row_plans_sha256"):
            raise Refused(
                f"What {run.run_id} planned row by row is gone, or was changed:"
                f" {FOLDER}/{path.name} in its folder.",
                hint="reimport run --full, to rehearse and review again",
                id="R331",
            )
        frame = pd.read_csv(io.BytesIO(text), dtype=str, keep_default_na=False)
        parts.append(frame.assign(phase=entry["name"]))
    if not parts:
        return pd.DataFrame(columns=[*COLUMNS, "phase", "nth"]).set_index(
            ["phase", "table", "key", "nth"], drop=False
        )
    found = pd.concat(parts, ignore_index=True)
    place = ["phase", "table", "key"]
    found["nth"] = found.groupby(place).cumcount() + 1
    return found.set_index([*place, "nth"], drop=False)


def first_that_differ(run: Run, rehearsal: Run, phase: str) -> str:
    """The first rows that two runs plan otherwise, as a message ends with them."""
    try:
        plans = [read(each) for each in (run, rehearsal)]
    except Refused:  # of an older version, or damaged: then its tables must do
        return ""
    shas = [plan.loc[plan["phase"] == phase, "sha256"] for plan in plans]
    places = shas[0].index.union(shas[1].index, sort=False)
    now, then = (sha.reindex(places).fillna("") for sha in shas)
    rows = [f"{table} {key}".strip() for _, table, key, _ in places[now != then]]
    if not rows:
        return ""
    return f": {several(len(rows), 'row')}, first {', '.join(rows[:SHOWN_ROWS])}"


class _Names:
    """Pseudonyms; those of keys that recur are made once."""

    def __init__(self, run: Run) -> None:
        self._secret = runs.pseudonym_key(run.settings)
        self._known: dict[str, str] = {"": ""}

    def of(self, key: str) -> str:
        if key not in self._known:
            self._known[key] = pseudonym(self._secret, key)
        return self._known[key]


def _merged(plan: Plan) -> dict[str, list[str]]:
    """Key -> a digest of each thing that people have a say in."""
    found: dict[str, list[str]] = {}
    if len(plan.merged):
        columns = (canonical_texts(plan.merged[name]) for name in MERGED[2:])
        rows = zip(plan.merged["key"], *columns, strict=True)
        for key, *texts in sorted(rows):
            found.setdefault(str(key), []).append(row_hash(texts))
    return found


def _changed(plan: Plan) -> dict[str, dict[str, str]]:
    """Key -> field that an update changes -> digest of before and after."""
    keys = plan.values["filemaker_id"]
    found: dict[str, dict[str, str]] = {}
    cells = (plan.changes[name] for name in ("row", "field", "before", "after"))
    for row, field, before, after in zip(*cells, strict=True):
        found.setdefault(str(keys[row]), {})[str(field)] = row_hash([before, after])
    return found
