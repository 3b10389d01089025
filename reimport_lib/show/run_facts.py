"""The facts of a run, out of its ``run.json`` and nothing else; no words yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from reimport_lib.checks import CheckRecord, Verdict
from reimport_lib.errors import message_and_hint
from reimport_lib.plan.codes import SOURCE_OUTCOMES, Outcome, Reason
from reimport_lib.record.manifest import (
    Counts,
    GoingBack,
    Manifest,
    PhaseEntry,
    SourceRecord,
    has_gone_back,
)
from reimport_lib.record.status import STOPPED, Mode, Status
from reimport_lib.show.words import moment
from reimport_lib.tables import registry

# A phase records its plan before its gate: only in these states was it applied too,
# and where the ledger says so.
_APPLIED = frozenset({Status.SUCCEEDED, Status.VALIDATION_FAILED})
_ACCIDENTS = frozenset({Status.FAILED, Status.INTERRUPTED, Status.RUNNING})


def is_rehearsal(manifest: Manifest) -> bool:
    return manifest["mode"] == Mode.REHEARSAL


def is_taken_back(manifest: Manifest) -> bool:
    """Nothing of what it wrote is in the database."""
    return has_gone_back(manifest)


def has_stopped(manifest: Manifest) -> bool:
    """It has ended, and not as it was to."""
    return manifest["status"] in STOPPED or went_back(manifest) is not None


def went_back(manifest: Manifest) -> GoingBack | None:
    """What it has done by itself about what it had written; None where nothing."""
    return manifest.get("going_back")


def is_passing(manifest: Manifest) -> bool:
    """What stopped it passes, so that it goes on: it has not failed."""
    phase = unfinished(manifest)
    is_interrupted = manifest["status"] == Status.INTERRUPTED
    return is_interrupted or (phase is not None and phase.get("goes_on", False))


def is_clean_slate(manifest: Manifest) -> bool:
    return manifest["parameters"].get("clean_slate", False)


def tables(manifest: Manifest) -> dict[str, Counts]:
    """Table -> its counts, in the order of the phases; deletions left out."""
    return _tables(manifest["phases"])


def _tables(phases: list[PhaseEntry]) -> dict[str, Counts]:
    imports = (phase for phase in phases if phase["name"] != "delete")
    return {name: counts for each in imports for name, counts in each["tables"].items()}


def outcomes(manifest: Manifest) -> Counter[str]:
    """Outcome -> rows of the source, over all tables."""
    found: Counter[str] = Counter()
    for counts in source_tables(tables(manifest)).values():
        found.update(counts)
    return +found


def came_in(counts: Mapping[str, int]) -> int:
    """How many rows of these outcomes are in the backend."""
    left_out = (Outcome.SKIPPED, Outcome.REJECTED)
    return sum(rows for outcome, rows in counts.items() if outcome not in left_out)


def source_tables(tables: dict[str, Counts]) -> dict[str, dict[str, int]]:
    """Table -> outcome -> rows, of those *tables* that FileMaker gave."""
    return {
        name: by_outcome(counts)
        for name, counts in tables.items()
        if name in registry.by_name() and registry.by_name()[name].source
    }


def by_outcome(counts: Counts) -> dict[str, int]:
    """Outcome -> rows of the source."""
    found: Mapping[str, Any] = counts
    return {str(outcome): found.get(outcome, 0) for outcome in SOURCE_OUTCOMES}


def applied(manifest: Manifest) -> list[PhaseEntry]:
    """The phases that were applied and stand."""
    if is_taken_back(manifest):
        return []
    return [phase for phase in manifest["phases"] if _is_applied(phase)]


def _is_applied(phase: PhaseEntry) -> bool:
    return phase["status"] in _APPLIED or "committed" in phase


def applied_tables(manifest: Manifest) -> dict[str, Counts]:
    """As ``tables``, of the phases that were applied and stand."""
    return _tables(applied(manifest))


def only_planned(manifest: Manifest) -> tuple[str, ...]:
    """Tables whose plan is known, and whose phase has not been applied."""
    if is_taken_back(manifest):
        return ()
    done = applied_tables(manifest)
    return tuple(name for name in tables(manifest) if name not in done)


def written_phases(manifest: Manifest) -> list[PhaseEntry]:
    """The phases that were applied, and created, updated or deleted anything."""
    return [
        phase
        for phase in applied(manifest)
        if any(
            counts.get("created") or counts.get("updated") or counts.get("deleted")
            for counts in phase["tables"].values()
        )
    ]


def may_have_written(phase: PhaseEntry) -> bool:
    """It has its plan, and an attempt at it stopped by accident: the ledger knows."""
    attempts = phase.get("attempts", ())
    ends = {phase["status"], *(attempt["status"] for attempt in attempts)}
    return bool(phase["tables"] and not _is_applied(phase) and ends & _ACCIDENTS)


def deletion(manifest: Manifest) -> PhaseEntry | None:
    """The delete phase; None before it is planned, or without one."""
    for phase in manifest["phases"]:
        planned = phase.get("plan_digests") or phase["tables"]
        if phase["name"] == "delete" and (
            planned or phase["status"] == Status.SUCCEEDED
        ):
            return phase
    return None


def deleted_tables(phase: PhaseEntry) -> dict[str, tuple[int, int]]:
    """Table -> (deleted, kept) of the delete phase."""
    return {
        name: (counts.get("deleted", 0), counts.get("kept", 0))
        for name, counts in phase["tables"].items()
        if counts.get("deleted") or counts.get("kept")
    }


def deleted_and_kept(phase: PhaseEntry) -> tuple[int, Counter[str]]:
    """Records that the delete phase deletes, and reason -> records that it leaves."""
    kept: Counter[str] = Counter()
    for counts in phase["tables"].values():
        kept.update(counts.get("reasons", {}))
    return sum(gone for gone, _ in deleted_tables(phase).values()), kept


def verdicts(manifest: Manifest) -> Iterator[str]:
    """The verdict of every check that was made."""
    for phase in manifest["phases"]:
        yield from (check["verdict"] for check in phase["checks"])
    yield from (check["verdict"] for check in checks_of_run(manifest))


def checks_of_run(manifest: Manifest) -> Iterator[CheckRecord]:
    """The checks of a run that are of none of its phases."""
    if "undo_proof" in manifest:
        yield manifest["undo_proof"]["check"]
    if "privacy" in manifest:
        yield manifest["privacy"]["check"]


def is_undo_unproven(manifest: Manifest) -> bool:
    """A rehearsal was undone on its copy, and that did not lead back to the start."""
    if "undo_proof" not in manifest:
        return False
    return manifest["undo_proof"]["check"]["verdict"] != Verdict.PASS


def has_leaked(manifest: Manifest) -> bool:
    """Persons' values stood in what may be shared of it."""
    return "privacy" in manifest and bool(manifest["privacy"]["leaked"])


