"""One writer at a time: a lock for a moment, and a fence for as long as a run lasts.

Whoever writes takes the fence first and gets an epoch. Each transaction that writes
asks whether the epoch is still its own: what was cut off, and taken over by another,
can commit nothing more, whatever it believes of itself. Nobody has to unlock anything:
the hold of a process that ended is free, and its signs of life grow old.
"""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.db import connections, transaction
from django.db.models.functions import Now

from reimport_lib.counting import several
from reimport_lib.errors import FenceLost, Refused, TargetError
from reimport_lib.private_files import is_alive
from reimport_lib.record import heartbeat
from reimport_lib.record.heartbeat import LIMIT_SECONDS
from reimport_lib.write import bind, hold, pgreasons
from reimport_lib.write.bind import DEFAULT
from reimport_lib.write.databases import database_name, is_sqlite, sqlite_file
from reimport_lib.write.hold import Grip
from reimport_lib.write.sealed import sealed

LOCK = 7_365_902_148_023_511  # of every import; any number nobody else uses
_LOOK_SECONDS = 0.3
# KEY SHARE: a sign of life may be given, and nobody takes the fence meanwhile.
_MINE = "SELECT epoch, holder FROM {table} FOR KEY SHARE"


@dataclass(frozen=True, slots=True)
class Claim:
    """
    Who wants to write.

    Attributes:
        holder: a random word of the run, or of the command.
        what: run id, or what the command does.
        pid: of the process whose end is the end of it all; else this one.
        limit_seconds: without a sign of life, until a hold that is free has ended.
    """

    holder: str
    what: str
    pid: int = 0
    limit_seconds: float = LIMIT_SECONDS


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the fence, as the database says; *silent_seconds* by its clock."""

    epoch: int
    holder: str
    what: str
    host: str
    pid: int
    user: str
    taken_at: datetime
    released: bool
    silent_seconds: float
    is_free: bool

    @property
    def words(self) -> str:
        """Who, where, since when, and the last sign of life."""
        ago = several(round(self.silent_seconds), "second")
        return (
            f"{self.what} ({self.user} on {self.host}, process {self.pid}) since"
            f" {self.taken_at:%Y-%m-%d %H:%M:%S} UTC, with a sign of life {ago} ago"
        )

    def has_ended(self, limit_seconds: float) -> bool:
        """Nobody holds it, and nobody will come back to it."""
        return self.is_free and (
            self.silent_seconds > limit_seconds or self._was_of_a_process_that_ended
        )

    @property
    def may_end(self) -> bool:
        """Its hold is free; or will be, once the server has seen its process end."""
        return self.is_free or self._was_of_a_process_that_ended

    @property
    def _was_of_a_process_that_ended(self) -> bool:
        is_here = self.host == socket.gethostname()
        return is_here and (self.pid == os.getpid() or not is_alive(self.pid))


@dataclass(frozen=True, slots=True)
class Taken:
    """The epoch that was taken; over: a run that ended without a word, and had it."""

    epoch: int
    over: Holder | None = None


_held: Grip | None = None


@contextmanager
def locked() -> Iterator[None]:
    """A transaction that waits until no other import is in the middle of one."""
    with transaction.atomic(using=DEFAULT):
        connection: Any = connections[DEFAULT]
        if connection.vendor == "postgresql":
            # Waits behind a process that was killed and whose statement still runs.
            # SQLite took its lock with BEGIN IMMEDIATE.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield


@contextmanager
def writing() -> Iterator[None]:
    """
    The one way in for all that is to stay: alone, with the fence, and its surroundings
    sealed.

    Raises:
        FenceLost: another run has taken the fence; nothing is written.
        Refused: this process has not taken it.
    """
    with locked():
        _require()
        with sealed():
            yield


@contextmanager
def trying() -> Iterator[None]:
    """
    A transaction of who has the fence, which is rolled back whatever comes of it.

    It has no lock: on PostgreSQL neither waits another process of the same run for it,
    nor it for one. Nobody takes the fence meanwhile.

    Raises:
        FenceLost: another run has taken the fence.
        Refused: this process has not taken it.
    """
    with transaction.atomic(using=DEFAULT):
        _require()
        with sealed():
            yield
        transaction.set_rollback(True, using=DEFAULT)  # nothing can be asked after it


def take(claim: Claim, *, epoch: int = 0) -> Taken:
    """
    Have the fence for *claim*, until it is released or this process ends.

    What ended without a word is waited for as long as it may still be at work.

    Args:
        epoch: that the run has already, by its record; its processes share it.

    Raises:
        FenceLost: another run has taken the fence since.
        Refused: another run is at work.
        TargetError: the hold on the database cannot be had.
    """
    if _held and _held.holder == claim.holder and epoch in (0, _held.epoch):
        if _entered() != (_held.epoch, _held.holder):
            raise _lost(claim.what, holder())
        return Taken(_held.epoch)
    let_go()
    ends = time.monotonic() + claim.limit_seconds + 1
    while True:
        found = holder()  # before the lock, for which a phase at work makes one wait
        if found is None or _may_be_had(found, claim, epoch):
            try:
                with locked():
                    return _taken(claim, epoch, holder())
            except BaseException:
                let_go()
                raise
        is_at_work = not (found.may_end or found.holder == claim.holder)
        if is_at_work or time.monotonic() > ends:
            raise _held_by(found, claim)
        time.sleep(_LOOK_SECONDS)


@contextmanager
def held(claim: Claim, *, wait_seconds: int = 0) -> Iterator[None]:
    """
    Have the fence for a command that is no run.

    Args:
        wait_seconds: for who is writing at the moment; 0: as long as the URL says.
    """
    if wait_seconds:
        connection: Any = connections[DEFAULT]
        is_server = connection.vendor == "postgresql"
        wait = "SET lock_timeout" if is_server else "PRAGMA busy_timeout"
        with connection.cursor() as cursor:
            cursor.execute(f"{wait} = {wait_seconds * 1000}")
    take(claim)
    try:
        yield
    finally:
        release()


def of_command(what: str) -> AbstractContextManager[None]:
    """The same for a command that writes once: *what* it does, for who must wait."""
    return held(Claim(secrets.token_hex(16), what))


def release() -> None:
    """Let go for good: others may write."""
    global _held
    if _held is not None:
        _held.release()
        _held = None


def let_go() -> None:
    """This process is done with it; its run may go on in another."""
    global _held
    if _held is not None:
        _held.close()
        _held = None


bind.at_close(let_go)


def holder() -> Holder | None:
    """Who had the fence last, asked in a transaction; None where nobody ever had it."""
    row = _rows().annotate(now=Now()).values().first()
    if row is None:
        return None
    file = _file()
    silent = (row["now"] - row["heartbeat_at"]).total_seconds()
    if file is not None:
        silent = min(silent, heartbeat.silent_seconds(file))
    with connections[DEFAULT].cursor() as cursor:
        is_free = hold.is_free(cursor, row["epoch"], file)
    names = "epoch holder what host pid user taken_at released".split()
    return Holder(
        **{name: row[name] for name in names},
        silent_seconds=silent,
        is_free=is_free,
    )


def _may_be_had(found: Holder, claim: Claim, epoch: int) -> bool:
    """Nobody has it; or the same run, of which nothing else is left at work."""
    if found.released or epoch:
        return True
    if found.holder == claim.holder:
        return found.is_free
    return found.has_ended(claim.limit_seconds)


def _taken(claim: Claim, epoch: int, found: Holder | None) -> Taken:
    """The fence, now that nobody else can take it: again, or in an epoch of its own."""
    if found and epoch and (found.epoch, found.holder) == (epoch, claim.holder):
        _rows().update(heartbeat_at=Now(), released=False)
        _hold(epoch, claim.holder)
        return Taken(epoch)
    if epoch:
        raise _lost(claim.what, found)
    if found and not _may_be_had(found, claim, epoch):
        raise _held_by(found, claim)
    new = found.epoch + 1 if found else 1
    _enter(claim, new, is_first=found is None)
    _hold(new, claim.holder)
    is_over = found and not found.released and found.holder != claim.holder
    return Taken(new, found if is_over else None)


def _enter(claim: Claim, epoch: int, *, is_first: bool) -> None:
    fields = {
        "epoch": epoch,
        "holder": claim.holder,
        "what": claim.what,
        "host": socket.gethostname(),
        "pid": claim.pid or os.getpid(),
        "user": _user(),
        "taken_at": Now(),
        "heartbeat_at": Now(),
        "released": False,
    }
    if is_first:
        _rows().bulk_create([_rows().model(**fields)])
    else:
        _rows().update(**fields)


def _hold(epoch: int, word: str) -> None:
    global _held
    url = bind.run_database()
    try:
        _held = hold.take(url, epoch, word)
    except (psycopg.Error, OSError) as error:
        why = pgreasons.of_error(error) if isinstance(error, psycopg.Error) else error
        raise TargetError(
            f"{database_name(url)}: no process can hold it: {why}.",
            hint="reimport doctor",
            id="R387",
        ) from None


def _require() -> None:
    """This process has the fence."""
    if _held is None:
        raise Refused(
            "Nothing of this was written: the fence of the database was not taken.",
            hint="report this as a defect of the program",
            id="R388",
        )
    connection: Any = connections[DEFAULT]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_MINE.format(table=_rows().model._meta.db_table))
            row = cursor.fetchone()
    else:
        row = _entered()
    if row != (_held.epoch, _held.holder):
        raise _lost("This run", holder())


def _lost(what: str, now: Holder | None) -> FenceLost:
    by = f": it was taken over by {now.words}" if now else ""
    return FenceLost(
        f"{what} no longer has the database {database_name(bind.run_database())}{by}."
        " Nothing of this was written.",
        hint="reimport runs says what became of both; then reimport run --resume",
        id="R389",
    )


def _held_by(found: Holder, claim: Claim) -> Refused:
    way_on = "wait until it is done, or stop it there with Ctrl-C"
    if found.is_free:
        way_on = f"once more in {several(round(claim.limit_seconds), 'second')}"
    elif found.holder == claim.holder:
        way_on = "end what is left of it: a notebook's kernel, or that process"
    return Refused(
        f"The database {database_name(bind.run_database())} is held by"
        f" {found.words}. Nothing was written.",
        hint=way_on,
        id="R390",
    )


def _entered() -> tuple[int, str] | None:
    """Epoch and holder, as the database says."""
    found: tuple[int, str] | None = _rows().values_list("epoch", "holder").first()
    return found


def _rows() -> Any:
    return apps.get_model("ledger", "Fence")._base_manager.using(DEFAULT)


def _file() -> Path | None:
    url = bind.run_database()
    return sqlite_file(url) if is_sqlite(url) else None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
