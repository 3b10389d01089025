"""A run is compared with the last one like it, and keeps what it is compared with."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from reimport_lib.config import Settings, load_settings
from reimport_lib.private_files import write_json
from reimport_lib.record import runs
from reimport_lib.record.manifest import MANIFEST, read_manifest
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.show import last_time
from reimport_lib.show.comparing import figures
from reimport_lib.show.cover import render
from reimport_lib.show.last_time import LastTime
from tests.show.examples import run

PHASES = ((0, "validation"), (3, "patients"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"REIMPORT_RUNS": str(tmp_path / "runs")})


def made(
    settings: Settings,
    mode: Mode,
    status: Status = Status.SUCCEEDED,
    *,
    reviewed: str = "",
    phases: tuple[tuple[int, str], ...] = PHASES,
) -> Run:
    opened = runs.create(settings, mode, phases=phases, reviewed=reviewed)
    manifest = read_manifest(opened.folder)
    write_json(opened.folder / MANIFEST, {**manifest, "status": status})
    return opened


def before(run: Run) -> str:
    found = last_time.before(run, runs.readable(run.settings))
    return found.run_id if found else ""


def test_a_rehearsal_is_compared_with_that_of_the_last_import(
    settings: Settings,
) -> None:
    first = made(settings, Mode.REHEARSAL)
    assert before(first) == ""
    again = made(settings, Mode.REHEARSAL)
    assert before(again) == first.run_id
    full = made(settings, Mode.FULL, reviewed=first.run_id)
    made(settings, Mode.REHEARSAL)

    assert before(made(settings, Mode.REHEARSAL)) == first.run_id
    assert before(full) == ""
    assert before(made(settings, Mode.FULL)) == full.run_id


def test_what_did_not_succeed_or_had_other_phases_is_no_measure(
    settings: Settings,
) -> None:
    for status in Status:
        if status is not Status.SUCCEEDED:
            made(settings, Mode.FULL, status)
    made(settings, Mode.FULL, phases=PHASES[:1])

    assert before(made(settings, Mode.FULL)) == ""


def test_what_was_kept_is_read_as_it_was(tmp_path: Path) -> None:
    then = LastTime("R-1", "full", "2026-11-01T10:00:00+00:00", figures(a_run()))

    then.keep(tmp_path)

    assert LastTime.read(tmp_path) == then
    assert LastTime.read(tmp_path / "elsewhere") is None


def a_run() -> Any:
    return run("full")


def fewer() -> Any:
    """The run before: fewer rejected notes, and a faster phase."""
    then = copy.deepcopy(a_run())
    phases = {entry["name"]: entry for entry in then["phases"]}
    notes = phases["notes"]["tables"]["notes"]
    notes.update(created=11_211, rejected=4)
    notes["reasons"].update(unknown_owner=4)
    phases["patients"]["seconds"] = 0.5
    return then


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<body>") :]).split())


def test_the_report_says_what_was_otherwise_beside_each_figure(tmp_path: Path) -> None:
    ended = "2026-11-01T10:00:00+00:00"
    LastTime("20261101T100000Z-full", "full", ended, figures(fewer())).keep(tmp_path)

    said = words(render(a_run(), tmp_path))

    assert (
        "Compared with the import 20261101T100000Z-full, which ended 1 Nov 2026, 21:00"
        " (Australia/Sydney): 4 figures differ." in said
    )
    assert "notes: 9 rejected, 5 more than the last time: 5 more unknown_owner" in said
    assert re.search(r"unknown_owner 9 4 \(\+5\) ", said)
    assert re.search(r"3 patients ✓ Succeeded [\d.]+ s 0\.5 s", said)


def test_a_run_that_is_like_the_last_one_says_so(tmp_path: Path) -> None:
    LastTime("R-1", "full", "", figures(a_run())).keep(tmp_path)

    said = words(render(a_run(), tmp_path))

    assert "Compared with the import R-1: every count and rate is the same." in said


@pytest.mark.parametrize("status", ["failed", "refused", "rolled-back"])
def test_a_run_that_stopped_is_not_compared(tmp_path: Path, status: str) -> None:
    said = words(render(run("full", status, "notes", "x"), tmp_path))

    assert "What is otherwise than the last time" not in said


def in_phase(last: LastTime | None, name: str) -> str:
    manifest = a_run()
    (entry,) = (each for each in manifest["phases"] if each["name"] == name)
    shown = last_time.changed_in_phase(last, manifest, entry)
    return "\n".join(each.text() for each in shown)


def test_a_phase_shows_every_figure_beside_that_of_the_run_before() -> None:
    then = LastTime("R-1", "full", "", figures(fewer()))

    said = in_phase(then, "notes")

    assert said.startswith("Compared with the import R-1: 3 figures of this phase dif")
    assert re.search(r"notes +rejected +9 +4 +\+5\b", said)
    assert re.search(r"notes +created +11,206 +11,211 +-5\b", said)
    _, after = said.split("Every figure that is the same")
    assert re.search(r"notes +source rows +([\d,]+) +\1\b", after)
    assert "duration" not in said
    assert "patients" not in said
    assert "every figure of this phase is the same" in in_phase(then, "documents")


def test_a_phase_without_a_run_before_says_so() -> None:
    assert in_phase(None, "notes") == (
        "There is no earlier run to compare this one with."
    )


def test_a_figure_that_is_gone_is_told_in_its_own_phase_alone() -> None:
    then = copy.deepcopy(a_run())
    phases = {entry["name"]: entry for entry in then["phases"]}
    phases["notes"]["tables"]["notes"]["reasons"]["no_key"] = 3
    last = LastTime("R-1", "full", "", figures(then))

    assert re.search(r"notes +reason no_key +3 +gone", in_phase(last, "notes"))
    for name in phases.keys() - {"notes"}:
        assert "no_key" not in in_phase(last, name)


def test_pages_of_the_last_run_are_linked_where_they_are(tmp_path: Path) -> None:
    last = LastTime("20261101T100000Z-full", "full", "", {})
    own = tmp_path / "20261108T100000Z-full"
    (tmp_path / last.run_id).mkdir()
    assert last_time.pages_of(last, own, "05_notes.html").parts == []

    (tmp_path / last.run_id / "report.html").write_text("")

    assert last_time.pages_of(None, own, "05_notes.html").parts == []
    assert last_time.pages_of(last, own, "05_notes.html").html().count("<a") == 1
