"""Back to what the database held before a run: its backup put in place again.

All that was written since goes with it, by later runs and by people; so a person is
shown what differs and types a word that names the database and the backup.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from reimport_lib.backup import restoring
from reimport_lib.backup.backup import Backup, make_backup, open_backup
from reimport_lib.backup.digests import DatabaseDigest, digest_url
from reimport_lib.config import Settings
from reimport_lib.errors import BackupError, Refused, UsageError
from reimport_lib.execute.approve import Ask, require_yes
from reimport_lib.phases.binding import require_same_database
from reimport_lib.record import lock, runs
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.write import bind

KEPT = "before-restore"


@dataclass(frozen=True, slots=True, eq=False)
class WayBack:
    """
    Attributes:
        run: the full run to go back before; later: those after it, oldest first.
        backup: of the database before *run*; held: what it holds now.
        unknown: ids of full runs after it whose record cannot be read, so that nobody
            can say whether they are undone too; it is left as it is.
    """

    run: Run
    later: tuple[Run, ...]
    backup: Backup
    held: DatabaseDigest
    unknown: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """What a person types to say yes: the database's name and eight digits."""
        return f"{self.backup.database} {self.backup.digest.total[:8]}"

    @property
    def changes(self) -> list[tuple[str, int, int]]:
        """(table, rows now, rows in the backup) of every table that differs."""
        return [
            (name, _rows(self.held, name), _rows(self.backup.digest, name))
            for name in self.held.differences(self.backup.digest)
        ]


def way_back(settings: Settings, run_id: str) -> WayBack:
    """
    What going back before *run_id* would do; nothing is written.

    Raises:
        UsageError: there is no such run, or it is a rehearsal.
        Refused: it wrote nothing, it was taken back, its backup is gone, DATABASE_URL
            names another database, or a run is being executed.
    """
    run = runs.load(settings, run_id)
    if not run.is_full:
        raise UsageError(
            f"{run_id} is a rehearsal: it wrote nothing to the real database.",
            hint="reimport runs, then reimport restore RUN",
            id="R058",
        )
    manifest = run.manifest()
    if manifest["status"] == Status.ROLLED_BACK:
        raise Refused(
            f"{run_id} was taken back before.", hint="reimport runs", id="R059"
        )
    bind.bind_real(settings)
    require_same_database(run)
    require_idle(settings)
    backup = _backup_before(run)
    held = digest_url(settings.database_url.reveal())
    unknown = tuple(
        other
        for other in runs.found(settings)[1]
        if other > run_id and other.endswith(f"-{Mode.FULL}")
    )
    return WayBack(run, _later(settings, run), backup, held, unknown)


def go_back(way: WayBack, *, ask: Ask | None, yes: bool = False) -> Path:
    """
    Restore the backup once confirmed; the runs are then ``rolled-back``.

    Returns:
        The folder of a backup of what the database held until now.

    Raises:
        Refused: nobody confirmed, or the word was another.
        BackupError: nothing could be restored, or tables differ afterwards.
    """
    run, url = way.run, way.run.settings.database_url.reveal()
    if not yes:
        again = f"reimport restore {run.run_id}"
        require_yes(way.word, ask, what="Going back", again=again)
    undone = (run, *way.later)
    with ExitStack() as held:
        for each in undone:
            held.enter_context(lock.executing(each))
        kept = run.folder / KEPT
        make_backup(url, kept, made_at=now())
        restoring.restore(way.backup, url)
        for each in undone:
            each.take_back(to=way.backup.made_at, backup=way.backup.digest.total)
    return kept


def require_idle(settings: Settings) -> None:
    """
    No run is being executed.

    Raises:
        Refused: one is.
    """
    for run in runs.readable(settings):
        if lock.is_executed(run):
            raise Refused(
                f"Run {run.run_id} is being executed.",
                hint="wait until it is done",
                id="R062",
            )


def _backup_before(run: Run) -> Backup:
    """The backup that *run* proved or took over before it wrote."""
    made = run.manifest().get("backup")
    if made is None:
        raise Refused(
            f"{run.run_id} ended before its backup: it wrote nothing.",
            hint="reimport runs",
            id="R063",
        )
    try:
        # not by the record of that run: it is the way back where that is damaged too
        backup = open_backup(run.folder.parent / made["run"] / run.backup_folder.name)
    except BackupError:
        backup = None
    if backup is None or backup.digest.total != made["digest"]:
        raise Refused(
            f"The backup in {made['run']} is gone, damaged or another one.",
            hint="only a backup of your own helps; with it goes all saved since",
            id="R064",
        )
    return backup


def _later(settings: Settings, run: Run) -> tuple[Run, ...]:
    """Runs that began to write to the same database after *run*."""
    database = run.manifest().get("database")
    found = []
    for other in runs.readable(settings):
        manifest = other.manifest()
        wrote = "backup" in manifest if other.is_full else other.mode is Mode.UNDO
        after = other.run_id > run.run_id and wrote
        taken_back = manifest["status"] == Status.ROLLED_BACK
        if after and not taken_back and manifest.get("database") == database:
            found.append(other)
    return tuple(found)


def _rows(digest: DatabaseDigest, table: str) -> int:
    return digest.tables[table].rows if table in digest.tables else 0
