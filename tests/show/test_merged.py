"""Both sides of a conflict: masked, told apart, and by what it was settled."""

from __future__ import annotations

import pandas as pd

from reimport_lib.show.html import ATTRIBUTES, ELEMENTS
from reimport_lib.show.merged import SHOWN, merged_table
from tests.show.attacks import PAYLOADS, assert_harmless
from tests.show.invented import MASK, REVEALED

COLUMNS = ("row", "key", "field", "note", "then", "filemaker", "backend", "by")
ASKED = ("conflict", "Ninepin", "Nobody", "Testling", "policy: ask")
POLICY = "policy: take"


def settled(*lines: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=list(COLUMNS), dtype=object)


def line(row: int, field: str, note: str, *rest: object) -> tuple[object, ...]:
    return (row, f"key-{row}", field, note, *rest)


def test_values_that_look_alike_masked_are_told_apart() -> None:
    found = merged_table("patients", settled(line(2, "last_name", *ASKED)), MASK)

    ((row, key, field, *sides, done, by),) = found.rows
    assert sides == ["N.", "N. (another one)", "T."]
    assert (row, field, by) == ("2", "last_name", "policy: ask")
    assert done == "stays as in the backend; asked"
    assert key == MASK.key("key-2")
    assert found.caption == (
        "Patients: 1 field or record changed on both sides, 1 to decide, masked"
    )
    for name in ("Ninepin", "Nobody", "Testling"):
        assert name not in found.html()


def test_what_is_asked_comes_first_and_nothing_is_made_up() -> None:
    taken = line(2, "last_name", "taken_by_decision", None, "", "Testling", POLICY)
    deleted = line(9, "rows-deleted", "conflict", None, "", "", "policy: ask")
    found = merged_table("patients", settled(taken, deleted), REVEALED)

    assert [row[2:7] for row in found.rows] == [
        ("rows-deleted", "", "", "", "stays as in the backend; asked"),
        ("last_name", "(not kept)", "(empty)", "Testling", "FileMaker's is taken"),
    ]


def test_more_than_anybody_reads_are_counted() -> None:
    lines = [line(row, "last_name", *ASKED) for row in range(SHOWN + 3)]

    found = merged_table("patients", settled(*lines), MASK)

    assert (len(found.rows), found.foot) == (
        SHOWN,
        "3 further lines: reimport decisions.",
    )
    assert merged_table("patients", settled(), MASK).text().endswith("on both sides.")


def test_what_somebody_typed_is_text() -> None:
    for text in PAYLOADS:
        typed = line(2, "last_name", "conflict", text, text, text, text)
        made = merged_table("patients", settled(typed), REVEALED).html()
        assert_harmless(made, elements=ELEMENTS, attributes=ATTRIBUTES)
