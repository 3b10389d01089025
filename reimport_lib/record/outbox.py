"""What is to be told of a run: messages that stand in what they tell of.

A change of ``run.json`` and the messages about it are written as one file; what the
database is told first has its own in the ledger, in the same transaction
(``write.outbox``). So none can be lost, and none speaks of what was rolled back. Who is
told, and how often it was tried, is no matter of the run: see ``notify``.

A message is a closed vocabulary and counts: no name, no value, no text of an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

from reimport_lib.plan.codes import Note, Outcome, Reason
from reimport_lib.record.clock import now
from reimport_lib.record.status import STOPPED, Mode, Return, Status

if TYPE_CHECKING:
    from reimport_lib.record.manifest import Manifest, PhaseEntry

CONFLICT = "conflict"
_OUTCOMES = (*map(str, Outcome), "deleted", "kept")
_TO_DECIDE = (Reason.DELETED_BY_PEOPLE, Reason.MADE_BY_PEOPLE)


class Occasion(StrEnum):
    """What somebody may want to be told of, by the word in settings and messages."""

    START = "start"
    PHASE_DONE = "phase-done"
    APPROVAL = "approval"  # a rehearsal is done, and waits for a person
    CONFLICT = "conflict"  # rows wait for a decision
    FAILURE = "failure"  # a run stopped, or what it wrote could not be taken back
    PAUSED = "paused"  # behind a phase, as somebody asked
    UNDONE = "undone"  # what a run wrote was taken back
    FINISHED = "finished"
    LATE = "late"
    HEARTBEAT_LOST = "heartbeat-lost"
    MOVED = "moved"  # what it wrote is no longer so, hours after it
    TEST = "test"


class Message(TypedDict):
    """
    Attributes:
        number: tells those of one occasion and phase apart; with these and the run's id
            it names the message wherever it is told from.
        at: moment, ISO text in UTC.
        phase: "" where it is of none.
        state: a status of the run, or of ``record.state``.
        done, phases: how many phases are done, and how many it has.
        has_written: a phase before it, or it, was written to the run's database.
        counts: outcome -> rows, of the phase, or of all; "conflict" -> rows that wait;
            "moved" -> checks that no longer hold.
        digest: root over what was sealed of the run by then; "" where nothing was.
    """

    occasion: Occasion
    phase: str
    number: int
    at: str
    mode: Mode
    state: str
    done: int
    phases: int
    has_written: bool
    counts: dict[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stood before its record was changed."""

    status: Status
    phases: Mapping[str, Status]
    going_back: Return | None


def standing(manifest: Manifest) -> Standing:
    return Standing(
        manifest["status"],
        {entry["name"]: entry["status"] for entry in manifest["phases"]},
        _going_back(manifest),
    )


def tell(manifest: Manifest, before: Standing, root: Callable[[], str]) -> None:
    """
    Add to *manifest* what is to be told of its change.

    Args:
        root: gives the digest; asked only where there is something to tell.
    """
    found = list(_changes(manifest, before))
    for occasion, entry, counts in found:
        phase = entry["name"] if entry else ""
        told = manifest.setdefault("messages", [])
        same = [m for m in told if (m["occasion"], m["phase"]) == (occasion, phase)]
        told.append(
            {
                "occasion": occasion,
                "phase": phase,
                "number": len(same) + 1,
                "at": now().isoformat(),
                "mode": manifest["mode"],
                "state": str(manifest["status"]),
                "done": sum(_is_done(entry) for entry in manifest["phases"]),
                "phases": len(manifest["phases"]),
                "has_written": any(map(_has_written, manifest["phases"])),
                "counts": counts,
                "digest": root(),
            }
        )


def of_success(mode: Mode) -> Occasion:
    """What it means to people that a run of *mode* has succeeded."""
    ends = {Mode.REHEARSAL: Occasion.APPROVAL, Mode.UNDO: Occasion.UNDONE}
    return ends.get(mode, Occasion.FINISHED)


def totals(tables: Mapping[str, Mapping[str, object]]) -> dict[str, int]:
    """Outcome -> rows of all *tables*, those of none left out."""
    found: Counter[str] = Counter()
    for counts in tables.values():
        for outcome in _OUTCOMES:
            rows = counts.get(outcome, 0)
            found[outcome] += rows if isinstance(rows, int) else 0
    return dict(+found)


def _changes(
    manifest: Manifest, before: Standing
) -> Iterator[tuple[Occasion, PhaseEntry | None, dict[str, int]]]:
    """(occasion, its phase or None, counts) of each thing that has happened."""
    status = manifest["status"]
    for entry in manifest["phases"]:
        was = before.phases.get(entry["name"])
        if was is Status.RUNNING and entry["status"] is Status.PENDING:
            yield Occasion.START, None, {}  # again: it was killed, and nobody said so
        if _is_done(entry) and was != entry["status"]:
            yield Occasion.PHASE_DONE, entry, totals(_tables(entry))
            if waiting := _conflicts(entry):
                yield Occasion.CONFLICT, entry, {CONFLICT: waiting}
    if status != before.status:
        if status is Status.RUNNING:
            yield Occasion.START, None, {}
        elif status is Status.SUCCEEDED:
            yield of_success(manifest["mode"]), None, _in_all(manifest)
        elif manifest.get("paused"):
            yield Occasion.PAUSED, None, _in_all(manifest)
        elif status in STOPPED:
            yield Occasion.FAILURE, _stopped_in(manifest), _in_all(manifest)
        elif status is Status.ROLLED_BACK:
            yield Occasion.UNDONE, None, {}
    if _going_back(manifest) is Return.STAYS is not before.going_back:
        yield Occasion.FAILURE, None, _in_all(manifest)


def _in_all(manifest: Manifest) -> dict[str, int]:
    found: Counter[str] = Counter()
    for entry in manifest["phases"]:
        if _is_done(entry):
            found.update(totals(_tables(entry)))
    for counts in manifest.get("undo", {}).get("counts", {}).values():
        found.update(counts)
    return dict(+found)


def _tables(entry: PhaseEntry) -> Mapping[str, Mapping[str, object]]:
    return {name: {**counts} for name, counts in entry["tables"].items()}


def _conflicts(entry: PhaseEntry) -> int:
    """Rows of which a field, or all, waits for ``reimport decisions``."""
    return sum(
        counts["notes"].get(Note.CONFLICT, 0)
        + sum(counts["reasons"].get(reason, 0) for reason in _TO_DECIDE)
        for counts in entry["tables"].values()
    )


def _stopped_in(manifest: Manifest) -> PhaseEntry | None:
    return next((e for e in manifest["phases"] if e["status"] in STOPPED), None)


def _is_done(entry: PhaseEntry) -> bool:
    return entry["status"] is Status.SUCCEEDED


def _has_written(entry: PhaseEntry) -> bool:
    is_applied = _is_done(entry) or entry["status"] is Status.VALIDATION_FAILED
    has_plans = bool(entry.get("plan_digests"))
    return has_plans and (is_applied or "committed" in entry)


def _going_back(manifest: Manifest) -> Return | None:
    went = manifest.get("going_back")
    return went["state"] if went else None
