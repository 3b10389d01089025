"""What is said of deletions is so: nothing is gone only where nothing is."""

from __future__ import annotations

from typing import Any

import pytest

from reimport_lib.show.deletion_words import finding, said, warning
from tests.show.examples import counts, run

NOTHING_GONE = "no record of an import is gone from the source"


@pytest.mark.parametrize(
    ("deleted", "kept", "title"),
    [
        (0, {}, f"Nothing is deleted: {NOTHING_GONE}"),
        (
            0,
            {"local": 3},
            f"Nothing is deleted: {NOTHING_GONE}; 3 stay for named reasons",
        ),
        (
            0,
            {"has_children": 2},
            "Nothing is deleted: 2 records would go, and others hang on them;"
            " 2 stay for named reasons",
        ),
        (
            0,
            {"has_children": 1, "local_changes": 1, "has_local_rows": 1},
            "Nothing is deleted: 3 records would go, and others or people's work hang"
            " on them; 3 stay for named reasons",
        ),
        (1, {}, "1 record goes, as the source no longer has it"),
        (
            2,
            {"local": 1},
            "2 records go, as the source no longer has them;"
            " 1 stays for a named reason",
        ),
    ],
)
def test_the_title_says_what_goes_and_why(
    deleted: int, kept: dict[str, int], title: str
) -> None:
    assert finding(deleted, kept, clean_slate=False) == title


def test_a_clean_slate_takes_more_and_says_so() -> None:
    assert finding(2, {}, clean_slate=True) == (
        "2 records go, as the source no longer has them or does not let them in"
        " today (clean slate)"
    )


def test_a_record_that_is_gone_and_kept_is_not_told_as_there() -> None:
    kept = {"has_children": 1, "local": 9}

    assert NOTHING_GONE not in finding(0, kept, clean_slate=False)


def deleting(deleted: int, status: str = "succeeded", *, slate: bool = False) -> Any:
    """A full run whose delete phase plans to delete so many, and ended in *status*."""
    manifest = run("full", status, "delete" if status != "succeeded" else "")
    manifest["phases"][2]["tables"] = {"patients": counts(0, deleted=deleted)}
    manifest["parameters"]["clean_slate"] = slate
    return manifest


def test_deletions_are_done_only_where_they_were_applied() -> None:
    assert said(deleting(3)).startswith("3 records were deleted")
    assert said(deleting(1)).startswith("1 record was deleted")
    assert said(deleting(3, "refused")) == "Nothing was deleted."
    assert said(deleting(0)) == "Nothing was deleted."


def test_of_a_phase_that_stopped_by_accident_nothing_is_said() -> None:
    assert said(deleting(3, "failed")) == ""
    assert said(deleting(0, "interrupted")) == ""


def test_a_clean_slate_is_warned_of_and_nothing_else_is() -> None:
    told = warning(deleting(4, slate=True))

    assert "4 records will be deleted" in told
    assert "what people changed" in told
    assert warning(deleting(4)) == ""
