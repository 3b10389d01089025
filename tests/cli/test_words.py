"""Words of the command that start no kernel: one clear line, the right exit code."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta

import click
import pytest

from reimport_lib.execute import approve, errands
from reimport_lib.record.status import Mode
from tests.cli.commands import Commands, every_command
from tests.cli.test_load_config import a_config
from tests.phases.sites import rewritten

NAMES = {
    "run",
    "open",
    "runs",
    "show",
    "compare",
    "doctor",
    "load-config",
    "prune",
    "files",
    "backup",
    "demo",
}


def test_every_command_and_option_says_what_it_does(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.here("--help") == 0
    listed = set(re.findall(r"^  ([a-z-]+)  +\S", capsys.readouterr().out, re.M))

    assert listed >= NAMES
    for name, command in every_command().items():
        assert command.help, name
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.name}"


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ("run", "Say what to run: --dry-run, --full, --phase NAME or --resume"),
        ("run --dry-run --full", "exclude each other"),
        ("open --dry-run --full", "exclude each other"),
        ("run --phase patiens --dry-run", "Did you mean patients?"),
        ("run --phase validation-pots", "Did you mean validation-post?"),
        ("run --dry-run --gate patient.max_rejected=0.2", "patients"),
        ("run --full --accept-drift", "--reviewed RUN --accept-drift"),
        ("run --dry-run --why because", "go with a --gate"),
        ("run --dry-run --gate patients.max_rejectd=0.2", "max_rejected"),
        ("run --dry-run --gate patients.max_rejected=2", "a fraction from 0 to 1"),
        ("run --dry-run --gate patients", "--gate patients"),
        ("run --full --reviewed nothing", "There is no run 'nothing'"),
        ("run --full --reviewed x --strict", "--reviewed applies a rehearsal as it"),
        ("run --full --reviewed x --phase notes", "--reviewed applies a rehearsal as"),
        ("run --resume", "There is no unfinished run"),
        ("run --resume x --full", "--resume goes on with a run as it was opened"),
        ("run --resume 20260101T000000Z-full", "There is no run"),
        ("run --bogus", "No such option"),
        ("show nothing", "There is no run 'nothing'"),
        ("show", "Missing argument 'RUN'"),
        ("prune --keep 0", "--keep must be at least 1"),
        ("prune --keep some", "not a valid integer"),
        ("files --table image", "no table with files. Did you mean images?"),
        ("files --most -1", "-1 is not in the range x>=1"),
        ("backup", "backup: of what?"),
        ("backup --files --seed 1", "say what --verify reads"),
        ("nonsense", "No such command 'nonsense'"),
        ("load-config nowhere.json", "nowhere.json cannot be read"),
        ("demo --exports nowhere", "nowhere is not a folder"),
    ],
)
def test_a_word_that_means_nothing_is_wrong_usage(
    commands: Commands, capsys: pytest.CaptureFixture[str], words: str, fragment: str
) -> None:
    code = commands.here(*words.split())

    said = capsys.readouterr().err
    assert code == 2
    assert fragment in " ".join(said.split())
    assert "Traceback" not in said
    assert commands.runs() == []


@pytest.mark.parametrize(
    ("name", "value", "fragment"),
    [
        ("REIMPORT_DATE_ORDER", "YDM", "REIMPORT_DATE_ORDER"),
        ("REIMPORT_TIME_ZONE", "Sydney", "REIMPORT_TIME_ZONE"),
        ("REIMPORT_POSTCODE_WIDTH", "four", "REIMPORT_POSTCODE_WIDTH"),
        ("REIMPORT_OPTIONAL_TABLES", "note", "Did you mean notes?"),
        ("REIMPORT_SORCE", "exports", "Did you mean REIMPORT_SOURCE?"),
        ("DATABASE_URL", "mysql://somewhere/clinic", "neither a SQLite file nor"),
    ],
)
def test_a_setting_that_cannot_be_read_is_refused_by_name(
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    fragment: str,
) -> None:
    code = commands.here("load-config", str(a_config(commands)), **{name: value})

    said = capsys.readouterr().err
    assert code == 3
    assert fragment in said
    assert "next: " in said


def test_runs_are_listed_newest_first_shown_verified_and_exported(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.here("runs") == 0
    assert "No runs in" in capsys.readouterr().out
    first = commands.site.rehearse("validation")
    second = approve.open_rehearsal(commands.site.settings, gates={})

    assert commands.here("runs") == 0
    listed = capsys.readouterr().out
    assert listed.index(second.run_id) < listed.index(first.run_id)
    assert "succeeded" in listed
    assert "open" in listed

    assert commands.here("show", first.run_id) == 0
    shown = capsys.readouterr().out
    assert "1 backup" in shown
    assert str(first.folder / "report.html") in shown
    assert (first.folder / "report.html").is_file()

    assert commands.here("show", first.run_id, "--json") == 0
    assert json.loads(capsys.readouterr().out) == first.manifest()

    assert commands.here("show", second.run_id) == 0
    assert "Report: when the run ends" in capsys.readouterr().out

    file = commands.folder / "left.zip"
    assert commands.here("verify", first.run_id) == 0
    assert "0 altered" in capsys.readouterr().out
    assert commands.here("export", first.run_id, str(file)) == 0
    assert "Root, to be kept where nobody can change it" in capsys.readouterr().out
    assert commands.here("verify", first.run_id, "--key", str(file)) == 2
    assert "is no public key" in capsys.readouterr().err
    assert commands.here("export", second.run_id, str(file)) == 3
    assert "what it leaves is not all there yet" in capsys.readouterr().err
    (first.folder / "report.html").write_text("another")
    assert commands.here("verify", first.run_id) == 5
    said = " ".join(capsys.readouterr().err.split())
    assert f"{first.run_id}: 1 thing is not as sealed: report.html: not as it" in said


def test_a_run_that_was_killed_is_not_running_and_a_damaged_one_is_listed(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = approve.open_rehearsal(commands.site.settings, gates={})
    (damaged.folder / "run.json").write_text("{")
    killed = approve.open_rehearsal(commands.site.settings, gates={})
    with rewritten(killed) as manifest:
        manifest.update(status="running")

    assert commands.here("runs") == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(damaged.run_id in line and "unreadable" in line for line in lines)
    assert any(killed.run_id in line and "not running" in line for line in lines)

    assert commands.here("show", killed.run_id) == 0
    assert f"reimport run --resume {killed.run_id}" in capsys.readouterr().out
    assert commands.here("prune", "--dry-run") == 0


def test_an_unknown_run_is_told_with_the_nearest(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    run = approve.open_rehearsal(commands.site.settings, gates={})

    assert commands.here("show", run.run_id.lower()) == 2
    assert f"Did you mean {run.run_id}?" in capsys.readouterr().err


def test_a_limit_is_opened_by_name_with_a_reason_and_a_day(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    place, why = "patients.max_rejected=0.5", "a new front desk types them"
    reasons = ("--why", why, "--until", until, "--by", "A. Example")
    wrong = {
        ("signoff", place, "--until", until): "--why: 0 characters",
        ("signoff", place, *reasons[:2], "--until", "soon"): "is no day",
        ("signoff", place, *reasons[:2], "--until", "2020-01-01"): "over",
        ("signoff", "patients.max_rejected=0.1", *reasons): "is no looser",
        ("signoff", "--withdraw", "1", "--why", why): "is not in the ledger",
        ("open", "--dry-run", "--gate", place): "reimport signoff " + place,
    }
    for words, told in wrong.items():
        assert commands.here(*words) in (2, 3)
        assert told in capsys.readouterr().err

    opened = commands.here("open", "--dry-run", "--gate", place, *reasons)
    assert opened == 0
    assert commands.run(capsys.readouterr().out.strip()).gates == {}
    withdraw = ("signoff", "--withdraw", "1", "--why", "they were trained")
    assert commands.here(*withdraw) == 0
    assert commands.here(*withdraw) == 2
    assert commands.here("signoff") == 0
    told = capsys.readouterr().out
    assert why in " ".join(told.split())
    assert "A. Example (" in told


def test_open_prints_the_id_of_a_run_that_is_not_executed(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("open", "--dry-run", "--phase", "patients", "--clean-slate", "--strict")

    code = commands.here(*words, "--gate", "patients.max_rejected=0.1")

    run_id = capsys.readouterr().out.strip()
    assert code == 0
    assert commands.runs() == [run_id]
    run = commands.run(run_id)
    assert run.mode is Mode.REHEARSAL
    assert run.phases == ("validation", "backup", "patients")
    assert run.gates == {"patients.max_rejected": 0.1}
    assert run.strict
    assert run.clean_slate
    assert run.manifest()["status"] == "open"


def test_open_confirms_a_full_run_and_prints_only_its_id(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearsal = commands.site.rehearse("validation")

    refused = commands.here("open", "--full", "--reviewed", rehearsal.run_id)
    assert refused == 3
    assert "nobody can type here" in capsys.readouterr().err
    code = commands.here("open", "--full", "--reviewed", rehearsal.run_id, "--yes")

    out, err = capsys.readouterr()
    assert code == 0
    assert sorted([rehearsal.run_id, out.strip()]) == commands.runs()
    assert f"Applying {rehearsal.run_id}" in err
    full = commands.run(out.strip())
    assert full.is_full
    assert full.reviewed == rehearsal.run_id
    assert full.manifest()["confirmed"]["how"] == "--yes"
    assert full.manifest()["confirmed"]["word"] == approve.word(rehearsal)


def test_a_phase_without_what_it_needs_is_refused_before_anything_is_made(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.site.execute_sql("UPDATE patients_patient SET filemaker_id = NULL")

    code = commands.here("run", "--phase", "appointments", "--yes")

    said = capsys.readouterr().err
    assert code == 3
    assert "appointments links to patients" in said
    assert "reimport run --phase patients" in said
    assert commands.runs() == []


def test_prune_says_what_would_go_and_then_lets_it_go(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    old = commands.site.rehearse("validation")
    commands.site.rehearse("validation")
    dossier = errands.dossier(old)
    dossier.parent.mkdir()
    dossier.write_bytes(b"PK")
    os.utime(dossier, (0, 0))

    assert commands.here("prune", "--keep", "1", "--dry-run") == 0
    said = capsys.readouterr().out
    assert f"{old.run_id}: would remove snapshot" in said
    assert ".orders: would remove 1 file of orders (0.0 MB)" in said
    assert dossier.exists()
    assert commands.here("prune", "--keep", "1") == 0
    assert not dossier.exists()
    said = capsys.readouterr().out
    assert f"{old.run_id}: removes snapshot" in said
    assert "Removed " in said
    assert commands.here("prune", "--keep", "1") == 0
    assert "Nothing to remove." in capsys.readouterr().out


def test_two_runs_are_compared(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.here("compare") == 2
    assert "There is no run to compare" in capsys.readouterr().err
    first = commands.site.rehearse("validation")
    assert commands.here("compare") == 2
    assert "no other rehearsal of the same phases" in capsys.readouterr().err
    second = commands.site.rehearse("validation")

    assert commands.here("compare") == 0
    said = capsys.readouterr().out
    assert f"{second.run_id} against {first.run_id}: " in said
    assert commands.here("compare", first.run_id, second.run_id, "--json") == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)


def test_doctor_finds_nothing_wrong_with_a_good_site(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    before = commands.site.digest()

    code = commands.here("doctor")

    said = capsys.readouterr().out
    assert code == 0, said
    assert "fail " not in said
    for what in ("runs folder", "database can be reached", "patients: Contacts.xlsx"):
        assert what in said
    assert "documents_objects: objects in the bucket" in said
    assert commands.site.digest() == before
    assert commands.runs() == []


@pytest.mark.parametrize(
    ("name", "value", "fragments"),
    [
        ("REIMPORT_SOURCE", "/nowhere", ("source", "REIMPORT_SOURCE")),
        ("S3_ENDPOINT_URL", "http://127.0.0.1:9", ("stored objects", "S3 cannot be")),
        ("S3_BUCKET", "no-such-bucket", ("stored objects", "no-such-bucket")),
        ("DATABASE_URL", "sqlite:////nowhere/db.sqlite3", ("database", "DATABASE_URL")),
        ("REIMPORT_RUNS", "/dev/null/runs", ("runs folder", "REIMPORT_RUNS")),
    ],
)
def test_doctor_says_what_is_wrong_and_what_to_do(
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    fragments: tuple[str, ...],
) -> None:
    code = commands.here("doctor", **{name: value})

    said = capsys.readouterr().out
    assert code == 3
    for fragment in fragments:
        assert fragment in said
    assert "Traceback" not in said


def test_doctor_names_what_the_backend_does_not_know_yet(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.site.execute_sql(
        "UPDATE clinics_clinic SET filemaker_id = NULL, name = 'x' || name"
    )

    code = commands.here("doctor")

    said = capsys.readouterr().out
    assert code == 0
    assert "clinics that the backend does not know" in said
    assert "reimport load-config FILE" in said
