"""What PostgreSQL writes into its own log of a phase that it refuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reimport_lib.errors import PhaseFailed
from reimport_lib.write.databases import libpq
from tests.write.rows import apply, pk, plan, start
from tests.write.statements import execute

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("REIMPORT_TEST_POSTGRES")),
    reason="the log of a server that was given lies elsewhere",
)


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def log(bound: str) -> Path:
    """The log of a server of the tests' own."""
    return Path(libpq(bound)["host"]) / "log"


def test_a_row_that_is_refused_is_not_quoted_in_the_log_of_the_server(
    bound: str, log: Path
) -> None:
    """Neither what was sent (COPY, UPDATE) nor the row that stood in its way."""
    apply(plan("patients", {"key": "k-1", "last_name": "Ninepin"}))
    row = {"key": "k-2", "patient_id": pk("patients", "k-1"), "author": "Jane Citizen"}
    apply(plan("notes", {**row, "key": "n-1", "content": "Ninepin"}), run_id="first")
    start("second")
    execute(bound, "ALTER TABLE notes_note ADD CONSTRAINT once UNIQUE (content)")
    before = log.stat().st_size

    with pytest.raises(PhaseFailed, match="constraint once"):
        apply(plan("notes", {**row, "content": "Ninepin"}), run_id="second")

    said = log.read_bytes()[before:].decode()
    assert 'duplicate key value violates unique constraint "once"' in said
    assert not any(word in said for word in ("Ninepin", "Citizen", "COPY", "DETAIL"))
