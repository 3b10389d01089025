"""A full run that failed half-way takes back by itself what it had written.

What stops a run and passes (a kill, a lost database, a full disk) undoes nothing: it
goes on. Nothing of people's is ever taken along: where rows cannot go back one by one,
the backup is put back only if nobody has worked since.
"""

from __future__ import annotations

from collections import Counter

from reimport_lib.counting import several
from reimport_lib.errors import ReimportError
from reimport_lib.execute import restore, undo
from reimport_lib.phases import data_phases
from reimport_lib.plan.undo import Fate
from reimport_lib.record import runs
from reimport_lib.record.manifest import Manifest
from reimport_lib.record.run import Run
from reimport_lib.record.status import STOPPED, Return, Status
from reimport_lib.show import run_facts
from reimport_lib.write import bind
from reimport_lib.write.touched import BESIDE, Narrowing

BY_ITSELF = "by itself, after it failed"


def goes_back(run: Run) -> bool:
    """
    Whether *run*, as it stands, is to take back what it wrote.

    One that has written all that it was to write does not: people decide.
    """
    manifest = run.manifest()
    if not run.is_full or run.keep or not run_facts.written_phases(manifest):
        return False
    has_ended = any(phase["status"] in STOPPED for phase in manifest["phases"])
    has_failed = has_ended and not run_facts.is_passing(manifest)
    return has_failed and _is_half_way(manifest) and not is_at_it(run)


def is_at_it(run: Run) -> bool:
    """It has begun to take back what it wrote, and has not come to the end of that."""
    went = run.manifest().get("going_back")
    return went is not None and went["state"] is Return.BEGUN


def go_back(run: Run) -> None:
    """
    Take back what *run* wrote, where its record says so; how that went is recorded.

    Killed at any point, it is called again and finishes.

    Raises:
        ReimportError: what stopped it passes; it is still to be done.
    """
    if not is_at_it(run):
        return
    try:
        if why := _undo(run):
            run.go_back(Return.STAYS, why=why)
    except ReimportError as error:
        if error.passes:
            raise
        run.go_back(Return.STAYS, why=error.with_id)
    finally:
        bind.close()


def _undo(run: Run) -> str:
    """Row by row, or by the backup, all of it; else why not."""
    try:
        if not (why := _row_by_row(run)):
            return ""
    except ReimportError as error:
        if error.passes:
            raise
        why = error.message
    return _by_backup(run, why)


def _row_by_row(run: Run) -> str:
    begun = run.manifest()["going_back"]["by"]
    if begun and undo.complete(runs.load(run.settings, begun)):
        run.go_back(Return.UNDONE, by=begun)
        return ""
    found = undo.plan(run.settings, run.run_id, Narrowing(), ours=run.run_id)
    if why := _what_stays(found):
        return why
    by = undo.open_undo(found, how=BY_ITSELF)
    run.go_back(Return.BEGUN, by=by.run_id)
    undo.write(found, by)
    run.go_back(Return.UNDONE, by=by.run_id)
    return ""


def _by_backup(run: Run, why: str) -> str:
    """Put the backup back, where nobody has worked since; else *why* and who has."""
    way = restore.way_back(run.settings, run.run_id, ours=run.run_id)
    tries = {each.run_id for each in way.later if _is_undo_of(each, run)}
    others = [each.run_id for each in way.later if each.run_id not in tries]
    if others or way.unknown:
        return f"{why}; {' and '.join((*others, *way.unknown))} came after it"
    if way.unlisted:
        return f"{why}; what people did since the backup is not known: {way.unlisted}"
    if way.people.has_any:
        return f"{why}; people have worked since the backup: {_worked(way)}"
    restore.put_back(way)
    run.go_back(Return.RESTORED)
    return ""


def _is_undo_of(other: Run, run: Run) -> bool:
    return other.manifest().get("undo", {}).get("of") == run.run_id


def _worked(way: restore.WayBack) -> str:
    told = [
        f"{several(done.total(), 'row')} of {undo.noun_of(model)}"
        for model, done in way.people.counts.items()
    ]
    return ", ".join([*told, *(f"table {name}" for name in way.people.untold)])


def _what_stays(found: undo.Undo) -> str:
    """What of the run cannot go back row by row, and why; "" where all of it can."""
    told = Counter(
        f"of {undo.noun_of(row.model)} {verdict.why}"
        for row, verdict in found.plan.rows.items()
        if verdict.outcome in (Fate.KEPT, Fate.BLOCKED) and row.model != BESIDE
    )
    return "; ".join(f"{several(n, 'row')} {why}" for why, n in sorted(told.items()))


def _is_half_way(manifest: Manifest) -> bool:
    """A phase that writes has not written, or its checks do not hold."""
    writing = {"delete", *(phase.name for phase in data_phases())}
    return any(
        phase["status"] is not Status.SUCCEEDED
        for phase in manifest["phases"]
        if phase["name"] in writing
    )
