"""A check: what was expected, what was found, and what follows.

Pure; imports nothing of this package. "Could not check" is a verdict of its own, shown
and never counted as a pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypedDict

_SHOWN_ROWS = 5


class Verdict(StrEnum):
    """What a check says."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    COULD_NOT_CHECK = "could-not-check"


class CheckRecord(TypedDict):
    """A check as JSON."""

    name: str
    expected: str
    actual: str
    verdict: str
    hint: str


@dataclass(frozen=True, slots=True)
class Check:
    """One check, as the report shows it.

    Attributes:
        name: what was looked at, in words.
        expected, actual: figures or short facts, never a person's data.
        hint: the next step where it did not pass.
    """

    name: str
    expected: str
    actual: str
    verdict: Verdict
    hint: str = ""

    def as_json(self) -> CheckRecord:
        return {
            "name": self.name,
            "expected": self.expected,
            "actual": self.actual,
            "verdict": str(self.verdict),
            "hint": self.hint,
        }

    @classmethod
    def from_json(cls, values: dict[str, str]) -> Check:
        return cls(
            values["name"],
            values["expected"],
            values["actual"],
            Verdict(values["verdict"]),
            values["hint"],
        )


def equal(name: str, *, expected: object, actual: object, hint: str = "") -> Check:
    """A check that passes when both are equal."""
    verdict = Verdict.PASS if expected == actual else Verdict.FAIL
    return Check(
        name,
        _shown(expected),
        _shown(actual),
        verdict,
        hint if verdict != "pass" else "",
    )


def failed(checks: list[Check] | tuple[Check, ...]) -> list[Check]:
    return [check for check in checks if check.verdict is Verdict.FAIL]


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def could_not_check(name: str, why: str) -> Check:
    return Check(name, "something to compare with", why, Verdict.COULD_NOT_CHECK)


def some_rows(rows: Any) -> str:
    """``rows 12, 18 and 3 more``: record numbers, never what stands in them."""
    shown = [str(row) for row in list(rows)[:_SHOWN_ROWS]]
    more = len(rows) - len(shown)
    return f"rows {', '.join(shown)}" + (f" and {more:,} more" if more else "")
