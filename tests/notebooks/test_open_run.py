"""Which run a notebook works on, and which parameters it takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from reimport_lib.config import load_settings
from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import approve
from reimport_lib.phases import all_phases, named, opening
from reimport_lib.phases.injected import refuse_undeclared
from reimport_lib.phases.opening import open_run
from reimport_lib.record import forecast, lock, runs
from reimport_lib.record.forecast import Forecast, Span
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.tables import registry
from reimport_lib.write import bind
from tests.cli.commands import Commands
from tests.phases.sites import rewritten

DECLARED = 'run_id: str = ""\nsample_rows: int = 5\nmin_match_rate: float = 0.95\n'


@pytest.fixture(autouse=True)
def environment(commands: Commands) -> Iterator[None]:
    """A notebook reads its settings from the environment."""
    with patch.dict(os.environ, commands.environ(), clear=True):
        yield
    bind.close()


def execute(run: Run, name: str) -> None:
    module: Any = named(name).module
    module.execute(run)


def test_without_a_run_the_phases_before_run_as_plain_functions(
    commands: Commands,
) -> None:
    run = open_run("delete", gates={"*.max_deleted": 0.02, "*.max_deleted_rows": 9})

    statuses = [entry["status"] for entry in run.manifest()["phases"]]
    assert run.phases == ("validation", "backup", "delete")
    assert statuses == ["succeeded", "succeeded", "running"]
    assert run.gates == {"*.max_deleted_rows": 9}
    assert run.manifest()["parameters"]["gates"] == run.gates


def test_latest_goes_on_with_the_newest_rehearsal_until_it_is_done(
    commands: Commands,
) -> None:
    first = open_run("validation", run_id="latest")
    execute(first, "validation")
    joined = open_run("backup", run_id="latest")
    assert joined.run_id == first.run_id
    assert joined.phases == tuple(phase.name for phase in all_phases())

    with lock.executing(first):  # by a command: a person must not walk into it
        other = open_run("backup", run_id="latest")
    assert other.run_id != first.run_id
    assert other.phase("validation")["status"] == "succeeded"

    again = open_run("validation", run_id="latest")
    assert again.run_id not in (first.run_id, other.run_id)


def test_whoever_steps_through_the_notebooks_by_hand_types_nothing(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/00_validation.ipynb")
    first = open_run("validation")
    assert first.phases == tuple(phase.name for phase in all_phases())
    execute(first, "validation")
    assert open_run("backup").run_id == first.run_id

    with lock.executing(first):  # by a command: a person must not walk into it
        alone = open_run("backup")
    assert alone.run_id != first.run_id
    assert alone.phases == ("validation", "backup")

    execute(open_run("backup"), "backup")
    monkeypatch.delenv("JPY_SESSION_NAME")
    by_papermill = open_run("delete")
    assert by_papermill.run_id not in (first.run_id, alone.run_id)
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/02_delete.ipynb")
    assert open_run("delete").run_id == first.run_id
    assert open_run("patients").run_id != first.run_id  # it is not its turn
    monkeypatch.setenv("REIMPORT_REVIEW_HOURS", "1")
    with rewritten(first) as manifest:
        manifest["created_at"] = "2020-01-01T00:00:00+00:00"
    assert open_run("delete").run_id != first.run_id


def test_latest_retries_the_phase_that_was_refused_with_another_gate(
    commands: Commands,
) -> None:
    run = open_run("patients", run_id="latest", gates={"patients.max_rejected": 0.0})
    assert run.gates == {"patients.max_rejected": 0.0}
    with pytest.raises(Refused):
        execute(run, "patients")
    assert run.manifest()["status"] == "refused"

    joined = open_run("patients", run_id="latest", gates={"patients.min_came_in": 0.5})

    assert joined.run_id == run.run_id
    assert joined.gates == {"patients.max_rejected": 0.0, "patients.min_came_in": 0.5}
    assert joined.manifest()["status"] == "running"
    assert joined.manifest()["error"] == ""


def test_a_gate_that_a_notebook_set_is_set_anew_by_the_next_attempt(
    commands: Commands,
) -> None:
    found = []
    for value in (0.2, 0.3, 0.01):
        run = open_run("patients", run_id="latest", gates={"min_came_in": value})
        found.append(run.manifest()["parameters"]["gates"])

    tables = [t for t in named("patients").tables if registry.named(t).source]
    assert found == [
        {f"{table}.min_came_in": 0.2 for table in tables},
        {f"{table}.min_came_in": 0.3 for table in tables},
        {},
    ]


def test_a_notebook_opens_no_limit_that_nobody_signed_off(commands: Commands) -> None:
    with pytest.raises(Refused, match="nobody has said who opens it") as refused:
        open_run("patients", gates={"max_adopted": 2})

    assert "reimport signoff patients.max_adopted=2" in refused.value.hint
    assert commands.runs() == []


def test_a_gate_that_no_table_of_the_phase_has_is_refused(commands: Commands) -> None:
    with pytest.raises(UsageError, match="called 'min_object_rate'"):
        open_run("patients", gates={"min_object_rate": 0.5})


def test_gates_of_the_run_win_over_those_of_the_notebook(commands: Commands) -> None:
    run = approve.open_rehearsal(
        commands.site.settings,
        gates={"*.min_match_rate": 0.97, "patients.max_rejected": 0.1},
    )

    joined = open_run(
        "validation",
        run_id=run.run_id,
        gates={"notes.min_match_rate": 0.99, "patients.max_rejected": 0.12},
    )

    assert joined.gates == run.gates


def test_a_run_that_may_write_is_joined_only_by_its_id_and_takes_no_gate(
    commands: Commands,
) -> None:
    rehearsal = commands.site.rehearse("validation")
    full = approve.open_full(commands.site.settings, rehearsal, ask=None, yes=True)

    latest = open_run("validation", run_id="latest")
    joined = open_run("validation", run_id=full.run_id, gates={"*.max_rejected": 0.1})

    assert latest.mode is Mode.REHEARSAL
    assert latest.run_id != rehearsal.run_id
    assert joined.mode is Mode.FULL
    assert joined.gates == {}


def test_a_phase_that_writes_is_asked_for_the_hours_of_imports(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIMPORT_WINDOW", "03:00-03:01")  # an import takes longer
    phases = tuple((phase.number, phase.name) for phase in all_phases())
    run = runs.create(load_settings(), Mode.FULL, phases=phases)
    for _, name in phases[:2]:
        run.begin_phase(name)
        run.end_phase(name, Status.SUCCEEDED)
    by_command = Forecast(
        {}, Span(90.0, 90.0), None, 1, of_other=False, off=None, kept=(0, 0)
    )
    monkeypatch.setattr(forecast, "of_run", lambda _: by_command)

    with pytest.raises(Refused) as refused:
        open_run("delete", run_id=run.run_id)

    assert refused.value.id in ("R483", "R484")
    assert run.phase("delete")["status"] == "pending"
    with lock.executing(run):  # it was asked before its first phase
        opening._require_hours(run, named("delete"))
    opening._require_hours(run, named("validation-post"))


def test_a_phase_waits_for_its_turn_and_is_done_once(commands: Commands) -> None:
    run = approve.open_rehearsal(
        commands.site.settings, (named("validation"), named("backup")), gates={}
    )

    with pytest.raises(Refused, match="validation is not done"):
        open_run("backup", run_id=run.run_id)
    with pytest.raises(Refused, match="does not include the phase patients"):
        open_run("patients", run_id=run.run_id)
    execute(open_run("validation", run_id=run.run_id), "validation")
    with pytest.raises(Refused, match="validation is done"):
        open_run("validation", run_id=run.run_id)
    with pytest.raises(UsageError, match="Did you mean"):
        open_run("backup", run_id=run.run_id[:-2])


def test_a_phase_is_not_run_on_another_database_than_those_before(
    commands: Commands,
) -> None:
    run = open_run("validation", run_id="latest")
    execute(run, "validation")
    with rewritten(run) as manifest:
        manifest["database"].update(name="another")

    with pytest.raises(Refused, match="other name"):
        open_run("backup", run_id=run.run_id)

    assert run.phase("backup")["status"] == "refused"
    assert run.manifest()["status"] == "refused"


@pytest.mark.parametrize(
    ("injected", "fragment"),
    [
        ("sampel_rows = 3", "Did you mean 'sample_rows'?"),
        ("aply = 1", "declared: run_id, sample_rows, min_match_rate"),
        ('sample_rows = "three"', "'sample_rows' is str, and must be int"),
        ('min_match_rate = "false"', "'min_match_rate' is str, and must be float"),
        ("sample_rows = 3.5", "'sample_rows' is float, and must be int"),
        ("sample_rows = True", "'sample_rows' is bool, and must be int"),
        ("run_id = 20261122", "'run_id' is int, and must be str"),
        ("sample_rows = None", "'sample_rows' is NoneType"),
    ],
)
def test_parameters_are_those_that_the_notebook_declares(
    injected: str, fragment: str
) -> None:
    cells = ["", DECLARED, f"# Parameters\n{injected}\n"]

    with pytest.raises(UsageError, match=r"Parameter '\w+' is") as refused:
        refuse_undeclared(cells)

    assert fragment in str(refused.value)


@pytest.mark.parametrize(
    "injected", ["sample_rows = 3", "min_match_rate = 1", 'run_id = "latest"', ""]
)
def test_declared_parameters_are_taken(injected: str) -> None:
    refuse_undeclared(["", DECLARED, f"# Parameters\n{injected}\n"])
    refuse_undeclared(["", "x = 1"])
