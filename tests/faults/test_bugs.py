"""Planted bugs are found by seed, and what finds one is made smaller."""

from __future__ import annotations

import pytest

from tests.faults.looking import found_by_seed, look_at_shrinking
from tests.faults.story import Story

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
ENGINE = "sqlite"
FOUND_BY = {
    "lost-decision": 0,
    "resume-repeats-a-phase": 34,
    "undo-forgets-a-link": 0,
}
"""Bug -> the first seed that finds it: trying those before it takes a minute."""
SHRUNK, SHRUNK_BY = "autocommit-delete", 37


@pytest.mark.parametrize("bug", FOUND_BY)
def test_a_planted_bug_is_found(story: Story, bug: str) -> None:
    found_by_seed(story, bug, first=FOUND_BY[bug])


def test_what_finds_a_bug_is_repeated_and_made_smaller(story: Story) -> None:
    look_at_shrinking(story, SHRUNK, first=SHRUNK_BY)
