"""Texts that no field says are where phase 8 looks for them, whatever was typed.

The import keeps them by its own account of what its values carry, phase 8 asks for
them by a reading of its own: over odd cells of every kind the two agree.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reimport_lib.prove.metadata import as_they_were, kept_columns, metadata
from reimport_lib.prove.render.comparison import Matched
from reimport_lib.prove.render.moments import Zone
from tests.plan.frames import frame
from tests.plan.odd import ROWS, decide, odd_frame
from tests.prove.by_row import by_row


def matched(table: str, source: pd.DataFrame, values: pd.DataFrame) -> Matched:
    """The rows that came in beside their source, as if read back from a database."""
    nothing: Any = None
    return Matched(
        table=table,
        rows=list(values.index),
        missing=[],
        source=source.loc[list(values.index)],
        target=values,
        frame=source,
        outcomes=nothing,
        notes=[""] * len(values),
        created=[True] * len(values),
        keys=[""] * len(values),
        kept={},
        edited=[False] * len(values),
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        zone=Zone("Australia/Sydney", "MDY" if table == "images" else "DMY"),
        reference=nothing,
    )


def different(found: Matched) -> list[tuple[str, str]]:
    return [(said, shown) for said, shown in metadata(found).values if said != shown]


TEXTS = st.sampled_from(
    ["", "0", "x", "7.0", "{A}", "a", "2024-01-02", "\u200b", " b "]
)


@pytest.mark.parametrize("table", sorted(ROWS))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_read_by_columns_says_what_row_by_row_says(
    table: str, data: st.DataObject
) -> None:
    """Whatever the database holds beside a row: less, more, or something else."""
    source = odd_frame(table, data)
    _, decided = decide(table, source)
    names = sorted({*kept_columns(table), *as_they_were(table), "of nothing"})
    damage = st.dictionaries(st.sampled_from(names), TEXTS | st.none())
    held = []
    for row in decided.values["filemaker_metadata"]:
        left = {**row, **data.draw(damage)}
        held.append({name: text for name, text in left.items() if text is not None})
    spoilt = decided.values.assign(filemaker_metadata=held)
    found = matched(table, source, spoilt)

    assert list(metadata(found).values) == by_row(found)


@pytest.mark.parametrize("table", sorted(ROWS))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_phase_8_finds_what_the_import_keeps(table: str, data: st.DataObject) -> None:
    source = odd_frame(table, data)
    _, decided = decide(table, source)

    assert different(matched(table, source, decided.values)) == []


@pytest.mark.parametrize(
    ("table", "cells", "name"),
    [
        ("patients", {"DOB": "1980-02-03 9:30"}, "dob_text"),
        ("patients", {"DOB": "in spring"}, "dob_text"),
        ("patients", {"gender": "ask her"}, "sex_text"),
        ("patients", {"NDIS Coordinator Phone": "02 5550 1234 x7"}, None),
        ("contact_details", {"ph": "0491 570 156 ext 3"}, "ph_text"),
        ("appointments", {"endTime": "", "endDate": "2020-06-02"}, "end_text"),
        ("appointments", {"allDay": "perhaps"}, "all_day_text"),
        ("appointments", {"Start": "2020-06-01 11:00"}, "start_text"),
        ("appointments", {"startDate": "2020-06-01 8:00"}, "start_text"),
        ("notes", {"Date": "2020-06-01 14:30:00"}, "date_text"),
        ("sms", {"SentDate": "yesterday"}, "sent_text"),
        ("documents", {"Date": "1/6/2020 9 am"}, "date_text"),
        ("images", {"date": "06/01/2020 2:30 PM"}, "date_text"),
    ],
)
def test_a_text_that_is_gone_from_the_metadata_is_missed(
    table: str, cells: dict[str, str], name: str | None
) -> None:
    source = frame({**ROWS[table], **cells})
    _, decided = decide(table, source)
    held = decided.values["filemaker_metadata"].iloc[0]
    gone = {key: text for key, text in held.items() if key != name}
    found = matched(table, source, decided.values)
    lost = decided.values.assign(filemaker_metadata=[gone if name else {}])

    assert different(found) == []
    assert len(different(replace(found, target=lost))) == 1
