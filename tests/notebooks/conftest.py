"""A site whose notebooks are executed as people execute them: by papermill itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from reimport_demo import s3
from reimport_demo.clinic.build import LEAST_SCALE, Clinic, build
from tests.cli.commands import Commands
from tests.phases import sites
from tests.phases.conftest import States

BUCKET = "clinic-of-notebooks"


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """The smallest clinic; its exports are read nine times, so they are plain text."""
    return build(tmp_path_factory.mktemp("clinic"), scale=LEAST_SCALE, excel=False)


@pytest.fixture(scope="session")
def bucket(clinic: Clinic) -> Iterator[Mapping[str, str]]:
    """The settings that reach the clinic's stored objects."""
    keys = [item["Key"] for item in json.loads(clinic.listing.read_text())]
    with s3.serve_s3(keys, bucket=BUCKET) as served:
        yield served.environment()


@pytest.fixture(scope="session")
def states(
    clinic: Clinic,
    bucket: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> States:
    return States("sqlite", clinic, bucket, tmp_path_factory.mktemp("states"))


@pytest.fixture
def commands(states: States, tmp_path: Path) -> Commands:
    """A site of this test's own into which nothing has been imported yet."""
    url = states.copy(states.ready, tmp_path / "site")
    site = sites.same_database(states.ready, url, tmp_path / "site" / "runs")
    return Commands(site, tmp_path)
