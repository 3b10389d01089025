"""No word that a person typed vanishes: it is in a field or in the metadata.

For rows that come in, every word of every mapped column; for rows left out because
they are there already, that the row which was taken says their words too.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan.frames import KNOWN, context
from tests.plan.odd import ROWS, decide, odd_frame
from tests.plan.reading import left_out


@pytest.mark.parametrize("table", sorted(ROWS))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_word_of_an_odd_cell_vanishes(table: str, data: st.DataObject) -> None:
    frame = odd_frame(table, data)

    staged, decided = decide(table, frame)

    assert list(left_out(staged, decided, frame, context(KNOWN))) == []
