"""What a run counted, by the names that its pages have for it.

Read from the ledger, and counted anew in the run's files of rows: nothing here shares
code with what makes a page. Samples and sign-offs are those of the ledger, too. Links
are counted anew by their rows (``linked``). Of checks the ledger holds no number of its
own: they are counted in the record as the root in the ledger covers it (``covered``).
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.apps import apps

from reimport_lib.plan.codes import LOCAL, WITHOUT_DOUBT
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode
from reimport_lib.tables import registry
from reimport_lib.write import bind
from tests.phases import covered, linked, touched

OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected")
LEFT_OUT = ("skipped", "rejected")
ACTIONS = (
    *("fix in FileMaker", "decide here", "mend elsewhere"),
    *("expected", "nothing to do", "all"),
)
VERDICTS = ("pass", "fail", "warn", "could-not-check")
BESIDE = touched.BESIDE

Lines = list[dict[str, str]]
Found = Counter[str]
"""A share that was signed off is a fraction."""


def figures_of(run: Run) -> Found:
    """
    Name -> number, of *run*, whose database this process is bound to.

    A name that the run has no figure for is not in it.
    """
    run.require_seal()
    found = Found()
    if run.mode in (Mode.UNDO, Mode.PUT_BACK):
        _undo(run, found)
        _changes(run, found)
        return found
    tables = _ledger(run, found)
    _rows(run, found, tables)
    _all(found, tables)
    _record(run, found, tables)
    _source(run, found, tables)
    _worklist(run, found)
    _changes(run, found)
    _samples(run, found)
    _signoffs(run, found)
    _again(run, found)
    return found


def in_ledger(run: Run) -> dict[tuple[str, str], dict[str, dict[str, int]]]:
    """(phase, table) -> outcome -> rows, of the phases that are done."""
    phases = apps.get_model("ledger", "LedgerPhase").objects.filter(run_id=run.run_id)
    return {
        (name, table): dict(of)
        for name, counts in phases.values_list("name", "counts")
        for table, of in counts.items()
    }


def in_files(run: Run) -> dict[tuple[str, str], Counter[str]]:
    """(outcomes file, table) -> outcome -> rows."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for path in sorted(run.outcomes_folder.glob("*.csv")):
        for line in _lines(path):
            of = found.setdefault((path.stem, line["table"]), Counter())
            of[line["outcome"]] += 1
    return found


def _ledger(run: Run, found: Found) -> list[str]:
    """Outcomes; the tables that came in."""
    tables = []
    phases: Counter[str] = Counter()
    for (phase, table), of in in_ledger(run).items():
        phases[phase] += sum(of.values())
        names = ("deleted", "kept") if phase == "delete" else OUTCOMES
        assert set(of) <= {*names}, table
        found.update({f"{table}.{name}": of.get(name, 0) for name in names})
        if phase != "delete":
            tables.append(table)
    found.update({f"phases.{name}.rows": rows for name, rows in phases.items()})
    return tables


def _rows(run: Run, found: Found, tables: list[str]) -> None:
    """Reasons and notes, row by row, and what they sum up to."""
    for table in tables:
        lines = _lines(run.outcomes_folder / f"{table}.csv")
        found[f"{table}.rows"] = len(lines)
        out = [line for line in lines if line["outcome"] in LEFT_OUT]
        found[f"{table}.stays_out"] = len(out)
        found[f"{table}.came_in"] = len(lines) - len(out)
        found.update(f"{table}.reasons.{line['reason']}" for line in out)
        noted = [line["notes"].split(";") for line in lines if line["notes"]]
        found.update(f"{table}.notes.{code}" for codes in noted for code in codes)
        local = [line for line in out if line["reason"] in LOCAL]
        waits = sum(line["outcome"] == "rejected" for line in local)
        rejected = sum(line["outcome"] == "rejected" for line in out)
        found[f"{table}.gated.rejected"] = rejected - waits
        found[f"{table}.gated.came_in"] = len(lines) - len(out) + len(local)
        found[f"{table}.gated.waiting"] = waits + found[f"{table}.notes.conflict"]
    for line in _lines(run.outcomes_folder / "deletions.csv"):
        if line["outcome"] == "kept":
            found[f"{line['table']}.kept.{line['reason']}"] += 1
    for name in [name for name in found if name.endswith(".kept")]:
        told = sum(number for of, number in found.items() if of.startswith(f"{name}."))
        if found[name] > told:  # rows of people are in no file
            found[f"{name}.local"] = found[name] - told


