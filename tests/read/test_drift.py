"""What changed since the last run's snapshot is shown, and too much of it stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_lib.checks import Check, Verdict
from reimport_lib.counting import MANY_ROWS
from reimport_lib.read import drift
from reimport_lib.read.snapshot import freeze

from .written import AS_OF, delimited, settings

HEADER = ["id", "gender", "notes"]


def compared(
    folder: Path, before: list[list[str]], after: list[list[str]]
) -> tuple[Check, ...]:
    snapshots = []
    for place, rows in enumerate((before, after)):
        exports = folder / str(place)
        exports.mkdir()
        delimited(exports / "Contacts.csv", rows)
        snapshots.append(
            freeze(settings(exports), exports / "s", as_of=AS_OF, objects=None)
        )
    return drift.compare(*snapshots)


def rows(count: int, *, gender: str = "F", notes: str = "x") -> list[list[str]]:
    return [HEADER, *[[str(number), gender, notes] for number in range(count)]]


def test_the_same_source_has_not_drifted(tmp_path: Path) -> None:
    checks = compared(tmp_path, rows(30), rows(30))

    assert [(check.name, check.verdict) for check in checks] == [
        ("patients: rows", Verdict.PASS)
    ]


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        (1000, Verdict.PASS),
        (1100, Verdict.PASS),
        (1400, Verdict.WARN),
        (960, Verdict.WARN),
        (940, Verdict.FAIL),
        (0, Verdict.FAIL),
    ],
)
def test_lost_rows_warn_and_many_stop(
    tmp_path: Path, after: int, verdict: Verdict
) -> None:
    check = compared(tmp_path, rows(1000), rows(after))[0]

    assert (check.expected, check.verdict) == ("1,000", verdict)


def test_a_small_table_may_lose_a_few_rows(tmp_path: Path) -> None:
    assert compared(tmp_path, rows(30), rows(15))[0].verdict is Verdict.WARN


def test_a_column_that_is_gone_stops_and_a_new_one_warns(tmp_path: Path) -> None:
    after = [["id", "gender", "colour"], *[[str(n), "F", "red"] for n in range(30)]]

    checks = compared(tmp_path, rows(30), after)

    assert {(check.name, check.actual, check.verdict) for check in checks[1:]} == {
        ("patients: column 'notes'", "gone", Verdict.FAIL),
        ("patients: column 'colour'", "30 filled", Verdict.WARN),
    }


def test_a_header_that_nobody_declares_is_named_only_where_many_rows_fill_it(
    tmp_path: Path,
) -> None:
    after = [[*HEADER, "Typed Name"], *[[*row, "x"] for row in rows(15)[1:]]]

    one, two = compared(tmp_path, rows(15), after)[1:], ()
    (tmp_path / "back").mkdir()
    two = compared(tmp_path / "back", after, rows(15))[1:]

    assert [(check.name, check.actual) for check in (*one, *two)] == [
        ("patients: column 'column 4'", "15 filled"),
        ("patients: column 'column 4'", "gone"),
    ]


def test_a_column_that_came_nearly_empty_warns(tmp_path: Path) -> None:
    after = [*rows(20), *[[str(n), "F", ""] for n in range(20, 30)]]

    check = compared(tmp_path, rows(30), after)[1]

    assert (check.expected, check.actual) == ("30 of 30", "20 of 30")


def test_a_column_without_any_value_left_stops_as_if_it_were_gone(
    tmp_path: Path,
) -> None:
    few = [*rows(30)[:11], *rows(30, notes="")[11:]]
    for folder, before, said, verdict in (
        ("many", rows(30), "notes", Verdict.FAIL),
        ("few", few, "column 3", Verdict.WARN),
    ):
        (tmp_path / folder).mkdir()

        check = compared(tmp_path / folder, before, rows(30, notes=""))[1]

        assert (check.name, check.verdict) == (f"patients: column {said!r}", verdict)


def test_new_words_of_a_coded_column_are_shown_if_rows_share_them(
    tmp_path: Path,
) -> None:
    many = [[f"x{number}", "X", ""] for number in range(MANY_ROWS)]
    few = [["a", "Typed Name", ""], ["b", "Typed Name", ""]]
    after = [*rows(30), *many, *few]

    checks = compared(tmp_path, rows(30), after)

    words = next(check for check in checks if "new words" in check.name)
    assert (words.actual, words.verdict) == ("2 (X: 20 rows)", Verdict.WARN)


def test_a_table_that_is_gone_or_new_warns(tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / name).mkdir()
        delimited(tmp_path / name / "Contacts.csv", rows(3))
    delimited(tmp_path / "1" / "Notes.csv", [["id", "Note"], ["1", "x"]])
    one, two = (
        freeze(settings(tmp_path / n), tmp_path / n / "s", as_of=AS_OF, objects=None)
        for n in ("1", "2")
    )

    gone = [check.actual for check in drift.compare(one, two) if "table" in check.name]
    new = [check.actual for check in drift.compare(two, one) if "table" in check.name]

    assert (gone, new) == (["not exported"], ["new"])
