"""The limits that each notebook declares are those of the gates that can stop it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from types import ModuleType

import pytest

from reimport_lib.execute import signing
from reimport_lib.phases import Phase, all_phases, data, data_phases, limits
from reimport_lib.phases.binding import bind_run
from reimport_lib.phases.planning import plan_tables
from reimport_lib.plan import gates
from reimport_lib.plan.gates import Gates
from reimport_lib.tables import registry
from reimport_lib.tables.declare import NoteGate, Table
from reimport_lib.write import bind
from tests.phases.conftest import Whole
from tests.phases.sites import Site

PARAMETERS = [
    (phase, parameter)
    for phase in all_phases()
    for parameter in limits.parameters(phase).values()
]


def test_every_gate_is_a_parameter_somewhere() -> None:
    assert {parameter.gate for _, parameter in PARAMETERS} == set(gates.names())


@pytest.mark.parametrize(("phase", "parameter"), PARAMETERS, ids=lambda each: each.name)
def test_a_parameter_sets_the_limit_of_every_table_it_stands_for(
    phase: Phase, parameter: limits.Parameter
) -> None:
    other = parameter.default + 1 if parameter.gate in gates.ROWS else 0.123
    tables = phase.tables or ("patients", "notes")

    places = limits.expanded(phase, {parameter.name: other})
    now, before = Gates(places), Gates()

    changed = {
        table
        for table in tables
        if now.limit(table, parameter.gate) != before.limit(table, parameter.gate)
    }
    assert changed == set(tables if parameter.tables == ("*",) else parameter.tables)


def test_a_gate_that_a_table_declares_on_a_note_is_a_parameter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = NoteGate("max_guessed", "day_guessed", 0.1, "visits whose day was guessed")
    visits = Table(name="visits", noun="visits", phase="visits", note_gates=(gate,))
    module = ModuleType("tables_of_a_test")
    module.TABLES = (visits,)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setenv(registry.SETTING, module.__name__)

    found = limits.parameters(Phase(3, "visits", ("visits",)))

    assert found == {
        "max_guessed": limits.Parameter("max_guessed", "max_guessed", ("visits",), 0.1)
    }


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("phase", data_phases(), ids=lambda phase: phase.name)
def test_what_a_phase_measures_is_what_its_notebook_can_set(
    whole: Whole, phase: Phase
) -> None:
    run, own = whole.full, phase.module
    bind_run(run)
    plans = plan_tables(run, own.stage_tables(run))
    bind.close()

    measured = {
        (result.table, result.name)
        for plan in plans
        for result in gates.evaluate(plan, data.gates_of(run))
    }

    settable = {
        (table, parameter.gate)
        for parameter in limits.parameters(phase).values()
        for table in parameter.tables
    }
    assert settable <= measured
    for table, gate in measured - settable:  # of these nothing can be wrong
        assert not registry.by_name()[table].source
        assert gate == "max_rejected" or not registry.by_name()[table].model


def test_a_limit_that_is_opened_twice_in_a_second_is_opened_once(
    ready: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setattr(signing.clocks, "latest", lambda _alias: moment)

    first = ready.sign_off([("patients.max_rejected", 0.5)])
    again = ready.sign_off([("patients.max_rejected", 0.5)])

    assert again == first
    assert len(signing.listed(ready.settings)) == 1
