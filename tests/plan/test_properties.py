"""What holds for any source: conservation, idempotence, order, local edits."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reimport_lib.plan.codes import Note, Outcome, Reason
from reimport_lib.plan.key_columns import key_checks
from reimport_lib.plan.plan import Plan
from reimport_lib.plan.rules import decide
from reimport_lib.plan.stage import stage
from reimport_lib.tables import registry
from tests.plan.frames import context, listing, no_rows, plan, written

WORDS = ["", " ", "p1", "P1", "p2", "company", "1", "01", "101", "x\x0by", "\x00", "é"]
DAYS = ["2020-06-01", "01/02/2020", "22/07/2020", "31/02/2020", "10/06/2019"]
TIMES = ["09:30", "24:00", "25:61", "2:02 pm", "0.5", "02:30"]
KINDS = ["Patient", "Company", "Phone", "Mobile", "Email", "Address", "DNA", "in"]
PHONES = ["0491570006", "+61491570006", "4.9E+08", "ada@example.org", "555"]
CELLS = st.sampled_from(WORDS + DAYS + TIMES + KINDS + PHONES) | st.text(max_size=6)
COMES_IN = {
    "appointments": {
        "id": "comes-in",
        "id_Contact": "p1",
        "startDate": "22/07/2020",
        "startTime": "09:30",
    },
    "notes": {"id": "comes-in", "id_Key": "p1", "Note": "é"},
}
"""Table -> a row that is never rejected, whatever stands beside it."""
OBJECTS = listing(
    *(f"filemaker-docs/{key}.pdf" for key in ("p1", "x", "101")),
    *(f"filemaker-images/{key}.jpg" for key in ("1", "101")),
)


def _rows(table: str) -> st.SearchStrategy[pd.DataFrame]:
    """Any frame of *table* with one header per mapped column."""
    headers = [column.names[0] for column in registry.sources()[table].all_fields]
    lines = st.lists(
        st.fixed_dictionaries(dict.fromkeys(headers, CELLS)), min_size=1, max_size=8
    )
    frames = lines.map(
        lambda rows: pd.DataFrame(
            rows, index=pd.RangeIndex(2, len(rows) + 2, name="row"), dtype=object
        )
    )
    # Validation refuses a column of keys that lost digits; no row is decided then.
    return frames.filter(lambda rows: not key_checks(registry.sources()[table], rows))


def _with(rows: pd.DataFrame, more: dict[str, str]) -> pd.DataFrame:
    """*rows*, and behind them one of *more* that is blank elsewhere."""
    last = dict.fromkeys(rows.columns, "") | more
    index = pd.RangeIndex(2, len(rows) + 3, name="row")
    return pd.DataFrame([*rows.to_dict("records"), last], index=index, dtype=object)


def _planned(
    table: str, rows: pd.DataFrame, target: pd.DataFrame | None = None
) -> Plan:
    rule = registry.sources()[table]
    staged = stage(rule, rows, context())
    return plan(decide(staged, context(), OBJECTS), target)


def _imported(table: str, made: Plan) -> pd.DataFrame:
    return written(no_rows(registry.sources()[table].managed), made)


TABLES = pytest.mark.parametrize("table", sorted(registry.sources()))
FEW = settings(max_examples=10, deadline=None)
"""A frame of eight rows takes pandas a tenth of a second, whatever is in it."""


@TABLES
@FEW
@given(data=st.data())
def test_every_row_ends_in_one_outcome(table: str, data: st.DataObject) -> None:
    rows = data.draw(_rows(table))

    made = _planned(table, rows)

    blank = sum(all(not cell.strip() for cell in row) for row in rows.to_numpy())
    assert len(rows) - blank == len(made.rows) == sum(made.counts.values())
    assert set(made.reasons) <= {reason.value for reason in Reason}
    assert set(made.note_counts) <= {note.value for note in Note}


@TABLES
@FEW
@given(data=st.data())
def test_planning_again_after_writing_changes_nothing(
    table: str, data: st.DataObject
) -> None:
    rows = data.draw(_rows(table))
    first = _planned(table, rows)

    again = _planned(table, rows, _imported(table, first))

    assert again.values.empty
    assert first.counts[Outcome.CREATED] == again.counts[Outcome.UNCHANGED]
    assert first.reasons == again.reasons


@pytest.mark.parametrize("table", ["contact_details", "appointments", "images"])
@FEW
@given(data=st.data())
def test_the_order_of_the_frame_does_not_matter(
    table: str, data: st.DataObject
) -> None:
    rows = data.draw(_rows(table))
    order = data.draw(st.permutations(range(len(rows))))

    one, other = _planned(table, rows), _planned(table, rows.iloc[order])

    assert one.digest == other.digest
    assert one.rows.equals(other.rows)


@pytest.mark.parametrize("table", ["appointments", "notes"])
@FEW
@given(data=st.data())
def test_any_edit_is_seen_and_left_alone(table: str, data: st.DataObject) -> None:
    rows = _with(data.draw(_rows(table)), COMES_IN[table])
    target = _imported(table, _planned(table, rows))
    edits: dict[str, Any] = {"filemaker_metadata": [{"edited": "yes"}] * len(target)}

    edited = _planned(table, rows, target.assign(**edits))

    seen = [
        edited.note_counts.get(note, 0) for note in (Note.CONFLICT, Note.KEPT_LOCAL)
    ]
    assert sum(seen) == len(target) > 0
    assert edited.counts[Outcome.UNCHANGED] == len(target)
    assert edited.values.empty
