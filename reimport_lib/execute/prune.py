"""Remove what old runs no longer need: copies, snapshots and backups; never records.

With a snapshot goes what was asked of people: it holds values of the same rows.

Nothing goes that somebody may still need: the newest runs; what is being executed, can
be resumed or waits to be applied; and the backups by which an import can be taken back,
which a person gives up only by the name of its run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reimport_lib.backup import backup, copies
from reimport_lib.config import Settings
from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import restore
from reimport_lib.phases import ALWAYS, asked, binding
from reimport_lib.private_files import remove_unfinished
from reimport_lib.record import lock, runs
from reimport_lib.record.findings import PRIVATE
from reimport_lib.record.run import Run
from reimport_lib.record.status import FINISHED, Mode, Status

SNAPSHOT, BACKUP, COPY = "snapshot", "backup", "copy"
PARTS = (SNAPSHOT, BACKUP, restore.KEPT, COPY)

Reasons = dict[tuple[str, str], str]
"""(run id, part) -> why it stays."""


@dataclass(frozen=True, slots=True)
class Pruning:
    """
    What becomes of one run.

    Attributes:
        goes: files and folders that are removed.
        stays: part -> why; only parts that are there.
        ends: runs that can no longer be taken back once it is gone.
    """

    run: Run
    goes: tuple[Path, ...]
    stays: dict[str, str]
    ends: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        return sum(_bytes(path) for path in self.goes)


def plan(settings: Settings, *, keep: int, named: Sequence[str] = ()) -> list[Pruning]:
    """
    What pruning would do with every run that has something left, oldest first.

    Args:
        keep: how many of the newest runs stay whole.
        named: runs to free of everything, and no others, also of the way back.

    Raises:
        UsageError: *keep* is less than one, or there is no such run.
        Refused: a named run is at work, or is not finished.
    """
    if keep < 1:
        raise UsageError(
            "--keep must be at least 1.", hint="reimport prune --keep 3", id="R056"
        )
    all_runs, damaged = runs.found(settings)
    chosen = [runs.load(settings, run_id) for run_id in named]
    for run in chosen:
        _require_done(run, all_runs)
    whole: dict[str, str] = {}
    if named:
        # the backup of a named run may lie in a run of which nothing else goes
        holders = {_holder(run) for run in chosen} - set(named)
        considered = [run for run in all_runs if run.run_id in {*named, *holders}]
        reasons = dict.fromkeys(
            ((run_id, part) for run_id in holders for part in PARTS if part != BACKUP),
            "its run was not named",
        )
        reasons |= _ways_back([run for run in all_runs if run.run_id not in named])
    else:
        considered = all_runs
        whole = dict(_kept_whole(all_runs, keep))
        reasons = _newest(all_runs) | _ways_back(all_runs)
    reasons |= _needed_by_any_of(damaged, all_runs)
    found = [_pruning(run, whole.get(run.run_id, ""), reasons) for run in considered]
    return [_ending(each, chosen) for each in found if each.goes or each.stays]


def carry_out(plans: Iterable[Pruning]) -> None:
    """Remove what the *plans* say, run by run."""
    for each in plans:
        if not lock.is_executed(each.run):
            remove_unfinished(each.run.folder)
        if each.goes:
            _remove(each.run, each.goes)


def _ending(pruning: Pruning, chosen: Iterable[Run]) -> Pruning:
    """*pruning*, and which of the *chosen* runs lose their way back by it."""
    if pruning.run.backup_folder not in pruning.goes:
        return pruning
    place = pruning.run.run_id, BACKUP
    ends = [run.run_id for run in chosen if place in _ways_back([run])]
    return replace(pruning, ends=tuple(ends))


def _kept_whole(all_runs: list[Run], keep: int) -> Iterator[tuple[str, str]]:
    """Ids of the runs of which nothing goes, and why; the last reason counts."""
    reviewed: dict[str, str] = {}
    superseded: set[Mode] = set()
    applied = {run.reviewed for run in all_runs if run.is_full}
    newest = {run.run_id for run in all_runs[-keep:]}
    for run in reversed(all_runs):
        status = run.status
        why = f"among the newest {keep}" if run.run_id in newest else ""
        if status is Status.SUCCEEDED:
            waits = not run.is_full and run.run_id not in applied
            if waits and Mode.REHEARSAL not in superseded and _can_be_applied(run):
                why = "it can still be applied"
            superseded |= {run.mode, Mode.REHEARSAL}
        elif status not in FINISHED and (run.is_full or run.mode not in superseded):
            why = f"reimport run --resume {run.run_id} goes on with it"
        if lock.is_executed(run):
            why = "it is at work"
        why = why or reviewed.get(run.run_id, "")
        if why:
            yield run.run_id, why
            if run.reviewed:
                reviewed[run.reviewed] = f"{run.run_id} applies it"


def _can_be_applied(run: Run) -> bool:
    return set(ALWAYS) <= set(run.phases) and run.snapshot_folder.is_dir()


def _ways_back(all_runs: list[Run]) -> Reasons:
    """The backups by which *all_runs* can be taken back, wherever they lie."""
    reasons = {}
    for run in all_runs:
        manifest = run.manifest()
        reasons[run.run_id, restore.KEPT] = "it holds what was taken back"
        taken_back = manifest["status"] == Status.ROLLED_BACK
        if run.is_full and not taken_back and "backup" in manifest:
            why = f"reimport restore {run.run_id} needs it"
            reasons[_holder(run), BACKUP] = why
    return reasons


def _needed_by_any_of(damaged: Iterable[str], all_runs: list[Run]) -> Reasons:
    """Where the record of a full run cannot be read, any backup may be its way back."""
    full = [run_id for run_id in damaged if run_id.endswith(f"-{Mode.FULL}")]
    if not full:
        return {}
    why = f"{full[-1]} may need it, and its record cannot be read"
    return {(run.run_id, BACKUP): why for run in all_runs if run.run_id < full[-1]}


def _newest(all_runs: list[Run]) -> Reasons:
    """What the next run is compared with: the last backup, and the last export."""
    newest = {}
    for run in all_runs:
        if (run.backup_folder / backup.MANIFEST).is_file():
            newest[BACKUP] = run.run_id, "it is the newest backup"
        succeeded = run.status is Status.SUCCEEDED
        if succeeded and run.snapshot_folder.is_dir():
            newest[SNAPSHOT] = run.run_id, "the next export is compared with it"
    return {(run_id, part): why for part, (run_id, why) in newest.items()}


def _holder(run: Run) -> str:
    """Id of the run in whose folder the backup of *run* lies."""
    return str(run.manifest().get("backup", {}).get("run", run.run_id))


def _require_done(run: Run, all_runs: list[Run]) -> None:
    """A run that is named is neither at work nor needed by one that is not done."""
    users = [run, *(each for each in all_runs if each.reviewed == run.run_id)]
    for user in users:
        unfinished = user.is_full and (
            user.status not in FINISHED and "pruned" not in user.manifest()
        )
        if unfinished or lock.is_executed(user):
            raise Refused(
                f"{run.run_id}: {user.run_id} is not done, and needs what it holds.",
                hint=f"reimport run --resume {user.run_id}",
                id="R057",
            )


def _pruning(run: Run, whole: str, reasons: Reasons) -> Pruning:
    parts = {
        SNAPSHOT: [
            run.snapshot_folder,
            run.folder / asked.FOLDER,
            run.folder / PRIVATE,
        ],
        BACKUP: [run.backup_folder],
        restore.KEPT: restore.kept_folders(run),
        COPY: sorted(run.folder.glob(f"{copies.COPY_FILE}*")),
    }
    goes: list[Path] = []
    stays = {}
    for part, paths in parts.items():
        there = [path for path in paths if path.exists()]
        why = whole or reasons.get((run.run_id, part), "")
        if there and why:
            stays[part] = why
        else:
            goes += there
    return Pruning(run, tuple(goes), stays)


def _remove(run: Run, parts: Sequence[Path]) -> None:
    if run.snapshot_folder in parts and not run.is_full:
        _drop_copy(run)
    for path in parts:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
    run.record_pruning()


def _drop_copy(run: Run) -> None:
    """The copy that *run* worked on; what a later one made in its place stays."""
    place = binding.place_of_copy(run)
    later = (other for other in runs.readable(run.settings) if not other.is_full)
    if not (place.lent and any(other.run_id > run.run_id for other in later)):
        copies.drop_copy(place, real_url=run.settings.database_url.reveal())


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(inner.stat().st_size for inner in path.rglob("*") if inner.is_file())