def _all(found: Found, tables: list[str]) -> None:
    """Over the tables that FileMaker gave, and over all that were deleted from."""
    given = [name for name in tables if registry.by_name()[name].source]
    for name in (*OUTCOMES, "rows", "came_in"):
        found[f"all.{name}"] = sum(found[f"{table}.{name}"] for table in given)
    edits = [found[f"{table}.reasons.local_edit"] for table in given]
    found["all.cannot_come_in"] = found["all.rejected"] - sum(edits)
    found["all.reasons.local_edit"] = sum(
        found[f"{table}.reasons.local_edit"] for table in tables
    )
    found["all.written"] = 0
    for table in registry.by_name():
        found["all.deleted"] += found[f"{table}.deleted"]
        found["all.kept"] += found[f"{table}.kept"]
        for reason in ("has_children", "local_changes", "has_local_rows"):
            found["all.kept.hung_on"] += found[f"{table}.kept.{reason}"]
        for outcome in ("created", "updated", "deleted"):
            found["all.written"] += found[f"{table}.{outcome}"]


def _record(run: Run, found: Found, tables: list[str]) -> None:
    """Links, checks, and what was held back."""
    for table, link, (there, named) in linked.counts(run, tables):
        place = f"{table}.links.{link}"
        found[f"{place}.found"], found[f"{place}.named"] = there, named
        found[f"{place}.not_found"] = named - there
    record = covered.record(run)
    for phase in record["phases"]:
        for kind, number in phase.get("held", {}).items():
            found[f"held_back.{kind}"] += number
        _checks(found, phase["name"], phase["checks"])
        _checks(found, "run", phase["checks"])
    of_run = [
        record[name]["check"] for name in ("undo_proof", "privacy") if name in record
    ]
    _checks(found, "run", of_run)
    if "undo_proof" in record:
        rows, stay = touched.rows(run), touched.changed_since(run)
        found["undo_proof.reversed"] = len(rows - stay)
        found["undo_proof.stays"] = len(stay)


def _checks(found: Found, of: str, checks: list[Any]) -> None:
    found.update({f"{of}.checks.{verdict}": 0 for verdict in VERDICTS})
    found.update(f"{of}.checks.{check['verdict']}" for check in checks)
    found[f"{of}.checks.made"] += len(checks)


def _source(run: Run, found: Found, tables: list[str]) -> None:
    """Rows of the frozen files, and blank ones, which no row of these is."""
    found.update({f"{table}.source_rows": 0 for table in tables})
    for path in run.snapshot_folder.glob("*.parquet"):
        rows = pq.read_metadata(path).num_rows
        found[f"source.{path.stem}.rows"] = found[f"{path.stem}.source_rows"] = rows
    for name, table in run.manifest()["source"]["tables"].items():
        found[f"{name}.blank_rows"] = table.get("blank_rows", 0)


def _worklist(run: Run, found: Found) -> None:
    """Its lines, in the file that people fill in."""
    for what in ("lines", "known", "lapsed"):
        found.update({f"worklist.{action}.{what}": 0 for action in ACTIONS})
    for line in _lines(run.folder / "private" / "worklist.csv"):
        lapsed = line["known"].startswith("counts no more")
        for action in (line["action"], "all"):
            found[f"worklist.{action}.lines"] += 1
            found[f"worklist.{action}.known"] += bool(line["known"]) and not lapsed
            found[f"worklist.{action}.lapsed"] += lapsed
    codes = [f".reasons.{code.value}" for code in WITHOUT_DOUBT]
    left = [found[name] for name in found if any(map(name.endswith, codes))]
    found["worklist.without_doubt"] = sum(left)


