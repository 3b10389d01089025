"""The cover: what people have to do, what nobody checked, where things are instead."""

from __future__ import annotations

from pathlib import Path

from reimport_lib.plan.codes import Note, Reason
from reimport_lib.show import instead
from reimport_lib.show.cover import render
from tests.show.examples import run
from tests.show.test_cover import words


def test_what_people_have_to_do_stands_before_everything_else(tmp_path: Path) -> None:
    manifest = run("full")
    figures = {"fix in FileMaker": (39, 4), "decide here": (0, 0)}
    manifest["worklist"] = {
        "actions": {
            name: {"lines": lines, "known": known, "lapsed": 0}
            for name, (lines, known) in figures.items()
        },
        "without_doubt": 7,
        "files": {},
    }

    page = render(manifest, tmp_path)

    first = page[page.index("<ul") : page.index('<nav aria-label="Contents"')]
    assert (
        words(f"<body>{first}").split()
        == "39 Fix in FileMaker 4 known 0 Decide here".split()
    )
    assert "<ul" not in render(run("full"), tmp_path)


def test_what_could_not_be_checked_has_a_section_that_says_why(tmp_path: Path) -> None:
    manifest = run("full", "failed", "notes", "stopped")
    patients = next(each for each in manifest["phases"] if each["name"] == "patients")
    link = {"name": "clinic", "found": 0, "named": 9, "checked": False}
    patients["links"] = {"patients": [link]}

    page = words(render(manifest, tmp_path))

    section = page[page.rindex("What was not checked, and why") :]
    unsaid = [
        check
        for phase in manifest["phases"]
        for check in phase["checks"]
        if check["verdict"] == "could-not-check"
    ]
    assert all(check["name"] in section for check in unsaid)
    assert "patients: clinic the list is empty load the list" in section
    assert "images: all of it the phase is pending" in section


def test_each_reason_and_note_says_where_it_is_instead(tmp_path: Path) -> None:
    assert {*instead.OF_REASON} == {*Reason}
    assert {*instead.OF_NOTE} == {*Note}

    page = words(render(run("full"), tmp_path))

    section = page[page.rindex("Of what is not where it was") :]
    assert "patients excluded_by_rule 20 in FileMaker alone" in section
