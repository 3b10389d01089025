"""Times of day in workbooks: a number cell shows that it was one."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from reimport_lib.read.exports import excel

from .written import column, xlsx


def test_a_number_in_a_column_of_clocks_shows_that_it_is_one(tmp_path: Path) -> None:
    """Text with two decimals is hours and minutes; a part of a day has three."""
    cells = [0.5, 0.25, 1.0, 0, 0.4375, "0.50", "1", 1540, time(9, 30)]
    path = xlsx(
        tmp_path / "A.xlsx", [["Table::startTime"], *([cell] for cell in cells)]
    )

    assert column(excel.read(path), "startTime") == [
        *("0.500", "0.250", "1.000", "0.000", "0.4375"),
        *("0.50", "1", "1540", "09:30:00"),
    ]


def test_numbers_among_hours_typed_with_a_dot_stay_as_they_are(tmp_path: Path) -> None:
    rows = [["startTime", "fee"], [9.3, 0.5], [0.3, 1], [1, 0.25]]
    found = excel.read(xlsx(tmp_path / "A.xlsx", rows))

    assert column(found, "startTime") == ["9.3", "0.3", "1"]
    assert column(found, "fee") == ["0.5", "1", "0.25"]
