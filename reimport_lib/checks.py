"""A check: what was expected, what was found, and what follows.

Pure; imports nothing of this package. "Could not check" is a verdict of its own, shown
and never counted as a pass.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NotRequired, TypedDict

_SHOWN_ROWS = 5


class Verdict(StrEnum):
    """What a check says."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    COULD_NOT_CHECK = "could-not-check"


class CheckRecord(TypedDict):
    """A check as JSON; records of earlier versions have no id."""

    id: NotRequired[str]
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
        id: of this kind of check, such as C012; ``python -m tools.ids`` gives one.
    """

    name: str
    expected: str
    actual: str
    verdict: Verdict
    hint: str = ""
    id: str = field(kw_only=True)

    @property
    def advice(self) -> str:
        """The hint, and the id to ask about, where it did not pass."""
        if self.verdict is Verdict.PASS or not self.id:
            return self.hint
        return f"{self.hint} [{self.id}]".lstrip()

    def as_json(self) -> CheckRecord:
        return {
            "id": self.id,
            "name": self.name,
            "expected": self.expected,
            "actual": self.actual,
            "verdict": str(self.verdict),
            "hint": self.hint,
        }

    @classmethod
    def from_json(cls, values: CheckRecord) -> Check:
        return cls(
            values["name"],
            values["expected"],
            values["actual"],
            Verdict(values["verdict"]),
            values["hint"],
            id=values.get("id", ""),
        )


def equal(
    name: str, *, expected: object, actual: object, hint: str = "", id: str
) -> Check:
    """A check that passes when both are equal."""
    verdict = Verdict.PASS if expected == actual else Verdict.FAIL
    return Check(
        name,
        _shown(expected),
        _shown(actual),
        verdict,
        hint if verdict != "pass" else "",
        id=id,
    )


def failed(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if check.verdict is Verdict.FAIL]


def told(checks: Sequence[Check]) -> str:
    """*checks* with both figures, for a message."""
    return "; ".join(
        f"{check.name}: expected {check.expected}, found {check.actual}"
        for check in checks
    )


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def could_not_check(name: str, why: str, *, id: str) -> Check:
    return Check(name, "something to compare with", why, Verdict.COULD_NOT_CHECK, id=id)


def some_rows(rows: Collection[int]) -> str:
    """``rows 12, 18 and 3 more``: record numbers, never what stands in them."""
    shown = [str(row) for row in list(rows)[:_SHOWN_ROWS]]
    more = len(rows) - len(shown)
    return f"rows {', '.join(shown)}" + (f" and {more:,} more" if more else "")
