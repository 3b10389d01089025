"""Where the source's rows are, said of the phases that were applied."""

from __future__ import annotations

from reimport_lib.show.row_words import Rows, said

SOME = {"created": 9, "unchanged": 1, "skipped": 2, "rejected": 1}


def test_rows_are_in_the_database_that_the_run_wrote_to() -> None:
    assert said(Rows(SOME))[0] == (
        "10 of 13 source rows (76.92%) are in the backend: 9 created, 1 unchanged."
    )
    assert "are in the copy" in said(Rows(SOME, rehearsed=True))[0]


def test_one_row_is_one() -> None:
    assert said(Rows({"created": 1})) == [
        "1 of 1 source row (100%) is in the backend: 1 created."
    ]


def test_of_no_row_nothing_is_said() -> None:
    assert said(Rows({})) == []


def test_rows_of_phases_that_are_not_done_are_not_meant() -> None:
    assert "of the phases done" in said(Rows(SOME, partial=True))[0]
    assert "of the phases done" not in said(Rows(SOME))[0]


def test_rows_whose_checks_fail_are_there_by_the_plans_alone() -> None:
    assert "which the checks do not bear out" in said(Rows(SOME, doubted=True))[0]
    assert "by the plans" not in said(Rows(SOME))[0]


def test_what_does_not_come_in_is_counted_here_and_listed_in_the_files() -> None:
    """The page shows three numbers of each reason: it never says that it lists all."""
    assert said(Rows(SOME))[1] == (
        "1 cannot come in and 2 were left out by rule: the reasons and their counts"
        " stand below, every row in outcomes/."
    )
    assert said(Rows({"created": 1, "skipped": 1}))[1].startswith("1 was left out")
    assert said(Rows({"created": 1, "rejected": 2}))[1].startswith("2 cannot come in:")
    assert len(said(Rows({"created": 1}))) == 1
