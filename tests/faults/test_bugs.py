"""Planted bugs are found by seed, and what finds one is made smaller."""

from __future__ import annotations

import pytest

from tests.faults.looking import found_by_seed, look_at_shrinking
from tests.faults.story import Story

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
ENGINE = "sqlite"
QUICKLY_FOUND = ("lost-decision", "resume-repeats-a-phase", "undo-forgets-a-link")
SHRUNK, FOUND_BY = "autocommit-delete", 37  # no seed before it, which takes a minute


@pytest.mark.parametrize("bug", QUICKLY_FOUND)
def test_a_planted_bug_is_found(story: Story, bug: str) -> None:
    found_by_seed(story, bug)


def test_what_finds_a_bug_is_repeated_and_made_smaller(story: Story) -> None:
    look_at_shrinking(story, SHRUNK, first=FOUND_BY)
