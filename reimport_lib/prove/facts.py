"""What an answer of the API is judged by: facts, each with both of its sides in words.

Pure. A check that passes reads so on both sides, and one that fails says by how much:
"as expected" would hide what was found.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from reimport_lib.checks import Check, Verdict


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing an answer is judged by: what it should be and what it is, in words."""

    expected: str
    found: str
    holds: bool


def counted(what: str, found: int, *, of: int) -> Fact:
    """``23 of 23 imported rows as in the source``: all of them are wanted."""
    return Fact(f"{of:,} of {of:,} {what}", f"{found:,} of {of:,} {what}", found == of)


def number(what: str, expected: int, found: int) -> Fact:
    """``53 in all``: neither more nor fewer are wanted."""
    return Fact(f"{expected:,} {what}", f"{found:,} {what}", expected == found)


def true(what: str, otherwise: str, *, holds: bool) -> Fact:
    """Something that is so, or is not: each has its own words."""
    return Fact(what, what if holds else otherwise, holds)


def same_rows(shown: Sequence[str], expected: Collection[str], what: str = "") -> Fact:
    """Those of *expected*, each once, and no others."""
    right, others = set(shown) & set(expected), set(shown) - set(expected)
    words = what or ("row" if len(expected) == 1 else "rows")
    told = [f"{len(right):,} of {len(expected):,} {words}"]
    told += [f"{len(others):,} of others"] if others else []
    twice = len(shown) - len(set(shown))
    told += [f"{twice:,} shown again"] if twice else []
    holds = len(right) == len(expected) and not others and not twice
    return Fact(
        f"{len(expected):,} of {len(expected):,} {words}", ", ".join(told), holds
    )


def every(what: str, answers: Mapping[str, bool]) -> Fact:
    """All of the *answers* are right; those that are not are named."""
    wrong = [name for name, right in answers.items() if not right]
    fact = counted(what, len(answers) - len(wrong), of=len(answers))
    return (
        replace(fact, found=f"{fact.found}; not {', '.join(wrong)}") if wrong else fact
    )


def judged(name: str, facts: Sequence[Fact]) -> Check:
    """Both sides state the same facts: what was expected, and what was found."""
    holds = all(fact.holds for fact in facts)
    return Check(
        name,
        "; ".join(fact.expected for fact in facts),
        "; ".join(fact.found for fact in facts),
        Verdict.PASS if holds else Verdict.FAIL,
        ""
        if holds
        else "ask the API the same in a browser, and compare with the export",
        id="C044",
    )
