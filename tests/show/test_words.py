"""Figures in words: never alone, never rounded up."""

from __future__ import annotations

import pytest

from reimport_lib.plan.codes import Kept, Note, Reason
from reimport_lib.record.status import Status
from reimport_lib.show import words


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (6489, 6490, "6,489 of 6,490 (99.98%)"),
        (6490, 6490, "6,490 of 6,490 (100%)"),
        (99_999_999, 100_000_000, "99,999,999 of 100,000,000 (99.99%)"),
        (1, 1_000_000, "1 of 1,000,000 (<0.01%)"),
        (0, 12, "0 of 12 (0%)"),
        (0, 0, "0 of 0"),
    ],
)
def test_a_share_is_floored_and_stands_beside_its_counts(
    part: int, whole: int, shown: str
) -> None:
    assert words.share(part, whole) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.84, "0.8 s"), (41.9, "41 s"), (125, "2 min 05 s"), (3840, "1 h 04 min")],
)
def test_durations_read_like_speech(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1, "1 byte"), (812, "812 bytes"), (3_400_000, "3.4 MB"), (5 * 10**12, "5.0 TB")],
)
def test_sizes_are_decimal(number: int, shown: str) -> None:
    assert words.size(number) == shown


@pytest.mark.parametrize(
    ("counts", "applied", "sentence"),
    [
        (
            {"created": 9812, "unchanged": 5323, "rejected": 14},
            False,
            "9,812 of 15,149 appointments will be created; 14 are rejected",
        ),
        (
            {"created": 9812, "unchanged": 5323, "rejected": 1},
            True,
            "9,812 of 15,136 appointments were created; 1 was rejected",
        ),
        ({"unchanged": 3}, False, "All 3 appointments are unchanged"),
        (
            {"unchanged": 3, "rejected": 2},
            False,
            "3 of 5 appointments are unchanged; 2 are rejected",
        ),
        ({}, False, "No appointments: nothing to import"),
        ({"created": 1}, True, "The only row of appointments was created"),
    ],
)
def test_the_finding_leads_with_the_change_and_keeps_the_rest(
    counts: dict[str, int], applied: bool, sentence: str
) -> None:
    assert words.outcome_finding("appointments", counts, applied=applied) == sentence


def test_the_equation_leaves_zeros_out() -> None:
    counts = {"created": 2, "updated": 0, "rejected": 1}

    assert words.equation("notes", counts) == "3 = 2 created + 1 rejected"


def test_every_code_has_a_sentence_and_a_remedy() -> None:
    for code in [*Reason, *Kept]:
        assert all(words.code_meaning(str(code)))
    for code in Note:
        assert all(words.note_meaning(str(code)))


def test_a_code_that_is_reason_and_note_is_told_apart() -> None:
    assert "required" in words.code_meaning("bad_date")[0]
    assert "optional" in words.note_meaning("bad_date")[0]


def test_every_status_of_a_run_has_a_saying() -> None:
    assert set(words.STATUSES) == {str(status) for status in Status}


def test_an_unknown_status_is_shown_as_it_is() -> None:
    assert words.saying(words.STATUSES, "odd").word == "odd"


@pytest.mark.parametrize("code", [*Reason, *Kept, *Note], ids=str)
def test_no_remedy_tells_anybody_to_destroy_a_record(
    code: Reason | Kept | Note,
) -> None:
    """These are clinical records: what is wrong in one is corrected or merged."""
    told = code.remedy.casefold()

    for word in ("delete", "remove the record", "overwrite", "discard", "erase"):
        assert word not in told