def _changes(run: Run, found: Found) -> None:
    """Rows and fields, in the file that lists them with their values."""
    for outcome in ("updated", "deleted", "kept", "follows", "back"):
        found[f"changes.all.{outcome}"] = 0
    found["changes.rows"] = 0
    seen = set()
    for line in _lines(run.folder / "private" / "changes.csv"):
        table, outcome = line["table"], line["outcome"]
        row = (table, outcome, line["id"])
        if row not in seen:
            seen.add(row)
            for of in (table, "all"):
                found[f"changes.{of}.{outcome}"] += 1
            found["changes.rows"] += 1
        if line["field"]:
            found[f"changes.{table}.{outcome}.fields"] += 1
            found[f"changes.{table}.{outcome}.fields.of.{line['field']}"] += 1


def _samples(run: Run, found: Found) -> None:
    """Cards by the last word that anybody said of each, in the real ledger."""
    draws, marks = (
        apps.get_model("ledger", name).objects.using(bind.REAL).order_by("pk")
        for name in ("SampleDraw", "SampleMark")
    )
    said = marks.filter(run_id=run.run_id).values_list("table", "row", "word")
    words = {(table, row): word for table, row, word in said}
    words = {place: word for place, word in words.items() if word != "open"}
    for draw in draws.filter(run_id=run.run_id):
        place = f"{draw.table}.sample.{draw.seed}.{draw.size}"
        shown = [words.get((draw.table, row)) for row in draw.rows]
        beside = [words.get((draw.table, row)) for row in draw.others]
        for of in (place, "all.sample"):
            found[f"{of}.size"] += len(draw.rows)
            found[f"{of}.looked_at"] += sum(word is not None for word in shown)
        found[f"{place}.lot"] = found[f"{draw.table}.came_in"]
        found[f"{place}.not_ok"] = shown.count("not ok")
        found[f"{place}.others_not_ok"] = beside.count("not ok")
        found[f"{place}.risk"] = draw.risk
        found[f"{place}.allowed"], found[f"{place}.wrong"] = draw.allowed, draw.wrong


def _signoffs(run: Run, found: Found) -> None:
    """What people opened, and how far a phase went by it."""
    opened = apps.get_model("ledger", "SignOff").objects.using(bind.REAL)
    for each in opened.order_by("pk"):
        found[f"signoffs.{each.table}.{each.gate}.opened"] = each.value
    for use in apps.get_model("ledger", "SignOffUse").objects.filter(run_id=run.run_id):
        found[f"signoffs.{use.place}.{use.phase}"] = use.figure


def _again(run: Run, found: Found) -> None:
    """What moved since a rehearsal, and what is planned otherwise by that."""
    if "replanned" in run.manifest():
        for name, file in (("moved", "drift.csv"), ("rows", "replanned.csv")):
            found[f"replanned.{name}"] = len(_lines(run.folder / file))


def _undo(run: Run, found: Found) -> None:
    """Each row that the run undoes, by what became of its fields."""
    rows: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    for line in _lines(run.folder / "undo.csv"):
        if line["model"] != BESIDE:
            row = (line["model"], line["key"], line["action"])
            rows.setdefault(row, set()).add((line["outcome"], line["why"]))
    for model in ("all", *(model for model, *_ in rows)):
        found.update({f"undo.{model}.{f}": 0 for f in ("reversed", "kept", "blocked")})
        found[f"undo.{model}.absent"] = 0
    for (model, _, action), fates in rows.items():
        fate, why = next((f for f in sorted(fates) if f[0] != "reversed"), min(fates))
        for of in (model, "all"):
            found[f"undo.{of}.{fate}"] += 1
        found[f"undo.{model}.{fate}.{why}"] += 1
        found[f"undo.{model}.{fate}.by.{action}"] += 1
    found["undo.all.rows"] = len(rows)
    found["undo.all.stays"] = found["undo.all.kept"] + found["undo.all.blocked"]


def _lines(path: Path) -> Lines:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
