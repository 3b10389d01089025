"""The story, told once for each engine; every trial begins with what it kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.seeds import Schedules
from tests.faults.story import Story, told


@pytest.fixture(scope="package")
def sqlite_story() -> Iterator[Story]:
    with told("sqlite") as whole:
        yield whole


@pytest.fixture(scope="package")
def postgresql_story() -> Iterator[Story]:
    with told("postgresql") as whole:
        yield whole


@pytest.fixture(scope="module")
def story(request: pytest.FixtureRequest) -> Story:
    """On the engine that the file names."""
    found: Story = request.getfixturevalue(f"{request.module.ENGINE}_story")
    return found


@pytest.fixture(scope="module")
def schedules(story: Story) -> Schedules:
    return Schedules(story)
