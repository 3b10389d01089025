"""How many records are looked at, and what that proves: single sampling plans, exact.

Pure. A sample of *size* rows of a finite lot passes where at most *allowed* of them are
wrong. How often a lot passes is the hypergeometric distribution, in whole numbers: no
approximation, and no rounding before the comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from reimport_lib.errors import SettingsError


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """
    Two shares of wrong rows, and how often a sample may mislead about each.

    Attributes:
        acceptable: with no more of them wrong a lot should pass; producer_risk: how
            often it may fail all the same (alpha).
        rejectable: with more of them wrong a lot should fail; consumer_risk: how often
            it may pass all the same (beta).
    """

    acceptable: Fraction = Fraction(2, 10_000)
    producer_risk: Fraction = Fraction(5, 100)
    rejectable: Fraction = Fraction(2, 100)
    consumer_risk: Fraction = Fraction(5, 100)

    def __post_init__(self) -> None:
        """
        Raises:
            SettingsError: the acceptable share is not below the rejectable one.
        """
        if not self.acceptable < self.rejectable:
            raise SettingsError(
                "REIMPORT_SAMPLE_ACCEPTABLE is not below REIMPORT_SAMPLE_REJECTABLE.",
                hint="leave both out, or set them as 0.02% 5% and 2% 5%",
                id="R417",
            )

    def accepted(self, lot: int) -> int:
        """The most wrong rows of *lot* that are no more than the acceptable share."""
        return int(self.acceptable * lot)

    def rejected(self, lot: int) -> int:
        """The fewest wrong rows of *lot* that are more than the rejectable share."""
        return int(self.rejectable * lot) + 1


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """
    Attributes:
        lot: rows that it is drawn from; size: rows that are looked at.
        allowed: wrong ones with which it passes still.
        wrong: the fewest wrong rows of the lot that a passed sample speaks against.
    """

    lot: int
    size: int
    allowed: int
    wrong: int


def passing(lot: int, wrong: int, size: int, allowed: int) -> Fraction:
    """How often a sample of *size* passes where *wrong* of the *lot* are wrong."""
    most = min(allowed, wrong, size)
    ways = sum(
        comb(wrong, bad) * comb(lot - wrong, size - bad) for bad in range(most + 1)
    )
    return Fraction(ways, comb(lot, size))


def plan(lot: int, rates: ErrorRates) -> SamplingPlan:
    """
    The smallest sample of *lot* rows that keeps both risks.

    With more wrong rows than the rejectable share it passes in less than
    ``consumer_risk`` of cases; with no more than the acceptable share it passes in
    ``1 - producer_risk`` of them, or more.
    """
    wrong, fine = rates.rejected(lot), rates.accepted(lot)
    if not lot:
        return SamplingPlan(0, 0, 0, 0)
    allowed = 0
    while True:
        size = _least(allowed + 1, lot, _seldom(lot, wrong, allowed, rates))
        if passing(lot, fine, size, allowed) >= 1 - rates.producer_risk:
            return SamplingPlan(lot, size, allowed, wrong)
        allowed += 1


def plan_of_size(lot: int, size: int, rates: ErrorRates) -> SamplingPlan:
    """
    What a sample of *size* rows, 1 or more, allows and speaks against.

    It allows as many as keep the consumer's risk at the rejectable share; where not
    even a sample without an error keeps it, none, and it speaks against less.
    """
    size, wrong = min(size, lot), rates.rejected(lot)
    if passing(lot, wrong, size, 0) < rates.consumer_risk:
        misled = _least(
            1, wrong, lambda c: passing(lot, wrong, size, c) >= rates.consumer_risk
        )
        return SamplingPlan(lot, size, misled - 1, wrong)
    least = _least(1, lot, lambda bad: passing(lot, bad, size, 0) < rates.consumer_risk)
    return SamplingPlan(lot, size, 0, least)


def _seldom(
    lot: int, wrong: int, allowed: int, rates: ErrorRates
) -> Callable[[int], bool]:
    """Whether a sample of so many rows keeps the consumer's risk."""
    return lambda size: passing(lot, wrong, size, allowed) < rates.consumer_risk


def _least(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The least number from *low* on that *holds*; *high* is taken to hold."""
    step = 1
    while low + step < high and not holds(low + step):
        low, step = low + step, step * 2
    high = min(high, low + step)
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
