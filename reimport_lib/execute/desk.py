"""What lies on the owner's desk: the newest run, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reimport_lib.config import Settings
from reimport_lib.record import expiry, runs, state
from reimport_lib.record.clock import now
from reimport_lib.record.manifest import Manifest, has_gone_back
from reimport_lib.record.run import Run
from reimport_lib.record.state import RunState
from reimport_lib.record.status import ROW_BY_ROW, Mode, Status

_WROTE = frozenset({Status.SUCCEEDED, Status.VALIDATION_FAILED})


class Stage(StrEnum):
    """How far an import has come, by the newest run."""

    NOTHING = "nothing"  # no run yet
    AT_WORK = "at work"
    STOPPED = "stopped"  # on the way, or never begun: it goes on, or is done anew
    REHEARSED = "rehearsed"  # and may be approved
    REJECTED = "rejected"
    EXPIRED = "expired"
    APPROVED = "approved"  # and nothing of it is written yet
    APPLIED = "applied"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class View:
    """
    Attributes:
        run: the newest; None where there is none.
        rehearsal: that is judged: the newest run, or the one that it applied.
        applied: the newest import that wrote, and was not taken back.
    """

    stage: Stage
    run: Run | None = None
    stands: RunState | None = None
    manifest: Manifest | None = None
    rehearsal: Run | None = None
    applied: Run | None = None

    @property
    def mark(self) -> tuple[object, ...]:
        """Another one where something else is to be shown."""
        if self.run is None or self.manifest is None:
            return (self.stage,)
        report = (self.run.folder / "report.html").exists()
        phases = tuple(entry["status"] for entry in self.manifest["phases"])
        applied = self.applied.run_id if self.applied else ""
        return (self.stage, self.run.run_id, phases, report, applied)


def look(settings: Settings) -> View:
    """
    What lies there now; nothing is written to find out.

    Raises:
        ReimportError: the runs folder or the newest record cannot be read.
    """
    ids = runs.all_run_ids(settings)
    if not ids:
        return View(Stage.NOTHING)
    run = runs.load(settings, ids[-1])
    manifest, stands = run.manifest(), state.of(run)
    reviewed = run.reviewed if run.reviewed in ids else ""
    rehearsal = runs.load(settings, reviewed) if reviewed else None
    if not (run.is_full or run.mode in ROW_BY_ROW):
        rehearsal = run
    stage = stage_of(run, stands, manifest)
    return View(stage, run, stands, manifest, rehearsal, _applied(settings, ids))


def _applied(settings: Settings, ids: Sequence[str]) -> Run | None:
    for run_id in reversed(ids):
        if run_id.endswith(f"-{Mode.FULL}"):
            manifest = (run := runs.load(settings, run_id)).manifest()
            is_back = has_gone_back(manifest) or manifest.get("undone")
            if manifest["status"] in _WROTE and not is_back:
                return run
    return None


def stage_of(run: Run, stands: RunState, manifest: Manifest) -> Stage:
    """How far *run* has come, whatever lies there besides."""
    if stands.is_alive:
        return Stage.AT_WORK
    status = manifest["status"]
    if run.mode in ROW_BY_ROW:
        return Stage.TAKEN_BACK if status is Status.SUCCEEDED else Stage.STOPPED
    if not run.is_full:
        return _of_rehearsal(run, manifest)
    if has_gone_back(manifest) or manifest.get("undone"):
        return Stage.TAKEN_BACK
    if status is Status.OPEN:
        return Stage.APPROVED
    return Stage.APPLIED if status in _WROTE else Stage.STOPPED


def _of_rehearsal(run: Run, manifest: Manifest) -> Stage:
    if manifest["status"] is not Status.SUCCEEDED:
        return Stage.STOPPED
    if "rejected" in manifest:
        return Stage.REJECTED
    is_old = "expired" in manifest or now() > expiry.until(run)
    return Stage.EXPIRED if is_old else Stage.REHEARSED
