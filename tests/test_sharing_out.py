"""Which tests a worker takes in one go."""

from __future__ import annotations

import re

import pytest

from tests import sharing_out
from tests.sharing_out import LATER, ON_A_SERVER, STORY, TESTS

ASKS = re.compile(r"\blater: Later\b|\bstates\.later\b")


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/cli/test_words.py::test_a[postgresql]", "tests/cli/test_words.py"),
        ("tests/phases/test_undo.py::test_a[sqlite]", "tests/phases/test_undo.py"),
        ("tests/phases/test_undo.py::test_a[x-postgresql]", ON_A_SERVER),
        ("tests/phases/test_changes.py::test_a[postgresql]", ON_A_SERVER),
        ("tests/phases/test_changes.py::test_a[sqlite]", LATER),
        ("tests/phases/test_a.py::test_on_postgresql", "tests/phases/test_a.py"),
        ("tests/faults/test_bugs.py::test_a", STORY),
        ("tests/faults/test_postgresql.py::test_a", "tests/faults/test_postgresql.py"),
    ],
)
def test_phases_are_shared_out_by_what_they_begin_with(nodeid: str, unit: str) -> None:
    assert sharing_out.unit(nodeid) == unit


def test_whoever_looks_at_a_second_import_is_of_that_unit() -> None:
    files = sorted(TESTS.glob("phases/test_*.py"))
    asking = [f"tests/phases/{p.name}" for p in files if ASKS.search(p.read_text())]

    assert asking == [*sharing_out.LOOK_AT_A_SECOND_IMPORT]


def test_whoever_disturbs_the_story_on_sqlite_is_of_one_unit() -> None:
    files = TESTS.glob("faults/test_*.py")
    telling = [p for p in files if 'ENGINE = "sqlite"' in p.read_text()]

    assert {f"tests/faults/{p.name}" for p in telling} == {*sharing_out.TELL_A_STORY}


def test_what_is_begun_first_is_there_and_named_once() -> None:
    named = [*sharing_out.LONGEST]

    assert [name for name in named if not (TESTS / name).is_file()] == []
    assert len({*named}) == len(named)
