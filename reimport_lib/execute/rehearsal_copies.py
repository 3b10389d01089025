"""The copies that rehearsals worked on: where they lie, and how many stay.

A copy is there to be looked at, and for a rehearsal to go on with. What a full run
applies is proven by snapshot and backup; it needs no copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reimport_lib.backup import copies
from reimport_lib.errors import ReimportError
from reimport_lib.phases.binding import place_of_copy
from reimport_lib.record import lock, runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.write.databases import database_name, is_sqlite, sqlite_file


@dataclass(frozen=True, slots=True)
class RehearsalCopy:
    """
    The copy of a rehearsal, as it lies there.

    Attributes:
        name: the whole path of a file; the name of a database on its server.
    """

    run_id: str
    name: str
    bytes: int


def of(run: Run) -> RehearsalCopy | None:
    """
    The copy that *run* worked on; None: there is none any more.

    Raises:
        BackupError: the server of the database cannot be reached.
    """
    place = place_of_copy(run)
    real_url = run.settings.database_url.reveal()
    size = copies.size_of(place, real_url=real_url, run_id=run.run_id)
    if size is None:
        return None
    is_file = is_sqlite(place.url)
    name = str(sqlite_file(place.url)) if is_file else database_name(place.url)
    return RehearsalCopy(run.run_id, name, size)


def remove_older(run: Run) -> Iterator[RehearsalCopy | ReimportError]:
    """
    Remove the copies that *run*, which has succeeded, has made needless.

    After a full run that is the one of the rehearsal which it applied: the database
    itself is to be looked at. After a rehearsal those of the ones before, but for the
    newest: REIMPORT_COPIES says how many stay, that of *run* among them. Those of
    rehearsals that can go on, or are being executed, always do. What a copy could not
    be removed for is given in its place: the run has succeeded all the same.
    """
    if run.status is not Status.SUCCEEDED:
        return
    before = [
        other
        for other in reversed(runs.readable(run.settings))
        if other.mode is Mode.REHEARSAL
        and other.status is Status.SUCCEEDED
        and other.run_id <= run.run_id
        and not place_of_copy(other).lent  # there is one place: the next takes it
    ]
    if run.is_full:
        needless = [other for other in before if other.run_id == run.reviewed]
    elif run.mode is Mode.REHEARSAL:
        needless = before[run.settings.rehearsal_copies :]
    else:
        return
    for other in needless:
        try:
            found = None if _is_at_work(other, run) else of(other)
            if found is not None:
                copies.drop_copy(
                    place_of_copy(other), real_url=run.settings.database_url.reveal()
                )
                yield found
        except ReimportError as error:
            yield error


def _is_at_work(other: Run, run: Run) -> bool:
    return other.run_id != run.run_id and lock.is_executed(other)
