"""Every step of an import killed at its points, and struck by seed, on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.faults.looking import look_at_kills, look_at_real_kills, look_at_seeds
from tests.faults.seeds import Schedules
from tests.faults.story import Story

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
ENGINE = "postgresql"
SHARES = {"": "10000", "delete": "100000"}
"""Of the states that kills leave, in turn: files are the same as on SQLite."""


def test_what_is_killed_anywhere_comes_to_the_same_end(story: Story) -> None:
    look_at_kills(story, SHARES, least=60)


def test_a_kill_leaves_what_was_seen_before_it(story: Story) -> None:
    look_at_real_kills(story, "patients", 4)


def test_what_is_struck_by_seed_comes_to_the_same_end(schedules: Schedules) -> None:
    look_at_seeds(schedules, range(4))
