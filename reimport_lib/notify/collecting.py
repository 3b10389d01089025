"""What there is to tell: out of the records of runs; of a dead one, of its ledger too.

Nothing is written but the book. A run at work is never asked for anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import Error

from reimport_lib.channels import Notifying
from reimport_lib.config import Settings
from reimport_lib.errors import ReimportError
from reimport_lib.notify.book import Book
from reimport_lib.phases.binding import bind_run, is_there
from reimport_lib.record import events, runs, state, watched
from reimport_lib.record.manifest import MANIFEST, DamagedRecord, Manifest
from reimport_lib.record.outbox import Message, Occasion
from reimport_lib.record.run import Run
from reimport_lib.record.state import RunState
from reimport_lib.record.status import Status
from reimport_lib.write import bind, outbox

_LEAST_LATE = timedelta(minutes=10)
_AT_WORK = frozenset({str(Status.OPEN), str(Status.RUNNING), state.ENDING})


def collect(settings: Settings, book: Book, notifying: Notifying) -> None:
    """
    Enter into *book* whatever it does not hold yet.

    Raises:
        CutOff: the book cannot be written.
    """
    for run_id in runs.all_run_ids(settings):
        stamp = _stamp(settings, run_id)
        if not book.has_seen(run_id, stamp):
            try:
                is_over = _of_run(runs.load(settings, run_id), book, notifying)
            except DamagedRecord:
                is_over = True
            if is_over:
                book.see(run_id, stamp)


def is_at_work(run: Run) -> bool:
    """Whether more is to be told of it without anybody beginning it anew."""
    try:
        return state.of(run).is_alive
    except ReimportError:
        return False


def _of_run(run: Run, book: Book, notifying: Notifying) -> bool:
    """Enter what is to be told of *run*; whether that is all, as it stands."""
    stands, manifest = state.of(run), run.manifest()
    messages, is_all = list(manifest.get("messages", ())), stands.state not in _AT_WORK
    if stands.state == state.SILENT:
        is_all = _of_ledger(run, manifest, messages)
        messages.append(_noticed(Occasion.HEARTBEAT_LOST, manifest, stands, messages))
    elif stands.is_alive and _is_late(run, stands, notifying):
        messages.append(_noticed(Occasion.LATE, manifest, stands, messages))
    messages += watched.messages(run)
    book.add(run.run_id, messages)
    return is_all


def _of_ledger(run: Run, manifest: Manifest, messages: list[Message]) -> bool:
    """Add what the ledger was told before the record; whether it could be asked."""
    if not is_there(run):
        return True
    try:
        bind_run(run, writable=False)
        found = outbox.entered(run.run_id, origin=manifest.get("origin", ""))
    except (Error, ReimportError):  # the database is away: another time
        return False
    finally:
        bind.close()
    entries = manifest["phases"]
    done = {e["name"] for e in entries if e["status"] is Status.SUCCEEDED}
    for each in found:
        done |= {each.phase} - {""}
        messages.append(
            {
                "occasion": each.occasion,
                "phase": each.phase,
                "number": 1,
                "at": each.at.isoformat(),
                "mode": run.mode,
                "state": str(manifest["status"]),
                "done": len(done),
                "phases": len(entries),
                "has_written": True,
                "counts": dict(each.counts),
                "digest": each.digest,
            }
        )
    return True


def _noticed(
    occasion: Occasion, manifest: Manifest, stands: RunState, told: Sequence[Message]
) -> Message:
    """
    What nobody wrote down: once for each last sign of life, or for each start.

    It is told behind *told*, which happened before it: a last sign may be older.
    """
    starts = [each for each in told if each["occasion"] == Occasion.START]
    seen = stands.last_sign
    at = seen.replace(microsecond=0).isoformat() if seen else manifest["created_at"]
    at = max((at, *(each["at"] for each in told)), key=datetime.fromisoformat)
    is_lost = occasion is Occasion.HEARTBEAT_LOST
    return {
        "occasion": occasion,
        "phase": "",
        "number": int(seen.timestamp()) if is_lost and seen else len(starts),
        "at": at,
        "mode": manifest["mode"],
        "state": stands.state,
        "done": stands.done,
        "phases": stands.phases,
        "has_written": any(each["has_written"] for each in told),
        "counts": {},
        "digest": told[-1]["digest"] if told else "",
    }


def _is_late(run: Run, stands: RunState, notifying: Notifying) -> bool:
    """By a setting, else by what was expected of it before it began."""
    if notifying.late_minutes is not None:
        return stands.seconds > notifying.late_minutes * 60
    said = events.forecast(run.folder)
    limit = _LEAST_LATE.total_seconds()
    return said is not None and stands.seconds > max(limit, said.long)


def _stamp(settings: Settings, run_id: str) -> str:
    """Another one whenever the record of the run is written, or it is looked at."""
    record = settings.runs / run_id / MANIFEST
    looks = settings.runs / watched.FOLDER / f"{run_id}.json"
    return " ".join(filter(None, map(_of_file, (record, looks))))


def _of_file(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_mtime_ns} {found.st_ino} {found.st_size}"