def unfinished(manifest: Manifest) -> PhaseEntry | None:
    """The phase that the run is in, or that it stopped in; None between two."""
    done = (Status.SUCCEEDED, Status.PENDING)
    return next((p for p in manifest["phases"] if p["status"] not in done), None)


def error(manifest: Manifest) -> tuple[str, str]:
    """What stopped the run, and what it advises; "" where nothing did."""
    phase = unfinished(manifest)
    found = phase.get("error", "") if phase else manifest.get("error", "")
    return message_and_hint(found)


def waiting(manifest: Manifest) -> dict[str, int]:
    """Table -> rows that people changed in the backend and the import left so."""
    return {
        name: counts["reasons"][Reason.LOCAL_EDIT]
        for phase in applied(manifest)
        for name, counts in phase["tables"].items()
        if counts.get("reasons", {}).get(Reason.LOCAL_EDIT)
    }


def when(manifest: Manifest, iso: str) -> str:
    """A moment by the clock of the source, which is the clinic's."""
    return moment(iso, str(manifest.get("settings", {}).get("time_zone", "")))


def source(manifest: Manifest) -> str:
    """Where the source was, how new it is, and how its digest begins."""
    digest = manifest.get("snapshot_digest", "")
    if not digest:
        return ""
    nothing: SourceRecord = {"tables": {}, "objects": {}}
    record = manifest.get("source", nothing)
    place = record.get("place", "")
    told = [place] if place else []
    written = [table.get("written_at", "") for table in record["tables"].values()]
    if newest := max(written, default=""):
        told.append(f"exported {when(manifest, newest)}")
    return ", ".join([*told, f"sha256 {digest[:12]}…"])


def clock(manifest: Manifest) -> str:
    """The clock of the run's plans, and which run it was taken from."""
    shown = when(manifest, manifest.get("as_of", ""))
    taken_from = manifest.get("as_of_from", "")
    if not (shown and taken_from):
        return shown
    return f"{shown}, fixed by {taken_from}, which froze the same source"
