"""A notebook answers in order, and nothing is written that was not approved."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from reimport_lib.errors import GateFailed, Refused, UsageError
from reimport_lib.execute import approve
from reimport_lib.phases import named
from reimport_lib.phases.notebook import KINDS, open_phase
from reimport_lib.phases.questions.data import DataNotebook
from reimport_lib.record import runs
from reimport_lib.show.masking import Masking
from reimport_lib.write import bind, ledger, read
from tests.cli.commands import Commands

BEFORE_ITS_TURN = [
    ("validation", "source", "freeze"),
    ("validation", "check", "freeze"),
    ("validation", "finish", "check"),
    ("backup", "prove", "back_up"),
    ("backup", "finish", "prove"),
    ("delete", "prove", "apply"),
    ("delete", "finish", "prove"),
    ("patients", "prove", "apply"),
    ("patients", "finish", "prove"),
]


@pytest.fixture(autouse=True)
def environment(commands: Commands) -> Iterator[None]:
    """A notebook reads its settings from the environment."""
    with patch.dict(os.environ, commands.environ(), clear=True):
        yield
    bind.close()


@pytest.mark.parametrize("stopped_by", ["approve", "apply"])
def test_data_that_a_gate_refused_are_not_written_by_the_next_cell(
    stopped_by: str,
) -> None:
    phase = open_phase("patients", run_id="latest", gates={"max_rejected": 0.0})
    assert isinstance(phase, DataNotebook)
    phase.plan()
    before = read.imported("patients")

    with pytest.raises(GateFailed, match="rejected"):
        getattr(phase, stopped_by)()
    for question in (phase.approve, phase.apply):
        with pytest.raises(Refused, match="nothing more is done in it"):
            question()

    assert read.imported("patients") == before
    assert ledger.phase_done(phase.run.run_id, "patients") is None
    assert phase.run.phase("patients")["status"] == "refused"
    assert "rejected" in phase.run.phase("patients")["error"]


@pytest.mark.parametrize(("name", "question", "missing"), BEFORE_ITS_TURN)
def test_a_cell_before_its_turn_says_which_one_is_missing(
    commands: Commands, name: str, question: str, missing: str
) -> None:
    run = approve.open_rehearsal(commands.site.settings, (named(name),), gates={})
    phase = KINDS.get(name, DataNotebook)(run, name, Masking(b""), 5)
    before = run.manifest()

    with pytest.raises(UsageError, match=rf"phase\.{missing}\(\) has not been done"):
        getattr(phase, question)()

    assert run.manifest() == before


def test_all_questions_in_their_order_are_the_phase(commands: Commands) -> None:
    phase: Any = open_phase("validation", run_id="latest")
    phase.freeze()
    phase.check()
    phase.finish()

    (run_id,) = commands.runs()
    record = runs.load(commands.site.settings, run_id).phase("validation")
    assert record["status"] == "succeeded"
    assert record["checks"] == [check.as_json() for check in phase.checks]
