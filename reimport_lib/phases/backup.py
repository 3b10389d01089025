"""Phase 1: back up the real database, and prove the backup by restoring it.

In a rehearsal the restored copy is what the later phases work on; in a full run it is
scratch, and is dropped once its digests are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from reimport_lib.backup import backup, copies
from reimport_lib.backup.backup import Backup
from reimport_lib.backup.digests import DatabaseDigest, digest_url
from reimport_lib.checks import Check, equal
from reimport_lib.errors import BackupError
from reimport_lib.phases import recording, since_rehearsal
from reimport_lib.phases.binding import place_of_copy
from reimport_lib.record import evidence, runs
from reimport_lib.record.clock import now
from reimport_lib.record.events import BackupStarted
from reimport_lib.record.run import Run
from reimport_lib.write import read

NAME = "backup"


@dataclass(frozen=True, slots=True)
class Proven:
    """
    A backup, and what it was held against.

    Attributes:
        restored: digest of the copy that it was restored into; of the real database
            now, where the backup was taken over from the rehearsal that restored it.
    """

    backup: Backup
    restored: DatabaseDigest
    reused: bool = False


def back_up(run: Run) -> Proven:
    """
    Make a backup and prove it; a full run may take over its rehearsal's.

    Raises:
        BackupError: it could not be made, or the restored copy differs.
    """
    with recording.recording(run, NAME):
        reused = _reusable(run)
        if reused is not None:
            return reused
        run.tell(BackupStarted())
        made = backup.make_backup(
            run.settings.reading_url.reveal(),
            run.backup_folder,
            made_at=now(),
            previous=_previous(run),
        )
        place = place_of_copy(run)
        restored = copies.restore_copy(
            made,
            place,
            real_url=run.settings.database_url.reveal(),
            run_id=run.run_id,
        )
        if run.is_full:
            copies.drop_copy(place, real_url=run.settings.database_url.reveal())
        else:
            since_rehearsal.record(run)
        return Proven(made, restored)


def held(run: Run, rows: int) -> dict[str, pd.DataFrame]:
    """Table -> a few imported records, as the database of this run holds them now."""
    with recording.recording(run, NAME):
        return read.first_of_all(rows)


def checks(run: Run, proven: Proven) -> list[Check]:
    """What the proof rests on, table by table as one figure."""
    with recording.recording(run, NAME):
        made = proven.backup
        _seal(run, made)
        run.record_backup(
            {
                "run": made.folder.parent.name,
                "server": made.server,
                "client": made.client,
                "file": made.file,
                "bytes": made.bytes,
                "sha256": made.sha256,
                "rows": made.digest.rows,
                "tables": len(made.digest.tables),
                "digest": made.digest.total,
                "made_at": made.made_at,
            }
        )
        backed_up, rows = "restored tables equal the real ones", "restored rows"
        if proven.reused:
            backed_up = "tables that are still as the rehearsal backed them up"
            rows = "rows of the database and of the rehearsal's backup"
        return [
            equal(
                backed_up,
                expected=len(made.digest.tables),
                actual=len(made.digest.tables)
                - len(made.digest.differences(proven.restored)),
                hint="reimport run --phase backup --dry-run",
                id="C015",
            ),
            equal(
                rows,
                expected=made.digest.rows,
                actual=proven.restored.rows,
                hint="reimport run --phase backup --dry-run",
                id="C016",
            ),
        ]


def execute(run: Run) -> None:
    """The whole phase, without showing anything."""
    recording.begin(run, NAME)
    recording.finish(run, NAME, checks(run, back_up(run)))


def _seal(run: Run, made: Backup) -> None:
    """Its manifest and its file, in whose folder they may lie."""
    manifest = made.folder / backup.MANIFEST
    if made.folder != run.backup_folder:
        evidence.seal_shared(run.folder, manifest, of=made.folder.parent.name)
        return
    evidence.seal_file(run.folder, manifest)
    evidence.seal_file(run.folder, made.path, sha256=made.sha256)


def _reusable(run: Run) -> Proven | None:
    """The rehearsal's backup, where the database is still what it was then."""
    if not run.reviewed:
        return None
    folder = runs.load(run.settings, run.reviewed).backup_folder
    found = _opened(folder)
    if found is None:
        return None
    now = digest_url(run.settings.reading_url.reveal())
    is_same = now.total == found.digest.total
    return Proven(found, now, reused=True) if is_same else None


def _previous(run: Run) -> Backup | None:
    """
    The newest finished backup of an earlier run of the same database.

    One of a state that was taken back since says nothing of what should be there now;
    moments are told by the second, so that of its own second counts as before it.
    """
    real = run.manifest().get("database", {})
    of_same = [
        earlier
        for earlier in runs.readable(run.settings)
        if earlier.manifest().get("database", {}) == real
    ]
    restored = [
        m["taken_back"] for m in map(Run.manifest, of_same) if "taken_back" in m
    ]
    for earlier in reversed(of_same):
        found = _opened(earlier.backup_folder) if earlier.run_id != run.run_id else None
        if found is not None and not any(
            _moment(each["to"]) < _moment(found.made_at) <= _moment(each["at"])
            for each in restored
        ):
            return found
    return None


_moment = datetime.fromisoformat


def _opened(folder: Path) -> Backup | None:
    """The backup in *folder*; None where there is none, or a damaged one."""
    if not (folder / backup.MANIFEST).is_file():
        return None
    try:
        return backup.open_backup(folder)
    except BackupError:  # then it is neither taken over nor compared with
        return None
