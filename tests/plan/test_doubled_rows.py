"""Rows are doubled only where nothing differs that a person typed, in every table."""

from __future__ import annotations

import pytest

from reimport_lib.plan.decide import duplicates
from reimport_lib.plan.stage import stage
from reimport_lib.plan.values.carrying import bare
from reimport_lib.tables import convert, registry
from reimport_lib.tables.declare import Field, Source, Table
from tests.plan.frames import context, frame, verdicts
from tests.plan.odd import ROWS

DOUBLED = "skipped(duplicate_row)"
OTHER_WORDS = [
    ("F", "Female"),
    ("no", ""),
    ("0", "no"),
    ("yes", "1"),
    ("unknown", ""),
    ("in", "incoming"),
    ("", "out"),
    ("Booked", "Confirmed"),
    ("Mobile", "Mobile\nHome"),
    ("राम", "रम"),
    ("\u260e", ""),
]
SAME_WORDS = [("yes", " YES\n"), ("F", "f."), ("1", "1.0"), ("\u200bin", "In")]
OF_PROGRAMS = ("id", "creation", "modification", "SMS Phone", "Email default", "Xero")
"""How columns of contact details begin that a program fills: flags, ids and stamps."""


def columns(*, coded: bool = False) -> list[tuple[str, str]]:
    """Table and header of every mapped column but the keys of the tables."""
    return [
        (table, column.names[0])
        for table in ROWS
        for column in registry.sources()[table].fields
        if not (table == "contact_details" and column.names[0].startswith(OF_PROGRAMS))
        if not coded or column.convert.coded
    ]


def verdicts_on(
    pairs: list[tuple[str, str]], table: str, header: str
) -> dict[tuple[str, str], list[str]]:
    """
    Pair of words -> the verdicts on two rows that differ in *header* by it alone.

    All are rows of one import where the table has keys: each pair has one of its own.
    """
    key, plain = registry.sources()[table].key, ROWS[table]
    if key is None:
        return {
            pair: verdicts(table, *({**plain, header: text} for text in pair))
            for pair in pairs
        }
    name = key.names[0]
    rows = [
        {**plain, name: f"{plain[name]}{number}", header: text}
        for number, pair in enumerate(pairs)
        for text in pair
    ]
    found = verdicts(table, *rows)
    return {pair: found[2 * n : 2 * n + 2] for n, pair in enumerate(pairs)}


@pytest.mark.parametrize(("table", "header"), columns())
def test_rows_that_say_something_in_other_words_are_not_doubled(
    table: str, header: str
) -> None:
    found = verdicts_on(OTHER_WORDS, table, header)

    assert [pair for pair, said in found.items() if DOUBLED in said] == []


@pytest.mark.parametrize(("table", "header"), columns(coded=True))
def test_case_blanks_and_separators_make_no_other_word(table: str, header: str) -> None:
    found = verdicts_on(SAME_WORDS, table, header)

    assert [pair for pair, said in found.items() if said[1] != DOUBLED] == []


def test_rows_of_a_table_with_nothing_but_a_key_are_doubled_by_it() -> None:
    keys = Table(
        name="tags",
        noun="tags",
        phase="tags",
        source=Source("Tags", "API_Tags"),
        key=Field("filemaker_id", ("id",), convert.key, required=True),
    )
    rows = stage(keys, frame({"id": "a"}, {"id": "A"}, {"id": "b"}), context())

    (same, _), (other, _) = duplicates(rows)

    assert (list(same), other.any()) == ([False, True, False], False)


def test_a_mark_that_is_a_vowel_and_a_picture_are_part_of_what_is_said() -> None:
    assert bare("राम") != bare("रम")
    assert bare("\u260e 12") == bare("\u260e-12") != bare("12")
