"""How the source differs from the one that the last run was made of."""

from __future__ import annotations

from dataclasses import replace

from reimport_lib import runs
from reimport_lib.checks import Check, Verdict
from reimport_lib.errors import SourceError
from reimport_lib.phases import data
from reimport_lib.planning.gates import ALL
from reimport_lib.run import Run, Status
from reimport_lib.sources import drift
from reimport_lib.sources.snapshot import Snapshot, open_snapshot

GONE = "gone"


def checks(run: Run, snapshot: Snapshot) -> list[Check]:
    """
    *snapshot* against the newest earlier one; nothing where there is none.

    The gates ``max_lost_rows`` (a fraction of a table) and ``max_lost_columns`` say
    how much may be missing.
    """
    earlier = _earlier(run)
    if earlier is None:
        return []
    gates = data.gates_of(run)
    rows = gates.limit(ALL, "max_lost_rows")
    limits = drift.LIMITS if rows is None else replace(drift.LIMITS, lost_rows=rows)
    found = list(drift.compare(earlier, snapshot, limits=limits))
    lost = [c for c in found if c.verdict is Verdict.FAIL and c.actual == GONE]
    if len(lost) <= (gates.limit(ALL, "max_lost_columns") or 0):
        found = [replace(c, verdict=Verdict.WARN) if c in lost else c for c in found]
    return [_with_gate(check) for check in found]


def _with_gate(check: Check) -> Check:
    if check.verdict is not Verdict.FAIL:
        return check
    gate = "max_lost_columns=1" if check.actual == GONE else "max_lost_rows=0.2"
    return replace(check, hint=f"{check.hint}; if it is right: --gate *.{gate}")


def _earlier(run: Run) -> Snapshot | None:
    """The snapshot of the newest run of the same database that succeeded."""
    database = run.manifest().get("database")
    for run_id in reversed(runs.all_run_ids(run.settings)):
        other = runs.load(run.settings, run_id)
        manifest = other.manifest()
        usable = manifest["status"] == Status.SUCCEEDED
        same = manifest.get("database") == database
        if run_id != run.run_id and usable and same and other.snapshot_folder.is_dir():
            try:
                return open_snapshot(other.snapshot_folder)
            except SourceError:  # damaged or half pruned: the next older one
                continue
    return None
