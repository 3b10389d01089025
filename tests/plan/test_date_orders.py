"""Dates can be read, and the set order is held against them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from reimport_lib.checks import Check, Verdict
from reimport_lib.plan.date_orders import (
    clock_checks,
    date_order_checks,
    date_reading_checks,
)
from reimport_lib.tables import registry
from tests.plan.frames import context, frame

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

    (check,) = date_order_checks(registry.sources()["notes"], rows, declared)

    assert Verdict.FAIL is check.verdict
    assert "contradicts itself" in check.hint


@pytest.mark.parametrize(
    ("days", "verdict", "figures"),
    [
        (["2020.07.22T1"] * 10, Verdict.FAIL, "0 of 10"),
        (["soon"] * 10 + [OURS] * 9 + [""], Verdict.WARN, "9 of 19"),
        (["soon"] * 10 + [""], Verdict.FAIL, "0 of 10"),
        (["soon"] * 10 + [OURS] * 10, Verdict.PASS, "10 of 20"),
        (["soon"] * 9, Verdict.PASS, "0 of 9"),
        ([OTHER, OURS, "2020-07-22", " "], Verdict.PASS, "3 of 3"),
    ],
)
def test_a_column_of_which_no_date_can_be_read_fails_and_most_warns(
    days: list[str], verdict: Verdict, figures: str
) -> None:
    (check,) = date_reading_checks(registry.sources()["notes"], _frame(days), context())

    assert (check.verdict, check.actual) == (verdict, figures)
    assert check.name == "notes: Date: dates can be read"


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("patients", {"id": "a", "nameFirst": "A", "nameLast": "B", "DOB": "?"}),
        ("sms", {"id": "a", "id_Contact": "p1", "Message": "x", "SentDate": "?"}),
    ],
)
def test_birth_dates_and_stamps_are_held_to_it_too(
    table: str, row: dict[str, str]
) -> None:
    rows = frame(*({**row, "id": f"k{n}"} for n in range(10)))

    (check,) = date_reading_checks(registry.sources()[table], rows, context())

    assert check.verdict is Verdict.FAIL


def _check(days: list[str]) -> Check:
    (check,) = date_order_checks(registry.sources()["notes"], _frame(days), context())
    return check


def _frame(days: list[str]) -> pd.DataFrame:
    return frame(
        *(
            {"id": f"n{n}", "id_Key": "p1", "Note": "x", "Date": day}
            for n, day in enumerate(days)
        )
    )


@pytest.mark.parametrize(
    ("clocks", "verdict", "figures"),
    [
        (["9", "14", ""], Verdict.WARN, "all 2 are whole hours: 9"),
        (["9.3", "14.0"], Verdict.WARN, "all 2 are hours and tens of minutes: 9"),
        (["9:30", "0.30", "1.00"], Verdict.WARN, "2 of 3 may be"),
        (["9:30", "14.00", "0.375"], Verdict.PASS, "0 of 3 may be"),
    ],
)
def test_a_column_of_clocks_that_leave_something_out_is_warned_about(
    clocks: list[str], verdict: Verdict, figures: str
) -> None:
    lines = [
        {"id": f"e{n}", "startDate": "2020-06-01", "startTime": clock}
        for n, clock in enumerate(clocks)
    ]

    (check,) = clock_checks(
        registry.sources()["appointments"],
        frame(*({**_EVENT, **line} for line in lines)),
    )

    assert check.verdict is verdict
    assert figures in check.actual


_EVENT = {"id_Contact": "p1", "idCal": "102"}
