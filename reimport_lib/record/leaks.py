"""What the scan of all that may be shared has found, as ``run.json`` has it."""

from __future__ import annotations

from typing import TypedDict

from reimport_lib.checks import CheckRecord


class Leaked(TypedDict):
    """
    Persons' values in a file that may be shared: which kinds, where and how many.

    Attributes:
        kinds: ``kind (table.column)`` -> how many times.
        places: cells or lines, the first of them.
        withheld: it lies in ``private/withheld/``; else it stays, not to be shared.
        placeholder: sha256 of what took its place; "" where that is a report.
    """

    file: str
    kinds: dict[str, int]
    places: list[str]
    withheld: bool
    placeholder: str


class Privacy(TypedDict):
    """How many files were scanned for how many persons' values, and what was found."""

    files: int
    values: int
    seconds: float
    leaked: list[Leaked]
    check: CheckRecord
