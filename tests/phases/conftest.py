"""A small clinic, its bucket, and databases in the states that tests begin with.

Each state is made once per kind of database and copied for every test.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest

from reimport_demo import s3
from reimport_demo.clinic import existing
from reimport_demo.clinic.build import LEAST_SCALE, Clinic, build
from reimport_lib.backup.digests import DatabaseDigest
from reimport_lib.record.run import Run
from reimport_lib.write import bind, configuration
from reimport_lib.write.databases import database_name, is_sqlite, sqlite_file
from tests.phases import sites
from tests.phases.later import Later, import_later
from tests.phases.sites import Site
from tools import postgres
from tools.databases import migrate

BUCKET = "clinic-of-phases"


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """The smallest clinic, as CSV files: a test edits them as text."""
    return build(tmp_path_factory.mktemp("clinic"), scale=LEAST_SCALE, excel=False)


@pytest.fixture(scope="session")
def bucket(clinic: Clinic) -> Iterator[Mapping[str, str]]:
    """The settings that reach the clinic's stored objects."""
    keys = [item["Key"] for item in json.loads(clinic.listing.read_text())]
    with s3.serve_s3(keys, bucket=BUCKET) as served:
        yield served.environment()


@dataclass(frozen=True)
class Whole:
    """A clinic after its first rehearsal and the full run that applied it."""

    site: Site
    rehearsal: Run
    full: Run
    before: DatabaseDigest
    file_before: bytes
    rehearsed: DatabaseDigest
    file_rehearsed: bytes


@dataclass
class States:
    """Databases of one kind, made once; each is copied for a test, never changed."""

    engine: str
    clinic: Clinic
    bucket: Mapping[str, str]
    folder: Path
    server: str = ""
    made: list[str] = field(default_factory=list)

    @cached_property
    def ready(self) -> Site:
        """Lists loaded, rows of the first system and of people; nothing imported."""
        folder = self.folder / "ready"
        site = self._site(self._new_database(folder), folder / "runs")
        migrate(site.url)
        configuration.load(site.settings, self.clinic.config)
        bind.bind_real(site.settings, writable=True)
        existing.load_existing(self.clinic)
        bind.close()
        return site

    @cached_property
    def imported(self) -> Whole:
        """What the first import left."""
        folder = self.folder / "imported"
        url = self.copy(self.ready, folder)
        site = sites.same_database(self.ready, url, folder / "runs")
        before, file_before = site.digest(), _file(site)
        rehearsal = site.rehearse()
        rehearsed, file_rehearsed = site.digest(), _file(site)
        full = site.apply(rehearsal)
        return Whole(
            site, rehearsal, full, before, file_before, rehearsed, file_rehearsed
        )

    @cached_property
    def later(self) -> Later:
        """What the second import left, of a source that has moved on."""
        return import_later(self, self.folder / "later")

    def copy(self, site: Site, folder: Path) -> str:
        """The URL of a copy of the database of *site*, in *folder* or on the server."""
        bind.close()
        folder.mkdir(exist_ok=True)
        if is_sqlite(site.url):
            file = folder / "clinic.sqlite3"
            with (
                closing(sqlite3.connect(sqlite_file(site.url))) as old,
                closing(sqlite3.connect(file)) as new,
            ):
                old.backup(new)
            return f"sqlite:///{file}"
        name = self._new_name()
        template = database_name(site.url)
        return postgres.create_database(self.server, name, template=template)

    def like(self, site: Site, folder: Path) -> Site:
        """The same as *site*, database and runs, in *folder*."""
        url = self.copy(site, folder)
        shutil.copytree(site.settings.runs, folder / "runs")
        return sites.same_database(site, url, folder / "runs")

    def drop(self, site: Site) -> None:
        bind.close()
        site.drop_copies()

    def drop_all(self) -> None:
        if "imported" in vars(self):
            self.drop(self.imported.site)
        if "later" in vars(self):
            self.drop(self.later.site)
        for name in self.made:
            postgres.drop_database(self.server, name)

    def _new_database(self, folder: Path) -> str:
        folder.mkdir()
        if self.engine == "sqlite":
            return f"sqlite:///{folder / 'clinic.sqlite3'}"
        return postgres.create_database(self.server, self._new_name())

    def _new_name(self) -> str:
        self.made.append(f"phases_{uuid.uuid4().hex[:12]}")
        return self.made[-1]

    def _site(self, url: str, runs_folder: Path) -> Site:
        return sites.site(
            {
                **self.bucket,
                "DATABASE_URL": url,
                "REIMPORT_SOURCE": str(self.clinic.exports),
                "REIMPORT_RUNS": str(runs_folder),
            }
        )


Once = Callable[[States, Callable[[Site], object]], Site]
"""Kind of database, and what is done to an imported site -> that site, made once."""


@pytest.fixture(scope="session")
def sqlite_states(
    clinic: Clinic,
    bucket: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> States:
    return States("sqlite", clinic, bucket, tmp_path_factory.mktemp("states"))


@pytest.fixture(scope="session")
def postgresql_states(
    clinic: Clinic,
    bucket: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    postgres_url: str,
) -> Iterator[States]:
    folder = tmp_path_factory.mktemp("states")
    made = States("postgresql", clinic, bucket, folder, postgres_url)
    yield made
    made.drop_all()


@pytest.fixture
def states(engine: str, request: pytest.FixtureRequest) -> States:
    found: States = request.getfixturevalue(f"{engine}_states")
    return found


@pytest.fixture
def ready(states: States, tmp_path: Path) -> Iterator[Site]:
    """A site of this test's own into which nothing has been imported yet."""
    url = states.copy(states.ready, tmp_path / "site")
    own = sites.same_database(states.ready, url, tmp_path / "site" / "runs")
    yield own
    states.drop(own)


@pytest.fixture
def whole(states: States) -> Whole:
    """The first import of the clinic; tests only look at it."""
    return states.imported


@pytest.fixture
def later(states: States) -> Later:
    """The second import of the clinic; tests only look at it."""
    return states.later


@pytest.fixture
def imported(states: States, whole: Whole, tmp_path: Path) -> Iterator[Site]:
    """A site of this test's own, imported once, with the runs that did it."""
    own = states.like(whole.site, tmp_path / "site")
    yield own
    states.drop(own)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Once]:
    """Gives what tests of one module share: they look at it, or copy it."""
    made: dict[str, tuple[States, Site]] = {}

    def give(states: States, prepare: Callable[[Site], object]) -> Site:
        if states.engine not in made:
            folder = tmp_path_factory.mktemp("once") / "site"
            own = states.like(states.imported.site, folder)
            made[states.engine] = states, own
            prepare(own)
        return made[states.engine][1]

    yield give
    for states, own in made.values():
        states.drop(own)


def _file(site: Site) -> bytes:
    """The bytes of a SQLite database; a server has none."""
    bind.close()
    return sqlite_file(site.url).read_bytes() if is_sqlite(site.url) else b""
