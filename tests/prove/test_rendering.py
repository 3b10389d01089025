"""A value of the database is rendered into the words of the source, or differs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.plan.stored_objects import MIME_TYPES
from reimport_lib.prove.render import one_form, rendering, words
from reimport_lib.tables.appointment_rules import STATUS_WORDS
from reimport_lib.tables.sms import DIRECTION_WORDS

SAME = (
    (rendering.text, "one\ntwo", " one\x0btwo\r\n"),
    (rendering.text, "one_x000D_two", "one_x000D_two"),
    (rendering.text, "", "   "),
    (rendering.text, None, ""),
    (rendering.number_text, "101", "101.0"),
    (rendering.number_text, "101.50", "101.50"),
    (rendering.name, "Zoë Ninepin", "Zoe\u0308  Ninepin\u00a0"),
    (rendering.title, "Mr", "Mr."),
    (rendering.title, "Dr", "Dr"),
    (rendering.title, "", "."),
    (rendering.key, "ab-1", "{AB-1}"),
    (rendering.key, "101", " 101.0\u00a0"),
    (rendering.key, "007", "007"),
    (rendering.number_key, "7", "007"),
    (rendering.number_key, "0", "000"),
    (rendering.phone, "+61412345678", "0412 345 678"),
    (rendering.phone, "+61412345678", "412345678.0"),
    (rendering.phone, "+61412345678", "+61 (0)412 345 678"),
    (rendering.phone, "+61412345678", "0011 61 412 345 678"),
    (rendering.phone, "1300 FLOWER", "1300 FLOWER"),
    (rendering.phone, "+61412345678", "\u202a0412\u00a0345\u2011678\u202c"),
    (rendering.phone, "+61412345678", "0412 345 678 ext. 9"),
    (rendering.name, "Zoe Ninepin", "Zo\u00ade\u200f Nine\u200bpin"),
    (rendering.text, "Zo\u200be", "Zo\u200be"),
    (rendering.email, "a@example.org", "\u2060a@example.org\ufeff"),
    (rendering.key, "ab-1", "{AB\u00ad-1}\u200e"),
    (rendering.phone, "12", "12"),
    (rendering.email, "Ann.B@example.org", "Ann.B@Example.ORG "),
    (rendering.email, "nobody", "nobody"),
    (rendering.slug, "order-notes", "Order / notes"),
    (rendering.slug, "other", ""),
)
DIFFERENT = (
    (rendering.text, "one two", "one\ntwo"),
    (rendering.text, "", "something"),
    (rendering.number_text, "102", "101.0"),
    (rendering.name, "Zoe Ninepin", "Zoë Ninepin"),
    (rendering.title, "Mr", "Mrs."),
    (rendering.key, "7", "007"),
    (rendering.number_key, "71", "007"),
    (rendering.phone, "+61412345679", "0412 345 678"),
    (rendering.phone, "+61412345678", ""),
    (rendering.phone, "", "0412 345 678"),
    (rendering.phone, "+611300356937", "1300 FLOWER"),
    (rendering.phone, "+49301234562662", "+49 30 123456 (Anna)"),
    (rendering.phone, "+61412345678", "0412 345 678 (Mum)"),
    (rendering.phone, "+61412345678", "mum 0412 345 678"),
    (rendering.phone, "+61412345678", "0412 345 678*"),
    (rendering.phone, "+6141234567812", "0412 345 678 x12"),
    (rendering.phone, "+61412345687", "0412 345 678"),
    (rendering.phone, "+614123456789", "0412 345 678"),
    (rendering.name, "Zo\u200be", "Zo\u200be"),
    (rendering.email, "ann.b@example.org", "Ann.B@example.org"),
    (rendering.slug, "other", "Order"),
)


@pytest.mark.parametrize(("render", "value", "said"), SAME)
def test_a_value_that_says_the_same_gives_equal_texts(
    render: rendering.Pair, value: str | None, said: str
) -> None:
    source, shown = render(value, said)

    assert source == shown


@pytest.mark.parametrize(("render", "value", "said"), DIFFERENT)
def test_a_value_that_says_something_else_gives_other_texts(
    render: rendering.Pair, value: str | None, said: str
) -> None:
    source, shown = render(value, said)

    assert source != shown


@pytest.mark.parametrize(
    ("value", "said", "explained"),
    [
        ("0012345678", "12345678", True),
        ("0012345678", "12345678.0", True),
        ("12345678", "12345678", False),
        ("9912345678", "12345678", False),
        ("000000000x", "x", False),
    ],
)
def test_only_zeros_in_front_count_as_restored(
    value: str, said: str, explained: bool
) -> None:
    assert rendering.restored(value, said) is explained


def test_a_flag_is_set_where_one_of_its_columns_is() -> None:
    assert rendering.flag(True, "0", "Yes") == ("1", "1")
    assert rendering.flag(False, "", "0") == ("0", "0")
    assert rendering.flag(False, "1", "") == ("1", "0")


def test_the_first_text_that_is_not_blank_counts() -> None:
    assert rendering.first_of("b", " ", "b", "c") == ("b", "b")
    assert rendering.first_of("101", "", "101.0") == ("101", "101")


def test_a_coded_word_stands_for_one_value() -> None:
    assert rendering.coded("F", "Female.", words.SEXES) == ("female", "female")
    assert rendering.coded("U", "", words.SEXES) == ("", "")
    assert rendering.coded("M", "Female", words.SEXES) == ("female", "M")


def test_the_words_are_those_of_the_import() -> None:
    """Written down twice on purpose; this is where the two are held together."""
    endings = {e: kind for kind, all_ in words.ENDINGS.items() for e in all_}

    assert words.STATUSES == STATUS_WORDS
    assert words.DIRECTIONS == DIRECTION_WORDS
    assert endings == MIME_TYPES


def test_a_type_of_file_fits_the_ending_of_its_name() -> None:
    assert words.is_type_of("image/jpeg", "a/7.JPG")
    assert words.is_type_of(words.OTHER_TYPE, "a/7.xyz")
    assert not words.is_type_of(words.OTHER_TYPE, "a/7.jpg")
    assert not words.is_type_of("image/png", "a/7.jpg")


TEXTS = st.text(alphabet="aZ07. {}\r\n\v\u200b\u00a0\ufeff\u00e9", max_size=8)


@given(TEXTS)
def test_a_text_is_plain_without_returns_of_its_own_and_blanks(text: str) -> None:
    fed = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").strip()

    assert rendering.plain(text) == (fed if rendering.seen(text).strip() else "")


@given(TEXTS)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    """As it is of what is left of it: so equal texts need no further look."""
    told = rendering.without_point_zero(rendering.plain(rendering.seen(text)))

    assert one_form.same(text, text, "DMY")
    assert one_form.same(told, told, "DMY")


@given(TEXTS)
def test_a_key_that_is_no_number_is_so_unless_it_is_asked_for(text: str) -> None:
    assert rendering.key_text(text) == rendering.key_text(text, number=False)
    inside = rendering.key_text(f"{{{text}}}")
    assert inside == rendering.key_text(text)
