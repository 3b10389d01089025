"""The proof of the undo beside the last phase, in a process of its own.

Phase 8 writes nothing that the proof is about, and takes about as long. SQLite has one
writer at a time: there the undo is tried on a copy of the rehearsal's copy, which goes
with the process; on PostgreSQL in a transaction on the copy itself. What it found is
recorded by the command alone, once the phase has succeeded.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from os import getpid
from pathlib import Path
from threading import Event
from urllib.parse import quote

from reimport_lib.backup.copies import COPY_FILE
from reimport_lib.config import load_settings
from reimport_lib.execute import undo_proof
from reimport_lib.execute.prefork import forked
from reimport_lib.phases import binding, opening
from reimport_lib.private_files import private_open, write_json
from reimport_lib.record import lock, runs
from reimport_lib.record.manifest import UndoProof
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode
from reimport_lib.write import bind
from reimport_lib.write.databases import is_sqlite, sqlite_file, sqlite_uri

_ANSWER = "proof.json"
_LOOKED_AFTER_SECONDS = 0.02
_PAGES = 5_000
"""Copied in one go; between two of them who writes to the file gets its turn."""


@contextmanager
def of_run(run: Run) -> Iterator[Trial]:
    """The trial of *run*, of which nothing is left after the block."""
    trial = Trial(run)
    try:
        yield trial
    finally:
        trial.end()


class Trial:
    """Tries the undo of a run in another process, once it has been begun."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._is_over = Event()
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._found: Future[UndoProof | None] | None = None

    def begin(self, phase: str) -> None:
        """Begin it beside *phase*, where a rehearsal has written all by then."""
        run = self._run
        has_copy = run.mode is Mode.REHEARSAL and "backup" in run.manifest()
        if has_copy and opening.only_looks_back(run, phase):
            self._found = self._worker.submit(self._tried)

    def proof(self) -> UndoProof | None:
        """
        What it found, waited for.

        None: it was not begun, or its process ended and said nothing; it is then to be
        tried in this one.
        """
        return None if self._found is None else self._found.result()

    def end(self) -> None:
        """End its process, whatever that is at; what it leaves is removed."""
        self._is_over.set()
        self._worker.shutdown()

    def _tried(self) -> UndoProof | None:
        while not lock.epoch(self._run):  # a run that goes on has yet to take the fence
            if self._is_over.wait(_LOOKED_AFTER_SECONDS):
                return None
        try:
            process = forked.call(f"{__name__}:try_undo", self._run.run_id)
        except OSError:  # no room for another process: it is tried afterwards
            return None
        folder = _folder(self._run, process.pid)
        try:
            while process.is_at_work():
                if self._is_over.wait(_LOOKED_AFTER_SECONDS):
                    return None
            with suppress(OSError, ValueError):
                found: UndoProof = json.loads(
                    (folder / _ANSWER).read_text(encoding="utf-8")
                )
                return found
            return None
        finally:
            process.end()
            shutil.rmtree(folder, ignore_errors=True)


def try_undo(run_id: str) -> None:
    """
    Try the undo of the run *run_id* in this process, and leave what that found.

    Raises:
        OSError, sqlite3.Error: there is no room to try it in; nothing is left.
    """
    run = runs.load(load_settings(), run_id)
    folder = _folder(run, getpid())
    folder.mkdir(mode=0o700)
    url = binding.works_on(run)
    if is_sqlite(url):
        url = _copied(sqlite_file(url), folder / COPY_FILE)
    bind.call_sessions(f"{run_id} undo")
    real = run.settings.reading_url.reveal()
    bound = partial(bind.bind, url, real_database=real, writable=True)
    undo_proof.attempt(run, bound, partial(write_json, folder / _ANSWER))


def _folder(run: Run, pid: int) -> Path:
    """Where the process *pid* works, and leaves what it found."""
    return run.folder / f".undone.{pid}.tmp"


def _copied(file: Path, to: Path) -> str:
    """The URL of a copy of the SQLite *file* as it is now."""
    with private_open(to, "w"):
        pass
    source = sqlite3.connect(sqlite_uri(file, mode="ro"), uri=True)
    with closing(source), closing(sqlite3.connect(to)) as copy:
        copy.execute("PRAGMA synchronous=OFF")  # it outlives no process
        source.backup(copy, pages=_PAGES, sleep=0.01)
    return f"sqlite:///{quote(str(to))}"
