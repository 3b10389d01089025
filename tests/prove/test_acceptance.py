"""Sampling plans, against samples that are counted one by one."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest

from reimport_lib.errors import SettingsError
from reimport_lib.prove.render.acceptance import (
    ErrorRates,
    passing,
    plan,
    plan_of_size,
)

ROUGH = ErrorRates(Fraction(1, 10), Fraction(1, 5), Fraction(3, 10), Fraction(1, 5))


def counted(lot: int, wrong: int, size: int, allowed: int) -> Fraction:
    """Of all samples there are, how many pass: each is looked at."""
    samples = [set(sample) for sample in combinations(range(lot), size)]
    passed = [s for s in samples if len(s & set(range(wrong))) <= allowed]
    return Fraction(len(passed), len(samples))


def keeps(lot: int, size: int, allowed: int, rates: ErrorRates) -> bool:
    """Both risks, for every lot that they are about."""
    bad = [w for w in range(lot + 1) if Fraction(w, lot) > rates.rejectable]
    good = [w for w in range(lot + 1) if Fraction(w, lot) <= rates.acceptable]
    return all(
        counted(lot, w, size, allowed) < rates.consumer_risk for w in bad
    ) and all(counted(lot, w, size, allowed) >= 1 - rates.producer_risk for w in good)


@pytest.mark.parametrize("lot", [1, 4, 9, 11])
def test_how_often_a_sample_passes_is_what_counting_all_samples_gives(lot: int) -> None:
    for size in range(lot + 1):
        for wrong in range(lot + 1):
            for allowed in range(3):
                assert passing(lot, wrong, size, allowed) == counted(
                    lot, wrong, size, allowed
                )


@pytest.mark.parametrize("lot", range(1, 13))
def test_the_plan_is_the_smallest_sample_that_keeps_both_risks(lot: int) -> None:
    found = plan(lot, ROUGH)

    assert keeps(lot, found.size, found.allowed, ROUGH)
    smaller = [
        (size, allowed)
        for size in range(1, found.size)
        for allowed in range(size)
        if keeps(lot, size, allowed, ROUGH)
    ]
    assert smaller == []


def test_of_a_large_table_149_are_looked_at_and_none_may_be_wrong() -> None:
    """By the share that is right, multiplied by itself."""
    assert 0.98**149 < 0.05 <= 0.98**148

    found = plan(10_000_000, ErrorRates())

    assert (found.size, found.allowed) == (149, 0)


def test_a_sample_allows_errors_where_many_are_acceptable() -> None:
    rates = ErrorRates(acceptable=Fraction(1, 100))

    found = plan(2_000, rates)

    assert found.allowed > 5
    assert passing(2_000, 41, found.size, found.allowed) < Fraction(5, 100)
    assert passing(2_000, 20, found.size, found.allowed) >= Fraction(95, 100)
    assert passing(2_000, 41, found.size - 1, found.allowed) >= Fraction(5, 100)


@pytest.mark.parametrize("size", [1, 3, 6, 11])
def test_a_size_that_somebody_wants_says_what_it_proves(size: int) -> None:
    found = plan_of_size(11, size, ROUGH)

    assert (found.lot, found.size) == (11, size)
    assert counted(11, found.wrong, size, found.allowed) < ROUGH.consumer_risk
    if found.allowed:
        assert found.wrong == 4
        assert counted(11, 4, size, found.allowed + 1) >= ROUGH.consumer_risk
    elif found.wrong > 4:
        assert counted(11, found.wrong - 1, size, 0) >= ROUGH.consumer_risk


def test_rates_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(SettingsError, match="SAMPLE_ACCEPTABLE is not below"):
        ErrorRates(acceptable=Fraction(2, 100), rejectable=Fraction(2, 100))
