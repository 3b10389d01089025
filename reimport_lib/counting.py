"""Numbers with the word they count: one row, two rows.

Pure; imports nothing of this package.
"""

from __future__ import annotations

MANY_ROWS = 20
"""A text in so many rows is a category; in fewer it may be a person's name."""


def count(number: int) -> str:
    """``15,149``."""
    return f"{number:,}"


def several(number: int, one: str, many: str = "") -> str:
    """``1 row``, ``2 rows``; *many* where it is not *one* with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def verb(number: int, one: str, many: str) -> str:
    """The form of a verb that goes with *number* things."""
    return one if number == 1 else many


def percent_of_rate(rate: float) -> str:
    """A limit such as 0.95 as ``95%``; at most two decimals."""
    return f"{rate * 100:.2f}".rstrip("0").rstrip(".") + "%"
