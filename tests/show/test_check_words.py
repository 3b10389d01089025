"""Checks are counted whole: warnings, and those that could not be made, among them."""

from __future__ import annotations

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.show.check_words import Tally, found


@pytest.mark.parametrize(
    ("tally", "sentence"),
    [
        (Tally(), "no check was made"),
        (Tally(held=1), "the one check holds"),
        (Tally(held=120), "all 120 checks hold"),
        (
            Tally(held=1_276, warned=19, unmade=10),
            "1,276 of 1,305 checks hold; 19 ask for a look; 10 could not be made",
        ),
        (
            Tally(held=1, failed=1, warned=1, unmade=1),
            "1 of 4 checks holds; 1 does not hold; 1 asks for a look;"
            " 1 could not be made",
        ),
        (Tally(unmade=1), "0 of 1 check holds; 1 could not be made"),
    ],
)
def test_what_does_not_hold_is_counted_beside_what_does(
    tally: Tally, sentence: str
) -> None:
    assert found(tally) == sentence


@pytest.mark.parametrize("other", [Tally(2, 1), Tally(2, 0, 1), Tally(2, 0, 0, 1)])
def test_all_hold_only_where_all_do(other: Tally) -> None:
    assert found(Tally(3)).startswith("all")
    assert "all" not in found(other)


@pytest.mark.parametrize(
    ("tally", "sentence"),
    [
        (Tally(1), "the one check held"),
        (Tally(3), "all 3 checks held"),
        (Tally(1, 1), "1 of 2 checks held; 1 did not hold"),
        (
            Tally(3, 0, 1, 2),
            "3 of 6 checks held; 1 asked for a look; 2 could not be made",
        ),
    ],
)
def test_checks_of_what_is_gone_held(tally: Tally, sentence: str) -> None:
    assert found(tally, past=True) == sentence


def test_every_verdict_is_in_the_tally() -> None:
    tally = Tally.of(str(verdict) for verdict in Verdict)

    assert tally == Tally(1, 1, 1, 1)
    assert tally.total == len(Verdict)
