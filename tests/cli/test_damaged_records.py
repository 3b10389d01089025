"""A record of a run that is damaged, or of another version, told in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reimport_lib.execute import approve
from reimport_lib.record.run import Run
from tests.cli.commands import Commands
from tests.phases.sites import rewritten

Damage = Callable[[str], str]


def changed(**values: Any) -> Damage:
    return lambda text: json.dumps({**json.loads(text), **values})


def without(*path: str) -> Damage:
    def damage(text: str) -> str:
        manifest = json.loads(text)
        holder = manifest
        for name in path[:-1]:
            holder = holder[name]
        del holder[path[-1]]
        return json.dumps(manifest)

    return damage


DAMAGES = {
    "empty": lambda text: "",
    "cut off": lambda text: text[: len(text) // 2],
    "no JSON": lambda text: "a note",
    "a list": lambda text: f"[{text}]",
    "nothing in it": lambda text: "{}",
    "a number for a status": changed(status=3),
    "a status that is none": changed(status="ready"),
    "phases that are a text": changed(phases="all"),
    "a phase that is a text": changed(phases=["validation"]),
    "no status": without("status"),
    "no parameters": without("parameters"),
    "older: no clean slate": without("parameters", "clean_slate"),
    "older: no gates": without("parameters", "gates"),
}


@pytest.fixture(params=DAMAGES.values(), ids=DAMAGES)
def damaged(commands: Commands, request: pytest.FixtureRequest) -> Run:
    run = approve.open_rehearsal(commands.site.settings, gates={})
    path = run.folder / "run.json"
    path.write_text(request.param(path.read_text()))
    return run


def test_every_command_that_takes_a_run_says_which_is_damaged_and_what_to_do(
    commands: Commands, damaged: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = damaged.run_id
    for words in (
        ("show", run_id),
        ("show", run_id, "--json"),
        ("run", "--resume", run_id),
        ("run", "--full", "--reviewed", run_id, "--yes"),
        ("restore", run_id, "--yes"),
        ("prune", run_id),
    ):
        assert commands.here(*words) == 4, words
        said, hint = capsys.readouterr().err.splitlines()
        assert said.startswith(f"reimport: {run_id}: its record run.json "), words
        assert hint.startswith("  next: put run.json back from a copy"), words


def test_lists_go_on_and_tell_of_the_damaged_one_in_one_line(
    commands: Commands, damaged: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = approve.open_rehearsal(commands.site.settings, gates={})

    for words in (("runs",), ("prune", "--dry-run")):
        assert commands.here(*words) == 0
        lines = capsys.readouterr().out.splitlines()
        start = f"{damaged.run_id}: its record run.json "
        assert sum(line.startswith(start) and "Next: " in line for line in lines) == 1

    assert commands.here("runs") == 0
    assert sound.run_id in capsys.readouterr().out


def test_a_run_that_is_newer_and_damaged_is_not_passed_over_by_resume(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    older = approve.open_rehearsal(commands.site.settings, gates={})
    newer = approve.open_rehearsal(commands.site.settings, gates={})
    (newer.folder / "run.json").write_text("{")

    assert commands.here("run", "--resume") == 3

    said = capsys.readouterr().err
    assert f"{newer.run_id}: its record run.json is cut off" in said
    assert f"next: reimport run --resume {older.run_id}" in said


def test_a_backup_that_a_damaged_import_may_need_stays(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    site = commands.site
    rehearsal = site.rehearse("validation")
    full = approve.open_full(site.settings, rehearsal, ask=None, yes=True)
    for _ in range(2):
        site.rehearse("validation")
    (full.folder / "run.json").write_text("{")

    assert commands.here("prune", "--keep", "1") == 0

    said = capsys.readouterr().out
    assert f"{rehearsal.run_id}: keeps backup: {full.run_id} may need it" in said
    assert rehearsal.backup_folder.is_dir()
    assert not rehearsal.snapshot_folder.exists()
    assert commands.here("prune", rehearsal.run_id) == 0
    assert rehearsal.backup_folder.is_dir()
    assert full.snapshot_folder.is_dir()


@pytest.mark.parametrize("name", ["snapshot_digest", "target_digests", "database"])
def test_a_rehearsal_of_a_version_that_recorded_less_is_not_applied(
    commands: Commands, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearsal = commands.site.rehearse("validation")
    with rewritten(rehearsal) as manifest:
        del manifest[name]

    assert commands.here("show", rehearsal.run_id) == 0
    capsys.readouterr()
    words = ("run", "--full", "--reviewed", rehearsal.run_id, "--yes")
    assert commands.here(*words) == 3

    said = capsys.readouterr().err
    assert f"{rehearsal.run_id} is of another version: it lacks {name}." in said
    assert "next: reimport run --dry-run" in said
