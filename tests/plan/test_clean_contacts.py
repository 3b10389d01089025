"""Phones and e-mails. The numbers are those set aside for fiction in Australia."""

from __future__ import annotations

import re

import pandas as pd
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reimport_lib.plan.values import contacts
from reimport_lib.plan.values.contacts import has_extension
from reimport_lib.prove.render import rendering


def one_phone(cell: str, region: str = "AU") -> tuple[object, str]:
    cleaned = contacts.phone(pd.Series([cell], dtype=object), region)
    return cleaned.values.tolist()[0], cleaned.codes.tolist()[0]


def one_email(cell: str) -> tuple[object, str]:
    cleaned = contacts.email(pd.Series([cell], dtype=object))
    return cleaned.values.tolist()[0], cleaned.codes.tolist()[0]


@pytest.mark.parametrize(
    "cell",
    [
        "0491570006",
        "0491 570 006",
        "0491\xa0570\xa0006",
        "+61 491 570 006",
        "+61491570006",
        "61491570006",
        "0011 61 491 570 006",
        "\uff10\uff14\uff19\uff11\uff15\uff17\uff10\uff10\uff10\uff16",
        "491570006",
        "491570006.0",
        "61491570006.0",
        "\u202a+61\u00a0491\u00a0570\u00a0006\u202c",
        "\u20680491\u200b570006\u2069",
        "0491\u00ad570\u2060006\ufeff",
        "\u0660\u0664\u0669\u0661\u0665\u0667\u0660\u0660\u0660\u0666",
        "0491\u2010570\u2013006",
        "(0491) 570.006",
    ],
)
def test_every_spelling_of_a_mobile_is_one_number(cell: str) -> None:
    assert one_phone(cell) == ("+61491570006", "")


@pytest.mark.parametrize(
    "cell", ["(02) 5550 1234", "02 5550-1234", "255501234", "+61 2 5550 1234"]
)
def test_every_spelling_of_a_landline_is_one_number(cell: str) -> None:
    assert one_phone(cell) == ("+61255501234", "")


def test_the_region_decides_what_a_number_without_country_is() -> None:
    assert one_phone("020 7946 0958", "GB") == ("+442079460958", "")
    assert one_phone("020 7946 0958", "AU")[1] == "bad_number"
    assert one_phone("+44 20 7946 0958", "AU") == ("+442079460958", "")


@pytest.mark.parametrize("cell", ["4.9E+08", "6.1491E+10", "4.9e8", "5E8", "4,9E+08"])
def test_scientific_notation_has_lost_its_digits(cell: str) -> None:
    assert one_phone(cell) == (None, "bad_number")


@pytest.mark.parametrize(
    "cell",
    [
        "12345",
        "none",
        "ask sister",
        "0491570006 0491570156",
        "0491570006 / 0255501234",
        "0491570006, 0255501234",
        "0491570006 or 0255501234",
        "0491570006\n0255501234",
        "+49 30 123456 (Anna)",
        "Anna 0491 570 006",
        "0491 570 006 Anna",
        "0491 mum 570 006",
        "do not call 0491 570 006",
        "1300 FLOWER",
        "1800 FLOWERS",
        "tel:0491570006",
        "\u0430\u043d\u043d\u0430 0491570006",
        "0491570006 ext",
        "0491570006x0255501234",
        "0491 570 006*",
        "0491 570 006 \u260e",
        "999999999999999999",
        "?",
    ],
)
def test_one_that_is_not_valid_stays_as_text(cell: str) -> None:
    assert one_phone(cell) == (cell, "bad_number")


@pytest.mark.parametrize(
    "cell",
    [
        "02 5550 1234 ext 12",
        "02 5550 1234 ext. 12",
        "02 5550 1234 extn 12",
        "02 5550 1234 Extension: 12",
        "(02) 5550 1234 x12",
        "02 5550 1234 #12",
        "+61255501234;ext=12",
    ],
)
def test_an_extension_is_not_dialled_with_the_number(cell: str) -> None:
    assert one_phone(cell) == ("+61255501234", "")
    assert has_extension(cell)
    assert not has_extension("02 5550 1234")


@settings(max_examples=500)
@given(
    cell=st.text(alphabet="0123456789+() -./exEabAB#,;\u0660\uff11\u200b", max_size=20)
    | st.builds(
        lambda before, number, behind: f"{before}{number}{behind}",
        st.sampled_from(["", "Anna ", "+", "tel ", "(", "\u202a", "ask for 2: "]),
        st.from_regex(r"(\+61 ?|0|\+49 |0011 44 )[1-9][0-9 ]{6,11}", fullmatch=True),
        st.sampled_from(["", " (Anna)", " x12", "/2", " or 5", "b", "\u202c", " work"]),
    ),
    region=st.sampled_from(["AU", "AR", "MX", "IT", "US", "BR", "GB"]),
)
def test_every_digit_stored_stood_in_the_source_in_order(
    cell: str, region: str
) -> None:
    """Apart from the code of a country, of which the number itself says nothing."""
    value, _ = one_phone(cell, region)
    if not isinstance(value, str):
        return
    whole = re.sub(r"^([+-]?[0-9]+)\.0$", r"\1", cell.replace("\u200b", "").strip())
    typed = "".join(str(int(sign)) for sign in whole if sign.isdecimal())
    stored = "".join(str(int(sign)) for sign in value if sign.isdecimal())
    if re.fullmatch(r"\+[0-9]+", value) is None:
        assert stored == typed
        return

    assert not any(sign.isalpha() for sign in re.sub(r"(?i)x", "", cell))
    assert any(stored[length:] in typed for length in range(4))


