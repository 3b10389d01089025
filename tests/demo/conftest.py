"""A small clinic on disk, and a database that it can be put into."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reimport_demo.clinic.build import LEAST_SCALE, Clinic, build
from reimport_lib.config import load_settings
from reimport_lib.write import bind, configuration


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """The smallest clinic; tests only read it."""
    return build(tmp_path_factory.mktemp("clinic"), scale=LEAST_SCALE)


@pytest.fixture
def configured(migrated_database_url: str, small: Clinic) -> Iterator[str]:
    """The URL of a bound, writable database that holds the small clinic's lists."""
    settings = load_settings({"DATABASE_URL": migrated_database_url})
    configuration.load(settings, small.config)
    bind.bind_real(settings, writable=True)
    yield migrated_database_url
    bind.close()
