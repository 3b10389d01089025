"""What is said of deletions is so: nothing is gone only where nothing is."""

from __future__ import annotations

import pytest

from reimport_lib.show.deletion_words import Deletions, finding, said, warning

NOTHING_GONE = "no record of an import is gone from the source"


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        (Deletions(0, {}), f"Nothing is deleted: {NOTHING_GONE}"),
        (
            Deletions(0, {"local": 3}),
            f"Nothing is deleted: {NOTHING_GONE}; 3 stay for named reasons",
        ),
        (
            Deletions(0, {"has_children": 2}),
            "Nothing is deleted: 2 records would go, and others hang on them;"
            " 2 stay for named reasons",
        ),
        (
            Deletions(1, {}),
            "1 record goes, as the source no longer has it",
        ),
        (
            Deletions(2, {"local": 1}),
            "2 records go, as the source no longer has them;"
            " 1 stays for a named reason",
        ),
        (
            Deletions(2, {}, clean_slate=True),
            "2 records go, as the source no longer has them or does not let them in"
            " today (clean slate)",
        ),
    ],
)
def test_the_title_says_what_goes_and_why(facts: Deletions, title: str) -> None:
    assert finding(facts) == title


def test_a_record_that_is_gone_and_kept_is_not_told_as_there() -> None:
    assert NOTHING_GONE not in finding(Deletions(0, {"has_children": 1, "local": 9}))


def test_deletions_are_done_only_where_they_were_applied() -> None:
    assert said(Deletions(3, {}, state="done")).startswith("3 records were deleted")
    assert said(Deletions(1, {}, state="done")).startswith("1 record was deleted")
    assert said(Deletions(3, {})) == "Nothing was deleted."
    assert said(Deletions(0, {}, state="done")) == "Nothing was deleted."


def test_of_a_phase_that_stopped_by_accident_nothing_is_said() -> None:
    assert said(Deletions(3, {}, state="unsure")) == ""
    assert said(Deletions(0, {}, state="unsure")) == ""


def test_a_clean_slate_is_warned_of_and_nothing_else_is() -> None:
    told = warning(Deletions(4, {}, clean_slate=True))

    assert "4 records will be deleted" in told
    assert "what people changed" in told
    assert warning(Deletions(4, {})) == ""
