"""A bound database: migrated, of the test's own, closed before it is dropped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from reimport_lib.write import bind
from reimport_lib.write.databases import database_name, is_sqlite, sqlite_file
from tests.conftest import _postgres_database
from tests.write.rows import take_fence
from tools.databases import migrate

Once = Callable[[str], str]


@pytest.fixture
def bound(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """
    Its URL; ``default`` may write to it, ``real`` only read.

    Empty, or with what ``fill`` of the module writes, where it has one.
    """
    begins = "filled" if hasattr(request.module, "fill") else "migrated"
    url: str = request.getfixturevalue(f"{begins}_database_url")
    with _bound(url):
        yield url


@pytest.fixture(scope="module")
def filled_once(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Once]:
    """Kind of database -> the URL of one with what ``fill`` of the module writes."""
    made: dict[str, str] = {}
    with ExitStack() as stack:

        def give(engine: str) -> str:
            if engine not in made:
                folder = tmp_path_factory.mktemp("filled")
                url = f"sqlite:///{folder / 'filled.sqlite3'}"
                if engine == "postgresql":
                    server = request.getfixturevalue("postgres_url")
                    template = request.getfixturevalue("postgres_template")
                    database = contextmanager(_postgres_database)(server, template)
                    url = stack.enter_context(database)
                else:
                    migrate(url)
                with _bound(url):
                    request.module.fill()
                made[engine] = url
            return made[engine]

        yield give


@pytest.fixture
def filled_database_url(
    engine: str, filled_once: Once, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """The URL of a copy of it, of this test's own."""
    url = filled_once(engine)
    if is_sqlite(url):
        file = shutil.copy(sqlite_file(url), tmp_path / "database.sqlite3")
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgres_url")
    yield from _postgres_database(server, database_name(url))


@contextmanager
def _bound(url: str) -> Iterator[None]:
    bind.bind(url, real_database=url, writable=True)
    take_fence()
    yield
    bind.close()
