"""Two runs, figure by figure: what differs is told, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

from reimport_lib.show import comparing
from reimport_lib.show.comparing import differences, figures
from tests.show.examples import run

LAST: Any = run()


def changed() -> Any:
    """The example as it was the next time."""
    now = copy.deepcopy(LAST)
    now["run_id"] = "20261123T101500Z-full"
    phases = {entry["name"]: entry for entry in now["phases"]}
    notes = phases["notes"]["tables"]["notes"]
    notes.update(created=11_176, rejected=39)
    notes["reasons"].update(unknown_owner=32, bad_date=7)
    phases["notes"]["links"]["notes"][0]["found"] = 11_376
    phases["delete"]["tables"]["patients"]["deleted"] = 9
    phases["patients"]["seconds"] = LAST["phases"][3]["seconds"] * 2 + 4
    phases["validation-post"]["checks"][0]["verdict"] = "fail"
    return now


def sentences(then: Any, now: Any) -> list[str]:
    return comparing.sentences(figures(then), figures(now))


def told(then: Any, now: Any) -> dict[tuple[str, str], tuple[str, str, str]]:
    return {
        (one.where, one.what): (
            str(one.then or ""),
            str(one.now or ""),
            one.by,
        )
        for one in differences(figures(then), figures(now))
    }


def test_every_figure_that_moved_is_told_and_no_other() -> None:
    found = told(LAST, changed())

    slower = found.pop(("patients", "duration"))
    assert slower[2].startswith("x 3.")
    assert found == {
        ("patients, delete phase", "deleted"): ("3", "9", "+6"),
        ("notes", "created"): ("11,206", "11,176", "-30"),
        ("notes", "rejected"): ("9", "39", "+30"),
        ("notes", "reason unknown_owner"): ("9", "32", "+23"),
        ("notes", "reason bad_date"): ("", "7", "new"),
        ("notes", "owner found"): (
            "11,399 of 11,408 (99.92%)",
            "11,376 of 11,408 (99.71%)",
            "-0.20 points",
        ),
        ("validation-post", "checks that do not hold"): ("0", "1", "+1"),
    }


def test_a_run_is_like_itself_and_a_little_slower_is_nothing() -> None:
    slower = copy.deepcopy(LAST)
    for entry in slower["phases"]:
        entry["seconds"] *= 1.1

    assert differences(figures(LAST), figures(slower)) == []
    assert sentences(LAST, slower) == []


def test_what_is_gone_is_told_too() -> None:
    found = told(changed(), LAST)

    assert found["notes", "reason bad_date"] == ("7", "", "gone")
    assert found["notes", "rejected"] == ("39", "9", "-30")


def test_a_sentence_says_how_many_more_stay_out_and_why() -> None:
    owner = "unknown_owner, what it belongs to is not in the source"
    date = "a required date cannot be read"

    assert sentences(LAST, changed()) == [
        f"notes: 39 rejected, 30 more than the last time: 23 more {owner};"
        f" 7 more bad_date, a new reason, {date}"
    ]
    assert sentences(changed(), LAST) == [
        f"notes: 9 rejected, 30 fewer than the last time: 23 fewer {owner};"
        f" 7 fewer bad_date, {date}"
    ]
