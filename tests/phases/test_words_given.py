"""A yes or a no that was given elsewhere than on a terminal: by word, with a name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import approve
from reimport_lib.record.versions import account
from tests.cli.commands import Commands
from tests.phases.sites import ONLY_SQLITE, Site


@ONLY_SQLITE
def test_a_word_typed_elsewhere_counts_only_where_it_is_the_right_one(
    ready: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = Commands(ready, tmp_path)
    rehearsal = ready.rehearse("validation")
    words = ("open", "--full", "--reviewed", rehearsal.run_id, "--by", "A. Owner")

    assert commands.here(*words, "--word", "clinic 00000000") == 3
    assert "the word typed is another" in capsys.readouterr().err
    assert commands.here(*words, "--word", approve.word(rehearsal)) == 0

    full = commands.run(capsys.readouterr().out.split()[-1])
    confirmed = full.manifest()["confirmed"]
    assert confirmed["by"].startswith("A. Owner (account ")
    assert (confirmed["how"], confirmed["word"]) == ("typed", approve.word(rehearsal))


@ONLY_SQLITE
def test_a_rehearsal_that_was_rejected_is_never_applied(
    ready: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = Commands(ready, tmp_path)
    rehearsal = ready.rehearse("validation")
    with pytest.raises(UsageError, match="rejected for a reason"):
        approve.reject(rehearsal, why=" ")

    why = ("--why", "half of the notes are missing", "--by", "A. Owner")
    assert commands.here("reject", rehearsal.run_id, *why) == 0

    with pytest.raises(
        Refused, match=r"was rejected by A\. Owner .* half of the notes"
    ):
        approve.open_full(ready.settings, rehearsal, ask=None, yes=True)
    capsys.readouterr()
    assert commands.here("show", rehearsal.run_id) == 0
    said = capsys.readouterr().out
    assert "Rejected by A. Owner" in said
    assert "Next: reimport run --dry-run" in said
    assert commands.here("verify", rehearsal.run_id) == 0
    assert commands.runs() == [rehearsal.run_id]


@ONLY_SQLITE
def test_what_was_applied_is_undone_and_not_rejected(ready: Site) -> None:
    rehearsal = ready.rehearse("validation")
    full = ready.apply(rehearsal)

    with pytest.raises(Refused, match=f"has been applied, by {full.run_id}"):
        approve.reject(rehearsal, why="too late")


@ONLY_SQLITE
def test_what_doctor_finds_is_there_for_programs_too(
    ready: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Commands(ready, tmp_path).here("doctor", "--json") == 0

    found = json.loads(capsys.readouterr().out)
    assert {"id", "name", "expected", "actual", "verdict", "hint"} == set(found[0])
    assert any(check["id"] == "C012" for check in found)


@ONLY_SQLITE
def test_where_two_people_are_asked_for_nobody_approves_what_they_rehearsed(
    ready: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = ready.with_settings(REIMPORT_TWO_PEOPLE="1")
    commands = Commands(site, tmp_path)
    rehearsal = site.rehearse("validation")
    words = ("open", "--full", "--reviewed", rehearsal.run_id)
    typed = ("--word", approve.word(rehearsal))

    for same in ((), ("--by", account()), ("--by", account().upper())):
        assert commands.here(*words, *typed, *same) == 3
        assert "R491" in capsys.readouterr().err
    assert commands.here(*words, *typed, "--by", "B. Other") == 0

    assert commands.here("open", "--dry-run", "--phase", "delete", "--by", "Anna") == 0
    opened = commands.run(capsys.readouterr().out.split()[-1])
    assert opened.manifest()["opened_by"] == "Anna"
