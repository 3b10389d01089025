"""What a server writes becomes the text that a workbook would have given."""

from __future__ import annotations

import pytest

from reimport_lib.read.server import jsontext
from reimport_lib.read.server.values import (
    FieldKind,
    clock,
    convert,
    moment,
    moment_of_odata,
    us_moment,
)


@pytest.mark.parametrize(
    ("json", "text"),
    [
        ("101.0", "101"),
        ("101", "101"),
        ("0.50", "0.5"),
        ("-0", "0"),
        ("4.9E+08", "490000000"),
        ("1e-07", "0.0000001"),
        ("1e999999999", "1e999999999"),
        ("9" * 57, "9" * 57),
        ("9" * 5_000, "9" * 5_000),
    ],
)
def test_a_number_keeps_every_digit_and_no_point_nought(json: str, text: str) -> None:
    assert jsontext.loads(json) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":?}', {"a": "?"}),
        ('{"a": "what: ?, this", "b": ? , "c": [?, 1]}', None),
        ('{"a": "line\nline"}', {"a": "line\nline"}),
        ('{"a": "\\"?", "b":?}', {"a": '"?', "b": "?"}),
    ],
)
def test_a_bare_question_mark_is_mended_outside_strings_only(
    text: str, value: object
) -> None:
    expected = value or {"a": "what: ?, this", "b": "?", "c": ["?", "1"]}

    assert jsontext.loads(text) == expected


@pytest.mark.parametrize(
    "text", ['{"a": 1', "", "<html>", '{"a": NaN}', "[" * 100_000, b"\xff\xfe{"]
)
def test_what_cannot_be_mended_is_refused(text: str | bytes) -> None:
    with pytest.raises(jsontext.NotJson):
        jsontext.loads(text)


def test_a_name_that_occurs_twice_is_refused() -> None:
    with pytest.raises(jsontext.RepeatedName):
        jsontext.loads('{"a": {"p": 1, "p": 2}}')


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("09:30:00", "09:30:00"),
        ("9:30:00", "09:30:00"),
        ("24:00:00", "1 day, 0:00:00"),
        ("25:00:00", "1 day, 1:00:00"),
        ("-01:00:00", "-01:00:00"),
        ("7:49 PM", "7:49 PM"),
        ("99999999999:00:00", "99999999999:00:00"),
        ("?", "?"),
    ],
)
def test_times(text: str, told: str) -> None:
    assert clock(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2013-07-01T14:20:00", "2013-07-01 14:20:00"),
        ("2013-07-01 00:00:00", "2013-07-01"),
        ("1/07/2013 2:02 pm", "1/07/2013 2:02 pm"),
    ],
)
def test_moments(text: str, told: str) -> None:
    assert moment(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("05/25/1977 6:00:00", "1977-05-25 06:00:00"),
        ("13/25/1977 6:00:00", "13/25/1977 6:00:00"),
    ],
)
def test_us_moments(text: str, told: str) -> None:
    assert us_moment(text) == told


def test_us_dates_that_are_none_stay_text() -> None:
    change = convert(FieldKind.DATE, us=True)
    assert change is not None

    assert [change(text) for text in ("02/30/2019", "07/16/1953", "?")] == [
        "02/30/2019",
        "1953-07-16",
        "?",
    ]


@pytest.mark.parametrize(
    ("text", "wall", "utc"),
    [
        ("2025-12-05T16:35:10Z", "2025-12-05 16:35:10", "2025-12-06 03:35:10"),
        ("2025-12-05T16:35:10.123Z", "2025-12-05 16:35:10", "2025-12-06 03:35:10"),
        ("2025-10-31T10:03:27+10:00", "2025-10-31 10:03:27", "2025-10-31 11:03:27"),
        ("2025-07-01T00:00:00Z", "2025-07-01", "2025-07-01 10:00:00"),
        ("?", "?", "?"),
    ],
)
def test_the_z_of_odata_is_wall_clock_or_utc_by_setting(
    text: str, wall: str, utc: str
) -> None:
    assert moment_of_odata("Australia/Sydney", "wall")(text) == wall
    assert moment_of_odata("Australia/Sydney", "utc")(text) == utc
