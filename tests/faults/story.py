"""What is disturbed: an import of a small clinic over an earlier one, and its way back.

The story is told once without faults. What database and runs held after each of its
steps is kept: where trials begin, and what they must come to.
"""

from __future__ import annotations

import ast
import copy
import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from reimport_demo import s3
from reimport_lib.config import Settings
from reimport_lib.errors import Refused
from reimport_lib.execute import approve, resume, undo
from reimport_lib.execute import restore as going_back
from reimport_lib.phases import named
from reimport_lib.phases.binding import bind_run
from reimport_lib.private_files import remove_unfinished
from reimport_lib.record import lock, runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.write import bind, configuration
from reimport_lib.write.databases import conninfo
from reimport_lib.write.touched import Narrowing
from tests.faults import merging
from tests.faults.kept import Kept, keep
from tests.faults.merging import Values
from tests.faults.oracle import Seen, look
from tests.phases import sites
from tests.phases.sites import Site
from tests.phases.small_clinic import SmallClinic, small_clinic
from tools import postgres
from tools.databases import migrate

ENGINES = ("sqlite", "postgresql")
PEOPLE = 3
GATES = {"*.max_deleted": 1.0, "*.max_deleted_rows": 100.0, "*.max_lost_rows": 1.0}
STAFF = """
INSERT INTO notes_note (id, patient_id, created_at, updated_at, content, author,
    source_type, filemaker_metadata, import_hash)
SELECT '0000000000004000800000000000{number:04d}', id, created_at, created_at,
    'of staff', 'staff', '', '{{}}', '' FROM patients_patient
WHERE filemaker_id LIKE '%{number}'
"""
SETTLE_SECONDS = 20
MERGES, UNDO, RESTORE = "patients", "undo", "restore"

Do = Callable[[Settings], None]


@dataclass(frozen=True)
class Step:
    """
    Attributes:
        do: what a person calls for; once more, after it was stopped, is to go on.
        before, after: what is there at its begin, and at its end undisturbed.
        seen: of *before* and *after*.
        fields: of patients, by the model, in the end.
    """

    name: str
    do: Do
    before: Kept
    after: Kept
    seen: tuple[Seen, Seen]
    fields: Values


@dataclass(frozen=True)
class Story:
    """
    Attributes:
        server: URL of the server's maintenance database; "" on SQLite.
        steps: by name: the phases of the import in order, then its undo and restore.
        source: name -> content of every export.
    """

    engine: str
    site: Site
    server: str
    steps: Mapping[str, Step]
    source: Mapping[str, bytes]

    @property
    def word(self) -> Path:
        """A file by which a person leaves word of what they saved."""
        return self.site.exports.with_name("saved")

    def put_back_source(self) -> None:
        """The exports are again what the rehearsal read."""
        self.word.unlink(missing_ok=True)
        for name, content in self.source.items():
            (self.site.exports / name).write_bytes(content)

    def settle(self) -> None:
        """Wait until the server has seen that a killed process is no more."""
        if not self.server:
            return
        with psycopg.connect(conninfo(self.site.url), autocommit=True) as connection:
            deadline = time.monotonic() + SETTLE_SECONDS
            while time.monotonic() < deadline and _others(connection):
                time.sleep(0.005)


def _others(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    ).fetchone()
    return bool(row and row[0])


@contextmanager
def told(engine: str) -> Iterator[Story]:
    """The story on a database of *engine*, told once."""
    try:
        with _told_on(engine) as story:
            gc.collect()
            gc.freeze()  # what a child's collector touches is copied
            yield story
    finally:
        gc.unfreeze()
        gc.collect()
        gc.freeze()  # what is left has been imported


@contextmanager
def _told_on(engine: str) -> Iterator[Story]:
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        if engine == "sqlite":
            url = f"sqlite:///{folder}/clinic.sqlite3"
            with _site(Path(folder), url) as site:
                yield _whole(engine, site, "", Path(folder))
            return
        with postgres.server() as server:
            _keep_commits(server)
            url = postgres.create_database(server, "clinic")
            with _site(Path(folder), url) as site:
                yield _whole(engine, site, server, Path(folder))


