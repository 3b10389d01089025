"""Both sides of a check on the API's answers state what was counted."""

from __future__ import annotations

from reimport_lib.checks import Verdict
from reimport_lib.prove.facts import counted, every, judged, number, same_rows, true


def test_what_holds_reads_alike_on_both_sides() -> None:
    facts = [
        same_rows(["a", "b", "c"], {"a", "b", "c"}),
        counted("imported rows as in the source", 2, of=2),
        number("patients", 53, 53),
        true("the patient", "another patient or none", holds=True),
        every("closed", {"/notes/": True, "/sms/": True}),
    ]

    check = judged("API: it answers", facts)

    assert check.verdict is Verdict.PASS
    assert check.expected == check.actual
    assert check.actual == (
        "3 of 3 rows; 2 of 2 imported rows as in the source; 53 patients;"
        " the patient; 2 of 2 closed"
    )


def test_rows_of_other_origin_are_not_told_as_missing() -> None:
    """24 rows, one of them a person's, read once as "24 rows; 23 as in the source"."""
    check = judged(
        "API: rows",
        [
            same_rows([*"abcd"], {*"abcd"}),
            counted("imported rows as in the source", 3, of=3),
        ],
    )

    assert check.actual == "4 of 4 rows; 3 of 3 imported rows as in the source"


def test_what_does_not_hold_says_by_how_much() -> None:
    check = judged(
        "API: rows",
        [
            same_rows(["a", "x", "x"], {"a", "b"}),
            counted("as in the source", 0, of=1),
            number("patients", 53, 52),
            true("the patient", "another patient or none", holds=False),
            every("closed", {"/notes/": True, "/sms/": False}),
        ],
    )

    assert check.verdict is Verdict.FAIL
    assert check.hint
    assert check.actual == (
        "1 of 2 rows, 1 of others, 1 shown again; 0 of 1 as in the source;"
        " 52 patients; another patient or none; 1 of 2 closed; not /sms/"
    )
