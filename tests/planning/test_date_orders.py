"""The set order of dates is held against the dates themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reimport_lib.checks import Check, Verdict
from reimport_lib.planning.date_orders import date_order_checks
from reimport_lib.planning.rules import RULES
from tests.planning.frames import context, frame

OTHER, OURS = "07/22/2020", "22/07/2020"


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        ([OTHER] * 10, Verdict.FAIL),
        ([OTHER] * 10 + [OURS] * 9, Verdict.FAIL),
        ([OTHER] * 10 + [OURS] * 10, Verdict.WARN),
        ([OTHER] * 9, Verdict.WARN),
        ([OURS] * 10, Verdict.PASS),
        (["2020-07-22", "01/02/2020", "", "unknown"], Verdict.PASS),
    ],
)
def test_many_dates_that_fit_only_the_other_order_fail(
    days: list[str], verdict: Verdict
) -> None:
    assert verdict is _check(days).verdict


def test_the_figures_stand_in_the_check() -> None:
    check = _check([OTHER] * 12 + [OURS, "01/02/2020"])

    assert check.name == "notes: Date: text dates are written DMY"
    assert check.actual == "1 fit only DMY, 12 only the other, 1 both"
    assert "REIMPORT_DATE_ORDER" in check.hint


def test_a_source_that_declares_its_order_is_held_to_it() -> None:
    rows = frame(
        *({"id": f"n{n}", "id_Key": "p1", "Note": "x", "Date": OURS} for n in range(10))
    )
    declared = replace(context(), declared_order={"notes": "MDY"})

    (check,) = date_order_checks(RULES["notes"].mapping, rows, declared)

    assert Verdict.FAIL is check.verdict
    assert "contradicts itself" in check.hint


def _check(days: list[str]) -> Check:
    rows = [
        {"id": f"n{n}", "id_Key": "p1", "Note": "x", "Date": day}
        for n, day in enumerate(days)
    ]
    (check,) = date_order_checks(RULES["notes"].mapping, frame(*rows), context())
    return check
