"""A clinic at work on a database: its settings, and its runs phase by phase.

Runs go through the phases' own functions, in this process, without notebooks.
"""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from reimport_lib.backup import copies
from reimport_lib.backup.digests import DatabaseDigest, digest_url
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import ReimportError
from reimport_lib.execute import approve, signing
from reimport_lib.phases import all_phases, named
from reimport_lib.phases.binding import bind_run, place_of_copy
from reimport_lib.plan.gates import loosens
from reimport_lib.plan.signoffs import OpenedLimit
from reimport_lib.record import evidence, runs, seal
from reimport_lib.record.manifest import Counts
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.write import bind, identity
from reimport_lib.write.databases import conninfo, is_sqlite, sqlite_file

Lines = list[dict[str, str]]
Outcomes = dict[str, bytes]

FIRST = ("validation", "backup")

ONLY_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For what no database can change: records, rules, gates and what is said of them."""
ONLY_POSTGRES = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
"""For what a file cannot do: lose its link, wait for another session's lock."""


@dataclass(frozen=True)
class Site:
    """A folder of exports, a database and a folder of runs."""

    settings: Settings
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.settings.database_url.reveal()

    @property
    def exports(self) -> Path:
        return Path(self.settings.source)

    def rehearse(
        self,
        *phases: str,
        gates: Mapping[str, float] | None = None,
        clean_slate: bool = False,
        by: Callable[[Run], Status] | None = None,
    ) -> Run:
        """Open and execute a rehearsal of *phases* with what comes first, or of all."""
        self.sign_off(place for place in (gates or {}).items() if loosens(*place))
        wanted = {*FIRST, *phases} if phases else {phase.name for phase in all_phases()}
        run = approve.open_rehearsal(
            self.settings,
            tuple(phase for phase in all_phases() if phase.name in wanted),
            gates={p: v for p, v in (gates or {}).items() if not loosens(p, v)},
            clean_slate=clean_slate,
        )
        (by or execute)(run)
        return run

    def sign_off(self, opened: Iterable[tuple[str, float]]) -> list[OpenedLimit]:
        """Open limits for every run until tomorrow."""
        words = [f"{place}={value:g}" for place, value in opened]
        until = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
        why = "looked at in a test"
        return signing.sign(self.settings, words, why=why, until=until) if words else []

    def apply(self, rehearsal: Run) -> Run:
        """Open and execute the full run that applies *rehearsal*."""
        run = approve.open_full(self.settings, rehearsal, ask=None, yes=True)
        execute(run)
        return run

    def digest(self) -> DatabaseDigest:
        """Of every table of the real database."""
        return digest_url(self.url)

    def execute_sql(self, statement: str) -> None:
        """Run *statement* on the real database, as somebody else would."""
        bind.close()
        if is_sqlite(self.url):
            with closing(sqlite3.connect(sqlite_file(self.url))) as connection:
                connection.executescript(statement)
            return
        with psycopg.connect(conninfo(self.url), autocommit=True) as connection:
            connection.execute(sql.SQL(statement))

    def with_exports(self, exports: Path) -> Site:
        """The same database and runs with another folder of exports."""
        environ = {**self.environ, "REIMPORT_SOURCE": str(exports)}
        return Site(load_settings(environ), environ)

    def with_settings(self, **environ: str) -> Site:
        merged = {**self.environ, **environ}
        return Site(load_settings(merged), merged)

    def rehearsed(self, run: Run) -> Site:
        """The same with the database that the rehearsal *run* wrote to."""
        return self.with_settings(DATABASE_URL=place_of_copy(run).url)

    def drop_copies(self) -> None:
        """Remove what rehearsals on a PostgreSQL server have left beside it."""
        for run_id in runs.all_run_ids(self.settings):
            run = runs.load(self.settings, run_id)
            if not run.is_full and not is_sqlite(self.url):
                copies.drop_copy(place_of_copy(run), real_url=self.url)


