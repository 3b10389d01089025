"""Whatever text the import can read, phase 8 accepts the value it was read as.

The two share no code; made-up texts of many shapes go through both. A text that the
import doubts must be explained by the note it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reimport_lib.plan.values import contacts, conversions, dates, times
from reimport_lib.plan.values import keys as identity
from reimport_lib.plan.values.text import Cleaned
from reimport_lib.prove.render import clocks, explaining, keeping, rendering, words
from reimport_lib.prove.render.moments import Zone

MANY = settings(max_examples=300, derandomize=True, deadline=None, database=None)
ZONE = "Australia/Sydney"
ORDERS = st.sampled_from(["DMY", "MDY", "YMD"])


def read(text: str, convert: Callable[[Any], Cleaned]) -> tuple[Any, str]:
    """The value and the code that the import makes of one text."""
    cleaned = convert(pd.Series([text], dtype=object))
    return cleaned.values.iloc[0], cleaned.codes.iloc[0]


def accepted(
    pair: rendering.Pair, codes: str, notes: explaining.Notes, *cells: Any
) -> bool:
    if pair[0] == pair[1]:
        return True
    return any(notes[c](*cells) for c in codes.split(";") if c in notes)


def separated(*parts: Any) -> Any:
    """*parts* with one separator between them."""
    separators = st.sampled_from(["/", "-", ".", " ", " / "])
    return st.builds(lambda sep, *each: sep.join(each), separators, *parts)


def number(low: int, high: int) -> Any:
    return st.builds(
        lambda n, width: str(n).zfill(width),
        st.integers(low, high),
        st.integers(1, 2),
    )


YEARS = st.integers(1870, 2040).map(str)
MONTHS = st.sampled_from([*clocks.MONTHS, "sept", "Jan", "JUL", "dec.", "Febr"])
DATES = st.one_of(
    separated(number(0, 33), number(0, 14), YEARS),
    separated(YEARS, number(0, 14), number(0, 33)),
    st.dates().map(str),
    st.builds(lambda d, m, y: f"{d} {m} {y}", number(0, 33), MONTHS, YEARS),
    st.builds(lambda d, m, y: f"{d}th-{m}-{y}", number(1, 31), MONTHS, YEARS),
    st.builds(lambda d, m, y: f"{m} {d}, {y}", number(1, 31), MONTHS, YEARS),
    st.sampled_from(["", " ", "soon", "?", "1/2", "13/13/2013", "1/1/13", "41456"]),
)
HALVES = st.sampled_from(["", " am", " PM", "p.m.", "A.M.", " a"])
CLOCKS = st.one_of(
    st.builds(
        lambda h, m, x: f"{h}:{m:02d}{x}", number(0, 25), st.integers(0, 61), HALVES
    ),
    st.builds(
        lambda h, m, x: f"{h}:{m:02d}:30{x}", number(0, 25), st.integers(0, 59), HALVES
    ),
    st.builds(
        lambda h, m, x: f"{h}.{m:02d}{x}", number(0, 25), st.integers(0, 59), HALVES
    ),
    st.builds(lambda h, m: f"{h}{m:02d}", number(0, 25), st.integers(0, 61)),
    st.builds(lambda h, x: f"{h}{x}", number(0, 13), HALVES),
    st.floats(0, 1).map(lambda n: repr(round(n, 10))),
    st.times().map(str),
    st.times().map(lambda t: f"1899-12-30 {t}"),
    st.times().map(lambda t: f"1904-01-01 {t}"),
    st.sampled_from(
        [
            *("", "24:00", "24:00:00", "1 day, 0:00:00", "1", "1.0", "1.00", "0"),
            *("0.0", "1.000", "0.000", "0.500", "0.30", "0.99", ".277", ".25", "9.3"),
        ]
    ),
    st.sampled_from(["2400", "1900-01-01 00:00:00", "1904-01-02 00:00:00", "24.00"]),
    st.sampled_from(["1 day", "1 days", "1899-12-30", "--:--", "noon", "25:61", "?"]),
)


@MANY
@given(DATES, ORDERS)
def test_dates(text: str, order: str) -> None:
    value, code = read(text, lambda c: dates.dates(c, order, declared=True))
    notes = explaining.dates(Zone(ZONE, order))

    assert accepted(clocks.day(value, text, order), code, notes, value, text)


@MANY
@given(DATES, CLOCKS, ORDERS)
@example("2014-10-05", "02:30", "DMY")
@example("2014-04-06", "02:30", "DMY")
@example("31/12/2013", "24:00", "DMY")
def test_moments_of_a_date_and_a_time(day: str, clock: str, order: str) -> None:
    """One that cannot be read is rejected, or an end that stays empty with a note."""
    days = dates.dates(pd.Series([day], dtype=object), order, declared=True)
    spans = times.times(pd.Series([clock], dtype=object))
    made = times.moments(days, spans, ZONE)
    value = made.values.iloc[0]
    codes = {days.codes.iloc[0], spans.codes.iloc[0], made.codes.iloc[0]}
    if not (clock.strip() and day.strip()):
        return
    if "bad_time" in codes:
        codes.add("bad_date")
    zone = Zone(ZONE, order)
    pair = zone.moment(value, day, clock)
    notes = explaining.moments(zone)

    assert accepted(pair, ";".join(codes), notes, value, day, clock, "")


@MANY
@given(
    st.one_of(
        st.lists(number(0, 26), max_size=4),
        st.lists(st.builds("{}.{}".format, number(0, 25), st.integers(0, 9))),
        st.lists(st.sampled_from(["9", "14.0", "9.3", "", " 1 ", "?", "09:30"])),
    )
)
def test_whole_columns_of_clocks(column: list[str]) -> None:
    """What both take for hours alone, they take for the same hours."""
    spans = times.times(pd.Series(column, dtype=object))
    for said, span, code in zip(
        clocks.in_full(column), spans.values, spans.codes, strict=True
    ):
        if span is None:
            assert not said.strip() or not clocks.is_clock(said)
            assert code == ("bad_time" if said.strip() else "")
        elif span == times.DAY:
            assert clocks.ends_day(said) or said in ("24:00", "24.00")
        else:
            pair = clocks.clock(datetime(2013, 7, 1) + span, said)
            assert pair[0] == pair[1]


@MANY
@given(DATES, CLOCKS, st.sampled_from(["", "Z", "+10:00", "-0330", " +05"]), ORDERS)
@example("2014-10-05", "02:30:00", "", "DMY")
@example("1/07/2013", "2:02 pm", "", "DMY")
def test_stamps(day: str, clock: str, offset: str, order: str) -> None:
    text = f"{day} {clock}{offset}"
    value, code = read(text, lambda c: times.stamps(c, order, declared=True, zone=ZONE))
    zone = Zone(ZONE, order)
    pair = zone.moment(value, "", "", text)

    assert accepted(pair, code, explaining.moments(zone), value, "", "", text)


UNSEEN = "\u200b\u00ad\u202a\u2060\u2067\ufeff\u200d"
WORDS = st.text(
    st.sampled_from(
        f"abÉéß 'Oo-.\u00a0\u0301\U0001f468{UNSEEN}\r\n\x0b{{}}0123456789@_x"
    ),
    max_size=12,
)


@MANY
@given(WORDS)
@example("_x000D_\n_x000B_a")
@example("101.0")
@example("{ab.0}")
def test_texts(text: str) -> None:
    for convert, render in (
        (conversions.text, rendering.text),
        (conversions.number_text, rendering.number_text),
        (conversions.person_name, rendering.name),
        (conversions.title, rendering.title),
        (contacts.email, rendering.email),
    ):
        value, _ = read(text, convert)
        said, shown = render(value, text)
        assert said == shown, convert.__name__


@MANY
@given(WORDS)
@example("{{A-1}}")
@example("\u200b 12.0 \u00a0")
def test_keys(text: str) -> None:
    for is_number in (False, True):
        column = pd.Series([text], dtype=object)
        key = identity.canonical_key(column, number=is_number).iloc[0]
        assert rendering.key_text(text, number=is_number) == key


@MANY
@given(st.text("0123456789", max_size=12), st.sampled_from(["", ".0", "x", " "]))
def test_digits_of_a_width(digits: str, tail: str) -> None:
    text = f"{digits}{tail}"
    value, code = read(text, lambda column: conversions.digits(column, 10))
    pair = rendering.number_text(value, text)

    assert accepted(pair, code, explaining.zeros(), value, text)


ARABIC = {ord(str(n)): chr(0x660 + n) for n in range(10)}
WIDE = {ord(str(n)): chr(0xFF10 + n) for n in range(10)}
PHONES = st.one_of(
    st.builds(
        lambda a, b, c, sep: f"{a}{sep}{b:04d}{sep}{c:04d}",
        st.sampled_from(
            ["02", "(03)", "07", "+61 2", "+61 (0)3", "0061 4", "0011 61 8", "2", "04"]
        ),
        st.integers(0, 9999),
        st.integers(0, 9999),
        st.sampled_from(["", " ", "-", ".", "/"]),
    ),
    st.builds(
        lambda a, n, tail: f"{a}{n:08d}{tail}",
        st.sampled_from(["04", "4", "+614", "614", "+44 7", "+1 212"]),
        st.integers(0, 99_999_999),
        st.sampled_from(
            ["", ".0", " ", " x12", " mum", "\u00a0", "\u202c", "b", "*", ", ext 7"]
        ),
    ),
    st.sampled_from(["", "4.9E+08", "13 11 14", "1300 FLOWER", "000", "1800123456"]),
    st.just("0412 345 678 / 02 9999 1111"),
    st.just("0412 345 678").map(lambda text: text.translate(ARABIC)),
    st.just("0412 345 678").map(lambda text: text.translate(WIDE)),
    st.text("0123456789+() -./exXEabAB#,;\u0660\uff11\u200b\n", max_size=20),
)


@MANY
@given(PHONES)
def test_phones(text: str) -> None:
    value, code = read(text, lambda column: contacts.phone(column, "AU"))
    pair = rendering.phone(value, text)

    assert accepted(pair, code, explaining.numbers(), value, text)


@MANY
@given(
    st.one_of(
        st.sampled_from([*words.SEXES, "Male.", " F ", "woman", "n/a"]),
        st.sampled_from(["M\nMale", "F\x1dF", "m\x0bf", "f, x", "M_x000D_man", "f;?"]),
        WORDS,
    )
)
def test_sexes(text: str) -> None:
    value, code = read(text, conversions.sex)
    pair = rendering.coded(value, text, words.SEXES)
    notes = {"unknown_value": explaining.unknown_word(words.SEXES, "U")}

    assert accepted(pair, code, notes, value, text)


@MANY
@given(
    st.one_of(st.sampled_from(["1", "0", "yes", "NO", "True", "x", "1.0", ""]), WORDS)
)
def test_flags(text: str) -> None:
    value, _ = read(text, conversions.flag)
    said, shown = rendering.flag(value, text)

    assert said == shown


@MANY
@given(
    st.one_of(
        st.decimals(-9999, 9999, places=3).map(str),
        st.builds(
            lambda sign, whole, point, rest: f"{sign}{whole}{point}{rest}",
            st.sampled_from(["", "-", "+", " "]),
            st.text("0123 ", max_size=4),
            st.sampled_from(["", ".", ",", ",."]),
            st.text("05", max_size=4),
        ),
        st.sampled_from(
            ["", "1e3", "1.234,5", "12 ha", "\u0663", "\uff11\uff12", "NaN"]
        ),
    )
)
def test_numbers(text: str) -> None:
    for convert, render, keep in (
        (conversions.amount, rendering.number, keeping.no_number),
        (conversions.whole, rendering.whole, keeping.no_whole_number),
    ):
        value, code = read(text, convert)

        assert accepted(render(value, text), code, {}), (text, value)
        assert keep(value, text, "DMY") == bool(code), (text, value)
