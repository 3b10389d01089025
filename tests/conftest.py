"""What every test may use: databases of its own, and an environment without surprises.

A test's database is a SQLite file or a database on a PostgreSQL server; the server is
the one that DATABASE_URL names, else one started from a wheel for the session (under
pytest-xdist for each worker). Tests of the backend have a set-up of their own.
"""

from __future__ import annotations

import gc
import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from reimport_demo.request_log import LOG
from tests import sharing_out
from tests.s3_requests import forbidden
from tools import postgres
from tools.databases import SHARED, migrate

ENGINES = ("sqlite", "postgresql")
GIVEN_POSTGRES = "REIMPORT_TEST_POSTGRES"
OURS = ("DATABASE_URL", "REIMPORT_", "S3_", "FILEMAKER_", "AWS_", "DJANGO_")
RUNS = Path(__file__).resolve().parents[1] / "runs"
KEPT = ("REIMPORT_ACCEPTANCE_DATA", GIVEN_POSTGRES)
NO_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",  # pragma: allowlist secret
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

settings.register_profile("plain", deadline=None, database=None)
settings.register_profile("ci", deadline=None, database=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "plain")


def pytest_configure() -> None:
    """
    Take a developer's own settings out of the environment, and any real account.

    A shell has what it runs in the background ignore Ctrl-C, and ``nohup`` a hang-up;
    the commands of the tests would inherit that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    url = os.environ.get("DATABASE_URL", "")
    if postgres.is_postgres(url):
        os.environ[GIVEN_POSTGRES] = url
    for name in list(os.environ):
        if name.startswith(OURS) and name not in KEPT:
            del os.environ[name]
    os.environ.update(NO_ACCOUNT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    sharing_out.order(items)


@pytest.hookimpl(optionalhook=True)  # without xdist nothing is shared out
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Any
) -> sharing_out.SharingOut | None:
    by_file = config.getvalue("dist") == "loadfile"
    return sharing_out.SharingOut(config, log) if by_file else None


def pytest_collection_finish() -> None:
    """What has been imported stays: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)  # as in the kernels of notebooks


@pytest.fixture(scope="session", autouse=True)
def s3_requests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """
    Every request that S3 servers of the tests get, in this process and in others.

    At the end no client of the library has deleted, overwritten or given rights.
    """
    log = tmp_path_factory.mktemp("s3") / "requests.jsonl"
    os.environ[LOG] = str(log)
    yield log
    assert forbidden(log) == []


@pytest.fixture(scope="session", autouse=True)
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all workers, and processes of theirs, find a migrated SQLite file."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    os.environ[SHARED] = str(folder / "migrated.sqlite3")
    return folder / "migrated.sqlite3"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server's maintenance database."""
    given = os.environ.get(GIVEN_POSTGRES, "")
    if given:
        yield given
        return
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def older_postgres_url() -> Iterator[str]:
    """The same of the oldest server that the system has, another than the wheel's."""
    versions = postgres.installed()
    if not versions:
        missing = "no PostgreSQL of the system's: tests of an older server do not run"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with postgres.system_server(min(versions)) as url:
        yield url


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The kind of database: every test that asks for one runs on both."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'database.sqlite3'}"
        return
    yield from _postgres_database(request.getfixturevalue("postgres_url"), "template0")


@pytest.fixture
def migrated_database_url(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """The URL of a database of this test's own with the backend's empty tables."""
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path / 'migrated.sqlite3'}"
        migrate(url)
        yield url
        return
    template = request.getfixturevalue("postgres_template")
    yield from _postgres_database(request.getfixturevalue("postgres_url"), template)


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a migrated database, to be copied by CREATE DATABASE."""
    name = _new_name()
    try:
        migrate(postgres.create_database(postgres_url, name))
        yield name
    finally:
        postgres.drop_database(postgres_url, name)


@pytest.fixture(autouse=True)
def _leaves_no_run_behind() -> Iterator[None]:
    """Nothing lands in the project's own folder of runs, where a person's runs lie."""
    if not os.environ.get("CI"):  # people run imports while they test
        yield
        return
    before = {*RUNS.iterdir()}
    yield
    assert {*RUNS.iterdir()} == before


@pytest.fixture(scope="session")
def acceptance_data() -> Path | None:
    """The folder of further clinics with answer keys, where there is one."""
    folder = os.environ.get("REIMPORT_ACCEPTANCE_DATA", "")
    return Path(folder) if folder else None


def _postgres_database(server_url: str, template: str) -> Iterator[str]:
    name = _new_name()
    try:
        yield postgres.create_database(server_url, name, template=template)
    finally:
        postgres.drop_database(server_url, name)


def _new_name() -> str:
    return f"test_{uuid.uuid4().hex}"
