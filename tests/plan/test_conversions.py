"""Text of cells to values: the paragraphs "Text" and "Patients" of the row rules."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.errors import SourceError
from reimport_lib.plan.values import contacts, conversions
from reimport_lib.plan.values.text import Cleaned

FUNCTIONS: dict[str, Callable[[pd.Series[Any]], Cleaned]] = {
    "text": conversions.text,
    "word": conversions.word,
    "digits": lambda column: conversions.digits(column, 10),
    "number_text": conversions.number_text,
    "person_name": conversions.person_name,
    "title": conversions.title,
    "flag": conversions.flag,
    "amount": conversions.amount,
    "whole": conversions.whole,
    "sex": conversions.sex,
    "phone": lambda column: contacts.phone(column, "AU"),
    "email": contacts.email,
    "canonical_text": conversions.canonical_text,
}
UNKNOWN = "unknown_value"
KEEPS_NO_TEXT = {"amount", "canonical_text", "flag", "sex", "whole"}
KEEPS_TEXT = sorted(FUNCTIONS.keys() - KEEPS_NO_TEXT)


def column(*cells: str) -> pd.Series[Any]:
    return pd.Series(list(cells), dtype=object)


def only(cleaned: Cleaned) -> tuple[object, str]:
    """The one row of *cleaned*."""
    return cleaned.values.tolist()[0], cleaned.codes.tolist()[0]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Plan reviewed\x0bsee letter", "Plan reviewed\nsee letter"),
        ("one\rtwo", "one\ntwo"),
        ("one\r\ntwo", "one\ntwo"),
        ("one_x000D_two_x000B_", "one_x000D_two_x000B_"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("one\r\rtwo", "one\n\ntwo"),
        ("\xa0 word \xa0", "word"),
        ("two  blanks\xa0stay", "two  blanks\xa0stay"),
        ("zero\u200bwidth", "zero\u200bwidth"),
        ("e\u0301", "e\u0301"),
        ("123.0", "123.0"),
        ("NA", "NA"),
        ("", None),
        ("\xa0\r\n\t", None),
        ("\x0b\x0b", None),
    ],
)
def test_returns_become_line_feeds_and_nothing_else_changes_inside(
    cell: str, value: str | None
) -> None:
    assert only(conversions.text(column(cell))) == (value, "")


UNSEEN = [
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x206A),
    *(0xAD, 0x61C, 0xFEFF),
]


@pytest.mark.parametrize("number", UNSEEN, ids="{:04x}".format)
@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"text"}))
def test_characters_that_nobody_sees_are_no_part_of_a_value(
    name: str, number: int
) -> None:
    """At the ends and inside; free text keeps them, and one that is nothing else."""
    sign, convert = chr(number), FUNCTIONS[name]
    cell = {"flag": "yes", "sex": "Female", "email": "a@b.example"}.get(
        name, "0491570006"
    )
    hidden = f"{sign}{cell[:2]}{sign}{sign}{cell[2:]}{sign}"

    assert only(convert(column(hidden))) == only(convert(column(cell)))
    assert only(convert(column(f" {sign} "))) == only(convert(column("")))
    assert only(conversions.text(column(hidden))) == (hidden, "")
    assert only(conversions.text(column(f" {sign} "))) == (None, "")


def test_a_joiner_that_draws_pictures_as_one_stays_in_a_name() -> None:
    family = "Hugo \U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert only(conversions.person_name(column(f"{family}\u200d"))) == (family, "")


@pytest.mark.parametrize("name", KEEPS_TEXT)
@pytest.mark.parametrize("cell", ["a\x00b", "\x00", "half \ud83d pair"])
def test_a_character_that_no_database_stores_is_named(name: str, cell: str) -> None:
    assert only(FUNCTIONS[name](column(cell))) == (None, "bad_character")


@pytest.mark.parametrize(
    ("cell", "width", "value", "code"),
    [
        ("2108", 5, "02108", "leading_zero_restored"),
        ("2720.0", 5, "02720", "leading_zero_restored"),
        ("0.0", 5, "00000", "leading_zero_restored"),
        ("0", 5, "00000", "leading_zero_restored"),
        ("800", 4, "0800", "leading_zero_restored"),
        ("481139259", 10, "0481139259", "leading_zero_restored"),
        ("9271857590.0", 10, "9271857590", ""),
        ("02108", 5, "02108", ""),
        ("02108-1234", 5, "02108-1234", ""),
        ("123456", 5, "123456", ""),
        ("SW1A", 5, "SW1A", ""),
        ("-5", 5, "-5", ""),
        ("\u0661\u0662", 5, "\u0661\u0662", ""),
        (" 2108 ", 5, "02108", "leading_zero_restored"),
        ("", 5, None, ""),
    ],
)
def test_lost_leading_zeros_come_back_up_to_the_width(
    cell: str, width: int, value: str | None, code: str
) -> None:
    assert only(conversions.digits(column(cell), width)) == (value, code)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("101.0", "101"),
        ("0101.0", "0101"),
        ("-5.0", "-5"),
        ("101", "101"),
        ("101.5", "101.5"),
        ("1.0.0", "1.0.0"),
        ("Version 2.0", "Version 2.0"),
        ("12.00", "12.00"),
        ("", None),
    ],
)
def test_numbers_keep_their_digits_without_a_trailing_point_zero(
    cell: str, value: str | None
) -> None:
    assert only(conversions.number_text(column(cell))) == (value, "")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Mary  Anne", "Mary Anne"),
        ("Mary\xa0\xa0Anne", "Mary Anne"),
        ("Mary\tAnne\x0bLee", "Mary Anne Lee"),
        ("Mari\u0301a", "Mar\u00eda"),
        ("Jose\u0301", "Jos\u00e9"),
        ("  O'Brien ", "O'Brien"),
        ("VonRueden", "VonRueden"),
        ("ﬁn", "ﬁn"),
        ("\xa0", None),
    ],
)
def test_names_are_composed_and_have_single_blanks(
    cell: str, value: str | None
) -> None:
    assert only(conversions.person_name(column(cell))) == (value, "")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Mr.", "Mr"),
        ("Mr", "Mr"),
        ("Mrs. ", "Mrs"),
        ("Assoc. Prof.", "Assoc. Prof"),
        ("Sister", "Sister"),
        (".", None),
        ("", None),
    ],
)
def test_a_title_loses_its_stop_and_any_other_is_kept(
    cell: str, value: str | None
) -> None:
    assert only(conversions.title(column(cell))) == (value, "")


@pytest.mark.parametrize(
    ("cells", "value", "code"),
    [
        (("1", "1.0", "yes", "Yes ", "Y", "TRUE", "x", "X"), True, ""),
        (("0", "0.0", "no", "No", "n", "False"), False, ""),
        (("", "\xa0"), None, ""),
        (("maybe", "2", "-1", "?"), None, "unknown_value"),
    ],
)
def test_flags(cells: tuple[str, ...], value: bool | None, code: str) -> None:
    cleaned = conversions.flag(column(*cells))

    assert cleaned.values.tolist() == [value] * len(cells)
    assert cleaned.codes.tolist() == [code] * len(cells)


@pytest.mark.parametrize(
    ("cells", "amount", "whole"),
    [
        (("12", "+12", "012", "12.0", "12,00", " 12\xa0"), Decimal(12), 12),
        (("-3", "-3.0"), Decimal(-3), -3),
        (("1.25", "1,25", "01.250"), Decimal("1.25"), "unknown_value"),
        ((".5", ",5", "0.5", "0,500"), Decimal("0.5"), "unknown_value"),
        (
            ("1,250", "1.234,5", "1 250", "12 ha", "1e3", "NaN", "٣"),
            *["unknown_value"] * 2,
        ),
        (("", "\xa0"), None, None),
    ],
)
def test_numbers(cells: tuple[str, ...], amount: object, whole: object) -> None:
    for convert, wanted in ((conversions.amount, amount), (conversions.whole, whole)):
        cleaned = convert(column(*cells))
        values = [None if wanted == "unknown_value" else wanted] * len(cells)
        codes = [wanted if wanted == "unknown_value" else ""] * len(cells)

        assert (cleaned.values.tolist(), cleaned.codes.tolist()) == (values, codes)
        assert {type(value) for value in cleaned.values} == {type(values[0])}


@pytest.mark.parametrize(
    ("cells", "value", "code"),
    [
        (("M", "m", "Male", "Man", " M. "), "M", ""),
        (("F", "f", "FEMALE", "woman"), "F", ""),
        (("O", "Other", "Non-binary", "X"), "O", ""),
        (("U", "Unknown", "", "\xa0"), "U", ""),
        (("Mme", "1", "?"), "U", "unknown_value"),
    ],
)
def test_sex(cells: tuple[str, ...], value: str, code: str) -> None:
    cleaned = conversions.sex(column(*cells))

    assert cleaned.values.tolist() == [value] * len(cells)
    assert cleaned.codes.tolist() == [code] * len(cells)


def test_texts_are_compared_without_case_compatibility_forms_and_blank_runs() -> None:
    cells = column(
        "Mary  CROOKS",
        "mary\xa0crooks ",
        "\uff2d\uff21\uff32\uff39 Crooks",
        "Straße",
        "STRASSE",
        "",
    )

    values = conversions.canonical_text(cells).values.tolist()

    assert values == ["mary crooks"] * 3 + ["strasse"] * 2 + [None]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_keeps_the_index_and_gives_objects(name: str) -> None:
    cells = pd.Series(["a", "", "a"], index=[9, 4, 7], name="Phone", dtype="str")

    cleaned = FUNCTIONS[name](cells)

    for series in (cleaned.values, cleaned.codes):
        assert series.index.tolist() == [9, 4, 7]
        assert series.dtype == object
    assert cleaned.values.tolist()[0] == cleaned.values.tolist()[2]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_empty_column_gives_an_empty_one(name: str) -> None:
    cleaned = FUNCTIONS[name](column())

    assert cleaned.values.tolist() == cleaned.codes.tolist() == []


@pytest.mark.parametrize("stranger", [None, float("nan"), 123, True])
def test_a_cell_that_is_not_text_is_refused(stranger: object) -> None:
    cells = pd.Series(["a", stranger], name="Phone", dtype=object)

    with pytest.raises(SourceError, match='column "Phone" holds 1 value that is'):
        conversions.text(cells)


def test_a_cleaned_column_shows_no_values() -> None:
    assert repr(conversions.text(column("Mary", "Anne"))) == "Cleaned(2 rows)"


@pytest.mark.parametrize("name", FUNCTIONS)
@given(cells=st.lists(st.text(), max_size=6), data=st.data())
def test_what_becomes_of_a_cell_does_not_depend_on_the_others(
    name: str, cells: list[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(range(len(cells))))
    function = FUNCTIONS[name]

    whole = function(column(*cells))
    mixed = function(column(*(cells[place] for place in shuffled)))

    assert [whole.values.tolist()[place] for place in shuffled] == mixed.values.tolist()
    assert [whole.codes.tolist()[place] for place in shuffled] == mixed.codes.tolist()


@pytest.mark.parametrize("name", [*KEEPS_TEXT, "canonical_text"])
@given(cell=st.text())
def test_a_stored_value_read_again_is_the_same(name: str, cell: str) -> None:
    once = FUNCTIONS[name](column(cell)).values.tolist()[0] or ""

    assert (FUNCTIONS[name](column(once)).values.tolist()[0] or "") == once