def chosen(own: Site, run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """*run* in the folder of *own*, which commands of this process now work in."""
    for name, value in own.environ.items():
        monkeypatch.setenv(name, value)
    return runs.load(own.settings, run.run_id)


def site(environ: Mapping[str, str]) -> Site:
    return Site(load_settings(environ), dict(environ))


def execute(run: Run) -> Status:
    """Execute the phases of *run* that are not done, up to the first that fails."""
    bind_run(run)
    try:
        for name in run.phases:
            if run.phase(name)["status"] != Status.SUCCEEDED:
                module = named(name).module
                module.execute(run)
    except ReimportError:
        pass  # recorded in run.json: that is what the tests look at
    finally:
        bind.close()
    return status(run)


@contextmanager
def rewritten(run: Run) -> Iterator[dict[str, Any]]:
    """``run.json`` of *run*, changed as no command of ours would, and sealed again."""
    path = run.folder / "run.json"
    manifest = json.loads(path.read_text())
    yield manifest
    sealed = seal.sealed(manifest, seal.installation_key(run.settings.runs))
    path.write_text(json.dumps(sealed))
    evidence.seal_record(run.folder, sealed)
    evidence.keep_root(run.folder, run.settings.runs)


def know_database(site: Site) -> None:
    """Enter the database of *site* into its runs, as commands do."""
    bind.bind_real(site.settings)
    database = identity.database_identity()
    bind.close()
    for run in runs.readable(site.settings):
        with rewritten(run) as manifest:
            manifest.update(database=database)


def status(run: Run) -> Status:
    return run.status


def error(run: Run) -> str:
    return str(run.manifest()["error"])


def tables(run: Run) -> dict[str, Counts]:
    """Table -> its counts, of all phases but the deletion."""
    return {
        table: counts
        for entry in run.manifest()["phases"]
        if entry["name"] != "delete"
        for table, counts in entry["tables"].items()
    }


def deletions(run: Run) -> dict[str, Counts]:
    """Table -> the counts of the delete phase."""
    return run.phase("delete")["tables"]


def outcomes(run: Run) -> Outcomes:
    """Name -> content of every outcomes file."""
    return {path.name: path.read_bytes() for path in run.outcomes_folder.glob("*.csv")}


def outcome_lines(run: Run, table: str) -> Lines:
    """The lines of the outcomes file of *table*."""
    path = run.outcomes_folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_ledger(name: str) -> bool:
    """Whether *name* is a table of the run's own record."""
    return name.startswith("ledger_")


def content(digest: DatabaseDigest) -> dict[str, str]:
    """Table -> sha256, without the run's own record."""
    return {
        name: table.sha256
        for name, table in digest.tables.items()
        if not in_ledger(name)
    }


def query(site: Site, statement: str) -> list[tuple[Any, ...]]:
    """What *statement* answers on the real database, by the driver alone."""
    if is_sqlite(site.url):
        with closing(sqlite3.connect(sqlite_file(site.url))) as connection:
            return list(connection.execute(statement))
    with psycopg.connect(conninfo(site.url)) as connection:
        return list(connection.execute(sql.SQL(statement)))


def edited(
    exports: Path, folder: Path, changes: Mapping[str, Callable[[Lines], Lines]]
) -> Path:
    """A copy of *exports* in *folder*; *changes*: stem of a CSV -> its new lines."""
    shutil.copytree(exports, folder)
    for stem, change in changes.items():
        path = folder / f"{stem}.csv"
        columns, lines = read_csv(path)
        write_csv(path, columns, change(lines))
    return folder


def read_csv(path: Path) -> tuple[list[str], Lines]:
    """Columns and lines of an export."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        lines = list(reader)
    return list(reader.fieldnames or ()), lines


def write_csv(path: Path, columns: Sequence[str], lines: Lines) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(lines)


def without(column: str, *keys: str) -> Callable[[Lines], Lines]:
    """Lines without those whose *column* is one of *keys*."""
    folded = {key.casefold() for key in keys}
    return lambda lines: [
        line for line in lines if line[column].strip().casefold() not in folded
    ]


def same_database(site: Site, url: str, runs_folder: Path) -> Site:
    """*site* with another database and another folder of runs."""
    return site.with_settings(DATABASE_URL=url, REIMPORT_RUNS=str(runs_folder))


def stored_keys(exports: Path) -> list[str]:
    """Keys of the objects that the bucket of *exports* holds."""
    listing = json.loads((exports / "s3_listing.json").read_text(encoding="utf-8"))
    return [item["Key"] for item in listing]