WAYS_TO_DIAL = {
    ("AU", "0014 61 412345678"): "+61412345678",
    ("RU", "8 (912) 345-67-89"): "+79123456789",
    ("RU", "8-10-49-30-123456"): "+4930123456",
    ("HU", "06 1 234 5678"): "+3612345678",
    ("LT", "8 612 34567"): "+37061234567",
    ("US", "1 (415) 555-2671"): "+14155552671",
    ("JP", "010 61 412 345 678"): "+61412345678",
    ("SG", "001 61 412345678"): "+61412345678",
    ("KR", "00700 61 412345678"): "+61412345678",
    ("DE", "030/123456-78"): "+493012345678",
    ("GB", "+44 (0)20 7946 0958"): "+442079460958",
}


@pytest.mark.parametrize(("region", "cell"), WAYS_TO_DIAL)
def test_what_is_dialled_to_get_there_is_no_part_of_the_number(
    region: str, cell: str
) -> None:
    value = WAYS_TO_DIAL[region, cell]

    assert one_phone(cell, region) == (value, "")
    assert agree(value, cell)


@pytest.mark.parametrize(
    ("region", "cell"),
    [
        ("AU", "1831 412345678"),  # hides the caller
        ("BR", "015 11 98765-4321"),  # by the net of a certain carrier
        ("CO", "03 300 1234567"),
        ("CN", "17951 13912345678"),
        ("DE", "030 1234 / 5678 90"),
        ("DE", "030 1234 - 030 5678"),
        ("DE", "030 1234 (0171 123)"),
        ("DE", "0171 1234567/8"),
        ("SE", "08-123 456 / 78"),
    ],
)
def test_another_number_or_a_carrier_is_not_made_part_of_it(
    region: str, cell: str
) -> None:
    assert one_phone(cell, region) == (cell, "bad_number")


@settings(max_examples=500)
@given(
    cell=st.from_regex(
        r"(\+?[0-9]{1,3} ?(\(0\))?|0|8|1831|00(11|1|700)?[ 1-9])[0-9 /-]{6,13}"
        r"( (x|ext|extn|extension|#)\.? ?[0-9]{1,4})?",
        fullmatch=True,
    ),
    region=st.sampled_from(["AU", "RU", "BR", "KR", "US", "DE", "HU", "JP", "IT"]),
)
def test_the_proof_afterwards_reads_each_number_alike(cell: str, region: str) -> None:
    value, _ = one_phone(cell, region)

    if isinstance(value, str):
        assert agree(value, cell)


def agree(value: str, cell: str) -> bool:
    said, held = rendering.phone(value, cell)
    return said == held


def test_blank_is_nothing() -> None:
    assert one_phone(" \xa0") == (None, "")
    assert one_email("") == (None, "")


@given(cell=st.text(alphabet="0123456789+() -./exE\xa0", max_size=20))
def test_without_a_note_it_is_what_the_library_calls_valid(cell: str) -> None:
    value, code = one_phone(cell)

    if code:
        assert code == "bad_number"
    elif value is not None:
        assert isinstance(value, str)
        assert phonenumbers.is_valid_number(phonenumbers.parse(value))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("pat@example.org", "pat@example.org"),
        (" pat@example.org\xa0", "pat@example.org"),
        ("Pat.Lee+clinic@Example.ORG", "Pat.Lee+clinic@example.org"),
        ("o'hara@mail.clinic.example", "o'hara@mail.clinic.example"),
        ("pat@bücher.example", "pat@bücher.example"),
    ],
)
def test_an_email_has_its_domain_in_lower_case(cell: str, value: str) -> None:
    assert one_email(cell) == (value, "")


@pytest.mark.parametrize(
    "cell",
    [
        "pat",
        "pat@",
        "@Example.org",
        "pat@example",
        "pat@@example.org",
        "pat lee@example.org",
        "pat@Example..org",
        "pat@-example.org",
        "pat@example.1",
        ".pat@example.org",
        "pat.@example.org",
        "pa..t@example.org",
        "pat@example.org, lee@example.org",
        "pat@example.org\nlee@example.org",
        "Pat <pat@example.org>",
    ],
)
def test_text_without_the_form_of_an_email_is_kept(cell: str) -> None:
    assert one_email(cell) == (cell, "bad_email")
