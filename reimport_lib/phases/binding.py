"""Which databases a run works on, and binding this process to them and no other.

The one place below the command that looks at a run's mode to choose a database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reimport_lib.backup.copies import CopyPlace, copy_place
from reimport_lib.errors import Refused
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.write import bind, identity, sealed


def place_of_copy(run: Run) -> CopyPlace:
    """Where the copy of the real database that *run* makes lies."""
    return copy_place(
        run.settings.database_url.reveal(),
        run_id=run.run_id,
        folder=run.folder,
        rehearsal_url=run.settings.rehearsal_url.reveal(),
    )


def bind_run(run: Run, *, writable: bool = True) -> None:
    """
    Bind this process to the databases of *run*; ``real`` is always read only.

    ``default`` is the copy in a rehearsal, and the real database in all others.
    """
    real = run.settings.reading_url.reveal()
    bind.bind(works_on(run), real_database=real, writable=writable)


@contextmanager
def reading(run: Run) -> Iterator[None]:
    """
    A worker reads the databases of *run* in this block, and holds no session after it.

    Whoever then takes a database away waits for nobody.
    """
    with sealed.sealed():
        bind_run(run, writable=False)
        try:
            yield
        finally:
            bind.disconnect()


def works_on(run: Run) -> str:
    """The URL of the database that *run* writes to."""
    if run.mode is Mode.REHEARSAL:
        return place_of_copy(run).url
    return run.settings.database_url.reveal()


def is_there(run: Run) -> bool:
    """Whether that database is there: a copy is, once the backup has been restored."""
    backups = [e["status"] for e in run.manifest()["phases"] if e["name"] == "backup"]
    return run.mode is not Mode.REHEARSAL or Status.SUCCEEDED in backups


def require_same_database(run: Run) -> None:
    """
    The real database is still the one that *run* began with, once it has begun.

    Raises:
        Refused: DATABASE_URL names another one, or it has been migrated since.
        TargetError: it cannot be reached.
    """
    meant = run.manifest().get("database")
    if meant is None:
        return
    found = identity.database_identity(bind.REAL)
    different = [name for name, value in meant.items() if found.get(name) != value]
    if different:
        raise Refused(
            f"Run {run.run_id} is for the database {meant['name']}, and DATABASE_URL "
            f"does not name that one as it was: other {', '.join(different)}.",
            hint="set DATABASE_URL back, or rehearse again: reimport run --dry-run",
            id="R087",
        )
