"""Texts that are kept have one form, whichever way the record came."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.plan.values.one_form import dated, number
from reimport_lib.prove.render import one_form
from tests.plan.frames import ADA, decided, verdicts

NOTE = {"id": "N1", "id_Key": "p1", "Note": "Seen.", "Date": "2013-07-13"}


@pytest.mark.parametrize(
    "text",
    [
        "2013-07-01 14:20:00",
        "1/07/2013 2:20:00 PM",
        "01/07/2013 14:20:00",
        "1/7/2013 2:20 pm",
        "2013-07-01T14:20:00",
    ],
)
def test_a_moment_is_kept_in_one_form(text: str) -> None:
    assert dated(text, "DMY") == "2013-07-01 14:20:00"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1/07/2013", "2013-07-01"),
        ("1/07/2013 12:00:00 AM", "2013-07-01"),
        ("2:20:00 PM", "14:20:00"),
    ],
)
def test_a_date_and_a_time_of_day_have_one_form_each(text: str, form: str) -> None:
    assert dated(text, "DMY") == form


@pytest.mark.parametrize(
    "text",
    [
        "7/13/2013 9:30",  # fits only the other order
        "3 Feb 2013 9:30 am",
        "31/02/2013",
        "1/07/13",
        "1/07/2013 ask her",
        "2013-07-01T14:20:00Z",
        "13.33",
        "7-8",
        "about 2013",
        "2 days",
        "7 day",
        "25:30:00",
    ],
)
def test_what_is_no_date_in_numbers_stays_as_it_was_typed(text: str) -> None:
    assert dated(text, "DMY") == text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *[("5", "5"), ("5.0", "5"), ("5.00", "5"), (".5", "0.5"), ("-.50", "-0.5")],
        *[("0.0", "0"), ("1.50", "1.5"), ("TRUE", "1"), ("FALSE", "0")],
        *[("007", "007"), ("00.5", "00.5"), ("1,234.50", "1,234.50"), ("1e3", "1e3")],
        *[("5.", "5."), ("true", "true"), ("1.2.0", "1.2.0"), ("", "")],
    ],
)
def test_a_number_has_one_form_and_a_code_its_zeros(text: str, form: str) -> None:
    assert number(text) == form


@pytest.mark.parametrize(
    ("workbook", "csv"),
    [("1 day, 1:30:00", "25:30:00"), ("10 days, 23:05:09", "263:05:09")],
)
def test_what_is_longer_than_a_day_is_kept_in_hours(workbook: str, csv: str) -> None:
    assert dated(workbook, "DMY") == dated(csv, "DMY") == csv
    assert one_form.same(csv, workbook, "DMY")
    assert not one_form.same("26:30:00", workbook, "DMY")


@pytest.mark.parametrize("text", ["24:00", "24:00:00", "1 day, 0:00:00"])
def test_midnight_at_the_end_of_a_day_is_kept_in_one_form(text: str) -> None:
    assert dated(text, "DMY") == "24:00:00"
    assert one_form.same("24:00:00", text, "DMY")
    assert one_form.same_in_turn("2013-07-01 24:00:00", ("1/7/2013", text), "DMY")
    assert not one_form.same("24:00:00", "0:00", "DMY")


@pytest.mark.parametrize(
    ("workbook", "csv"),
    [
        (
            {"Date": "2013-07-01", "creationTimestamp": "2013-07-01 14:20:00"},
            {"Date": "1/07/2013", "creationTimestamp": "1/07/2013 2:20:00 PM"},
        ),
        ({"Date": "2013-07-01 09:30:00"}, {"Date": "1/07/2013 9:30:00 AM"}),
        ({"creationDate": "2013-07-01"}, {"creationDate": "1/7/2013"}),
        ({"Display": "5", "Note": "a\nb"}, {"Display": "5.00", "Note": "a\vb"}),
        ({"Display": "1"}, {"Display": "TRUE"}),
    ],
)
def test_a_note_is_the_same_out_of_a_workbook_and_a_csv(
    workbook: dict[str, str], csv: dict[str, str]
) -> None:
    one = decided("notes", {**NOTE, **workbook}).values
    other = decided("notes", {**NOTE, **csv}).values

    assert one.to_dict("records") == other.to_dict("records")
    assert one.loc[2, "patient_id"] == ADA


def test_a_date_that_fits_both_orders_is_noted_and_needs_no_text() -> None:
    row = {**NOTE, "Date": "1/07/2013"}

    assert verdicts("notes", row) == ["ambiguous_date"]
    assert "date_text" not in decided("notes", row).values.loc[2, "filemaker_metadata"]


@given(
    moment=st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1)),
    shape=st.sampled_from(
        ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %I:%M:%S %p", "%d.%m.%Y", "%Y-%m-%d %H:%M"]
    ),
)
def test_the_check_reads_what_is_kept_by_a_way_of_its_own(
    moment: datetime, shape: str
) -> None:
    said = moment.strftime(shape)
    held = dated(said, "DMY")

    assert one_form.same(held, said, "DMY")
    later = moment.replace(year=moment.year + 1, day=1)
    assert not one_form.same(dated(later.strftime(shape), "DMY"), said, "DMY")


@given(st.text("0123456789.-/: apmTZ", max_size=20), st.sampled_from(["DMY", "MDY"]))
def test_the_check_knows_every_text_in_its_one_form(text: str, order: str) -> None:
    text = text.strip()

    assert one_form.same(number(dated(text, order)), text, order)
    assert dated(dated(text, order), order) == dated(text, order)


def test_texts_of_several_cells_are_held_against_each_cell() -> None:
    cells = ("6/10/2013", "2:30:00 AM", "")

    assert one_form.same_in_turn("2013-10-06 02:30:00", cells, "DMY")
    assert not one_form.same_in_turn("2013-10-06 02:31:00", cells, "DMY")
    assert not one_form.same_in_turn("2013-10-06", cells, "DMY")
