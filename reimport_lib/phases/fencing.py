"""The fence of a run: taken by its kernels, held between them, given up at its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from reimport_lib.errors import ReimportError
from reimport_lib.phases.binding import works_on
from reimport_lib.record import heartbeat, lock
from reimport_lib.record.events import FenceTakenOver
from reimport_lib.record.run import Run
from reimport_lib.write import databases, fence, hold
from reimport_lib.write.hold import Grip


def take(run: Run) -> None:
    """
    Have the fence of the database that *run* is bound to, as its other kernels have it.

    Raises:
        FenceLost: another run has taken it since this one began.
        Refused: another run is at work.
    """
    manifest = run.manifest()
    claim = fence.Claim(
        manifest.get("origin") or run.run_id,
        run.run_id,
        pid=lock.executor(run) or os.getpid(),
        limit_seconds=run.settings.silent_seconds,
    )
    epoch = lock.epoch(run)
    taken = fence.take(claim, epoch=epoch)
    if taken.epoch != epoch:
        lock.keep_epoch(run, taken.epoch)
    if taken.over is not None:
        run.tell(FenceTakenOver(taken.over.what, round(taken.over.silent_seconds)))


@contextmanager
def writing(run: Run) -> Iterator[None]:
    """A transaction of *run*, which takes the fence first."""
    take(run)
    with fence.writing():
        yield


@contextmanager
def taken(run: Run) -> Iterator[None]:
    """Have it for what a run does beside its phases; its command gives it up."""
    take(run)
    try:
        yield
    finally:
        fence.let_go()


@contextmanager
def kept(run: Run) -> Iterator[Keeper]:
    """Signs of life of *run* while its command executes it, between its kernels too."""
    databases.call_sessions(run.run_id)
    keeper = Keeper(run)
    with heartbeat.beating(keeper.beat):
        yield keeper
    keeper.end()


class Keeper:
    """Holds what the kernels of a run have taken, once one of them has."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._hold: Grip | None = None
        self._has_ended = False

    def beat(self) -> None:
        heartbeat.beat(self._run.folder)
        if self._hold is None and not self._has_ended:
            with suppress(ReimportError, psycopg.Error, OSError):
                self._join()

    def end(self) -> None:
        """The run writes no more; its command may have more to do."""
        if self._hold is None:
            self.beat()
        self._has_ended = True
        if self._hold is not None:
            self._hold.release()
            self._hold = None

    def _join(self) -> None:
        if epoch := lock.epoch(self._run):
            holder = self._run.manifest().get("origin") or self._run.run_id
            self._hold = hold.take(works_on(self._run), epoch, holder)