def _keep_commits(server: str) -> None:
    """A commit that was answered outlives a crash, as on any server but a test's."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_commit = on")
        connection.execute("SELECT pg_reload_conf()")


def _whole(engine: str, site: Site, server: str, folder: Path) -> Story:
    steps = _told(site, folder)
    source = {path.name: path.read_bytes() for path in site.exports.iterdir()}
    return Story(engine, site, server, steps, source)


@contextmanager
def _site(folder: Path, url: str) -> Iterator[Site]:
    """A clinic as it was a month ago, before an empty database."""
    clinic = a_month_ago()
    exports = clinic.write(folder / "exports", kind="csv")
    migrate(url)
    with _bucket([*clinic.objects, *today().objects]) as environ:
        site = sites.site(
            {
                **environ,
                "DATABASE_URL": url,
                "REIMPORT_SOURCE": str(exports),
                "REIMPORT_RUNS": str(folder / "runs"),
            }
        )
        configuration.load(site.settings, exports / "clinics.json")
        yield site


@contextmanager
def _bucket(keys: list[str]) -> Iterator[dict[str, str]]:
    """A store of objects, in a process of its own: this one forks."""
    read, write = os.pipe()
    done, end = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(end)
            with s3.serve_s3(dict.fromkeys(keys), bucket="faults") as served:
                os.write(write, repr(served.environment()).encode())
                os.close(write)
                os.read(done, 1)  # until the other end is closed
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        environ: dict[str, str] = ast.literal_eval(file.read().decode())
    try:
        yield environ
    finally:
        os.close(end)
        os.waitpid(child, 0)


def a_month_ago() -> SmallClinic:
    return small_clinic(people=PEOPLE)


def today() -> SmallClinic:
    """The same a month later: a row of each kind changed, gone, new or moved."""
    clinic = small_clinic(people=PEOPLE + 1)
    merging.say_today(clinic)
    clinic.row("Notes", 2)["Note"] = "Rewritten"
    clinic.row("Docs", 2)["id_Contact"] = clinic.row("Contacts", 3)["id"]
    for stem in ("Appointments", "Notes", "Docs", "Images"):
        del clinic.tables[stem][0]
    return clinic


def _told(site: Site, folder: Path) -> dict[str, Step]:
    """Every step once, and what it left."""
    site.apply(_succeeded(site.rehearse()))
    for number in (1, 2):
        site.execute_sql(STAFF.format(number=number))
    merging.people_write(site)
    exports = today().write(folder / "today", kind="csv")
    for file in exports.iterdir():
        file.replace(site.exports / file.name)
    merging.decide(site, folder / "sheet.csv")
    rehearsal = _succeeded(site.rehearse(gates=GATES))
    _lighten(site)
    steps: dict[str, Step] = {}
    before = _keep(site)
    for name in rehearsal.phases:
        before = _step(site, steps, name, go_on_until(name), before)
    end = before
    for name, do in ((UNDO, take_back), (RESTORE, put_back)):
        end[0].put_back(site)
        if (
            name == UNDO
        ):  # a row that it must leave: the new patient has a note of staff
            site.execute_sql(STAFF.format(number=PEOPLE + 1))
            end = _keep(site)
        _step(site, steps, name, do, end)
    return steps


def _step(
    site: Site,
    steps: dict[str, Step],
    name: str,
    do: Do,
    before: tuple[Kept, Seen],
) -> tuple[Kept, Seen]:
    do(site.settings)
    after = _keep(site)
    seen = copy.deepcopy((before[1], after[1]))
    steps[name] = Step(name, do, before[0], after[0], seen, _fields(steps, name))
    return after


def _fields(told: Mapping[str, Step], name: str) -> Values:
    """What the model says of patients once step *name* is done, after all *told*."""
    then = merging.left_by(a_month_ago())
    is_merged = MERGES in {*told, name} and name not in (UNDO, RESTORE)
    return merging.after(then) if is_merged else merging.before(then)


def _keep(site: Site) -> tuple[Kept, Seen]:
    seen = look(site)
    bind.close()
    return keep(site), seen


def _succeeded(run: Run) -> Run:
    bind.close()
    assert run.status is Status.SUCCEEDED, run.manifest()["error"]
    return run


def _lighten(site: Site) -> None:
    """Copies of rehearsals are no part of what is put back for each trial."""
    for copied in site.settings.runs.glob("*/copy.sqlite3"):
        copied.unlink()


def go_on_until(last: str) -> Do:
    """The import up to and with its phase *last*, resumed where it was stopped."""

    def go_on(settings: Settings) -> None:
        run = _opened(settings)
        if run.status is Status.SUCCEEDED:
            _tidy(settings)
            return
        with lock.executing(run):
            remove_unfinished(run.folder)
            run.begin()
            bind_run(run)
            for name in run.phases[: run.phases.index(last) + 1]:
                if run.phase(name)["status"] is not Status.SUCCEEDED:
                    named(name).module.execute(run)
        bind.close()

    return go_on


def _tidy(settings: Settings) -> None:
    """As ``reimport prune`` does: nobody calls again for a run that is done."""
    for run in runs.readable(settings):
        remove_unfinished(run.folder)


def _opened(settings: Settings) -> Run:
    """The run that applies the newest rehearsal: the one that stopped, or a new one."""
    rehearsal = newest(settings, Mode.REHEARSAL)
    applying = [r for r in runs.readable(settings) if r.reviewed == rehearsal.run_id]
    if not applying:
        return approve.open_full(settings, rehearsal, ask=None, yes=True)
    if applying[-1].status is Status.SUCCEEDED:
        return applying[-1]
    return resume.resumable(settings, applying[-1].run_id)


def take_back(settings: Settings) -> None:
    """Undo what is left of the import."""
    run = newest(settings, Mode.FULL)
    found = undo.plan(settings, run.run_id, Narrowing())
    try:
        undo.carry_out(found, ask=None, yes=True, least=0)
    except Refused:  # nothing is left to undo: one that was killed had done it
        if not run.manifest().get("undone"):
            raise
        _tidy(settings)


def put_back(settings: Settings) -> None:
    """Restore what was there before the import, unless that is done."""
    run = newest(settings, Mode.FULL)
    if run.status is Status.ROLLED_BACK:
        _tidy(settings)
        return
    going_back.go_back(going_back.way_back(settings, run.run_id), ask=None, yes=True)


def newest(settings: Settings, mode: Mode) -> Run:
    return [run for run in runs.readable(settings) if run.mode is mode][-1]
