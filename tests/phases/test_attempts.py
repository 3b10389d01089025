"""What stopped an attempt at a phase is kept when the phase is tried again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reimport_lib.errors import PhaseFailed, Refused, TargetError
from reimport_lib.phases import attempts, binding, opening, recording
from reimport_lib.record.run import Run
from reimport_lib.record.status import Status
from reimport_lib.show.next_steps import Step, after
from reimport_lib.write import bind
from reimport_lib.write.databases import sqlite_file
from tests.phases import sites
from tests.phases.sites import Site, rewritten
from tests.phases.test_resume import BREAK, MEND, PHASES

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

NOTEBOOK = "03_patients.ipynb"


@pytest.fixture
def failed(ready: Site) -> Run:
    """A run of which patients failed, with the notebook and the page of that."""
    run = ready.rehearse("validation")
    with rewritten(run) as manifest:
        manifest["status"] = "running"
        manifest["phases"].append(
            {**manifest["phases"][-1], "name": "patients", "status": "pending"}
        )
    begin(run)
    write(run.folder / NOTEBOOK, ended=True)
    (run.folder / NOTEBOOK).with_suffix(".html").write_text("page")
    recording.record_failure(run, "patients", PhaseFailed("patients: no.", id="R000"))
    return run


def begin(run: Run) -> None:
    recording.begin(run, "patients")


def write(notebook: Path, *, ended: bool) -> None:
    """A notebook as papermill leaves one, or as it is while it is executed."""
    at = {"end_time": "2026-11-22T10:15:04" if ended else None}
    notebook.write_text(json.dumps({"metadata": {"papermill": at}}))


def kept(run: Run) -> list[tuple[str, str]]:
    found = run.phase("patients").get("attempts", [])
    return [(attempt["status"], attempt["notebook"]) for attempt in found]


def test_several_failures_in_a_row_are_all_told(ready: Site, engine: str) -> None:
    rehearsal = ready.rehearse(*PHASES)
    ready.execute_sql(BREAK[engine])
    run = ready.apply(rehearsal)
    errors = [sites.error(run)]
    sites.execute(run)
    errors.append(sites.error(run))

    ready.execute_sql(MEND[engine])
    sites.execute(run)

    entry = run.phase("appointments")
    assert sites.status(run) is Status.SUCCEEDED
    assert [each["error"] for each in entry["attempts"]] == errors
    assert [each["number"] for each in entry["attempts"]] == [1, 2]
    assert all(
        each["ended_at"] >= each["started_at"] > "" for each in entry["attempts"]
    )
    assert "attempts" not in run.phase("patients")


def test_the_next_attempt_finds_nothing_of_the_last(failed: Run) -> None:
    begin(failed)

    assert kept(failed) == [("failed", "03_patients.attempt-1.ipynb")]
    assert (failed.folder / "03_patients.attempt-1.html").read_text() == "page"
    assert not (failed.folder / NOTEBOOK).exists()
    entry = failed.phase("patients")
    assert (entry["status"], entry["error"]) == ("running", "")
    assert "notebook_sha256" not in entry


def test_a_notebook_that_is_being_executed_by_hand_is_left_where_it_is(
    failed: Run,
) -> None:
    write(failed.folder / NOTEBOOK, ended=False)

    begin(failed)

    assert kept(failed) == [("failed", "")]
    assert (failed.folder / NOTEBOOK).exists()
    assert failed.phase("patients")["attempts"][0]["page"].endswith("attempt-1.html")


def test_a_process_that_was_killed_leaves_an_attempt_too(failed: Run) -> None:
    begin(failed)
    write(failed.folder / NOTEBOOK, ended=False)

    attempts.keep_last(failed, "patients", by_runner=True)

    assert kept(failed)[1] == ("interrupted", "03_patients.attempt-2.ipynb")
    assert failed.phase("patients")["attempts"][1]["error"] == attempts.CUT_OFF


def test_a_phase_that_nobody_tried_or_that_is_done_has_no_attempts(failed: Run) -> None:
    begin(failed)
    recording.finish(failed, "patients", [])

    attempts.keep_last(failed, "patients", by_runner=True)
    attempts.keep_last(failed, "validation", by_runner=True)

    assert kept(failed) == [("failed", "03_patients.attempt-1.ipynb")]
    assert failed.phase("patients")["status"] == "succeeded"


def test_nothing_more_is_done_in_a_phase_that_has_ended(failed: Run) -> None:
    """As by a person who goes on in a notebook after the cell that stopped it."""
    done = []

    with (
        pytest.raises(Refused, match=r"patients has ended \(failed\)") as refused,
        recording.recording(failed, "patients"),
    ):
        done.append("written")

    assert done == []
    assert "from the first cell" in refused.value.hint
    assert failed.phase("patients")["error"] == "patients: no. [R000]"


def test_an_error_after_a_phase_is_done_leaves_it_done_and_is_told(
    failed: Run,
) -> None:
    begin(failed)
    recording.finish(failed, "patients", [])

    with (
        pytest.raises(PhaseFailed, match="ValueError"),
        recording.recording(failed, "patients"),
    ):
        raise ValueError

    assert failed.status is failed.phase("patients")["status"] is Status.SUCCEEDED
    events = (failed.folder / "events.jsonl").read_text().splitlines()
    assert json.loads(events[-1])["event"] == "phase_error"


def test_a_run_whose_database_is_away_is_gone_on_with_not_begun_anew(
    failed: Run, ready: Site, engine: str
) -> None:
    database = sqlite_file(ready.url)
    binding.bind_run(failed)
    away = database.rename(database.with_suffix(".away"))

    with pytest.raises(TargetError, match="can be reached") as stopped:
        opening.require_database(failed)

    bind.close()
    away.rename(database)
    hint = stopped.value.hint
    manifest = failed.manifest()
    manifest["status"] = Status.REFUSED
    next(p for p in manifest["phases"] if p.get("error"))["error"] = str(stopped.value)
    assert hint.endswith(f"; then reimport run --resume {failed.run_id}")
    assert after(manifest) == Step(first=hint)
