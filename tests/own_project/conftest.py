"""The workshop before its first import and after it, once per kind of database."""

from __future__ import annotations

import copy
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.write.databases import database_name
from tests.own_project import exports, work
from tests.own_project.exports import KINDS, Rows
from tests.own_project.work import Ask, Place
from tools import postgres


@dataclass
class Workshop:
    """A workshop at work; a process of its own does what is asked of it here."""

    ask: Ask
    place: Place
    folder: Path
    rows: Rows = field(default_factory=exports.workshop)
    server: str = ""
    imported_by: str = ""

    def export(self, change: Callable[[Rows], object] = lambda rows: None) -> None:
        """Export again, with what *change* does to the rows."""
        self.rows = copy.deepcopy(self.rows)
        change(self.rows)
        folder = self.folder / f"exports-{uuid.uuid4().hex[:8]}"
        self.place = replace(self.place, exports=exports.write(self.rows, folder))

    def run(self, rehearsed: str = "") -> Any:
        return self.ask(work.run, self.place, rehearsed)

    def import_all(self) -> Any:
        """Rehearse and apply what is exported."""
        rehearsal = self.run()
        assert rehearsal["error"] == ""
        full = self.run(rehearsal["run_id"])
        assert (full["status"], full["error"]) == ("succeeded", "")
        return full

    def held(self, statement: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.ask(work.query, self.place.url, statement)
        return found

    def copied(self, folder: Path) -> Workshop:
        """The same with a database and runs of its own."""
        url = f"sqlite:///{folder / 'bikes.sqlite3'}"
        if self.server:
            name = f"bikes_{uuid.uuid4().hex}"
            template = database_name(self.place.url)
            url = postgres.create_database(self.server, name, template=template)
        else:
            with (
                closing(sqlite3.connect(self.folder / "bikes.sqlite3")) as old,
                closing(sqlite3.connect(folder / "bikes.sqlite3")) as new,
            ):
                old.backup(new)
        if self.place.runs.exists():
            shutil.copytree(self.place.runs, folder / "runs")
        place = replace(self.place, url=url, runs=folder / "runs")
        return replace(self, place=place, folder=folder)

    def drop(self) -> None:
        self.ask(work.drop_copies, self.place)
        if self.server:
            postgres.drop_database(self.server, database_name(self.place.url))


@pytest.fixture(scope="session")
def ask() -> Iterator[Ask]:
    with work.worker() as asked:
        yield asked


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ready_once(
    request: pytest.FixtureRequest, ask: Ask, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workshop]:
    folder = tmp_path_factory.mktemp("workshop")
    url, server = f"sqlite:///{folder / 'bikes.sqlite3'}", ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        url = postgres.create_database(server, f"bikes_{uuid.uuid4().hex}")
    else:
        (folder / "bikes.sqlite3").touch()
    made = Workshop(ask, Place(url, folder, folder / "runs"), folder, server=server)
    made.export()
    ask(work.make_ready, url, KINDS)
    yield made
    made.drop()


@pytest.fixture(scope="module")
def imported_once(
    ready_once: Workshop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workshop]:
    shop = ready_once.copied(tmp_path_factory.mktemp("imported"))
    shop.imported_by = str(shop.import_all()["run_id"])
    yield shop
    shop.drop()


@pytest.fixture
def ready(ready_once: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """Its kinds are there, and nothing is imported yet."""
    shop = ready_once.copied(tmp_path)
    yield shop
    shop.drop()


@pytest.fixture
def shop(imported_once: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """It has imported once."""
    own = imported_once.copied(tmp_path)
    yield own
    own.drop()
