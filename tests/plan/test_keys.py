"""Keys, derived primary keys and pseudonyms: the paragraph "Keys" of the row rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.errors import SourceError
from reimport_lib.plan.values import keys as identity

KEY = "35e0c202-7d79-40cb-84f1-1b69e6f6be3c"


def column(*cells: str) -> pd.Series[Any]:
    return pd.Series(list(cells), dtype=object)


def canonical(cell: str, *, number: bool = False) -> str:
    key: str = identity.canonical_key(column(cell), number=number).tolist()[0]
    return key


@pytest.mark.parametrize(
    "cell",
    [
        KEY,
        KEY.upper(),
        f"{{{KEY.upper()}}}",
        f" {KEY}\t",
        f"{{{{{KEY}}}}}",
        f"\xa0{KEY}\xa0",
        f"{{ {KEY} }}",
        f"\ufeff{KEY}\u200b",
        f"\u200b {{{KEY}}}",
        "\uff13\uff15\uff45\uff10\uff43\uff12\uff10\uff12-7d79-40cb-84f1-1b69e6f6be3c",
    ],
)
def test_spellings_of_one_key(cell: str) -> None:
    assert canonical(cell) == KEY


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("101.0", "101"),
        ("101", "101"),
        ("00417", "00417"),
        ("0101.0", "0101"),
        ("101.5", "101.5"),
        ("a  b", "a  b"),
        ("{half", "{half"),
        ("", ""),
        (" \xa0", ""),
        ("{}", ""),
        ("\u200b", ""),
    ],
)
def test_point_zero_goes_and_a_leading_zero_counts(cell: str, key: str) -> None:
    assert canonical(cell) == key


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("10002", "10002"),
        ("0010002", "10002"),
        ("10002.0", "10002"),
        ("\uff11\uff10\uff10\uff10\uff12", "10002"),
        ("000", "0"),
        ("00a", "00a"),
        ("", ""),
    ],
)
def test_a_key_that_is_a_number_has_no_leading_zeros(cell: str, key: str) -> None:
    assert canonical(cell, number=True) == key


@given(cell=st.text(), number=st.booleans())
def test_a_canonical_key_is_its_own_canonical_key(cell: str, number: bool) -> None:
    key = canonical(cell, number=number)

    assert canonical(key, number=number) == key


@given(
    key=st.text(alphabet="0123456789abcdef-", min_size=1),
    left=st.sampled_from(["", " ", "\xa0", "{", "{ ", "\u200b{"]),
)
def test_case_blanks_and_braces_never_make_another_key(key: str, left: str) -> None:
    right = left[::-1].replace("{", "}")

    assert canonical(f"{left}{key.upper()}{right}") == canonical(key)


def test_keys_keep_the_index() -> None:
    cells = pd.Series(["B", "", "B"], index=[5, 2, 9], dtype="str")

    keys = identity.canonical_key(cells)

    assert keys.to_dict() == {5: "b", 2: "", 9: "b"}
    assert keys.dtype == object


def test_a_key_that_is_not_text_is_refused() -> None:
    with pytest.raises(SourceError):
        identity.canonical_key(pd.Series([101, 102], dtype=object))


def test_derived_keys_never_change() -> None:
    derived = identity.derived_uuid("filemaker", "patients", KEY)

    assert derived == UUID("6d08d926-4ade-5405-8729-46ea38ab776b")


def test_system_table_and_key_all_count() -> None:
    keys = {
        identity.derived_uuid(system, table, key)
        for system in ("filemaker", "other")
        for table in ("patients", "notes")
        for key in (KEY, "101")
    }

    assert len(keys) == 8


def test_derived_keys_of_a_column() -> None:
    keys = pd.Series([KEY, "", KEY], index=[3, 1, 2], dtype=object)

    derived = identity.derived_uuids("filemaker", "patients", keys)

    own = identity.derived_uuid("filemaker", "patients", KEY)
    assert derived.to_dict() == {3: own, 1: None, 2: own}


def test_a_pseudonym_is_stable_short_and_of_this_installation() -> None:
    assert identity.pseudonym(b"secret", KEY) == "p-2ee2d051"
    assert identity.pseudonym(b"another", KEY) != identity.pseudonym(b"secret", KEY)
    assert identity.pseudonym(b"secret", "é") != identity.pseudonym(b"secret", "e")


@pytest.mark.parametrize(
    ("cells", "broken"),
    [
        (["1.7629e+23", "101"], 1),
        (["1.5E+15", " 1.5E+15", "17"], 2),
        (["{1E+15}", KEY], 1),
        (["1,7629E23", KEY], 1),
        (["9.007199254740993E+15"], 1),
        (["-1.5e15"], 1),
        (["12E5", "1", "2", ""], 1),
        (["12E5", "34E7", ""], 2),
        (["9007199254740992.0", "1.0"], 1),
        (["\uff11\uff25+\uff11\uff15", "1"], 1),
    ],
)
def test_keys_that_have_lost_digits_refuse_their_column_with_the_count(
    cells: list[str], broken: int
) -> None:
    keys = pd.Series(cells, name="id_Contact", dtype=object)

    with pytest.raises(
        SourceError, match=f'notes, column "id_Contact": {broken} of {len(cells)} keys'
    ):
        identity.whole_keys(keys, table="notes")


@pytest.mark.parametrize(
    "cells",
    [
        ["12E5", "1", "3FA0"],  # keys of hexadecimal digits
        ["1E5", "P-17"],
        [KEY, "e5", "5e", "1.5", "E+15"],
        ["9007199254740993", "176290000000000000000001", "101.0", "0017"],
        ["7001.2", "7001.2.3", ""],
    ],
)
def test_words_and_whole_numbers_are_keys(cells: list[str]) -> None:
    keys = column(*cells)

    assert identity.whole_keys(keys, table="notes").equals(identity.canonical_key(keys))
