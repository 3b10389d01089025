"""Checks are counted whole: warnings, and those that could not be made, among them."""

from __future__ import annotations

import pytest

from reimport_lib.checks import Verdict
from reimport_lib.show.check_words import found

HELD, FAILED, WARNED, UNMADE = (["pass"], ["fail"], ["warn"], ["could-not-check"])


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        ([], "no check was made"),
        (HELD, "the one check holds"),
        (HELD * 120, "all 120 checks hold"),
        (
            HELD * 1_276 + WARNED * 19 + UNMADE * 10,
            "1,276 of 1,305 checks hold; 19 ask for a look; 10 could not be made",
        ),
        (
            HELD + FAILED + WARNED + UNMADE,
            "1 of 4 checks holds; 1 does not hold; 1 asks for a look;"
            " 1 could not be made",
        ),
        (UNMADE, "0 of 1 check holds; 1 could not be made"),
    ],
)
def test_what_does_not_hold_is_counted_beside_what_does(
    verdicts: list[str], sentence: str
) -> None:
    assert found(verdicts) == sentence


@pytest.mark.parametrize("other", [FAILED, WARNED, UNMADE])
def test_all_hold_only_where_all_do(other: list[str]) -> None:
    assert found(HELD * 3).startswith("all")
    assert "all" not in found(HELD * 2 + other)


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (HELD, "the one check held"),
        (HELD * 3, "all 3 checks held"),
        (HELD + FAILED, "1 of 2 checks held; 1 did not hold"),
        (
            HELD * 3 + WARNED + UNMADE * 2,
            "3 of 6 checks held; 1 asked for a look; 2 could not be made",
        ),
    ],
)
def test_checks_of_what_is_gone_held(verdicts: list[str], sentence: str) -> None:
    assert found(verdicts, past=True) == sentence


def test_every_verdict_is_counted() -> None:
    assert found(Verdict).startswith(f"1 of {len(Verdict)} checks holds")
    assert found(Verdict).count(";") == len(Verdict) - 1
