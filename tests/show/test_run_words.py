"""What is said of a run is so in every state that it can be in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reimport_lib.record.status import Status
from reimport_lib.show.check_words import Tally
from reimport_lib.show.run_words import (
    Standing,
    Writing,
    checked,
    lead,
    stopped,
    written,
)

REHEARSAL = Standing(rehearsal=True, status="succeeded", checks=Tally(held=3))
STOPPED = Standing(
    rehearsal=False,
    status="refused",
    phase="notes",
    reason="notes: too many are rejected.",
    done=("validation", "backup"),
    left=1,
)


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (REHEARSAL, "The rehearsal succeeded: all 3 checks hold."),
        (
            replace(REHEARSAL, rehearsal=False, checks=Tally(3, warned=1, unmade=2)),
            "The import succeeded: 3 of 6 checks hold; 1 asks for a look;"
            " 2 could not be made.",
        ),
        (STOPPED, "The import was refused in phase notes."),
        (replace(STOPPED, status="failed"), "The import failed in phase notes."),
        (
            replace(STOPPED, status="validation-failed"),
            "The import ended in phase notes: checks of it do not hold.",
        ),
        (
            replace(STOPPED, status="interrupted", phase=""),
            "The import was interrupted between two phases.",
        ),
        (replace(STOPPED, status="running"), "The import has not ended."),
        (replace(STOPPED, status="open"), "The import has not started."),
        (replace(STOPPED, status="rolled-back"), "The import was taken back."),
    ],
)
def test_the_first_sentence_says_how_the_run_ended(
    run: Standing, sentence: str
) -> None:
    assert lead(run) == sentence


@pytest.mark.parametrize("status", [str(status) for status in Status])
def test_no_state_is_said_to_have_written_nothing_or_all(status: str) -> None:
    """A phase before may have written; the one it ended in may have too."""
    told = lead(replace(STOPPED, status=status))

    assert "wrote nothing" not in told
    assert "rolled back" not in told
    assert "is done" not in told


def test_checks_are_counted_once() -> None:
    assert checked(REHEARSAL) == []
    assert checked(replace(STOPPED, checks=Tally(1, 1))) == [
        "1 of 2 checks holds; 1 does not hold."
    ]
    assert checked(STOPPED) == []


def test_why_a_run_stopped_is_told_of_runs_that_did() -> None:
    assert stopped(STOPPED) == [
        "Why: notes: too many are rejected.",
        "1 later phase did not run.",
        "Done before that: validation, backup.",
    ]
    for status in ("open", "running", "succeeded", "rolled-back"):
        assert stopped(replace(STOPPED, status=status)) == []


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            Writing(rehearsal=True, copied=True, wrote=("notes",)),
            "All of it happened on a copy: the real database was only read.",
        ),
        (
            Writing(rehearsal=True, copied=True),
            "No record of the copy was changed; the real database was only read.",
        ),
        (
            Writing(rehearsal=True),
            "No copy was ready to write to; the real database was not written to.",
        ),
        (
            Writing(rehearsal=False),
            "No record of the real database was created, updated or deleted.",
        ),
        (
            Writing(
                rehearsal=False, wrote=("deletions", "notes"), backup="this folder"
            ),
            "Written to the real database: deletions, notes."
            " The backup from before that is in this folder.",
        ),
        (
            Writing(rehearsal=False, unsure="notes"),
            "Whether notes was written before it stopped is in the ledger:"
            " resuming finds out.",
        ),
        (
            Writing(rehearsal=False, taken_back=True, wrote=("notes",)),
            "The real database was put back to what it held before this run.",
        ),
    ],
)
def test_what_was_written_is_said_of_the_database_it_went_to(
    facts: Writing, sentence: str
) -> None:
    assert written(facts) == sentence


def test_without_a_copy_nothing_happened_on_one() -> None:
    assert "happened on a copy" not in written(Writing(rehearsal=True, unsure="notes"))
