"""What comes next is one step: never another than the hint above it advises."""

from __future__ import annotations

from typing import Any

import pytest

from reimport_lib.show.next_steps import Step, after
from tests.show.examples import run

RUN = "20261122T101500Z-full"


def ended(status: str, hint: str = "", mode: str = "full", **parameters: Any) -> Any:
    """A run that ended in *status* in phase notes, opened with *parameters* alone."""
    manifest = run(mode, status, "notes", f"it stopped. Hint: {hint}" if hint else "")
    manifest["parameters"] |= {"gates": {}, **parameters}
    return manifest


@pytest.mark.parametrize(
    ("hint", "command"),
    [
        ("reimport run --full, to rehearse and review again", "reimport run --full"),
        ("reimport runs, then reimport run --resume RUN", "reimport runs"),
        (f"reimport run --resume {RUN}", f"reimport run --resume {RUN}"),
        (
            "reimport run --phase backup --dry-run",
            "reimport run --phase backup --dry-run",
        ),
        (
            "reimport run --dry-run --gate a.b=0.5; or wait",
            "reimport run --dry-run --gate a.b=0.5",
        ),
    ],
)
def test_a_command_that_the_error_advises_is_the_next_step(
    hint: str, command: str
) -> None:
    assert after(ended("refused", hint)) == Step(command=command)


def test_other_advice_comes_before_what_the_state_asks_for() -> None:
    step = Step(first="map them", command="reimport run --dry-run")

    assert after(ended("refused", "map them")) == step


def test_limits_that_the_error_advises_are_in_the_command() -> None:
    hint = "look at the rows; if they are right: --gate a.b=0.5 --gate c.d=2"
    gates = {"a.b": 0.2, "*.b": 0.1}
    phases = ["validation", "backup", "notes"]

    step = after(ended("refused", hint, phases=phases, gates=gates, strict=True))

    assert step == Step(
        first=hint,
        command="reimport run --dry-run --phase notes --gate *.b=0.1 --strict"
        " --gate a.b=0.5 --gate c.d=2",
    )


@pytest.mark.parametrize(
    "hint", ["rehearse again: reimport run --full", "reimport files goes on"]
)
def test_advice_with_a_command_in_it_stands_alone(hint: str) -> None:
    assert after(ended("refused", hint)) == Step(hint)


@pytest.mark.parametrize(
    ("status", "mode", "command"),
    [
        ("succeeded", "rehearsal", "--full --reviewed 20261122T101500Z-rehearsal"),
        ("open", "full", f"--resume {RUN}"),
        ("interrupted", "full", f"--resume {RUN}"),
        ("failed", "full", f"--resume {RUN}"),
        ("refused", "rehearsal", "--dry-run --strict --clean-slate"),
        ("rolled-back", "full", "--dry-run"),
    ],
)
def test_the_state_of_a_run_asks_for_a_command(
    status: str, mode: str, command: str
) -> None:
    manifest = ended(status, mode=mode, strict=True, clean_slate=True)

    assert after(manifest) == Step(command=f"reimport run {command}")


@pytest.mark.parametrize("status", ["succeeded", "validation-failed", "running"])
def test_where_nothing_is_to_be_done_nothing_is_said(status: str) -> None:
    assert after(ended(status)) == Step()
