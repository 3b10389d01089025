"""Situations that stop a command: one clear line, the next step, its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from reimport_lib.execute import approve
from tests.cli.commands import Commands
from tests.phases.sites import rewritten

LONG = "x" * 300
RUN = ("run", "--dry-run")


@pytest.mark.parametrize(
    ("words", "environ", "code", "said"),
    [
        (("show", LONG), {}, 2, "There is no run 'xxx"),
        (("show", "../../etc"), {}, 2, "There is no run"),
        (("show", "a/b"), {}, 2, "There is no run"),
        (("show", "."), {}, 2, "There is no run"),
        (("show", ".."), {}, 2, "There is no run"),
        (("show", "a\0b"), {}, 2, "There is no run"),
        (("restore", LONG), {}, 2, "There is no run"),
        (("run", "--resume", LONG), {}, 2, "There is no run"),
        (("run", "--full", "--reviewed", LONG), {}, 2, "There is no run"),
        (("load-config", LONG * 20), {}, 2, "cannot be read"),
        (("load-config", "/"), {}, 2, "cannot be read: Is a directory"),
        (("load-config", "/dev/null"), {}, 2, "is not JSON"),
        (("demo", "--scale", "nan"), {}, 2, "too few rows"),
        (("demo", "serve-filemaker", "--https-port", "99999"), {}, 2, "is not in the"),
        (("demo", "--exports", LONG), {}, 2, "is not a folder"),
        (("demo", "--exports", "/dev/null"), {}, 2, "is not a folder"),
        ((*RUN, "--gate", "patients.max_rejected=5%"), {}, 2, "a fraction from 0"),
        ((*RUN, "--gate", "patients.max_rejected=nan"), {}, 2, "a fraction from 0"),
        ((*RUN, "--gate", "patients.max_rejected=-1"), {}, 2, "a fraction from 0"),
        ((*RUN, "--gate", "*.max_deleted_rows=inf"), {}, 2, "a number of rows"),
        ((*RUN, "--gate", "*.max_deleted_rows=1.5"), {}, 2, "a number of rows"),
        ((*RUN, "--gate", "patients.max_rejected="), {}, 2, "a fraction from 0"),
        ((*RUN, "--gate", "=1"), {}, 2, "there is no table"),
        ((*RUN, "--gate", "nobody.max_rejected=1"), {}, 2, "there is no table"),
        (RUN, {"REIMPORT_RUNS": "/dev/null"}, 3, "The runs folder /dev/null"),
        (RUN, {"REIMPORT_RUNS": "/dev/null/x"}, 3, "The runs folder /dev/null/x"),
        (RUN, {"REIMPORT_RUNS": "/proc/x"}, 3, "The runs folder /proc/x"),
        (RUN, {"REIMPORT_RUNS": f"/{LONG}"}, 3, "File name too long"),
        (("runs",), {"REIMPORT_RUNS": "/dev/null"}, 3, "The runs folder /dev/null"),
        (("runs",), {"REIMPORT_RUNS": f"/{LONG}"}, 3, "File name too long"),
        (("prune",), {"REIMPORT_RUNS": "/dev/null"}, 3, "The runs folder /dev/null"),
    ],
    ids=lambda value: str(value)[:40].replace("\0", "0"),
)
def test_a_command_that_cannot_be_done_says_why_in_a_line(
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    environ: Mapping[str, str],
    code: int,
    said: str,
) -> None:
    assert commands.here(*words, **environ) == code

    out, err = capsys.readouterr()
    assert out == ""
    first, *rest = err.splitlines()
    assert said in (err if first.startswith("Usage") else first)
    assert len(rest) <= 2
    assert "Traceback" not in err
    assert commands.runs() == []


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"REIMPORT_RUNS": "/proc/x"}, "runs folder can be written: no"),
        ({"REIMPORT_SOURCE": f"/{LONG}"}, "source: "),
        ({"REIMPORT_SOURCE": "/dev/null"}, "source: "),
        ({"DATABASE_URL": f"sqlite:////{LONG}"}, "database can be reached: no"),
        ({"DATABASE_URL": "sqlite:////proc"}, "database can be reached: no"),
        ({"DATABASE_URL": "sqlite:////dev/null"}, "migrations not applied"),
        ({"DJANGO_DEBUG": "perhaps"}, ""),
    ],
    ids=lambda value: str(value)[:60],
)
def test_doctor_tells_in_a_line_what_cannot_be_used(
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
    environ: Mapping[str, str],
    said: str,
) -> None:
    code = commands.here("doctor", **environ)

    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert err == ""
    if said:
        assert code == 3
        [line] = [
            line for line in out.splitlines() if f"fail            {said}" in line
        ]
        assert len(line) < 500


def in_a_shell(commands: Commands, line: str, **environ: str) -> tuple[int, str, str]:
    """*line* as a shell has it; ``$R`` is the command."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=commands.folder,
        env={**commands.environ(**environ), "R": f"{sys.executable} -m reimport_lib"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_run_whose_report_cannot_be_written_is_shown(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    run = approve.open_rehearsal(commands.site.settings, gates={})
    with rewritten(run) as manifest:
        manifest.update(status="failed")
    (run.folder / "report.html").symlink_to("/proc/nowhere/report.html")
    (run.folder / f".report.html.{os.getpid()}.tmp").mkdir()

    assert commands.here("show", run.run_id) == 0

    out, err = capsys.readouterr()
    assert "report.html could not be written" in err
    assert run.run_id in out


def test_an_output_that_is_cut_off_or_closed_is_no_error(commands: Commands) -> None:
    for _ in range(2):
        approve.open_rehearsal(commands.site.settings, gates={})
    for line, lines in (
        ("$R runs | head -1", 1),
        ("$R --help | head -1", 1),
        ("$R runs >&-", 0),
        ("$R runs 2>&-", 3),
    ):
        code, out, err = in_a_shell(commands, line)
        assert (code, err) == (0, ""), line
        assert len(out.splitlines()) == lines, line


def test_a_person_who_is_not_there_confirms_nothing(commands: Commands) -> None:
    rehearsal = commands.site.rehearse("validation")
    line = f"$R open --full --reviewed {rehearsal.run_id} <&-"

    code, out, err = in_a_shell(commands, line)

    assert (code, out) == (3, "")
    assert "nobody can type here" in err


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "C", "PYTHONIOENCODING": "ascii"},
        {"HOME": "/proc/nobody", "PYTHONIOENCODING": "latin-1"},
    ],
    ids=str,
)
def test_neither_locale_nor_home_matters(
    commands: Commands, environ: dict[str, str]
) -> None:
    folder = commands.folder / "Übung [v1] #%41"
    os.environ.pop("PYTHONUTF8", None)
    line = f'mkdir -p "{folder}" && $R runs && $R open --dry-run && $R runs'

    code, out, err = in_a_shell(
        commands, line, REIMPORT_RUNS=str(folder / "runs"), **environ
    )

    assert (code, err) == (0, "")
    run_id = out.splitlines()[1]
    assert (folder / "runs" / run_id / "run.json").is_file()
    assert out.splitlines()[-1].startswith(run_id)


def test_a_runs_folder_that_only_others_may_write_is_still_shown(
    commands: Commands, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As on a disk that is mounted to be read only; the lock is asked, not made."""
    run = approve.open_rehearsal(commands.site.settings, gates={})
    before = {path.name for path in run.folder.iterdir()}

    assert commands.here("runs") == 0
    assert commands.here("show", run.run_id) == 0

    assert run.run_id in capsys.readouterr().out
    assert {path.name for path in run.folder.iterdir()} == before
