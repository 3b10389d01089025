"""The first rows of an undo: values masked, what stays first, and why it stays."""

from __future__ import annotations

from reimport_lib.plan.undo import (
    CHANGED,
    CREATED,
    Fate,
    Finding,
    Piece,
    RowAt,
    RowValues,
    Why,
    of_parts,
)
from reimport_lib.show.html import Fold, Grid, Stack
from reimport_lib.show.masking import Masking
from reimport_lib.show.undo_rows import rows_stack

MODEL = "patients.Patient"
MADE, CHANGED_ROW = RowAt(MODEL, "1"), RowAt(MODEL, "2")
BACK = Finding(Fate.REVERSED)
KEPT = Finding(Fate.KEPT, Why.PEOPLE, "last_name")
PARTS = {
    Piece(MADE): Finding(Fate.BLOCKED, Why.HANGS, "notes.Note"),
    Piece(CHANGED_ROW, "last_name"): KEPT,
    Piece(CHANGED_ROW, "sex"): BACK,
    Piece(CHANGED_ROW, "import_hash"): BACK,
}
PLAN = of_parts("run", {MADE: CREATED, CHANGED_ROW: CHANGED}, PARTS, {})
VALUES = {
    MADE: RowValues(
        MADE,
        "4711",
        None,
        {"first_name": "Jane", "dob": "1980-02-03", "mrn": ""},
        {"first_name": "Jane", "dob": "1980-02-03", "mrn": ""},
        {},
    ),
    CHANGED_ROW: RowValues(
        CHANGED_ROW,
        "4712",
        {"last_name": "Smith", "sex": "F"},
        {"last_name": "Stone", "sex": "M"},
        {"last_name": "Stone", "sex": "F"},
        {"last_name": KEPT, "sex": BACK},
        more=1,
    ),
}


def grids(*, reveal: bool = False) -> list[tuple[str, Grid]]:
    shown = rows_stack(
        PLAN,
        VALUES,
        Masking(b"secret", reveal=reveal),
        tables={MODEL: "patients"},
        nouns={MODEL: "patients", "notes.Note": "notes"},
        wanted=5,
        done=False,
    )
    assert isinstance(shown, Stack)
    return [
        (part.summary, part.inside)
        for part in shown.parts
        if isinstance(part, Fold) and isinstance(part.inside, Grid)
    ]


def texts(grid: Grid) -> list[list[str]]:
    return [
        [cell if isinstance(cell, str) else cell.text() for cell in row]
        for row in grid.rows
    ]


def test_a_row_that_stays_comes_first_with_its_values_masked_and_why() -> None:
    (blocked, made), (kept, changed) = grids()

    assert blocked == "Patients, created by the run and blocked: 1 of 1 row"
    first, second = texts(made)
    assert first[1:] == [
        *("first_name", "(no row)", "J.", "J."),
        *("✗ blocked", "rows hang on it: notes"),
    ]
    assert second == ["", "dob", "(no row)", "1980", "1980", "", ""]
    assert kept == "Patients, changed by the run and kept: 1 of 1 row"
    assert [line[1:] for line in texts(changed)] == [
        [
            *("last_name", "S.", "S. (another one)", "S."),
            *("= kept", "changed by people since: last_name"),
        ],
        ["sex", "F", "M", "F", "↩ reversed", ""],
    ]
    assert changed.foot == "1 changed field of these is not shown."
    shown = "".join(grid.html() for _, grid in grids())
    assert not any(text in shown for text in ("4711", "Jane", "Smith", "1980-02"))


def test_values_are_shown_to_who_asks_for_them() -> None:
    (_, made), (_, changed) = grids(reveal=True)

    assert made.caption == "Values as they are"
    assert texts(made)[0][:4] == ["4711", "first_name", "(no row)", "Jane"]
    assert texts(changed)[0][2:5] == ["Smith", "Stone", "Stone"]
