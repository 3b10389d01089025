"""How the source differs from the one that the last run was made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reimport_lib.checks import Check, Verdict, failed
from reimport_lib.errors import SourceError
from reimport_lib.phases import data
from reimport_lib.plan import gates
from reimport_lib.read import drift
from reimport_lib.read.snapshot import Snapshot, open_snapshot
from reimport_lib.record import runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status

COMPARED = "source held against an earlier run's"
LOST = (drift.GONE, drift.EMPTIED)


def checks(run: Run, snapshot: Snapshot) -> list[Check]:
    """
    *snapshot* against the newest earlier one, and which that is.

    The gates ``max_lost_rows`` (a fraction of a table) and ``max_lost_columns`` say
    how much may be missing; what is beyond them names the words that let it through.
    """
    run_id, earlier = _earlier(run, snapshot)
    if earlier is None:
        return [
            Check(
                COMPARED,
                "a run that succeeded, and its snapshot",
                "none",
                Verdict.COULD_NOT_CHECK,
                "compare the rows of each table with what FileMaker shows",
                id="C021",
            )
        ]
    limits = data.gates_of(run)
    own = {
        table: limits.limit(table, "max_lost_rows") or 0.0
        for table in earlier.manifest.tables
    }
    found = drift.compare(earlier, snapshot, lost_rows=own)
    held = Check(COMPARED, "a run that succeeded", run_id, Verdict.PASS, id="C021")
    judged = [_judged(check, failed(found), limits) for check in found]
    measured = list(_measured(found, earlier, snapshot, limits))
    data.record_leanings(run, "validation", measured)
    came = (r for r in measured if r.count < r.total or not r.total)  # not empty
    words = gates.arguments([result for result in came if not result.passed])
    return [held, *(_told(check, run_id, words) for check in judged)]


def _judged(check: Check, broken: Iterable[Check], limits: gates.Gates) -> Check:
    """A lost column only warns while its table has lost no more than it may."""
    if check.verdict is not Verdict.FAIL or check.actual not in LOST:
        return check
    table = _table(check)
    allowed = limits.limit(table, "max_lost_columns") or 0
    is_allowed = len(_lost(table, broken)) <= allowed
    return replace(check, verdict=Verdict.WARN) if is_allowed else check


def _measured(
    found: Sequence[Check], earlier: Snapshot, later: Snapshot, limits: gates.Gates
) -> Iterator[gates.GateResult]:
    """What is lost of each table that lost enough, held against its limits."""
    broken = failed(found)
    for table, before in earlier.manifest.tables.items():
        columns = len(_lost(table, broken))
        after = later.manifest.tables.get(table)
        rows = before.rows - after.rows if after else 0
        for name, count, total in (
            ("max_lost_columns", columns, 0),
            ("max_lost_rows", rows, before.rows),
        ):
            result = gates.measure(table, name, count, total, limits)
            least = drift.LOST_FLOOR_ROWS if total else 0
            if result is not None and count > least:
                yield result


def _told(check: Check, run_id: str, words: str) -> Check:
    if check.verdict is not Verdict.FAIL:
        return check
    right = f"; if all of it is right: {words}" if words else ""
    return replace(
        check, expected=f"{check.expected} as in {run_id}", hint=f"{check.hint}{right}"
    )


def _table(check: Check) -> str:
    return check.name.partition(":")[0]


def _lost(table: str, broken: Iterable[Check]) -> list[Check]:
    """The columns that *table* has lost."""
    lost = (check for check in broken if check.actual in LOST)
    return [check for check in lost if _table(check) == table]


def _earlier(run: Run, snapshot: Snapshot) -> tuple[str, Snapshot | None]:
    """The newest run of the same database and system that succeeded: its snapshot."""
    database = run.manifest().get("database")
    for other in reversed(runs.readable(run.settings)):
        manifest = other.manifest()
        usable = manifest.get("status") == Status.SUCCEEDED
        same = manifest.get("database") == database
        if other.run_id == run.run_id or not (usable and same):
            continue
        try:
            earlier = open_snapshot(other.snapshot_folder)
            earlier.prove()
        except SourceError:  # damaged, pruned or half so: the next older one
            continue
        if earlier.manifest.system == snapshot.manifest.system:
            return other.run_id, earlier
    return "", None
