"""Take out of the ledger what old runs can be undone by; never the last way back.

What goes is older than REIMPORT_UNDO_DAYS, of a run after which others wrote, and whose
backup is there: restore is then the way back. A run that is named gives up that too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from reimport_lib.backup.backup import MANIFEST
from reimport_lib.config import Settings
from reimport_lib.counting import several
from reimport_lib.record import runs
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.record.status import FINISHED, Mode
from reimport_lib.write import bind, fence, kept_images
from reimport_lib.write.kept_images import KeptImages


@dataclass(frozen=True, slots=True)
class ImagesPruning:
    """What becomes of the before-images of one run; *stays*: why they do, or ""."""

    kept: KeptImages
    stays: str = ""


def plan(
    settings: Settings, *, keep: int, named: Sequence[str] = ()
) -> list[ImagesPruning]:
    """
    What becomes of the before-images of every run that has any, oldest first.

    Args:
        keep: how many of the newest runs that wrote stay whole.
        named: runs whose images go, and no others'.

    Raises:
        TargetError: the database cannot be reached, or is not migrated.
    """
    bind.bind_real(settings)
    held = kept_images.kept()
    bind.close()
    if named:
        chosen = [images for images in held if images.run_id in named]
        return [ImagesPruning(images, _unfinished(images)) for images in chosen]
    newest = {images.run_id for images in held[-keep:]}
    imports = [images.run_id for images in held if images.mode == Mode.FULL]
    restorable = _restorable(settings)
    return [
        ImagesPruning(
            images,
            _unfinished(images)
            or (images.run_id in newest and f"among the newest {keep}")
            or (images.run_id in imports[-1:] and "it is the last import")
            or _young(images, settings.undo_days)
            or _only_way(images, restorable),
        )
        for images in held
    ]


def carry_out(settings: Settings, plans: Iterable[ImagesPruning]) -> int:
    """
    Take out what the *plans* say, run by run; how many rows' images went.

    Raises:
        Refused: a run is at work on the database.
    """
    going = [each.kept.run_id for each in plans if not each.stays]
    if not going:
        return 0
    bind.bind_real(settings, writable=True)
    with fence.of_command("reimport prune"):
        gone = sum(kept_images.prune(run_id, at=now()) for run_id in going)
    bind.close()
    return gone


def _unfinished(images: KeptImages) -> str:
    return "" if images.status in FINISHED else "it is not done"


def _young(images: KeptImages, days: int) -> str:
    is_young = now() - images.since < timedelta(days=days)
    return f"younger than {several(days, 'day')}" if is_young else ""


def _only_way(images: KeptImages, restorable: Collection[str]) -> str:
    is_only = images.run_id not in restorable
    return "they are the only way back: there is no backup" if is_only else ""


def _restorable(settings: Settings) -> set[str]:
    """Runs that a backup takes back; an undo, that of the full run before it."""
    found: set[str] = set()
    has_backup = False
    for run in runs.readable(settings):
        if run.is_full:
            has_backup = _has_backup(run)
        if has_backup:
            found.add(run.run_id)
    return found


def _has_backup(run: Run) -> bool:
    made = run.manifest().get("backup")
    if made is None:
        return False
    folder = run.folder.parent / made["run"] / run.backup_folder.name
    return (folder / MANIFEST).is_file()
