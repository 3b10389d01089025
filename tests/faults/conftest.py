"""The story, told once for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.seeds import Schedules
from tests.faults.story import Story, told


@pytest.fixture(scope="module")
def story(request: pytest.FixtureRequest) -> Iterator[Story]:
    """On the engine that the file names."""
    with told(request.module.ENGINE) as whole:
        yield whole


@pytest.fixture(scope="module")
def schedules(story: Story) -> Schedules:
    return Schedules(story)
