"""Back to what the database held before a run: its backup put in place again.

All that was written since goes with it, by later runs and by people; so a person is
shown what differs and types a word that names the database and the backup. What people
did is kept in files first, row by row. Which runs the database holds is what its ledger
says; a record may not have been told.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from reimport_lib.backup import restoring
from reimport_lib.backup.backup import MANIFEST, Backup, make_backup, open_backup
from reimport_lib.backup.digests import DatabaseDigest, digest_url
from reimport_lib.config import Settings
from reimport_lib.errors import BackupError, Refused, UsageError
from reimport_lib.execute import peoples_work
from reimport_lib.execute.approve import Ask, require_yes
from reimport_lib.execute.peoples_work import PeoplesWork
from reimport_lib.phases import data_phases, sealing
from reimport_lib.phases.binding import require_same_database
from reimport_lib.private_files import remove_unfinished
from reimport_lib.record import lock, runs
from reimport_lib.record.clock import now
from reimport_lib.record.run import Run
from reimport_lib.record.status import ROW_BY_ROW, Mode, Status
from reimport_lib.write import bind, ledger

KEPT = "before-restore"
_APPLIED = (Status.SUCCEEDED, Status.VALIDATION_FAILED)


@dataclass(frozen=True, slots=True, eq=False)
class WayBack:
    """
    Attributes:
        run: the full run to go back before; later: those after it, oldest first.
        backup: of the database before *run*; held: what it holds now.
        unknown: ids of full runs after it whose record cannot be read or is not in this
            runs folder; what they wrote is undone, their record is left as it is.
        is_back: the database was put back before, by a command that was killed before
            it could record that, or by hand: what people did since then stays.
        people: what they did since the backup.
        unlisted: why that cannot be told; "" where it can.
    """

    run: Run
    later: tuple[Run, ...]
    backup: Backup
    held: DatabaseDigest
    unknown: tuple[str, ...] = ()
    is_back: bool = False
    people: PeoplesWork = field(default_factory=PeoplesWork)
    unlisted: str = ""

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


def way_back(settings: Settings, run_id: str, *, ours: str = "") -> WayBack:
    """
    What going back before *run_id* would do; nothing is written.

    Args:
        ours: the run that this process is executing.

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
    require_idle(settings, but=ours)
    backup = _backup_before(run)
    held = digest_url(settings.database_url.reveal())
    written = ledger.runs_that_wrote(alias=bind.REAL)
    bind.close()
    later = _later(settings, run, written)
    is_back = run.run_id not in written and (
        _has_written(run) or held.total == backup.digest.total
    )
    if is_back:
        later = tuple(other for other in later if other.run_id not in written)
    if is_back:
        return WayBack(run, later, backup, held, is_back=True)
    unknown, people, unlisted = _unknown(settings, run_id, written), PeoplesWork(), ""
    try:
        people = peoples_work.find(run, backup, held)
    except BackupError as error:  # the copy before the restore has it all the same
        unlisted = error.message
    return WayBack(run, later, backup, held, unknown, False, people, unlisted)


def go_back(way: WayBack, *, ask: Ask | None, yes: bool = False) -> Path | None:
    """
    Restore the backup once confirmed; the runs are then ``rolled-back``.

    Where the database is back already, that is recorded and nothing else is done.

    Returns:
        The folder of a backup of what the database held until now; None where it is
        back already.

    Raises:
        Refused: nobody confirmed, or the word was another.
        BackupError: nothing could be restored; the database is as it was.
    """
    if not (yes or way.is_back):
        again = f"reimport restore {way.run.run_id}"
        require_yes(way.word, ask, what="Going back", again=again)
    with ExitStack() as held:
        for each in (way.run, *way.later):
            held.enter_context(lock.executing(each))
            remove_unfinished(each.folder)
        return put_back(way)


def put_back(way: WayBack) -> Path | None:
    """
    Restore the backup; this process holds the runs that are undone.

    Returns:
        As ``go_back``.

    Raises:
        BackupError: nothing could be restored; the database is as it was.
    """
    run, url, kept = way.run, way.run.settings.database_url.reveal(), None
    if not way.is_back:
        with restoring.held(run):
            kept = _keep(run, url, way.held)
            if way.people.has_any:
                peoples_work.export(way.people, run, backup=way.backup)
            restoring.restore(way.backup, url, held=way.held)
    # *run* last: killed in between, it goes on
    for each in reversed((run, *way.later)):
        each.take_back(to=way.backup.made_at, backup=way.backup.digest.total)
    for each in way.later:
        if each.mode in ROW_BY_ROW:  # no report of it is written, which would close it
            sealing.close(each)
    return kept.folder if kept else None


def kept_folders(run: Run) -> list[Path]:
    """The copies of what the database held whenever *run* was taken back."""
    return sorted(run.folder.glob(f"{KEPT}*"))


def _keep(run: Run, url: str, held: DatabaseDigest) -> Backup:
    """A copy of what the database holds; one that was finished is never replaced."""
    finished = [f for f in kept_folders(run) if (f / MANIFEST).is_file()]
    for folder in finished:
        with suppress(BackupError):
            if (found := open_backup(folder)).digest == held:
                return found
    name = f"{KEPT}-{len(finished) + 1}" if finished else KEPT
    return make_backup(url, run.folder / name, made_at=now())


def require_idle(settings: Settings, *, but: str = "") -> None:
    """
    No run is being executed, *but* the one that this process is at.

    Raises:
        Refused: one is.
    """
    for run in runs.readable(settings):
        if run.run_id != but and lock.is_executed(run):
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
    proven = ledger.backup_digest(run.run_id, alias=bind.REAL) or made["digest"]
    if backup is None or {backup.digest.total} != {made["digest"], proven}:
        raise Refused(
            f"The backup in {made['run']} is gone, damaged or another one.",
            hint="only a backup of your own helps; with it goes all saved since",
            id="R064",
        )
    return backup


def _later(settings: Settings, run: Run, written: Sequence[str]) -> tuple[Run, ...]:
    """
    Runs of the same database that came to write after *run*, an undoing too.

    Their order is that in which they wrote; of one that did not, its clock tells.
    """
    database = run.manifest().get("database")
    found = []
    for other in runs.readable(settings):
        manifest = other.manifest()
        wrote = "backup" in manifest if other.is_full else other.mode in ROW_BY_ROW
        after = (
            written.index(other.run_id) > written.index(run.run_id)
            if {run.run_id, other.run_id} <= {*written}
            else other.run_id > run.run_id
        )
        is_one = wrote and after
        taken_back = manifest["status"] == Status.ROLLED_BACK
        if is_one and not taken_back and manifest.get("database") == database:
            found.append(other)
    return tuple(found)


def _unknown(
    settings: Settings, run_id: str, written: Sequence[str]
) -> tuple[str, ...]:
    """Full runs after *run_id* whose record is damaged, or in another folder."""
    readable, damaged = runs.found(settings)
    found = {
        other for other in damaged if other > run_id and other.endswith(f"-{Mode.FULL}")
    }
    if run_id in written:
        after = written[written.index(run_id) + 1 :]
        found |= {*after} - {other.run_id for other in readable}
    return tuple(sorted(found))


def _has_written(run: Run) -> bool:
    """Whether its record says so: a phase that is entered in the ledger is done."""
    entries = run.manifest()["phases"]
    done = {e["name"] for e in entries if e["status"] in _APPLIED or "committed" in e}
    return not done.isdisjoint({"delete", *(phase.name for phase in data_phases())})


def _rows(digest: DatabaseDigest, table: str) -> int:
    return digest.tables[table].rows if table in digest.tables else 0
