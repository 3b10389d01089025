"""What comes next is one step: never another than the hint above it advises."""

from __future__ import annotations

import pytest

from reimport_lib.show.next_steps import Ended, Step, after, opened_with

RUN = "20261122T101500Z-full"


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
        ("reimport run --dry-run --gate a.b=0.5; or wait", None),
    ],
)
def test_a_command_that_the_error_advises_is_the_next_step(
    hint: str, command: str | None
) -> None:
    step = after(Ended(RUN, rehearsal=False, status="refused", hint=hint))

    assert step == Step(command=command or "reimport run --dry-run --gate a.b=0.5")


def test_other_advice_comes_before_what_the_state_asks_for() -> None:
    step = after(Ended(RUN, rehearsal=True, status="refused", hint="map them"))

    assert step == Step(first="map them", command="reimport run --dry-run")


def test_limits_that_the_error_advises_are_in_the_command() -> None:
    hint = "look at the rows; if they are right: --gate a.b=0.5 --gate c.d=2"
    words = " --phase notes --gate a.b=0.2 --gate *.b=0.1 --strict"

    step = after(Ended(RUN, rehearsal=True, status="refused", words=words, hint=hint))

    assert step == Step(
        first=hint,
        command="reimport run --dry-run --phase notes --gate *.b=0.1 --strict"
        " --gate a.b=0.5 --gate c.d=2",
    )


@pytest.mark.parametrize(
    "hint", ["rehearse again: reimport run --full", "reimport files goes on"]
)
def test_advice_with_a_command_in_it_stands_alone(hint: str) -> None:
    assert after(Ended(RUN, rehearsal=True, status="refused", hint=hint)) == Step(hint)


@pytest.mark.parametrize(
    ("status", "rehearsal", "command"),
    [
        ("succeeded", True, f"reimport run --full --reviewed {RUN}"),
        ("succeeded", False, ""),
        ("open", False, f"reimport run --resume {RUN}"),
        ("interrupted", False, f"reimport run --resume {RUN}"),
        ("failed", True, f"reimport run --resume {RUN}"),
        ("refused", True, "reimport run --dry-run --strict"),
        ("rolled-back", False, "reimport run --dry-run"),
        ("validation-failed", False, ""),
        ("running", False, ""),
    ],
)
def test_the_state_of_a_run_asks_for_a_command(
    status: str, rehearsal: bool, command: str
) -> None:
    run = Ended(RUN, rehearsal=rehearsal, status=status, words=" --strict")

    assert after(run) == Step(command=command)


def test_a_run_is_opened_again_with_the_words_it_was_opened_with() -> None:
    parameters = {
        "phases": ["validation", "backup", "notes"],
        "gates": {"notes.max_rejected": 0.2},
        "strict": True,
        "clean_slate": True,
    }

    assert opened_with(parameters) == (
        " --phase notes --gate notes.max_rejected=0.2 --strict --clean-slate"
    )
    assert opened_with({"phases": [], "gates": {}}) == ""
