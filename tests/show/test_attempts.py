"""Attempts at a phase in words: what stopped each, and how the last one stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reimport_lib.show.attempts import attempt_sentences, attempts_table
from tests.show.examples import run

FIRST = {
    "number": 1,
    "status": "failed",
    "error": "patients: its kernel ended.",
    "started_at": "2026-11-22T10:16:00+00:00",
    "ended_at": "2026-11-22T10:16:09+00:00",
    "seconds": 9.2,
    "notebook": "03_patients.attempt-1.ipynb",
    "notebook_sha256": "",
    "page": "03_patients.attempt-1.html",
}
KILLED = {**FIRST, "number": 2, "status": "interrupted", "ended_at": "", "seconds": 0.0}


def tried(*attempts: dict[str, Any]) -> Any:
    return {"name": "patients", "status": "succeeded", "attempts": list(attempts)}


def test_each_attempt_is_told_with_its_time_and_its_error() -> None:
    assert attempt_sentences(tried(FIRST, KILLED)) == [
        "attempt 1: failed at 22 Nov 2026, 10:16 (UTC) after 9.2 s:"
        " patients: its kernel ended.",
        "attempt 2: interrupted, begun at 22 Nov 2026, 10:16 (UTC):"
        " patients: its kernel ended.",
        "attempt 3: succeeded",
    ]


def test_a_phase_that_was_tried_once_has_nothing_to_tell(tmp_path: Path) -> None:
    assert attempt_sentences(tried()) == []
    assert attempts_table(run("full"), tmp_path) == []


def test_the_page_of_an_attempt_is_linked_where_it_lies(tmp_path: Path) -> None:
    manifest = run("full")
    (phase,) = (p for p in manifest["phases"] if p["name"] == "patients")
    phase["attempts"] = [FIRST, {**KILLED, "page": "", "notebook": ""}]
    (tmp_path / "03_patients.attempt-1.html").write_text("page")

    (table,) = attempts_table(manifest, tmp_path)

    assert table.html().count("<a ") == 1
    assert "03_patients.attempt-1.html" in table.html()
    assert "patients, attempt 3" in table.text()
