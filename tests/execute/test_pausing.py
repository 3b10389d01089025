"""A run that is paused ends between two phases and goes on with the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reimport_lib.config import load_settings
from reimport_lib.errors import Refused
from reimport_lib.execute import pausing, report, runner, undo_proof
from reimport_lib.notify import words
from reimport_lib.phases import Phase, all_phases
from reimport_lib.record import runs, state
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status

NAMES = [phase.name for phase in all_phases()]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    settings = load_settings({"REIMPORT_RUNS": str(tmp_path)})
    phases = tuple((phase.number, phase.name) for phase in all_phases())
    for module, name in ((report, "write"), (report, "write_page")):
        monkeypatch.setattr(module, name, lambda *_: None)
    monkeypatch.setattr(undo_proof, "prove", lambda *_: None)
    return runs.create(settings, Mode.REHEARSAL, phases=phases)


def done_in(
    monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Run, str], None]
) -> list[str]:
    """The phases that are executed from here on, each with *meanwhile* in its midst."""
    executed: list[str] = []

    def execute(run: Run, phase: Phase, _: object) -> None:
        run.begin_phase(phase.name)
        meanwhile(run, phase.name)
        run.end_phase(phase.name, Status.SUCCEEDED)
        executed.append(phase.name)

    monkeypatch.setattr(runner, "_execute_phase", execute)
    return executed


def pause_in(asked: str) -> Callable[[Run, str], None]:
    def meanwhile(run: Run, name: str) -> None:
        if name == asked:
            pausing.ask(run)

    return meanwhile


def test_it_ends_behind_the_phase_that_it_is_at_and_goes_on_with_the_next(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = done_in(monkeypatch, pause_in(NAMES[2]))

    assert runner.execute(run) is Status.INTERRUPTED

    assert executed == NAMES[:3]
    manifest = run.manifest()
    assert manifest["error"].startswith("Paused behind 3 of 9 phases, as somebody")
    assert f"reimport continue {run.run_id}" in manifest["error"]
    assert {entry["status"] for entry in manifest["phases"][3:]} == {Status.PENDING}
    assert "going_back" not in manifest
    assert [m["occasion"] for m in manifest["messages"]][-2:] == [
        "phase-done",
        "paused",
    ]
    told = words.text(run.run_id, manifest["messages"][-1], "")
    assert f"Next: reimport continue {run.run_id}" in told
    assert "failure" not in told
    assert not pausing.is_asked(run)
    assert state.of(run).state == Status.INTERRUPTED

    executed = done_in(monkeypatch, lambda *_: None)
    assert runner.execute(run) is Status.SUCCEEDED
    assert executed == NAMES[3:]
    assert "paused" not in run.manifest()


def test_a_request_in_the_last_phase_changes_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = done_in(monkeypatch, pause_in(NAMES[-1]))

    assert runner.execute(run) is Status.SUCCEEDED

    assert executed == NAMES
    assert (run.manifest()["error"], pausing.is_asked(run)) == ("", False)


def test_nobody_waits_for_a_run_that_no_command_executes(run: Run) -> None:
    with pytest.raises(Refused, match="executed by no command: it is open") as refused:
        pausing.ask(run)

    assert refused.value.id == "R480"
    assert not pausing.is_asked(run)
