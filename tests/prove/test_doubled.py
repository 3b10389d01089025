"""Phase 8 reads doubled rows for itself: it agrees, and finds what another row says."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reimport_lib.plan.decide import Decided
from reimport_lib.prove.doubled import said_more
from reimport_lib.prove.render.doubling import Doubled
from reimport_lib.prove.render.moments import Zone
from tests.plan.frames import frame
from tests.plan.odd import ROWS, decide, odd_frame


def pairs(table: str, source: pd.DataFrame, decided: Decided) -> list[Doubled]:
    """Every row that was left out as doubled, with the one of its key that came in."""
    rows, values = decided.rows, decided.values
    came_in = dict(zip(rows["key"][values.index], values.index, strict=True))
    zone = Zone("Australia/Sydney", "MDY" if table == "images" else "DMY")
    return [
        Doubled(
            table,
            source.loc[[row, came_in[key]]],
            values.loc[came_in[key]].to_dict(),
            zone,
        )
        for row, key in rows["key"][rows["reason"] == "duplicate_row"].items()
        if key in came_in
    ]


@pytest.mark.parametrize("table", sorted(ROWS))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_phase_8_and_the_import_agree_on_what_is_doubled(
    table: str, data: st.DataObject
) -> None:
    source = odd_frame(table, data)
    _, decided = decide(table, source)

    found = [list(said_more(pair)) for pair in pairs(table, source, decided)]

    assert [columns for columns in found if columns] == []


SAID_OTHERWISE = [
    ("patients", "DOB", "3/2/1980", "1980-02-03"),
    ("patients", "DOB", "03/02/1980", "3/2/1980"),
    ("patients", "NDIS Coordinator Phone", "(02) 5550 1234", "+61 2 5550 1234"),
    ("patients", "gender", " f.", "F"),
    ("patients", "creationTimestamp", "1/2/2020 9:30", "2020-02-01 09:30:00"),
    ("sms", "SentDate", "2020-06-01 09:30", "1/06/2020 9:30 am"),
    ("appointments", "startTime", "9:30 AM", "09:30"),
    ("contact_details", "ph", "0491570156.0", "0491 570 156"),
    ("contact_details", "creationTimestamp", "1/2/2020", "3/2/2020"),
    ("contact_details", "SMS Phone", "1", "0"),
    ("images", "recid", "00101", "101"),
]


@pytest.mark.parametrize(("table", "header", "one", "other"), SAID_OTHERWISE)
def test_the_same_in_another_form_is_nothing_new(
    table: str, header: str, one: str, other: str
) -> None:
    source = frame(*({**ROWS[table], header: text} for text in (other, one)))
    _, decided = decide(table, source)

    [pair] = pairs(table, source, decided)

    assert list(said_more(pair)) == []


OTHER_WORDS = [
    ("patients", "gender", "Female", "F"),
    ("patients", "NDIS Report", "no", ""),
    ("patients", "DOB", "1980-02-03 09:30", "1980-02-03"),
    ("patients", "DOB", "1980-03-02", "1980-02-03"),
    ("patients", "nameFirst", "Ida", "Ada"),
    ("patients", "NDIS Coordinator Phone", "02 5550 1234 x7", "02 5550 1234"),
    ("appointments", "Status", "Done", "Completed"),
    ("appointments", "allDay", "no", ""),
    ("appointments", "startTime", "09:31", "09:30"),
    ("sms", "Direction", "sent", "out"),
    ("notes", "Note", "Seen today. Amended.", "Seen today."),
    ("notes", "id_Key", "p2", "p1"),
    ("documents", "Type", "Letter", ""),
    ("images", "recid", "102", "101"),
    ("contact_details", "type", "Phone\nHome", "Phone"),
    ("contact_details", "Name", "Daughter", ""),
    ("contact_details", "ph", "0491 570 157", "0491 570 156"),
    ("contact_details", "SMS Phone", "ask Ada", ""),
]


@pytest.mark.parametrize(("table", "header", "one", "other"), OTHER_WORDS)
def test_a_word_that_the_row_which_came_in_does_not_say_is_found(
    table: str, header: str, one: str, other: str
) -> None:
    source = frame(*({**ROWS[table], header: text} for text in (one, other)))
    _, decided = decide(table, source.iloc[1:])
    [values] = decided.values.to_dict("records")
    pair = Doubled(table, source, values, Zone("Australia/Sydney", "DMY"))

    assert list(said_more(pair)) != []
