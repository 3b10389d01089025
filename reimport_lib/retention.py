"""Remove what old runs no longer need: copies, snapshots and backups; never records.

Kept whole: the newest runs, every full run that is not finished, what is being
executed, the rehearsal that one of those applies, and the newest backup.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from reimport_lib import going_back, locks, runs
from reimport_lib.config import Settings
from reimport_lib.errors import UsageError
from reimport_lib.phases import binding
from reimport_lib.run import Run, Status, now
from reimport_lib.target import backup, copies

FINISHED = frozenset({Status.SUCCEEDED, Status.ROLLED_BACK})


def prune(settings: Settings, *, keep: int, dry_run: bool = False) -> list[str]:
    """
    Free the room that runs older than the newest *keep* take.

    Returns:
        One line per run: what was removed (or would be), and how many bytes.

    Raises:
        UsageError: *keep* is less than one.
    """
    if keep < 1:
        raise UsageError("--keep must be at least 1.", hint="reimport prune --keep 3")
    all_runs = runs.readable(settings)
    needed = _needed(all_runs, keep)
    lines = []
    for run in all_runs:
        if run.run_id in needed:
            continue
        parts = [path for path in _removable(run) if path.exists()]
        if not parts:
            continue
        size = sum(_bytes(path) for path in parts)
        verb = "would remove" if dry_run else "removed"
        names = ", ".join(path.name for path in parts)
        lines.append(f"{run.run_id}: {verb} {names} ({size / 1e6:,.1f} MB)")
        if not dry_run:
            _remove(run, parts)
    return lines


def _needed(all_runs: list[Run], keep: int) -> set[str]:
    """Ids of the runs that stay whole."""
    needed = {run.run_id for run in all_runs[-keep:]}
    for run in all_runs:
        unfinished = Status(run.manifest()["status"]) not in FINISHED
        if (unfinished and run.is_full) or locks.is_executed(run):
            needed.add(run.run_id)
    needed |= {run.reviewed for run in all_runs if run.run_id in needed}
    proven = [
        run for run in all_runs if (run.backup_folder / backup.MANIFEST).is_file()
    ]
    if proven:
        needed.add(proven[-1].run_id)
    return needed


def _removable(run: Run) -> list[Path]:
    copy = sorted(run.folder.glob(f"{copies.COPY_FILE}*"))
    return [run.snapshot_folder, run.backup_folder, run.folder / going_back.KEPT, *copy]


def _remove(run: Run, parts: list[Path]) -> None:
    if not run.is_full:
        copies.drop_copy(
            binding.place_of_copy(run),
            real_url=run.settings.database_url.reveal(),
        )
    for path in parts:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
    run.update(lambda manifest: manifest.update(pruned=now().isoformat()))
    run.event("run_pruned")


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(inner.stat().st_size for inner in path.rglob("*") if inner.is_file())
