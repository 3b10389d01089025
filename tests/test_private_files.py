"""What is written as JSON: by lines, and the same when it is read."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from reimport_lib.private_files import by_lines, write_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=40,
)


@given(VALUES)
def test_what_is_read_is_what_was_written(value: object) -> None:
    assert json.loads(by_lines(value)) == value


def test_a_check_of_a_phase_has_a_line_of_its_own(tmp_path: Path) -> None:
    checks = [{"name": "rows", "expected": "1"}, {"name": "keys", "expected": "é"}]
    write_json(
        tmp_path / "run.json", {"run": "x", "phases": [{"checks": checks, "n": 0}]}
    )

    lines = (tmp_path / "run.json").read_text(encoding="utf-8").splitlines()

    assert [line.strip(" ,") for line in lines] == [
        "{",
        '"run": "x"',
        '"phases": [',
        "{",
        '"checks": [',
        '{"name": "rows", "expected": "1"}',
        '{"name": "keys", "expected": "é"}',
        "]",
        '"n": 0',
        "}",
        "]",
        "}",
    ]
